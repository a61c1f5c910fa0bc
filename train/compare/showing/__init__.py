"""Results → tables, plots and pictures for readers."""

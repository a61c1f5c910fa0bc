"""``python -m train compare``: every encoder and every head, measured on the same work."""

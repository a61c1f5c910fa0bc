"""What is measured of an encoder: a file a measure, and what several of them need."""

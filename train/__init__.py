"""Training: datasets → encoder → embeddings → boosters → index → bundle; evaluation and reports."""

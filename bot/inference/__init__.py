"""The inference process: the only one that imports TensorFlow."""

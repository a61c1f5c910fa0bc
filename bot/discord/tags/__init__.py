"""Looking up tags: the vocabulary, and what is known of one tag."""

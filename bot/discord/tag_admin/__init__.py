"""What a guild decides about single tags: which never show, and what they are called."""

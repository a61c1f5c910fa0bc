"""Posting an image: what qualifies, taking it on, downloading it, and the one answer to it."""

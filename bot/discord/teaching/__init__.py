"""Teaching tags: a few examples, then a dialogue that asks about the illustrations that matter."""

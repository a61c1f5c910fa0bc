"""The plan on paper: what a community of any size takes, from what was measured."""

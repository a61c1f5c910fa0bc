"""Forgetting: what is deleted on Discord goes everywhere, and earlier replies follow."""

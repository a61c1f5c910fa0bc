"""Searching illustrations by their tags."""

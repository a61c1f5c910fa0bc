"""Describing images that somebody asks about; nothing of them is kept."""

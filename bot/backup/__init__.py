"""Backups: one file with everything that cannot be made again, taken while the bot runs.

The index is not in it: it is made of the catalogue at the next start.
"""

"""The decoder processes: the only ones that touch bytes of strangers; they draw the grids too."""

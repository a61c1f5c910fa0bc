"""What Hoshizora costs: each figure measured against a named rival, in the same run.

Why ratios: a figure in milliseconds says as much of the machine as of the program, and rivals
measured beside it turn it into one that holds elsewhere too.
"""

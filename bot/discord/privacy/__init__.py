"""What a person can ask about what is kept of them, and decide about it: rule 2 of the design."""

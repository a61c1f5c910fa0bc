"""What several processes of one bot on one catalogue owe each other."""

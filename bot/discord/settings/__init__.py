"""What a guild chooses: where the bot answers, from which score on tags count, in which language."""

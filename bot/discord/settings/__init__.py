"""What a guild chooses: where the bot answers, which tags count, in which language it speaks."""

"""Teaching tags: what a guild shows the bot, until the bot knows it."""

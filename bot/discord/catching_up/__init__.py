"""What happened while the bot was away: posts to answer, and posts that are gone."""

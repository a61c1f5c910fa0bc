"""The Discord face: posts, commands and answers in guilds."""

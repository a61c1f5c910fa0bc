"""What was posted before the bot came: a channel's history, brought into the library."""

"""Which channels of a guild hold messages."""

import discord

MessageChannel = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread

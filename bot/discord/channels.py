"""Which channels of a guild hold messages, themselves or in their threads."""

import discord

MessageChannel = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread
PostChannel = MessageChannel | discord.ForumChannel

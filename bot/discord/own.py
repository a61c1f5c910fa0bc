"""The bot's own messages, by their numbers alone."""

import discord


def own_message(client: discord.Client, channel_id: int, message_id: int) -> discord.PartialMessage:
    """A message to edit or delete, also where no cache knows its channel: an archived thread."""
    return client.get_partial_messageable(channel_id).get_partial_message(message_id)

"""Whether an answer may be public where it is asked for."""

import discord

from bot.texts import Text

ONLY_FOR_YOU_SINCE_I = Text(
    en="Only you see this: I may not write or attach files here.",
    ja="ここではボットに書き込みやファイル添付の権限がないため、あなただけに表示しています。",
)
ONLY_FOR_YOU_SINCE_YOU = Text(
    en="Only you see this: you may not write here.",
    ja="ここではあなたに書き込みの権限がないため、あなただけに表示しています。",
)
NEEDED_TO_ANSWER = ("view_channel", "embed_links", "attach_files")


def obstacle(interaction: discord.Interaction) -> Text | None:
    """Why an answer may not be public here; None: it may.

    Discord would publish it: what answers a command needs no permission to write. But it could not
    be edited when something in it is forgotten, and nobody who is not heard here should be heard
    through the bot.
    """
    if interaction.guild_id is None:
        return None
    write = "send_messages"
    if isinstance(interaction.channel, discord.Thread):
        write = "send_messages_in_threads"
    own, asker = interaction.app_permissions, interaction.permissions
    if not all(getattr(own, one) for one in (*NEEDED_TO_ANSWER, write)):
        return ONLY_FOR_YOU_SINCE_I
    if not getattr(asker, write):
        return ONLY_FOR_YOU_SINCE_YOU
    return None

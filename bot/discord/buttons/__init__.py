"""The buttons below a reply: more that is similar, right or wrong, why, and away with it.

Each carries in its id what it is about, so it works on an old message and after a restart. What it
answers only the person sees who clicked.
"""

import discord

from bot.discord.buttons.deleting import DeleteButton
from bot.discord.buttons.marking import MarkingButton
from bot.discord.buttons.similar import SimilarButton
from bot.discord.buttons.why import WhyButton
from bot.posts import Language, Post


def reply_buttons(post: Post, language: Language) -> discord.ui.View:
    """The buttons below the reply to a post.

    Args:
        post: What is replied to; where nothing could be read there is only something to delete.
        language: The guild's.
    """
    view = discord.ui.View(timeout=None)
    if post.illustration_ids:
        for kind in (SimilarButton, MarkingButton, WhyButton):
            view.add_item(kind(post.id, language))
    view.add_item(DeleteButton(post.id, language))
    return view

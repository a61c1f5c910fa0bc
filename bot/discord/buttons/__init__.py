"""The buttons below a reply: more that is similar, right or wrong, why, and away with it.

Each carries in its id what it is about, so it works on an old message and after a restart. What it
answers only the person sees who clicked.
"""

from typing import Any

import discord

from bot.discord.buttons.deleting import DeleteButton, ForgetButton
from bot.discord.buttons.marking import MarkingButton, MarkingImageSelect, VerdictSelect
from bot.discord.buttons.similar import SimilarButton, SimilarImageSelect, SimilarPageButton
from bot.discord.buttons.why import WhyButton, WhyImageSelect, WhyTagSelect
from bot.discord.library.button import CancelImport
from bot.discord.privacy.button import DeleteEverything
from bot.discord.searching.buttons import SearchPage
from bot.discord.tags.buttons import TagsPage
from bot.posts import Language, Post

# What the client listens for.
BUTTONS: tuple[type[discord.ui.DynamicItem[Any]], ...] = (
    SimilarButton,
    SimilarImageSelect,
    SimilarPageButton,
    MarkingButton,
    MarkingImageSelect,
    VerdictSelect,
    WhyButton,
    WhyImageSelect,
    WhyTagSelect,
    DeleteButton,
    ForgetButton,
    SearchPage,
    TagsPage,
    DeleteEverything,
    CancelImport,
)


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

"""Everything that people click on, made anew at each click: it works after a restart too."""

from typing import Any

import discord

from bot.discord.buttons.deleting import DeleteButton, ForgetButton
from bot.discord.buttons.marking import MarkingButton, MarkingImageSelect, VerdictSelect
from bot.discord.buttons.similar import SimilarButton, SimilarImageSelect, SimilarPageButton
from bot.discord.buttons.why import WhyButton, WhyImageSelect, WhyTagSelect
from bot.discord.jobs.button import CancelJob
from bot.discord.library.button import CancelImport
from bot.discord.privacy.button import DeleteEverything
from bot.discord.searching.buttons import SearchPage
from bot.discord.tag_admin.version_items import ConfirmRemoval, VersionSelect
from bot.discord.tags.buttons import TagsPage
from bot.discord.teaching.adding import ExampleImages, ExampleTag, OtherTag
from bot.discord.teaching.dialogue import EndOfLesson, NextRound, OthersWrong, VerdictChoice

# What the client listens for.
CLICKABLE: tuple[type[discord.ui.DynamicItem[Any]], ...] = (
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
    CancelJob,
    VerdictChoice,
    NextRound,
    OthersWrong,
    EndOfLesson,
    ExampleImages,
    ExampleTag,
    OtherTag,
    VersionSelect,
    ConfirmRemoval,
)

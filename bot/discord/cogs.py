"""Every cog of the bot, built from the parts of the face."""

from discord.ext import commands

from bot.discord.about import About
from bot.discord.catching_up.checking import Checking
from bot.discord.catching_up.cog import CatchingUp
from bot.discord.describing.cog import Describing
from bot.discord.face import Face
from bot.discord.forgetting.cog import Forgetting
from bot.discord.forgetting.errands import Errands
from bot.discord.library.cog import Library
from bot.discord.posting.cog import Posting
from bot.discord.privacy.cog import Privacy
from bot.discord.searching.cog import Searching
from bot.discord.settings.cog import Settings
from bot.discord.tag_admin.cog import TagAdmin
from bot.discord.tags.cog import Tags
from bot.discord.teaching.cog import AddingExamples


def make_cogs(client: commands.AutoShardedBot, face: Face) -> list[commands.Cog]:
    """One of each: what is posted, what is deleted, what was missed, what is asked."""
    return [
        Posting(face),
        Forgetting(client, face),
        Errands(client, face),
        CatchingUp(client, face),
        Checking(client, face),
        Describing(client, face),
        Searching(face),
        Tags(face),
        Settings(face),
        TagAdmin(client, face),
        AddingExamples(client, face),
        Library(client, face),
        Privacy(face),
        About(client, face),
    ]

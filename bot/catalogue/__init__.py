"""The catalogue: the database of illustrations, posts, guilds and people."""

from bot.catalogue.answers import Answer, NewAnswer
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.errands import Errand
from bot.catalogue.guilds import UNCHANGED, Unchanged
from bot.catalogue.illustrations import Page
from bot.catalogue.jobs import Job, JobState, NewJob
from bot.catalogue.marks import Mark
from bot.catalogue.post_queries import GuildTotals
from bot.catalogue.selecting import Verdicts

__all__ = [
    "UNCHANGED",
    "Answer",
    "Catalogue",
    "Errand",
    "GuildTotals",
    "Job",
    "JobState",
    "Mark",
    "NewAnswer",
    "NewJob",
    "Page",
    "Unchanged",
    "Verdicts",
]

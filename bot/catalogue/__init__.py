"""The catalogue: the database of illustrations, posts, guilds and people."""

from bot.catalogue.answers import Answer, NewAnswer
from bot.catalogue.bundles import Bundle, BundleState, NewBundle
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.database import DatabaseTroubleError
from bot.catalogue.errands import Errand
from bot.catalogue.guilds import UNCHANGED, Unchanged
from bot.catalogue.illustrations import Page
from bot.catalogue.jobs import Job, JobState, NewJob
from bot.catalogue.learnable import Examples
from bot.catalogue.marks import Mark
from bot.catalogue.post_queries import GuildTotals
from bot.catalogue.publishing import NewVersion
from bot.catalogue.refits import THE_BOT, NewRefit, Refit, RefitReason
from bot.catalogue.selecting import Verdicts
from bot.catalogue.tag_queries import NewTag, TaughtTag
from bot.catalogue.versions import CurrentVersion, Version

__all__ = [
    "THE_BOT",
    "UNCHANGED",
    "Answer",
    "Bundle",
    "BundleState",
    "Catalogue",
    "CurrentVersion",
    "DatabaseTroubleError",
    "Errand",
    "Examples",
    "GuildTotals",
    "Job",
    "JobState",
    "Mark",
    "NewAnswer",
    "NewBundle",
    "NewJob",
    "NewRefit",
    "NewTag",
    "NewVersion",
    "Page",
    "Refit",
    "RefitReason",
    "TaughtTag",
    "Unchanged",
    "Verdicts",
    "Version",
]

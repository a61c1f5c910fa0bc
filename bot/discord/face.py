"""What the cogs and the buttons of the Discord face work with."""

from dataclasses import dataclass

import discord

from bot.catalogue import Catalogue
from bot.config import BotConfig
from bot.discord.acknowledged import Acknowledged
from bot.discord.clock import Clock
from bot.discord.noticing import Noticing
from bot.discord.posting.answering import Answering
from bot.discord.posting.bringing import Bringing
from bot.discord.posting.downloading import Downloads
from bot.discord.posting.intake import Intake
from bot.discord.posting.sending import Outbox
from bot.discord.public_answers import PublicAnswers
from bot.discord.rendering import Renderer
from bot.discord.scopes import Scopes
from bot.discord.teachers import Teachers
from bot.discord.teaching.skipping import Skipped
from bot.jobs import JobRunner
from bot.library import Library
from bot.rebuilding.starting import Rebuilding
from bot.service import Service
from bot.teaching.teaching import Teaching


@dataclass(frozen=True)
class Face:
    """The parts of the Discord face, each built once.

    Attributes:
        service: What every face shares.
        library: What exists.
        catalogue: The library's database.
        config: The section ``bot``.
        clock: The time by which posts are dated.
        scopes: What may be shown to whom.
        renderer: A reply → embeds and a picture.
        downloads: Fetches attachments.
        bringing: A message's images into the library.
        answering: Composes what is said about a post.
        outbox: Sends it, once.
        intake: Takes posts on.
        public_answers: Answers of commands that everybody sees.
        noticing: Tells admins what is missing.
        acknowledged: The interactions that were taken on.
        teaching: The guilds' own tags.
        jobs: Long work.
        rebuilding: Builds the whole model anew.
        teachers: Who may use buttons that teach.
        skipped: What teachers have passed over.
    """

    service: Service
    library: Library
    catalogue: Catalogue
    config: BotConfig
    clock: Clock
    scopes: Scopes
    renderer: Renderer
    downloads: Downloads
    bringing: Bringing
    answering: Answering
    outbox: Outbox
    intake: Intake
    public_answers: PublicAnswers
    noticing: Noticing
    acknowledged: Acknowledged
    teaching: Teaching
    jobs: JobRunner
    rebuilding: Rebuilding
    teachers: Teachers
    skipped: Skipped


def face_of(interaction: discord.Interaction) -> Face:
    """The face that an interaction is for; for buttons, which Discord makes anew at each click."""
    face = getattr(interaction.client, "face", None)
    if not isinstance(face, Face):
        raise TypeError("The client has no face. Expected a Hoshizora with its parts built.")
    return face

"""The next grid of a dialogue: what to ask about, none of which is hidden from the teacher."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import discord

from bot.discord.buttons.subject import scope_of
from bot.discord.rendering import Rendered
from bot.discord.scopes import MOMENT_SECONDS
from bot.discord.teaching import texts
from bot.discord.teaching.lesson import Lesson
from bot.discord.teaching.saying import round_lines
from bot.illustrations import SimilarIllustration
from bot.places import Scope
from bot.replies import Finding, make_reply
from bot.teaching.rounds import Round

CELLS = 9
# Who has waited so long sees what there is, and hears that more is being learnt.
LEARNING_PATIENCE_SECONDS = 10.0


@dataclass(frozen=True)
class Grid:
    """What a teacher is asked.

    Attributes:
        lines: What stands above it.
        illustrations: Numbered from one on; none: there is nothing to ask about.
        rendered: How they show; None: there are none.
    """

    lines: Sequence[str]
    illustrations: Sequence[SimilarIllustration] = ()
    rendered: Rendered | None = None

    @property
    def embeds(self) -> list[discord.Embed]:
        """With the links to the posts."""
        return self.rendered.embeds if self.rendered else []

    def files(self) -> list[discord.File]:
        """The picture; a new object each time, since sending uses it up."""
        return self.rendered.files() if self.rendered else []


async def next_grid(interaction: discord.Interaction, lesson: Lesson) -> Grid:
    """Wait until what was said is learnt, and find out what to ask next.

    Raises:
        UnavailableError: If inference is not there, or teaching cannot be done now.
        TeachingError: If the tag was removed meanwhile.
    """
    late = False
    try:
        await lesson.teaching.live(lesson.tag.id, LEARNING_PATIENCE_SECONDS)
    except TimeoutError:
        late = True
    scope, begun = await scope_of(interaction), time.monotonic()
    asked = await _ask(lesson, scope)
    shown: Sequence[SimilarIllustration] = asked.illustrations
    rendered = await _render(lesson, shown)
    if time.monotonic() - begun > MOMENT_SECONDS:
        scope = await scope_of(interaction)
        still = [one for one in shown if scope.includes(one.place)]
        if len(still) < len(shown):
            shown, rendered = still, await _render(lesson, still)
    return Grid(round_lines(lesson.language, asked, late=late), shown, rendered)


async def _ask(lesson: Lesson, scope: Scope) -> Round:
    """The next round; what was passed over comes again when nothing else is left."""
    tag, user_id, skipped = lesson.tag, lesson.user_id, lesson.face.skipped
    skip = skipped.of(tag.id, user_id)
    asked = await lesson.teaching.round(tag.guild_id, tag.name, scope, user_id, CELLS, skip=skip)
    if skip and not asked.illustrations:
        skipped.clear(tag.id, user_id)
        asked = await lesson.teaching.round(tag.guild_id, tag.name, scope, user_id, CELLS)
    return asked


async def _render(lesson: Lesson, shown: Sequence[SimilarIllustration]) -> Rendered | None:
    if not shown:
        return None
    heading = texts.QUESTION(lesson.language)
    finding = Finding(lesson.title, tags=None, similar=shown, heading=heading)
    return await lesson.face.renderer.render(make_reply([finding], lesson.language, lesson.rules))

"""The dialogue: a numbered grid, what a teacher says of it, and the next grid.

Everything that it needs stands in its own message, which only the teacher sees: the tag in the ids
of its buttons, the illustrations in the options of its selects. So it goes on after a restart, and
any number of people may teach one tag side by side: each has a message, and marks, of their own.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Self

import discord

from bot.discord.acknowledging import defer
from bot.discord.buttons.marking import changed_verdicts
from bot.discord.buttons.subject import MOST_LABEL_UNITS
from bot.discord.errors import RefusalError, answered, sentence
from bot.discord.escaping import plain
from bot.discord.numbered import NumberedButton, Select
from bot.discord.teaching import texts
from bot.discord.teaching.grid import Grid, next_grid
from bot.discord.teaching.lesson import Lesson, lesson_of
from bot.discord.teaching.saying import others_are_wrong
from bot.discord.texts import COVERED
from bot.errors import TeachingFailedError, UnavailableError
from bot.illustrations import SimilarIllustration
from bot.inference.client import InferenceFailedError
from bot.posts import Language

TAG = r"(?P<tag>\d{1,18})"
VERDICTS = {"right": texts.HAVE_IT, "wrong": texts.LACK_IT}


class VerdictChoice(
    discord.ui.DynamicItem[Select], template=rf"teach-(?P<verdict>right|wrong):{TAG}"
):
    """The illustrations of a grid that have the tag, or those that do not."""

    def __init__(self, verdict: str, tag_id: int, select: Select) -> None:
        select.custom_id = f"teach-{verdict}:{tag_id}"
        super().__init__(select)
        self._right = verdict == "right"
        self._tag_id = tag_id

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Made anew at a click."""
        select: Select = discord.ui.Select()
        return cls(match["verdict"], int(match["tag"]), select)

    @answered
    async def callback(self, interaction: discord.Interaction) -> None:
        """Store what this teacher says now."""
        await defer(interaction)
        lesson, options = await lesson_of(interaction, self._tag_id), options_in(interaction)
        offered = [int(one.value) for one in options]
        chosen = {int(value) for value in self.item.values}
        said = await lesson.said(offered)
        await lesson.mark(changed_verdicts(said, offered, chosen, right=self._right))
        view = controls(lesson, options, await lesson.said(offered))
        await interaction.edit_original_response(view=view)


class NextRound(NumberedButton, template=rf"teach-next:{TAG}"):
    """Shows the next grid, after what was said is learnt."""

    name = "teach-next"
    label = texts.NEXT
    style = discord.ButtonStyle.primary

    @answered
    async def callback(self, interaction: discord.Interaction) -> None:
        """Pass over what nothing was said of, and go on."""
        await defer(interaction)
        lesson = await lesson_of(interaction, self.number)
        options = options_of(interaction.message, "teach-")
        offered = [int(one.value) for one in options]
        unsaid = set(offered) - set(await lesson.said(offered))
        lesson.face.skipped.add(lesson.tag.id, lesson.user_id, unsaid)
        await ask_next(interaction, lesson)


class OthersWrong(NumberedButton, template=rf"teach-others:{TAG}"):
    """Calls everything else in the grid wrong, and shows the next one."""

    name = "teach-others"
    label = texts.OTHERS_ARE_WRONG

    @answered
    async def callback(self, interaction: discord.Interaction) -> None:
        """Store that, and go on."""
        await defer(interaction)
        lesson, options = await lesson_of(interaction, self.number), options_in(interaction)
        offered = [int(one.value) for one in options]
        await lesson.mark(others_are_wrong(offered, await lesson.said(offered)))
        await ask_next(interaction, lesson)


class EndOfLesson(NumberedButton, template=rf"teach-done:{TAG}"):
    """Ends the dialogue; everything is kept already."""

    name = "teach-done"
    label = texts.DONE

    @answered
    async def callback(self, interaction: discord.Interaction) -> None:
        """Thank."""
        await defer(interaction)
        lesson = await lesson_of(interaction, self.number)
        content = texts.GO_ON_LATER(lesson.language, tag=lesson.called)
        await interaction.edit_original_response(
            content=content, embeds=[], attachments=[], view=None
        )


async def ask_next(
    interaction: discord.Interaction, lesson: Lesson, said: Sequence[str] = ()
) -> None:
    """Wait until everything is learnt, and put the next grid in the place of the answer.

    Args:
        interaction: Acknowledged; only the teacher sees its answer.
        lesson: What is taught.
        said: What is said first, line by line.
    """
    try:
        grid = await next_grid(interaction, lesson)
    except (UnavailableError, TeachingFailedError, InferenceFailedError) as error:
        # What came before is done, and must not look as if it had failed.
        grid = Grid([sentence(error, lesson.language)])
    await interaction.edit_original_response(
        content="\n".join([*said, *grid.lines]),
        embeds=grid.embeds,
        attachments=grid.files(),
        view=controls(lesson, _options(lesson.language, grid.illustrations), {}),
    )


def controls(
    lesson: Lesson, options: Sequence[discord.SelectOption], said: Mapping[int, bool]
) -> discord.ui.View:
    """What stands below a grid.

    Args:
        lesson: What is taught.
        options: The illustrations of the grid; none: there is nothing to say.
        said: What the teacher has said of them.
    """
    tag_id, language = lesson.tag.id, lesson.language
    view = discord.ui.View(timeout=None)
    for verdict, placeholder in VERDICTS.items() if options else ():
        select: Select = discord.ui.Select(
            placeholder=placeholder(language),
            options=[
                discord.SelectOption(
                    label=one.label,
                    value=one.value,
                    description=one.description,
                    default=said.get(int(one.value)) is (verdict == "right"),
                )
                for one in options
            ],
            min_values=0,
            max_values=len(options),
        )
        view.add_item(VerdictChoice(verdict, tag_id, select))
    view.add_item(NextRound(tag_id, language))
    if options:
        view.add_item(OthersWrong(tag_id, language))
    view.add_item(EndOfLesson(tag_id, language))
    return view


def options_in(interaction: discord.Interaction) -> list[discord.SelectOption]:
    """The illustrations of the grid that was clicked, as its selects offer them.

    Raises:
        RefusalError: If there are none.
    """
    options = options_of(interaction.message, "teach-")
    if not options:
        raise RefusalError(texts.GRID_IS_GONE)
    return options


def options_of(message: discord.Message | None, which: str) -> list[discord.SelectOption]:
    """What the first select of a message offers whose id begins so; empty without one."""
    for row in message.components if message else ():
        for part in row.children if isinstance(row, discord.ActionRow) else ():
            if isinstance(part, discord.SelectMenu) and part.custom_id.startswith(which):
                return part.options
    return []


def _options(
    language: Language, shown: Sequence[SimilarIllustration]
) -> list[discord.SelectOption]:
    return [
        discord.SelectOption(
            label=str(number),
            value=str(one.id),
            description=COVERED(language)
            if one.spoiler
            else plain(one.title, MOST_LABEL_UNITS) or None,
        )
        for number, one in enumerate(shown, start=1)
    ]

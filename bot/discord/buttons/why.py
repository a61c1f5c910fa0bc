"""The button "Why?": which known illustrations speak for a tag.

Two answers in one: how the labelled illustrations that the model learnt from vote on the tag, in
words, and those of the guild's own illustrations that have the tag and are most like this one, as a
picture with links. The latter only as far as the person who asks may see them.
"""

import re
from typing import Any, Self

import discord

from bot.discord.acknowledging import defer
from bot.discord.buttons.items import (
    IMAGE,
    POST,
    ImageSelect,
    tag_options,
    tags_of_values,
)
from bot.discord.buttons.subject import Subject, scope_of, subject_of
from bot.discord.embeds import name_line
from bot.discord.errors import RefusalError, answered
from bot.discord.escaping import spoiler
from bot.discord.numbered import NumberedButton, Select
from bot.discord.texts import NO_TAGS
from bot.illustrations import ScoredTag
from bot.posts import Language
from bot.replies import Finding, make_reply
from bot.service import Reasons
from bot.texts import Text
from model.head import Evidence

MOST_SHOWN = 10

CHOOSE = Text(en="Choose a tag", ja="タグを選択")
NOT_SAID = Text(
    en="The image does not have this tag any more.",
    ja="このタグは、もうこの画像に付いていません。",
)
VOTE = Text(
    en="I learnt from many tagged illustrations. Of the {neighbours} that are most like this one, "
    "**{having}** have the tag (**{weight}** when nearer ones count more). Of all of them, "
    "{prevalence} have it. The probability starts from there.",
    ja="学習に使われた作品のうち、この画像に最も似ている{neighbours}点を見ると、**{having}点**に"
    "このタグが付いています（似ているものほど重く数えると**{weight}**）。学習に使われた作品全体では"
    "{prevalence}です。タグの確率は、これをもとに計算しています。",
)
NOT_KNOWN = Text(
    en="My model has changed since I gave this tag, and does not know it any more.",
    ja="このタグを付けたあとにモデルが変わり、今のモデルにはこのタグがありません。",
)
HERE = Text(en="Similar here, with this tag", ja="このタグが付いた、似ている作品")
NONE_HERE = Text(
    en="No other illustration that you can see here has the tag.",
    ja="ここで見られるほかの作品に、このタグが付いたものはありません。",
)


class WhyButton(NumberedButton, template=rf"why:{POST}"):
    """Below a reply: tells about the first tag of the first image."""

    name = "why"
    label = Text(en="Why?", ja="理由")
    emoji = "💡"

    @answered
    async def callback(self, interaction: discord.Interaction) -> None:
        """Tell about the first tag."""
        await defer(interaction, ephemeral=True, thinking=True)
        await _show_first(interaction, await subject_of(interaction, self.number))


class WhyImageSelect(ImageSelect, template=rf"why-image:{POST}"):
    """Below the answer: turns to another image of the post."""

    name = "why-image"

    async def turn_to(self, interaction: discord.Interaction, subject: Subject) -> None:
        """Tell about that image's first tag."""
        await _show_first(interaction, subject)


class WhyTagSelect(discord.ui.DynamicItem[Select], template=rf"why-tag:{POST}:{IMAGE}"):
    """Below the answer: turns to another tag."""

    def __init__(self, post_id: int, illustration_id: int, select: Select) -> None:
        select.custom_id = f"why-tag:{post_id}:{illustration_id}"
        super().__init__(select)
        self._post_id = post_id
        self._illustration_id = illustration_id

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Made anew at a click."""
        return cls(int(match["post"]), int(match["image"]), discord.ui.Select())

    @answered
    async def callback(self, interaction: discord.Interaction) -> None:
        """Tell about that tag."""
        await defer(interaction)
        subject = await subject_of(interaction, self._post_id, self._illustration_id)
        tags = tags_of_values(subject, self.item.values)
        if not tags:
            raise RefusalError(NOT_SAID)
        await _show(interaction, subject, tags[0])


async def _show_first(interaction: discord.Interaction, subject: Subject) -> None:
    if subject.tags:
        await _show(interaction, subject, subject.tags[0])
        return
    await interaction.edit_original_response(
        content=NO_TAGS(subject.language),
        embeds=[],
        attachments=[],
        view=_controls(subject, chosen=None),
    )


async def _show(interaction: discord.Interaction, subject: Subject, tag: ScoredTag) -> None:
    """Fill the ephemeral answer with what speaks for one tag."""
    face, language, attachment = subject.face, subject.language, subject.attachment
    scope = await scope_of(interaction)
    reasons = await face.service.why(subject.illustration.id, tag.name, scope, MOST_SHOWN)
    finding = Finding(
        title=attachment.title,
        tags=None,
        similar=reasons.similar or None,
        spoiler=attachment.spoiler,
        heading=HERE(language),
    )
    rendered = await face.renderer.render(make_reply([finding], language, subject.settings.rules))
    (embed,) = rendered.embeds
    parts = (embed.description, _name_line(subject, tag), *reason_lines(reasons, language))
    embed.description = "\n".join(part for part in parts if part)
    await interaction.edit_original_response(
        content=None,
        embeds=[embed],
        attachments=rendered.files(),
        view=_controls(subject, chosen=tag),
    )


def reason_lines(reasons: Reasons, language: Language) -> list[str]:
    """What speaks for a tag, in words."""
    evidence = reasons.evidence
    lines = [NOT_KNOWN(language) if evidence is None else _vote(evidence, language)]
    if not reasons.similar:
        lines.append(NONE_HERE(language))
    return lines


def percent(share: float) -> str:
    """A share from 0 to 1 for people; what is not nothing never reads as nothing."""
    if share == 0 or share >= 0.0995:
        return f"{share:.0%}"
    return f"{share:.1%}" if share >= 0.001 else "<0.1%"


def _vote(evidence: Evidence, language: Language) -> str:
    return VOTE(
        language,
        neighbours=evidence.neighbours,
        having=evidence.having,
        weight=percent(evidence.weight),
        prevalence=percent(evidence.prevalence),
    )


def _name_line(subject: Subject, tag: ScoredTag) -> str:
    line = name_line(tag, subject.language, subject.settings.rules.aliases)
    return spoiler(line) if subject.attachment.spoiler else line


def _controls(subject: Subject, chosen: ScoredTag | None) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    if len(subject.post.illustration_ids) > 1:
        view.add_item(WhyImageSelect.of(subject))
    if len(subject.tags) > 1:
        # A select shows what is chosen in it uncovered.
        names = [chosen.name] if chosen and not subject.attachment.spoiler else []
        select: Select = discord.ui.Select(
            placeholder=CHOOSE(subject.language), options=tag_options(subject, names)
        )
        view.add_item(WhyTagSelect(subject.post.id, subject.illustration.id, select))
    return view

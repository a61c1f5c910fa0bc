"""The button "Right / Wrong": a person says which tags of an image are right and which are not."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Literal, Self, TypeVar

import discord

from bot.discord.acknowledging import defer
from bot.discord.buttons.items import (
    IMAGE,
    POST,
    ImageSelect,
    tag_options,
    tags_of_values,
)
from bot.discord.buttons.subject import Subject, subject_of
from bot.discord.errors import answered
from bot.discord.numbered import NumberedButton, Select
from bot.discord.texts import NO_TAGS
from bot.texts import Text

K = TypeVar("K")
Verdict = Literal["right", "wrong"]
VERDICTS: tuple[Verdict, ...] = ("right", "wrong")
PLACEHOLDERS = {
    "right": Text(en="Choose the right tags", ja="合っているタグを選択"),
    "wrong": Text(en="Choose the wrong tags", ja="間違っているタグを選択"),
}
ASKING = Text(
    en="Which of my tags are right, and which are wrong? What you say counts when people search "
    "here. I learn from it only if the author of the image has allowed that (`/privacy opt-in`).",
    ja="どのタグが合っていて、どのタグが間違っていますか？回答はこのサーバーでの検索に反映されます。"
    "学習に使われるのは、画像の投稿者が許可している場合だけです（`/プライバシー 学習を許可`）。",
)
NOTED = Text(
    en="Noted, thank you! You can still change it.",
    ja="記録しました。ありがとうございます！あとから変更もできます。",
)


class MarkingButton(NumberedButton, template=rf"marking:{POST}"):
    """Below a reply: opens the two selects."""

    name = "marking"
    label = Text(en="Right / Wrong", ja="タグの正誤")
    emoji = "⚖️"

    @answered
    async def callback(self, interaction: discord.Interaction) -> None:
        """Ask about the first image."""
        await defer(interaction, ephemeral=True, thinking=True)
        await _show(interaction, await subject_of(interaction, self.number), ASKING)


class MarkingImageSelect(ImageSelect, template=rf"marking-image:{POST}"):
    """Beside the two selects: turns to another image of the post."""

    name = "marking-image"

    async def turn_to(self, interaction: discord.Interaction, subject: Subject) -> None:
        """Ask about that image."""
        await _show(interaction, subject, ASKING)


class VerdictSelect(
    discord.ui.DynamicItem[Select], template=rf"marking-(?P<verdict>right|wrong):{POST}:{IMAGE}"
):
    """The tags of an image that are right, or those that are wrong."""

    def __init__(self, verdict: str, post_id: int, illustration_id: int, select: Select) -> None:
        select.custom_id = f"marking-{verdict}:{post_id}:{illustration_id}"
        super().__init__(select)
        self._right = verdict == "right"
        self._post_id = post_id
        self._illustration_id = illustration_id

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Made anew at a click."""
        select: Select = discord.ui.Select()
        return cls(match["verdict"], int(match["post"]), int(match["image"]), select)

    @answered
    async def callback(self, interaction: discord.Interaction) -> None:
        """Store what this person says now."""
        await defer(interaction)
        subject = await subject_of(interaction, self._post_id, self._illustration_id)
        marks, user_id = subject.face.catalogue.marks, interaction.user.id
        said = await marks.verdicts_of(subject.illustration.id, user_id)
        offered = [tag.name for tag in subject.tags]
        chosen = {tag.name for tag in tags_of_values(subject, self.item.values)}
        changes = changed_verdicts(said, offered, chosen, right=self._right)
        await marks.put(subject.illustration.id, user_id, changes)
        await _show(interaction, subject, NOTED)


def changed_verdicts(
    said: Mapping[K, bool], offered: Iterable[K], chosen: Collection[K], *, right: bool
) -> dict[K, bool | None]:
    """What changes when a person has chosen in one of two selects that offer the same.

    Args:
        said: What this person said before, by tag, or by illustration where a tag is taught.
        offered: What is in the select; nothing is said about others.
        chosen: What is selected now.
        right: Which select it is.

    Returns:
        The verdicts that are new: what is chosen is taken out of the other select; None: it is not
        selected any more, what was said is taken back.
    """
    changes: dict[K, bool | None] = {}
    for name in offered:
        if name in chosen:
            if said.get(name) is not right:
                changes[name] = right
        elif said.get(name) is right:
            changes[name] = None
    return changes


async def _show(interaction: discord.Interaction, subject: Subject, text: Text) -> None:
    """Fill the ephemeral answer with the selects, as the person left them."""
    marks, user_id = subject.face.catalogue.marks, interaction.user.id
    said = await marks.verdicts_of(subject.illustration.id, user_id)
    view = discord.ui.View(timeout=None)
    if len(subject.post.illustration_ids) > 1:
        view.add_item(MarkingImageSelect.of(subject))
    for verdict in VERDICTS if subject.tags else ():
        view.add_item(_verdict_select(subject, verdict, said))
    content = (text if subject.tags else NO_TAGS)(subject.language)
    await interaction.edit_original_response(content=content, view=view)


def _verdict_select(subject: Subject, verdict: Verdict, said: Mapping[str, bool]) -> VerdictSelect:
    chosen = [name for name, right in said.items() if right is (verdict == "right")]
    options = tag_options(subject, chosen)
    select: Select = discord.ui.Select(
        placeholder=PLACEHOLDERS[verdict](subject.language),
        options=options,
        min_values=0,
        max_values=len(options),
    )
    return VerdictSelect(verdict, subject.post.id, subject.illustration.id, select)

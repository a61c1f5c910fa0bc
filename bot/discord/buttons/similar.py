"""The button "Similar": more of what is similar to an image, page by page.

Only the person who clicked sees it, so it shows what this person may see: it may be more than the
reply shows, which everybody in the channel sees.
"""

import re
from typing import Any, Self

import discord

from bot.discord.acknowledging import defer
from bot.discord.buttons.items import IMAGE, POST, ImageSelect
from bot.discord.buttons.subject import Subject, scope_of, subject_of
from bot.discord.errors import answered
from bot.discord.numbered import Button, NumberedButton
from bot.discord.paging import NEXT, PREVIOUS
from bot.errors import UnavailableError
from bot.replies import Finding, make_reply
from bot.service import BEING_READ
from bot.texts import Text

PAGE = 10
MOST_PAGES = 10

HEADING = Text(en="Similar · page {page}", ja="似ている作品・{page}ページ目")


class SimilarButton(NumberedButton, template=rf"similar:{POST}"):
    """Below a reply: opens the first page."""

    name = "similar"
    label = Text(en="Similar", ja="似ている作品")
    emoji = "🔍"

    @answered
    async def callback(self, interaction: discord.Interaction) -> None:
        """Show the first page for the first image."""
        await defer(interaction, ephemeral=True, thinking=True)
        await _show(interaction, await subject_of(interaction, self.number), page=0)


class SimilarImageSelect(ImageSelect, template=rf"similar-image:{POST}"):
    """Below a page: turns to another image of the post."""

    name = "similar-image"

    async def turn_to(self, interaction: discord.Interaction, subject: Subject) -> None:
        """Show the first page for that image."""
        await _show(interaction, subject, page=0)


class SimilarPageButton(
    discord.ui.DynamicItem[Button], template=rf"similar-page:{POST}:{IMAGE}:(?P<page>\d{{1,2}})"
):
    """Below a page: turns to another."""

    def __init__(self, post_id: int, illustration_id: int, page: int, label: str = "…") -> None:
        custom_id = f"similar-page:{post_id}:{illustration_id}:{page}"
        super().__init__(discord.ui.Button(label=label, custom_id=custom_id))
        self._post_id = post_id
        self._illustration_id = illustration_id
        self._page = page

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Made anew at a click."""
        return cls(int(match["post"]), int(match["image"]), int(match["page"]))

    @answered
    async def callback(self, interaction: discord.Interaction) -> None:
        """Show that page."""
        await defer(interaction)
        subject = await subject_of(interaction, self._post_id, self._illustration_id)
        await _show(interaction, subject, min(self._page, MOST_PAGES - 1))


async def _show(interaction: discord.Interaction, subject: Subject, page: int) -> None:
    """Fill the ephemeral answer with one page, counted from 0."""
    face, language, id_ = subject.face, subject.language, subject.illustration.id
    first, end = page * PAGE, (page + 1) * PAGE
    # One more than is shown: whether there is a next page.
    found = await face.service.similar(
        subject.post.illustration_ids, await scope_of(interaction), end + 1
    )
    if id_ not in found:
        raise UnavailableError(BEING_READ)
    more = len(found[id_]) > end and page + 1 < MOST_PAGES
    finding = Finding(
        title=subject.attachment.title,
        tags=None,
        similar=found[id_][first:end],
        spoiler=subject.attachment.spoiler,
        heading=HEADING(language, page=page + 1) if page or more else "",
    )
    reply = make_reply([finding], language, subject.settings.rules, first_number=first + 1)
    rendered = await face.renderer.render(reply)
    await interaction.edit_original_response(
        embeds=rendered.embeds,
        attachments=rendered.files(),
        view=_controls(subject, page, more=more),
    )


def _controls(subject: Subject, page: int, *, more: bool) -> discord.ui.View:
    post_id, id_ = subject.post.id, subject.illustration.id
    view = discord.ui.View(timeout=None)
    if len(subject.post.illustration_ids) > 1:
        view.add_item(SimilarImageSelect.of(subject))
    if page:
        view.add_item(SimilarPageButton(post_id, id_, page - 1, PREVIOUS(subject.language)))
    if more:
        view.add_item(SimilarPageButton(post_id, id_, page + 1, NEXT(subject.language)))
    return view

"""What the menu "Add as example…" shows: of which tag, and which of a post's images.

Like the dialogue it keeps everything in its message: the post in the ids, the chosen images as what
is selected in their own select. So it goes on after a restart.
"""

from collections.abc import Collection, Sequence

import discord

from bot.catalogue import TaughtTag
from bot.discord.acknowledging import defer
from bot.discord.autocompleting import MOST_CHOICES
from bot.discord.buttons.items import POST, image_options
from bot.discord.buttons.subject import IMAGE_FORGOTTEN, MOST_LABEL_UNITS, post_of
from bot.discord.embeds import tag_names
from bot.discord.errors import RefusalError, answered
from bot.discord.escaping import plain
from bot.discord.face import face_of
from bot.discord.languages import language_for
from bot.discord.numbered import NumberedButton, NumberedSelect, Select
from bot.discord.teachers import require_teacher
from bot.discord.teaching import texts
from bot.discord.teaching.dialogue import ask_next, options_of
from bot.discord.teaching.lesson import lesson_about, lesson_of
from bot.discord.teaching.modal import Names, name_modal
from bot.discord.teaching.saying import registered_lines
from bot.illustrations import TagName
from bot.posts import Language, Post
from bot.tags.rules import TagRules
from bot.teaching.errors import TeachingError

IMAGES = "example-images"


class ExampleImages(NumberedSelect, template=rf"{IMAGES}:{POST}"):
    """Which images of a post are examples."""

    name = IMAGES

    @answered
    async def callback(self, interaction: discord.Interaction) -> None:
        """Keep the choice, in the message itself."""
        await defer(interaction)
        post = await post_of(interaction, self.number)
        chosen = {int(value) for value in self.item.values}
        await ask_for_tag(interaction, post, chosen)


class ExampleTag(NumberedSelect, template=rf"example-tag:{POST}"):
    """Of which tag of the guild's own they are examples."""

    name = "example-tag"

    @answered
    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand them in, and go on with the dialogue about that tag."""
        await defer(interaction)
        lesson = await lesson_of(interaction, int(self.item.values[0]))
        ids = _chosen(interaction, await post_of(interaction, self.number))
        tag, user_id = lesson.tag, lesson.user_id
        await lesson.teaching.hand_in(tag.guild_id, tag.name, ids, user_id)
        said = texts.HANDED_IN(lesson.language, tag=lesson.called, count=len(ids))
        await ask_next(interaction, lesson, [said])


class OtherTag(NumberedButton, template=rf"example-other:{POST}"):
    """Asks for the name of a tag that is not in the select: a new one, or one of very many."""

    name = "example-other"
    label = texts.NEW_OR_OTHER_TAG
    style = discord.ButtonStyle.primary

    @answered
    async def callback(self, interaction: discord.Interaction) -> None:
        """Open the dialogue with the two names; what is written there decides."""
        language: Language = "ja" if interaction.locale is discord.Locale.japanese else "en"
        await interaction.response.send_modal(name_modal(self.number, language))


async def ask_for_tag(
    interaction: discord.Interaction, post: Post, chosen: Collection[int]
) -> None:
    """Fill the answer, which only the person sees, with the question of which tag.

    Args:
        interaction: Acknowledged.
        post: Whose images are meant.
        chosen: Those of its illustrations that are examples.
    """
    face = face_of(interaction)
    settings = await face.catalogue.guilds.settings(post.place.guild_id)
    language = language_for(interaction, settings)
    tags = await face.teaching.own(post.place.guild_id)
    view = discord.ui.View(timeout=None)
    lines = [texts.WHICH_TAG(language)]
    if len(post.illustration_ids) > 1:
        lines.append(texts.WHICH_IMAGES(language))
        view.add_item(_images_select(post, chosen, language))
    if tags:
        view.add_item(_tag_select(post, tags, language, settings.rules))
    view.add_item(OtherTag(post.id, language))
    await interaction.edit_original_response(content="\n".join(lines), view=view)


async def add_to_named(interaction: discord.Interaction, post_id: int, names: Names) -> None:
    """Hand a post's chosen images in for the tag that was named; one that is new is registered.

    Args:
        interaction: The dialogue with the names, acknowledged.
        post_id: The post.
        names: English and Japanese, as they were written.
    """
    face = face_of(interaction)
    await require_teacher(face.teachers, interaction)
    post = await post_of(interaction, post_id)
    guild_id, user_id = post.place.guild_id, interaction.user.id
    ids, teaching = _chosen(interaction, post), face.teaching
    try:
        tag = await teaching.get(guild_id, names.name)
    except TeachingError:
        registered = await teaching.register(guild_id, *names, ids, user_id)
        tag = await teaching.get(guild_id, registered.name)
        lesson = await lesson_about(face, interaction, tag)
        said = registered_lines(lesson.language, registered)
    else:
        lesson = await lesson_about(face, interaction, tag)
        await teaching.hand_in(guild_id, tag.name, ids, user_id)
        said = [texts.HANDED_IN(lesson.language, tag=lesson.called, count=len(ids))]
    await ask_next(interaction, lesson, said)


def _chosen(interaction: discord.Interaction, post: Post) -> list[int]:
    """The images that are selected in the message; all of the post's where there is no select."""
    options = options_of(interaction.message, f"{IMAGES}:")
    if not options:
        return list(post.illustration_ids)
    selected = {int(one.value) for one in options if one.default}
    ids = [one for one in post.illustration_ids if one in selected]
    if not ids:
        raise RefusalError(IMAGE_FORGOTTEN)
    return ids


def _images_select(post: Post, chosen: Collection[int], language: Language) -> ExampleImages:
    options = image_options(post, language, chosen)
    select: Select = discord.ui.Select(
        placeholder=texts.IMAGES(language), options=options, max_values=len(options)
    )
    return ExampleImages(post.id, select)


def _tag_select(
    post: Post, tags: Sequence[TaughtTag], language: Language, rules: TagRules
) -> ExampleTag:
    """The guild's own tags; of very many, those that were taught last."""
    newest = sorted(tags, key=lambda tag: tag.created_at, reverse=True)[:MOST_CHOICES]
    options = [
        discord.SelectOption(label=_label(tag, language, rules), value=str(tag.id))
        for tag in sorted(newest, key=lambda tag: tag.name)
    ]
    select: Select = discord.ui.Select(placeholder=texts.OWN_TAGS(language), options=options)
    return ExampleTag(post.id, select)


def _label(tag: TaughtTag, language: Language, rules: TagRules) -> str:
    names = tag_names(TagName(tag.name, tag.name_ja), language, rules.aliases)
    return plain(" · ".join(names), MOST_LABEL_UNITS) or "?"

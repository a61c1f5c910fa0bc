"""What a click is about: from the numbers in a button's id to the post and one of its images.

A button may be months old, and the bot may have been restarted since, so nothing but its id is
known when somebody clicks. What was forgotten meanwhile is said in words.
"""

from dataclasses import dataclass

import discord

from bot.discord.embeds import tag_names
from bot.discord.errors import NOT_IN_DIRECT_MESSAGES, RefusalError
from bot.discord.escaping import plain
from bot.discord.face import Face, face_of
from bot.discord.languages import language_for
from bot.illustrations import Illustration, ScoredTag
from bot.places import Scope
from bot.posts import Attachment, GuildSettings, Language, Post
from bot.replies import choose_tags
from bot.tags.search import TagSearch
from bot.texts import Text

MOST_LABEL_UNITS = 100

FORGOTTEN = Text(
    en="This post was deleted or forgotten; I know nothing of it any more.",
    ja="この投稿か、その記録が削除されたため、お答えできることがありません。",
)
IMAGE_FORGOTTEN = Text(
    en="This image was deleted or forgotten; I know nothing of it any more.",
    ja="この画像か、その記録が削除されたため、お答えできることがありません。",
)
NOTHING_KNOWN = Text(
    en="I could not read any image of this post, so there is nothing to say about it.",
    ja="この投稿の画像は読み込めなかったため、お答えできることがありません。",
)


@dataclass(frozen=True)
class Subject:
    """One image of a post, and how to speak about it to the person who clicked.

    Attributes:
        post: Whose reply the button stands below.
        illustration: The image.
        settings: The guild's.
        language: The person's.
    """

    face: Face
    post: Post
    illustration: Illustration
    settings: GuildSettings
    language: Language

    @property
    def attachment(self) -> Attachment:
        """The image as it stands in the post."""
        return next(
            one for one in self.post.attachments if one.illustration_id == self.illustration.id
        )

    @property
    def tags(self) -> tuple[ScoredTag, ...]:
        """What the reply says about the image, by the guild's rules as they are now."""
        return choose_tags(self.illustration.tags, self.settings.rules).tags

    @property
    def search(self) -> TagSearch:
        """The tags that are known where the post stands.

        Raises:
            UnavailableError: If inference has not started yet.
        """
        return self.face.service.tags_of(self.post.place.guild_id)

    def names(self, tag: ScoredTag) -> str:
        """What a tag is called where nothing is formatted."""
        names = tag_names(tag, self.language, self.settings.rules.aliases)
        return plain(" · ".join(names), MOST_LABEL_UNITS) or "?"


async def post_of(interaction: discord.Interaction, post_id: int) -> Post:
    """The post that a button carries.

    Raises:
        RefusalError: If it was forgotten.
    """
    post = await face_of(interaction).catalogue.posts.get(post_id)
    if post is None or post.place.guild_id != interaction.guild_id:
        raise RefusalError(FORGOTTEN)
    return post


async def subject_of(
    interaction: discord.Interaction, post_id: int, illustration_id: int | None = None
) -> Subject:
    """The post that a button carries, and one of its images.

    Args:
        interaction: The click.
        post_id: What the button carries.
        illustration_id: Which image; None: the first.

    Raises:
        RefusalError: If it was forgotten, or if there never was a readable image.
    """
    face = face_of(interaction)
    post = await post_of(interaction, post_id)
    if not post.illustration_ids:
        raise RefusalError(NOTHING_KNOWN)
    wanted = post.illustration_ids[0] if illustration_id is None else illustration_id
    illustration = await face.catalogue.illustration(wanted)
    if illustration is None or wanted not in post.illustration_ids:
        raise RefusalError(IMAGE_FORGOTTEN)
    settings = await face.catalogue.guilds.settings(post.place.guild_id)
    return Subject(face, post, illustration, settings, language_for(interaction, settings))


async def scope_of(interaction: discord.Interaction) -> Scope:
    """What may be shown to the person who clicked, and to nobody else.

    Raises:
        RefusalError: Outside of guilds.
    """
    scope = await face_of(interaction).scopes.ephemeral(interaction)
    if scope is None:
        raise RefusalError(NOT_IN_DIRECT_MESSAGES)
    return scope

"""The button "Delete": takes the bot's reply away, and the pictures too if that is wished."""

import contextlib
import logging

import discord

from bot.discord.acknowledging import defer
from bot.discord.buttons.items import POST
from bot.discord.buttons.subject import post_of
from bot.discord.errors import RefusalError, answered
from bot.discord.face import face_of
from bot.discord.languages import language_for
from bot.discord.numbered import NumberedButton
from bot.discord.own import own_message
from bot.posts import Language, Post
from bot.texts import Text

log = logging.getLogger(__name__)

NOT_YOURS = Text(
    en="Only the author of the post, and people with the permission **Manage Messages** here, can "
    "do that.",
    ja="この操作ができるのは、投稿した本人と「メッセージの管理」権限を持つ人だけです。",
)
DELETED = Text(en="My reply is deleted.", ja="返信を削除しました。")
DELETED_BUT_KEPT = Text(
    en="My reply is deleted. The images stay in the library: people here still find them as "
    "similar ones and by their tags.",
    ja="返信を削除しました。画像の記録はライブラリに残り、似ている作品やタグの検索で引き続き見つかります。",
)
IMAGES_FORGOTTEN = Text(
    en="The images of this post are forgotten: nobody finds them here any more.",
    ja="この投稿の画像の記録を削除しました。もう検索しても見つかりません。",
)


class DeleteButton(NumberedButton, template=rf"delete:{POST}"):
    """Below a reply: deletes it."""

    name = "delete"
    label = Text(en="Delete", ja="削除")
    emoji = "🗑️"

    @answered
    async def callback(self, interaction: discord.Interaction) -> None:
        """Delete the reply, if this person may."""
        await defer(interaction, ephemeral=True, thinking=True)
        post = await _own_post(interaction, self.number)
        # The message first: were it noted as gone and yet stood, nothing would ever delete it.
        await _delete_message(interaction)
        await face_of(interaction).catalogue.posts.settle(post.id, "silent")
        log.info("post %d: its reply was deleted by %d", post.id, interaction.user.id)
        language = await _language(interaction, post)
        if not post.illustration_ids:
            await interaction.edit_original_response(content=DELETED(language))
            return
        view = discord.ui.View(timeout=None)
        view.add_item(ForgetButton(post.id, language))
        await interaction.edit_original_response(content=DELETED_BUT_KEPT(language), view=view)


class ForgetButton(NumberedButton, template=rf"forget:{POST}"):
    """Below the word that a reply was deleted: forgets the pictures as well."""

    name = "forget"
    label = Text(en="Forget the images too", ja="画像の記録も削除")
    emoji = "🧹"
    style = discord.ButtonStyle.danger

    @answered
    async def callback(self, interaction: discord.Interaction) -> None:
        """Forget the post, if this person may."""
        await defer(interaction)
        post = await _own_post(interaction, self.number)
        gone = await face_of(interaction).library.forget_posts([post.id], for_good=True)
        log.info("post %d: %d pictures were forgotten for %d", post.id, gone, interaction.user.id)
        content = IMAGES_FORGOTTEN(await _language(interaction, post))
        await interaction.edit_original_response(content=content, view=None)


def may_delete(author_id: int, user_id: int, permissions: discord.Permissions) -> bool:
    """Whether a person may take a reply away: the post's author, or a moderator.

    Args:
        author_id: Of the post.
        user_id: Who wants to.
        permissions: What that person may do in the channel, as Discord has just said it.
    """
    moderator = permissions.manage_messages or permissions.administrator
    return user_id == author_id or moderator


async def _delete_message(interaction: discord.Interaction) -> None:
    """Delete the message that the button stands below; it may be gone already."""
    message = interaction.message
    if message is not None:
        with contextlib.suppress(discord.NotFound):
            await own_message(interaction.client, message.channel.id, message.id).delete()


async def _own_post(interaction: discord.Interaction, post_id: int) -> Post:
    post = await post_of(interaction, post_id)
    if not may_delete(post.author_id, interaction.user.id, interaction.permissions):
        raise RefusalError(NOT_YOURS)
    return post


async def _language(interaction: discord.Interaction, post: Post) -> Language:
    guilds = face_of(interaction).catalogue.guilds
    return language_for(interaction, await guilds.settings(post.place.guild_id))

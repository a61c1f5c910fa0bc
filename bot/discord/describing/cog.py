"""The cog that describes images and finds similar ones: two commands, two message menus."""

import contextlib
import time
from collections.abc import Awaitable, Callable

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord.acknowledging import defer
from bot.discord.circumstances import Circumstances, seen_by_all, seen_by_one
from bot.discord.describing.images import option_image
from bot.discord.describing.looking import (
    DESCRIPTION,
    SIMILAR_ONES,
    Looking,
    Sight,
    Wish,
    still_shown,
)
from bot.discord.describing.publishing import obstacle
from bot.discord.describing.sighting import sight_of
from bot.discord.errors import RefusalError
from bot.discord.face import Face
from bot.discord.scopes import MOMENT_SECONDS
from bot.discord.translator import named
from bot.replies import make_reply
from bot.texts import Text

SeenBy = Callable[[Face, discord.Interaction], Awaitable[Circumstances]]

NO_IMAGE = Text(en="There is no image in this message.", ja="このメッセージには画像がありません。")
NOTHING_TO_COMPARE = Text(
    en="I find similar illustrations among those that were posted on a server, so use this on one. "
    "`/describe` works here, too.",
    ja="似ている作品は、サーバーに投稿された作品の中から探します。サーバーで使ってください。"
    "タグはここでも `/タグを調べる` で調べられます。",
)
_IMAGE = named("image", "画像")
_PUBLIC = named("public", "公開")
_THE_IMAGE = named("PNG, JPEG, WebP, GIF or BMP", "PNG・JPEG・WebP・GIF・BMPの画像")
_WHETHER_PUBLIC = named(
    "Show the answer to everybody here; otherwise only you see it",
    "返信をここの全員に見せる（指定しなければ自分だけに表示）",
)


class Describing(commands.Cog):
    """Answers who asks about an image."""

    def __init__(self, client: commands.AutoShardedBot, face: Face) -> None:
        self._client = client
        self._face = face
        self._looking = Looking(face.service, face.catalogue, face.downloads)
        # A cog collects slash commands by itself, but no menus.
        self._menus = (
            app_commands.ContextMenu(
                name=named("Find similar", "似ている作品を探す"), callback=self.find_similar
            ),
            app_commands.ContextMenu(
                name=named("Describe this image", "この画像のタグを調べる"),
                callback=self.describe_message,
            ),
        )

    async def cog_load(self) -> None:
        """Offer the menus."""
        for menu in self._menus:
            self._client.tree.add_command(menu)

    async def cog_unload(self) -> None:
        """Offer them no longer."""
        for menu in self._menus:
            self._client.tree.remove_command(menu.name, type=menu.type)

    @app_commands.command(
        name=named("describe", "タグを調べる"),
        description=named(
            "Find the tags of an image; it is not kept",
            "画像のタグを調べます（画像は保存しません）",
        ),
    )
    @app_commands.rename(image=_IMAGE, public=_PUBLIC)
    @app_commands.describe(image=_THE_IMAGE, public=_WHETHER_PUBLIC)
    async def describe(
        self,
        interaction: discord.Interaction,
        image: discord.Attachment,
        public: bool = False,  # noqa: FBT001, FBT002 - an option of the command
    ) -> None:
        """Tags and a few similar illustrations."""
        await self._answer_command(interaction, image, DESCRIPTION, public=public)

    @app_commands.command(
        name=named("similar", "似ている作品"),
        description=named(
            "Find illustrations of this server that are like an image; it is not kept",
            "画像に似ている作品をこのサーバーから探します（画像は保存しません）",
        ),
    )
    @app_commands.rename(image=_IMAGE, public=_PUBLIC)
    @app_commands.describe(image=_THE_IMAGE, public=_WHETHER_PUBLIC)
    async def similar(
        self,
        interaction: discord.Interaction,
        image: discord.Attachment,
        public: bool = False,  # noqa: FBT001, FBT002 - an option of the command
    ) -> None:
        """Similar illustrations, and no tags."""
        await self._answer_command(interaction, image, SIMILAR_ONES, public=public)

    async def find_similar(
        self, interaction: discord.Interaction, message: discord.Message
    ) -> None:
        """The menu "Find similar"."""
        await self._answer_menu(interaction, message, SIMILAR_ONES)

    async def describe_message(
        self, interaction: discord.Interaction, message: discord.Message
    ) -> None:
        """The menu "Describe this image"."""
        await self._answer_menu(interaction, message, DESCRIPTION)

    async def _answer_command(
        self,
        interaction: discord.Interaction,
        image: discord.Attachment,
        wish: Wish,
        *,
        public: bool,
    ) -> None:
        hindered = obstacle(interaction) if public else None
        public = public and hindered is None
        await defer(interaction, ephemeral=not public, thinking=True)
        sight = Sight([option_image(image)])
        try:
            await self._answer(
                interaction, sight, wish, seen_by_all if public else seen_by_one, hindered
            )
        except Exception:
            if public:
                # What follows takes the place of "is thinking", which everybody sees; what went
                # wrong is nobody's business but the asker's.
                with contextlib.suppress(discord.HTTPException):
                    await interaction.delete_original_response()
            raise

    async def _answer_menu(
        self, interaction: discord.Interaction, message: discord.Message, wish: Wish
    ) -> None:
        await defer(interaction, ephemeral=True, thinking=True)
        sight = await sight_of(message, self._face.catalogue, self._client.user)
        if not sight.images:
            raise RefusalError(NO_IMAGE)
        await self._answer(interaction, sight, wish, seen_by_one)

    async def _answer(
        self,
        interaction: discord.Interaction,
        sight: Sight,
        wish: Wish,
        seen_by: SeenBy,
        hindered: Text | None = None,
    ) -> None:
        face, begun = self._face, time.monotonic()
        circumstances = await seen_by(face, interaction)
        if circumstances.scope is None and not wish.tags:
            raise RefusalError(NOTHING_TO_COMPARE)
        findings = await self._looking.look(sight, wish, circumstances.scope)
        reply = make_reply(findings, circumstances.language, circumstances.rules)
        rendered = await face.renderer.render(reply)
        if time.monotonic() - begun > MOMENT_SECONDS:
            circumstances = await seen_by(face, interaction)
            shown = [still_shown(one, circumstances.scope) for one in findings]
            if shown != findings:
                reply = make_reply(shown, circumstances.language, circumstances.rules)
                rendered = await face.renderer.render(reply)
        place = circumstances.place
        # Not a message that follows: were that sent again in trouble, there would be two of it.
        sent = await interaction.edit_original_response(
            content=hindered(circumstances.language) if hindered else None,
            embeds=rendered.embeds,
            attachments=rendered.files(),
        )
        if place is not None:
            await face.public_answers.note(sent, place, interaction.user.id, reply)

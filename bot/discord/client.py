"""The client: what the bot asks of Discord, and how it says that something went wrong."""

import logging
from typing import Any

import discord
import yarl
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.config import DiscordConfig
from bot.discord.clickable import CLICKABLE
from bot.discord.cogs import make_cogs
from bot.discord.errors import tell
from bot.discord.face import Face
from bot.discord.identifying import Identifying
from bot.discord.noticing import NEEDED
from bot.discord.translator import Translator, sync_if_changed
from bot.shards import Shards

log = logging.getLogger(__name__)

# The bot does not speak; without these discord.py complains that it cannot.
discord.VoiceClient.warn_nacl = False
discord.VoiceClient.warn_dave = False


# A session's guilds are all there when no more has come for so long.
GUILDS_READY_SECONDS = 2.0
# Everything that it needs for anything, in channels and in their threads.
PERMISSIONS = discord.Permissions(
    **{name: True for names in NEEDED.values() for name in names}, send_messages_in_threads=True
)


def intents(*, message_content: bool) -> discord.Intents:
    """What the bot wants to hear of, one by one.

    Args:
        message_content: Whether the application may read messages: without it Discord leaves the
            attachments of ordinary messages out, so nothing can be answered unasked.
    """
    wanted = discord.Intents.none()
    wanted.guilds = True
    wanted.guild_messages = True
    wanted.guild_reactions = True
    wanted.message_content = message_content
    return wanted


def use_addresses(config: DiscordConfig) -> None:
    """Let discord.py talk to these addresses; it keeps them for the whole process."""
    Route.BASE = config.api_url.rstrip("/")
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(config.gateway_url)


class Tree(app_commands.CommandTree["Hoshizora"]):
    """The commands; whatever one is being answered with is known to who ends the client."""

    async def interaction_check(self, interaction: discord.Interaction["Hoshizora"], /) -> bool:
        """A command or an autocomplete came, in a task of its own."""
        interaction.client.face.acknowledged.begin()
        return True


class Hoshizora(commands.AutoShardedBot):
    """The connection to Discord.

    Attributes:
        face: What its cogs and buttons work with.
        connected_shards: The shards that are connected at this moment.
    """

    def __init__(self, face: Face, *, message_content: bool, shards: Shards | None) -> None:
        options: dict[str, Any] = {}
        if shards is not None:
            options = {"shard_ids": list(shards.ids), "shard_count": shards.count}
        super().__init__(
            command_prefix=(),  # no commands in messages
            help_command=None,
            tree_cls=Tree,
            intents=intents(message_content=message_content),
            allowed_mentions=discord.AllowedMentions.none(),
            # What people write is not kept, and members are not collected.
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            guild_ready_timeout=GUILDS_READY_SECONDS,
            http_trace=face.clock.trace(),
            **options,
        )
        self.connected_shards: set[int] = set()
        self.face = face
        self._identifying = Identifying(face.catalogue.turns)
        self.tree.error(self._command_failed)

    @property
    def invitation(self) -> str:
        """The address at which an admin adds the bot to a guild, with the permissions it needs."""
        return discord.utils.oauth_url(self.application_id or 0, permissions=PERMISSIONS)

    @property
    def connected(self) -> bool:
        """Whether every shard is connected."""
        return bool(self.shards) and self.connected_shards >= set(self.shards)

    async def setup_hook(self) -> None:
        """After the login, before the connection: cogs, buttons, and commands that changed."""
        log.info("Discord: logged in as %s; to invite the bot: %s", self.user, self.invitation)
        for cog in make_cogs(self, self.face):
            await self.add_cog(cog)
        self.add_dynamic_items(*CLICKABLE)
        await self.tree.set_translator(Translator())
        # All processes have the same commands; two of different versions would take turns.
        if self.shard_ids is None or 0 in self.shard_ids:
            await sync_if_changed(self.tree, self.face.catalogue.state)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """A session is about to begin."""
        await super().before_identify_hook(shard_id, initial=initial)
        await self._identifying.turn()

    async def close(self) -> None:
        """Leave Discord; what is under way stays pending, and the next client goes on with it."""
        await self.face.acknowledged.let_go()
        await self.face.intake.let_go()
        await self._identifying.close()
        await super().close()

    async def on_app_command_completion(
        self,
        interaction: discord.Interaction,
        command: app_commands.Command[Any, ..., Any] | app_commands.ContextMenu,
    ) -> None:
        """A command was answered."""
        seconds = (discord.utils.utcnow() - interaction.created_at).total_seconds()
        self.face.service.metrics.interactions.labels(command.qualified_name).observe(seconds)

    async def on_message(self, message: discord.Message, /) -> None:
        """Commands are slash commands: messages are the cogs' business alone."""

    async def on_shard_ready(self, shard_id: int) -> None:
        """A shard has a session, and knows its guilds."""
        self.connected_shards.add(shard_id)
        log.info("Discord: shard %d is connected, %d guilds", shard_id, len(self.guilds))

    async def on_shard_resumed(self, shard_id: int) -> None:
        """A shard goes on with its session; what it missed is being told."""
        self.connected_shards.add(shard_id)
        log.info("Discord: shard %d goes on where it was", shard_id)

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """A shard lost its connection; it comes back by itself."""
        if shard_id in self.connected_shards:
            self.connected_shards.discard(shard_id)
            log.warning("Discord: shard %d lost its connection; connecting again", shard_id)

    async def on_error(self, event_method: str, /, *_args: object, **_kwargs: object) -> None:
        """A listener failed: one event is lost, the bot goes on."""
        log.exception("an unexpected error in %s", event_method)

    async def _command_failed(
        self, interaction: discord.Interaction, error: app_commands.AppCommandError
    ) -> None:
        await tell(interaction, error)

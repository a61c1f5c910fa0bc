"""Who may teach, where Discord does not decide it: buttons, selects and dialogues.

Whoever may manage the server may. Whoever else may use ``/tag-admin`` may too: a guild opens it to
a role of teachers in its integration settings, and Discord tells the bot what those say. So who has
lost the role is stopped in the middle of a dialogue, and a dialogue need not know who opened it.
"""

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import discord

from bot.discord.errors import RefusalError
from bot.texts import Text

COMMAND = "tag-admin"
# What a guild has just changed may hold a little later; every click would ask Discord otherwise.
REMEMBERED_SECONDS = 30.0

MAY_NOT_TEACH = Text(
    en="Only people who may use `/tag-admin jobs` here can do that: those with the permission "
    "**Manage Server**, and those to whom the server has opened the command.",
    ja="この操作ができるのは、`/タグ管理 ジョブ` を使える人だけです"
    "（「サーバー管理」権限を持つ人と、サーバーがコマンドの使用を許可した人）。",
)


@dataclass(frozen=True)
class Said:
    """What a guild's integration settings say of a command, or of all of them.

    Attributes:
        by_id: Whether it is open, by the role's or the member's id; ``guild_id`` is everybody.
    """

    guild_id: int
    by_id: Mapping[int, bool]

    def of(self, user_id: int, role_ids: Collection[int]) -> bool | None:
        """What holds for a member; None: nothing is said of them.

        What is said of the member outdoes what is said of roles, and that what is said of
        everybody; one role that it is open to is enough.
        """
        if user_id in self.by_id:
            return self.by_id[user_id]
        roles = [self.by_id[one] for one in role_ids if one in self.by_id and one != self.guild_id]
        return any(roles) if roles else self.by_id.get(self.guild_id)


class Teachers:
    """Finds out who may teach."""

    def __init__(self) -> None:
        self._command_id = 0
        self._said: dict[int, tuple[float, tuple[Said, ...]]] = {}

    async def include(self, interaction: discord.Interaction) -> bool:
        """Whether the person who clicked may teach in this guild; acknowledge the click before.

        Raises:
            discord.HTTPException: If Discord does not say what the guild's settings are.
        """
        allowed, user = interaction.permissions, interaction.user
        if allowed.manage_guild or allowed.administrator:
            return True
        if interaction.guild_id is None or not isinstance(user, discord.Member):
            return False
        role_ids = [role.id for role in user.roles]
        levels = await self._settings(interaction.client, interaction.guild_id)
        verdicts = (level.of(user.id, role_ids) for level in levels)
        return next((one for one in verdicts if one is not None), False)

    async def _settings(self, client: discord.Client, guild_id: int) -> tuple[Said, ...]:
        """What is said of the command, then what is said of all commands."""
        kept_at, said = self._said.get(guild_id, (0.0, ()))
        if kept_at and time.monotonic() - kept_at < REMEMBERED_SECONDS:
            return said
        application_id = client.application_id or 0
        if not self._command_id:
            self._command_id = _own_id(await client.http.get_global_commands(application_id))
        asking = client.http.get_guild_application_command_permissions(application_id, guild_id)
        by_command = {int(one["id"]): one["permissions"] for one in await asking}
        said = tuple(
            said_of(guild_id, by_command.get(id_, ())) for id_ in (self._command_id, application_id)
        )
        self._said[guild_id] = (time.monotonic(), said)
        return said


async def require_teacher(teachers: Teachers, interaction: discord.Interaction) -> None:
    """Let nobody but teachers on.

    Raises:
        RefusalError: If the person who clicked is none.
    """
    if not await teachers.include(interaction):
        raise RefusalError(MAY_NOT_TEACH)


def said_of(guild_id: int, permissions: Iterable[Any]) -> Said:
    """What Discord's own list of permissions says of roles and members; channels are left out."""
    channel = discord.AppCommandPermissionType.channel.value
    return Said(
        guild_id,
        {int(one["id"]): one["permission"] for one in permissions if one["type"] != channel},
    )


def _own_id(commands: Iterable[Any]) -> int:
    return next((int(one["id"]) for one in commands if one["name"] == COMMAND), 0)

"""Application commands: what the bot has registered, and whether Discord would take it."""

import re
from typing import TYPE_CHECKING, Any

from tests.bot.discord.standin.limits import broken, too_long

if TYPE_CHECKING:
    from tests.bot.discord.standin.people import Member
    from tests.bot.discord.standin.server import StandIn
    from tests.bot.discord.standin.world import Guild, Role

Json = dict[str, Any]

CHAT, USER_MENU, MESSAGE_MENU = 1, 2, 3
_NAME = re.compile(r"^[-_'\w]{1,32}$")
LOCALES = frozenset(
    [
        *("id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu"),
        *("nl", "no", "pl", "pt-BR", "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru"),
        *("uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko"),
    ]
)


class NotOfferedError(AssertionError):
    """Discord would not offer this command to this person here: it is not there, or not allowed."""


class Commands:
    """The commands that an application has registered, everywhere or in one guild."""

    def __init__(self, standin: "StandIn") -> None:
        self._standin = standin
        self._of: dict[int | None, list[Json]] = {}
        self._permissions: dict[tuple[int, str], list[Json]] = {}

    def names(self) -> list[str]:
        """The top-level names of what is registered everywhere."""
        return [one["name"] for one in self._of.get(None, [])]

    def get(self, name: str, kind: int = CHAT) -> Json | None:
        """One global command as it is registered."""
        return self.find(None, name, kind)

    def of(self, guild_id: int | None) -> list[Json]:
        return self._of.get(guild_id, [])

    def find(self, guild: "Guild | None", name: str, kind: int) -> Json | None:
        """A command of the guild, else a global one."""
        wanted = (self._of.get(guild.id, []) if guild else []) + self._of.get(None, [])
        return next((one for one in wanted if (one["name"], one["type"]) == (name, kind)), None)

    def permit(
        self,
        guild: "Guild",
        name: str,
        whom: "Role | Member",
        *,
        allowed: bool = True,
        kind: int = CHAT,
    ) -> None:
        """Open a command to a role or a member in the guild's integration settings, or close it."""
        found = self.find(guild, name, kind)
        assert found is not None, f"{name!r} is not registered; there is: {self.names()}"
        is_member = hasattr(whom, "user")
        one = {"id": str(whom.id), "type": 2 if is_member else 1, "permission": allowed}
        kept = self._permissions.setdefault((guild.id, found["id"]), [])
        kept[:] = [each for each in kept if each["id"] != one["id"]] + [one]

    def permissions(self, guild: "Guild") -> list[Json]:
        """What the guild's integration settings say, command by command."""
        application_id = str(self._standin.world.application_id)
        return [
            {
                "id": command_id,
                "application_id": application_id,
                "guild_id": str(guild.id),
                "permissions": kept,
            }
            for (guild_id, command_id), kept in self._permissions.items()
            if guild_id == guild.id
        ]

    def opened(self, command: Json, member: "Member") -> bool | None:
        """What those settings say of a member; None: nothing, the command's default holds."""
        said = self._permissions.get((member.guild.id, command["id"]), [])
        own = [one["permission"] for one in said if one["id"] == str(member.id)]
        held = {str(role.id) for role in member.roles}
        by_role = [one["permission"] for one in said if one["id"] in held]
        everyone = [one["permission"] for one in said if one["id"] == str(member.guild.id)]
        return next((any(some) for some in (own, by_role, everyone) if some), None)

    def overwrite(self, guild_id: int | None, commands: list[Json]) -> list[Json]:
        """Replace everything that was registered; what keeps its name keeps its id."""
        for number, one in enumerate(commands):
            check_command(one, str(number))
        keys = [(one["name"], one.get("type") or CHAT) for one in commands]
        if len(set(keys)) < len(keys):
            raise broken("name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "names must be unique")
        chat = sum(kind == CHAT for _, kind in keys)
        if chat > 100 or any(sum(k == kind for _, k in keys) > 15 for kind in (2, 3)):
            raise broken("name", "BASE_TYPE_BAD_LENGTH", "too many commands")
        old = {(one["name"], one["type"]): one["id"] for one in self.of(guild_id)}
        self._of[guild_id] = [self._kept(one, guild_id, old) for one in commands]
        return self._of[guild_id]

    def _kept(self, one: Json, guild_id: int | None, old: dict[tuple[str, int], str]) -> Json:
        world = self._standin.world
        kind = one.get("type") or CHAT
        permissions = one.get("default_member_permissions")
        kept: Json = {
            "id": old.get((one["name"], kind)) or str(world.snowflakes.make()),
            "application_id": str(world.application_id),
            "version": str(world.snowflakes.make()),
            "type": kind,
            "name": one["name"],
            "name_localizations": one.get("name_localizations"),
            "description": one.get("description") or "",
            "description_localizations": one.get("description_localizations"),
            "default_member_permissions": None if permissions is None else str(permissions),
            "nsfw": bool(one.get("nsfw")),
            "options": one.get("options") or [],
            "integration_types": one.get("integration_types") or [0],
            "contexts": one.get("contexts"),
        }
        if guild_id is None:
            allowed = one.get("dm_permission")
            kept["dm_permission"] = True if allowed is None else allowed
        else:
            kept["guild_id"] = str(guild_id)
        return kept


def check_command(one: Json, path: str) -> None:
    """Check what a bot registers.

    Raises:
        BrokenLimitError: What Discord answers.
    """
    if (one.get("type") or CHAT) != CHAT:
        for name in (one["name"], *(one.get("name_localizations") or {}).values()):
            too_long(f"{path}.name", name, 32, least=1)
        if one.get("description"):
            raise broken(f"{path}.description", "APPLICATION_COMMAND_INVALID", "must be empty")
        return
    _check_named(one, path)
    options = one.get("options") or []
    if _written_length(one) > 8000:
        raise broken(path, "APPLICATION_COMMAND_TOO_LARGE", "8000 characters at most")
    _check_options(options, path)


def _check_options(options: list[Json], path: str) -> None:
    if len(options) > 25:
        raise broken(f"{path}.options", "BASE_TYPE_BAD_LENGTH", "25 options at most")
    names = [one["name"] for one in options]
    if len(set(names)) < len(names):
        raise broken(f"{path}.options", "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "duplicates")
    required = [bool(one.get("required")) for one in options]
    if required != sorted(required, reverse=True):
        code = "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"
        raise broken(f"{path}.options", code, "Required options must be placed before others")
    for number, one in enumerate(options):
        at = f"{path}.options.{number}"
        _check_named(one, at)
        choices = one.get("choices") or []
        if len(choices) > 25 or (choices and one.get("autocomplete")):
            raise broken(f"{at}.choices", "BASE_TYPE_BAD_LENGTH", "25, or autocomplete")
        for choice in choices:
            too_long(f"{at}.choices", choice["name"], 100, least=1)
        _check_options(one.get("options") or [], at)


def _check_named(one: Json, path: str) -> None:
    names = {"": one["name"], **(one.get("name_localizations") or {})}
    for locale, name in names.items():
        if not _NAME.match(name) or name != name.lower():
            code = "APPLICATION_COMMAND_INVALID_NAME"
            raise broken(f"{path}.name", code, f"Command name is invalid: {locale} {name!r}")
    texts = {"": one.get("description"), **(one.get("description_localizations") or {})}
    for text in texts.values():
        too_long(f"{path}.description", text, 100, least=1)
    for locale in {*names, *texts} - {""}:
        if locale not in LOCALES:
            raise broken(f"{path}.name", "ENUM_TYPE_COERCE", f"unknown locale {locale!r}")


def _written_length(one: Json) -> int:
    # Of the localised texts the longest counts.
    names = [one["name"], *(one.get("name_localizations") or {}).values()]
    texts = [one.get("description") or "", *(one.get("description_localizations") or {}).values()]
    own = max(map(len, names)) + max(map(len, texts))
    own += sum(len(each["name"]) + len(str(each["value"])) for each in one.get("choices") or [])
    return own + sum(_written_length(each) for each in one.get("options") or [])

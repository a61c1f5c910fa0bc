"""The secrets of the bot: variables of its environment, which its children do not inherit.

Why: decoders read what strangers sent. One that was taken over would find nothing worth having.
"""

import os

API_TOKEN_VARIABLE = "HOSHIZORA_API_TOKEN"  # noqa: S105 - a name, not a secret
DISCORD_TOKEN_VARIABLE = "DISCORD_TOKEN"  # noqa: S105
# The name that PostgreSQL's own programs know; its driver reads it by itself.
CATALOGUE_PASSWORD_VARIABLE = "PGPASSWORD"  # noqa: S105
_VARIABLES = {API_TOKEN_VARIABLE, DISCORD_TOKEN_VARIABLE, CATALOGUE_PASSWORD_VARIABLE}


def secret(variable: str) -> str:
    """The value of one of them; empty: it is not set."""
    return os.environ.get(variable, "").strip()


def all_secrets() -> list[str]:
    """The values of all that are set."""
    return [value for value in map(secret, sorted(_VARIABLES)) if value]


def environment_of_children(*needed: str) -> dict[str, str]:
    """Our environment without the secrets, but for those that a child needs by name."""
    withheld = _VARIABLES - set(needed)
    return {name: value for name, value in os.environ.items() if name not in withheld}

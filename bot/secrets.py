"""The secrets of the bot: variables of its environment, which none of its children inherits.

Why: decoders read what strangers sent. One that was taken over would find nothing worth having.
"""

import os

API_TOKEN_VARIABLE = "HOSHIZORA_API_TOKEN"  # noqa: S105 - a name, not a secret
DISCORD_TOKEN_VARIABLE = "DISCORD_TOKEN"  # noqa: S105
_VARIABLES = {API_TOKEN_VARIABLE, DISCORD_TOKEN_VARIABLE}


def secret(variable: str) -> str:
    """The value of one of them; empty: it is not set."""
    return os.environ.get(variable, "").strip()


def environment_of_children() -> dict[str, str]:
    """Our environment without the secrets."""
    return {name: value for name, value in os.environ.items() if name not in _VARIABLES}

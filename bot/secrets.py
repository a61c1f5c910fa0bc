"""The secrets of the bot: variables of its environment, which its children do not inherit.

Why: decoders read what strangers sent. One that was taken over would find nothing worth having.
"""

import os
import re

API_TOKEN_VARIABLE = "HOSHIZORA_API_TOKEN"  # noqa: S105 - a name, not a secret
DISCORD_TOKEN_VARIABLE = "DISCORD_TOKEN"  # noqa: S105
# The name that PostgreSQL's own programs know; its driver reads it by itself.
CATALOGUE_PASSWORD_VARIABLE = "PGPASSWORD"  # noqa: S105
INDEX_TOKEN_VARIABLE = "MILVUS_TOKEN"  # noqa: S105
_VARIABLES = {
    API_TOKEN_VARIABLE,
    DISCORD_TOKEN_VARIABLE,
    CATALOGUE_PASSWORD_VARIABLE,
    INDEX_TOKEN_VARIABLE,
}
# What leads into stores elsewhere: names of the providers' own programs, and of fsspec.
_STORE_VARIABLE = re.compile(r"(AWS|AZURE|FSSPEC|GOOGLE)_")
_CREDENTIAL = re.compile(r"KEY|SECRET|TOKEN|PASSWORD|CONNECTION_STRING")
_SHORTEST_CREDENTIAL = 8


def secret(variable: str) -> str:
    """The value of one of them; empty: it is not set."""
    return os.environ.get(variable, "").strip()


def store_variables() -> tuple[str, ...]:
    """Names of the variables by which stores elsewhere are reached, as far as they are set."""
    return tuple(name for name in os.environ if _STORE_VARIABLE.match(name))


def all_secrets() -> list[str]:
    """The values of all that are set: what must not be read in a log."""
    stores = [secret(name) for name in store_variables() if _CREDENTIAL.search(name)]
    # A region, or the word "true", is none, whatever its variable is called.
    credentials = [value for value in stores if len(value) >= _SHORTEST_CREDENTIAL]
    return [value for value in map(secret, sorted(_VARIABLES)) if value] + credentials


def environment_of_children(*needed: str) -> dict[str, str]:
    """Our environment without the secrets, but for those that a child needs by name."""
    withheld = {*_VARIABLES, *store_variables()} - set(needed)
    return {name: value for name, value in os.environ.items() if name not in withheld}

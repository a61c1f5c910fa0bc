"""Every request against Discord's own description of its API, where that lies beside the checkout.

Why the description is loosened in two places: Discord takes a snowflake written as a number (the
library numbers new attachments so) and 0 and 1 for booleans in a query; its description says
neither. What it forgets to name and Discord takes: ``FORGOTTEN`` in description.py.
"""

import copy
import json
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from tests.bot.discord.standin.description import Description, plainer

Json = dict[str, Any]

DESCRIPTION = Path(__file__).resolve().parents[5] / "shared" / "discord" / "openapi.json"


@cache
def strict() -> Description | None:
    """The description as it is, for what the stand-in answers itself; None where it is missing."""
    if not DESCRIPTION.is_file():
        return None
    return Description(plainer(json.loads(DESCRIPTION.read_text(encoding="utf-8"))))


@cache
def lenient() -> Description | None:
    """The description for requests."""
    described = strict()
    if described is None:
        return None
    document = copy.deepcopy(described.document)
    snowflake = document["components"]["schemas"]["SnowflakeType"]
    document["components"]["schemas"]["SnowflakeType"] = {
        "anyOf": [snowflake, {"type": "integer", "minimum": 0}]
    }
    return Description(document)


def check(
    method: str,
    template: str,
    *,
    path: Mapping[str, str],
    query: Mapping[str, str],
    body: Any,
    is_form: bool,
) -> list[str]:
    """What of a request does not fit the description, in words; nothing where that is missing."""
    description = lenient()
    if description is None:
        return []
    operation = description.operation(method, template)
    if operation is None:
        return ["no such operation"]
    problems = list(_of_parameters(description, method, template, path, query))
    wanted = operation.get("requestBody")
    if wanted is None:
        return problems + (["a body where none is taken"] if body is not None else [])
    if body is None:
        return problems + (["no body"] if wanted.get("required") else [])
    kind = "multipart/form-data" if is_form else "application/json"
    if kind not in wanted["content"]:
        return [*problems, f"{kind} is not taken"]
    return problems + description.errors(wanted["content"][kind]["schema"], body)


def check_answer(method: str, template: str, answer: Any) -> list[str]:
    """What of the stand-in's own answer does not fit the description, in words."""
    description = strict()
    operation = description.operation(method, template) if description else None
    if description is None or operation is None:
        return []
    wanted = operation["responses"].get("204" if answer is None else "200")
    if wanted is None:
        return [f"{'nothing' if answer is None else 'something'} is answered"]
    content = wanted.get("content", {}).get("application/json")
    return description.errors(content["schema"], answer) if content else []


def _of_parameters(
    description: Description,
    method: str,
    template: str,
    path: Mapping[str, str],
    query: Mapping[str, str],
) -> Iterator[str]:
    known = description.parameters(method, template)
    for name in query:
        if ("query", name) not in known:
            yield f"?{name}: not in the description"
    given = {"path": path, "query": query}
    for (place, name), one in known.items():
        value = given.get(place, {}).get(name)
        if value is None:
            if one.get("required"):
                yield f"{name}: missing"
            continue
        for problem in description.errors(one["schema"], _read(one["schema"], value)):
            yield f"{place} {name}: {problem}"


def _read(schema: Json, text: str) -> Any:
    """A parameter's text as the value that its schema speaks of."""
    kind = schema.get("type")
    if kind == "boolean" and text.lower() in ("0", "1", "true", "false"):
        return text.lower() in ("1", "true")
    if kind == "integer" and text.lstrip("-").isdigit():
        return int(text)
    if kind == "array":
        return text.split(",")
    return text


@lru_cache(maxsize=1)
def templates() -> frozenset[str]:
    """The paths that Discord has; nothing where the description is missing."""
    description = strict()
    return frozenset(description.document["paths"]) if description else frozenset()

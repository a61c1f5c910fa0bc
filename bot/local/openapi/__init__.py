"""The OpenAPI description of the HTTP API, served at /api/v1/openapi.json.

Written by hand, beside the routes: it is a contract, so it must not change by accident. A test
holds it against the routes and against real answers.
"""

from bot.local.openapi import channel, teaching
from bot.local.openapi.parts import Json, refusals

__all__ = ["DESCRIPTION"]


def _joined(*parts: Json) -> Json:
    """Paths of several parts; one path may have a method from each, and the guard is before all."""
    joined: Json = {}
    for part in parts:
        for path, methods in part.items():
            joined[path] = joined.get(path, {}) | {
                method: operation | {"responses": refusals(401, 403) | operation["responses"]}
                for method, operation in methods.items()
            }
    return joined


DESCRIPTION: Json = {
    "openapi": "3.1.0",
    "info": {
        "title": "Hoshizora",
        "version": "1",
        "description": "Tags for an illustration, and what is similar to it.",
    },
    "paths": _joined(channel.PATHS, teaching.PATHS),
    "components": {
        "schemas": channel.SCHEMAS | teaching.SCHEMAS,
        "securitySchemes": {
            "token": {
                "type": "http",
                "scheme": "bearer",
                "description": "Only where HOSHIZORA_API_TOKEN is set.",
            }
        },
    },
    "security": [{}, {"token": []}],
}

"""The description of the API holds for the routes and for real answers."""

import re

import pytest
import pytest_asyncio

from bot.local.answers import STATUS
from bot.local.openapi import DESCRIPTION

in_one_loop = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def channel(local_channel, module_settings):
    async with local_channel(module_settings) as running:
        await running.bot.inference.ready()
        yield running


def holds(value, schema) -> bool:
    """Whether a value is of a schema, for the few words that the description uses."""
    if "$ref" in schema:
        schema = DESCRIPTION["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "oneOf" in schema:
        return any(holds(value, one) for one in schema["oneOf"])
    kinds = {"string": str, "integer": int, "number": (int, float), "boolean": bool}
    kind = schema["type"]
    if kind == "null":
        return value is None
    if kind == "array":
        return isinstance(value, list) and all(holds(one, schema["items"]) for one in value)
    if kind == "object" and "additionalProperties" in schema:
        of_value = schema["additionalProperties"]
        return isinstance(value, dict) and all(holds(one, of_value) for one in value.values())
    if kind == "object":
        return (
            isinstance(value, dict)
            and set(value) == set(schema["required"])
            and all(holds(value[name], one) for name, one in schema["properties"].items())
        )
    return isinstance(value, kinds[kind]) and value in schema.get("enum", [value])


def schema_of(path: str, method: str, status: int):
    answer = DESCRIPTION["paths"][path][method]["responses"][str(status)]
    return answer["content"]["application/json"]["schema"]


@in_one_loop
async def test_every_route_is_described_and_nothing_else(channel):
    routes = {
        (re.sub(r":[^}]*", "", route.resource.canonical), route.method.lower())
        for route in channel.client.app.router.routes()
        if route.method != "HEAD"
    }
    described = {(path, method) for path, item in DESCRIPTION["paths"].items() for method in item}
    assert routes == described


@in_one_loop
async def test_the_description_is_served(channel):
    assert await channel.get("/api/v1/openapi.json") == DESCRIPTION


@in_one_loop
async def test_real_answers_are_as_described(channel, picture):
    posted = await channel.send("/api/v1/posts", picture())
    post = await posted.json()
    await channel.send("/api/v1/posts", picture((201, 40, 40)))
    described = await channel.send("/api/v1/describe", picture())
    calls = [
        ("/api/v1/posts", "post", posted),
        ("/api/v1/describe", "post", described),
        ("/api/v1/posts", "get", await channel.client.get("/api/v1/posts")),
        ("/api/v1/posts/{id}", "get", await channel.client.get(f"/api/v1/posts/{post['id']}")),
        ("/api/v1/posts/{id}", "get", await channel.client.get("/api/v1/posts/999999")),
        ("/api/v1/posts", "post", await channel.send("/api/v1/posts", b"text")),
        ("/api/v1/tags", "get", await channel.client.get("/api/v1/tags")),
        ("/api/v1/status", "get", await channel.client.get("/api/v1/status")),
        ("/healthz", "get", await channel.client.get("/healthz")),
    ]
    for path, method, response in calls:
        body = await response.json()
        assert holds(body, schema_of(path, method, response.status)), (path, method, body)


def test_every_error_code_is_described():
    codes = DESCRIPTION["components"]["schemas"]["Error"]["properties"]["error"]["properties"]
    assert set(codes["code"]["enum"]) == set(STATUS)

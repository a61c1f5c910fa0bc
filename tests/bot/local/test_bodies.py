"""Bodies are read key by key, and refused with what was expected."""

import asyncio
import json

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.errors import RequestError
from bot.local.bodies import MOST_BODY_BYTES, Body


async def read(data: bytes, *allowed: str, **headers: str) -> Body:
    """The body as a handler reads it, over a real connection."""
    found: list[object] = []

    async def handler(request: web.Request) -> web.Response:
        try:
            found.append(await Body.read(request, *allowed))
        except RequestError as error:
            found.append(error)
        return web.Response()

    app = web.Application()
    app.router.add_post("/", handler)
    async with TestClient(TestServer(app)) as client:
        await client.post("/", data=data, headers=headers)
    (one,) = found
    if isinstance(one, RequestError):
        raise one
    assert isinstance(one, Body)
    return one


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{",
        b'"name"',
        b"\xff\xfe",
        b"[" * 20_000,
        b'{"other": 1}',
        b'{"name": 1, "name": 2}',
        b'{"name": "\\ud800"}',
        b'{"\\udfff": 1}',
    ],
)
async def test_a_body_that_is_no_such_object_is_refused(data):
    with pytest.raises(RequestError) as refusal:
        await read(data, "name")
    assert refusal.value.code == "bad_parameter"
    assert len(str(refusal.value)) < 300


async def test_a_body_is_never_read_beyond_its_limit():
    with pytest.raises(RequestError, match=str(MOST_BODY_BYTES)):
        await read(json.dumps({"name": "x" * MOST_BODY_BYTES}).encode(), "name")


async def test_a_body_that_is_not_packed_as_it_says_is_refused():
    with pytest.raises(RequestError, match="cannot be read to its end"):
        await read(b"{}", "name", **{"Content-Encoding": "gzip"})


async def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch):
    async def never():
        yield b"{"
        await asyncio.sleep(30)

    monkeypatch.setattr("bot.local.bodies.BODY_TIMEOUT_SECONDS", 0.1)
    with pytest.raises(RequestError, match="took longer"):
        await asyncio.wait_for(read(never(), "name"), 5)


async def test_a_whole_number_may_be_written_with_a_point():
    body = await read(b'{"examples": [2.0, 1e2], "version": 1.5}', "examples", "version")
    assert body.ids("examples") == [2, 100]
    with pytest.raises(RequestError, match="a whole number"):
        body.number("version")


@pytest.mark.parametrize("value", [None, 3, ["a"], True])
def test_a_text_is_a_text(value):
    with pytest.raises(RequestError, match="name must be a text"):
        Body({"name": value}).text("name")


def test_what_is_left_out_takes_its_default():
    body = Body({})
    assert body.text("name_ja", "") == ""
    assert body.truth("everything", default=False) is False
    assert body.number("version") is None
    assert body.ids("examples") == []
    with pytest.raises(RequestError, match="Received: nothing"):
        body.truth("promoted")


@pytest.mark.parametrize("value", [3, [0], [-1], ["1"], [True], [1.5], [10**18], {"1": 1}])
def test_ids_are_whole_numbers_above_zero(value):
    with pytest.raises(RequestError, match="examples must be a list"):
        Body({"examples": value}).ids("examples")


def test_each_id_counts_once():
    assert Body({"examples": [3, 1, 3]}).ids("examples") == [3, 1]


def test_verdicts_are_right_wrong_or_taken_back():
    verdicts = Body({"verdicts": {"1": True, "2": False, "3": None}}).verdicts("verdicts")
    assert verdicts == {1: True, 2: False, 3: None}


@pytest.mark.parametrize(
    "value",
    [None, [], {"x": True}, {"1": 1}, {"0": True}, {"01": True}, {"-1": True}, {"9" * 5000: True}],
)
def test_other_verdicts_are_refused(value):
    with pytest.raises(RequestError, match="verdicts must be"):
        Body({"verdicts": value}).verdicts("verdicts")

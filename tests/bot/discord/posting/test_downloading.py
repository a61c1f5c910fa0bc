"""Downloads: never more than the limit, never elsewhere, fresh addresses for those that expired."""

import asyncio

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.discord.posting import downloading
from bot.discord.posting.downloading import Downloads
from model.errors import ImageError

LIMIT = 100_000


@pytest.fixture
def seen():
    """The paths that were asked for, in order."""
    return []


@pytest.fixture
async def files(seen, monkeypatch):
    """A server of files, good and bad; its address."""
    monkeypatch.setattr(downloading, "FIRST_PAUSE_SECONDS", 0.001)

    async def answer(request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        seen.append(name)
        if name == "good":
            return web.Response(body=b"pixels")
        if name == "hanging":
            await asyncio.sleep(5)
        if name in ("endless", "cut"):
            response = web.StreamResponse()
            if name == "cut":
                response.content_length = 1000
            await response.prepare(request)
            for _ in range(50 if name == "endless" else 1):
                await response.write(bytes(10_000 if name == "endless" else 100))
            if name == "cut":
                request.transport.close()
            return response
        if name == "elsewhere":
            raise web.HTTPFound("/good")
        raise {"expired": web.HTTPForbidden, "gone": web.HTTPNotFound}.get(name, web.HTTPBadGateway)

    app = web.Application()
    app.router.add_get("/{name}", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("/"))


@pytest.fixture
async def downloads():
    async with aiohttp.ClientSession() as session:
        yield Downloads(session, LIMIT, timeout_seconds=0.5)


async def nothing_fresh():
    return None


async def test_a_file_arrives_as_it_is(downloads, files):
    assert await downloads.fetch(f"{files}good", 6, nothing_fresh) == b"pixels"


@pytest.mark.parametrize("name", ["expired", "gone"])
async def test_an_expired_address_is_replaced_by_a_fresh_one(downloads, files, seen, name):
    async def fresh():
        return f"{files}good"

    assert await downloads.fetch(f"{files}{name}", 0, fresh) == b"pixels"
    assert seen == [name, "good"]


async def test_what_has_no_fresh_address_is_gone(downloads, files, seen):
    async def same():
        return f"{files}gone"

    for refresh in (nothing_fresh, same):
        with pytest.raises(ImageError) as refused:
            await downloads.fetch(f"{files}gone", 0, refresh)
        assert refused.value.code == "not_found"
    assert seen == ["gone", "gone"]


async def test_what_is_too_large_is_not_asked_for(downloads, files, seen):
    with pytest.raises(ImageError) as refused:
        await downloads.fetch(f"{files}good", LIMIT + 1, nothing_fresh)
    assert refused.value.code == "too_large"
    assert seen == []


async def test_what_turns_out_to_be_too_large_is_not_read_to_its_end(downloads, files):
    with pytest.raises(ImageError) as refused:
        await downloads.fetch(f"{files}endless", 10, nothing_fresh)
    assert refused.value.code == "too_large"


@pytest.mark.parametrize("name", ["cut", "broken", "elsewhere"])
async def test_what_fails_is_tried_some_times_and_no_redirect_is_followed(
    downloads, files, seen, name
):
    with pytest.raises(aiohttp.ClientError):
        await downloads.fetch(f"{files}{name}", 0, nothing_fresh)
    assert seen == [name] * downloading.TRIES


async def test_what_hangs_is_given_up(downloads, files, monkeypatch):
    monkeypatch.setattr(downloading, "TRIES", 1)
    with pytest.raises(TimeoutError):
        await downloads.fetch(f"{files}hanging", 0, nothing_fresh)

"""Who may talk to the HTTP side."""

import base64
import re

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.errors import RequestError
from bot.local.answers import error_answer
from bot.local.app import PAGE
from bot.local.guard import HEADERS, Guard


@pytest.fixture
def guarded():
    """A client of a server that does nothing but guard."""

    def make(*, loopback: bool = True, token: str = "") -> TestClient:
        guard = Guard(loopback=loopback, token=token)

        async def answer(request: web.Request) -> web.Response:
            try:
                guard.check(request)
            except RequestError as error:
                return error_answer(error)
            return web.Response(text="passed")

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        return TestClient(TestServer(app))

    return make


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]", "LOCALHOST"])
async def test_the_names_of_this_machine_are_believed(guarded, name):
    async with guarded() as client:
        response = await client.get("/", headers={"Host": f"{name}:{client.port}"})
        assert response.status == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example:{port}", "127.0.0.1.evil.example:{port}", "127.0.0.1:1", "127.0.0.1", ":", "["],
)
async def test_a_name_that_was_bound_to_this_machine_by_others_is_refused(guarded, host):
    async with guarded() as client:
        response = await client.get("/", headers={"Host": host.format(port=client.port)})
        assert response.status == 403


async def test_beyond_loopback_any_name_may_be_used(guarded):
    async with guarded(loopback=False, token="secret") as client:
        headers = {"Host": "bot.example", "Authorization": "Bearer secret"}
        assert (await client.get("/", headers=headers)).status == 200


@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_another_site_cannot_change_anything(guarded, method, headers):
    async with guarded() as client:
        assert (await client.request(method, "/", headers=headers)).status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Origin": "null"},
    ],
)
async def test_another_site_cannot_read_anything_either(guarded, headers):
    async with guarded() as client:
        assert (await client.get("/api/v1/posts", headers=headers)).status == 403


async def test_a_link_on_another_site_may_be_followed_but_no_form_sent(guarded):
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    async with guarded() as client:
        assert (await client.get("/", headers=link)).status == 200
        assert (await client.post("/", headers=link)).status == 403


async def test_the_page_itself_and_programs_can(guarded):
    async with guarded() as client:
        own = {"Origin": f"http://127.0.0.1:{client.port}", "Sec-Fetch-Site": "same-origin"}
        assert (await client.post("/", headers=own)).status == 200
        assert (await client.post("/")).status == 200


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"me:{password}".encode()).decode()


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("Bearer secret", 200),
        (basic("secret"), 200),
        ("", 401),
        ("Bearer Secret", 401),
        ("Bearer", 401),
        (basic("wrong"), 401),
        ("Basic %%%", 401),
        ("Digest secret", 401),
        ("Bearer sécret", 401),
        ("Bearer \udcff", 401),
    ],
)
async def test_with_a_token_every_request_must_carry_it(guarded, header, status):
    async with guarded(token="secret") as client:
        response = await client.get("/api/v1/posts", headers={"Authorization": header})
        assert response.status == status
        if status == 401:
            assert (await response.json())["error"]["code"] == "unauthorised"
            assert "Bearer" in response.headers["WWW-Authenticate"]


async def test_health_needs_no_token(guarded):
    async with guarded(token="secret") as client:
        assert (await client.get("/healthz")).status == 200
        assert (await client.get("/")).status == 401
        assert (await client.get("/metrics")).status == 401


def test_the_page_holds_no_script_or_style_but_by_their_files():
    """The content-security-policy would refuse it, and nobody may loosen that for it."""
    assert "unsafe" not in HEADERS["Content-Security-Policy"]
    for file in PAGE.glob("*.html"):
        page = file.read_text(encoding="utf-8")
        assert not re.findall(r"<script(?![^>]*\bsrc=)|<style|\s(?:style|on\w+)=|javascript:", page)

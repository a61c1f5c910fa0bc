"""Reading uploads: whatever stands where in the form, never more than the limit."""

import contextlib
import gzip

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.local.uploads import ENVELOPE_BYTES, Upload, read_upload
from model.errors import HoshizoraError
from model.image import MiB

LIMIT = MiB
IMAGE = (
    b'--b\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\npixels\r\n--b--'
)
FORM = {"Content-Type": "multipart/form-data; boundary=b"}


@pytest.fixture
def upload():
    """Sends a body, in pieces and without its length; what was read or refused comes back."""

    async def send(*pieces: bytes, **headers: str) -> Upload | HoshizoraError:
        found: list[Upload | HoshizoraError] = []

        async def handler(request: web.Request) -> web.Response:
            try:
                found.append(await read_upload(request, LIMIT))
            except HoshizoraError as error:
                found.append(error)
            return web.Response()

        async def body():
            for piece in pieces:
                yield piece

        app = web.Application()
        app.router.add_post("/", handler)
        async with TestClient(TestServer(app)) as client:
            with contextlib.suppress(ConnectionError):  # refused before everything was sent
                await client.post("/", data=body(), headers=FORM | headers)
        (one,) = found
        return one

    return send


def code_of(refusal: Upload | HoshizoraError) -> str:
    assert isinstance(refusal, HoshizoraError)
    return refusal.code


async def test_the_image_is_found_behind_other_fields(upload):
    other = b'--b\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n'
    assert await upload(other, IMAGE) == Upload(b"pixels", "a")


@pytest.mark.parametrize(
    "before",
    [b"", b'--b\r\nContent-Disposition: form-data; name="note"\r\n\r\n'],
    ids=["before the form", "in another field"],
)
async def test_what_stands_before_the_image_counts(upload, before):
    lines = (b"x" * 1000 + b"\r\n") * 1000
    pieces = [lines] * ((LIMIT + ENVELOPE_BYTES) // len(lines) + 2)
    assert code_of(await upload(before, *pieces, b"\r\n", IMAGE)) == "too_large"


async def test_a_packed_body_counts_unpacked(upload):
    bomb = gzip.compress(IMAGE.replace(b"pixels", bytes(8 * LIMIT)))
    assert len(bomb) < LIMIT
    assert code_of(await upload(bomb, **{"Content-Encoding": "gzip"})) == "too_large"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"not packed", {"Content-Encoding": "gzip"}),
        (b'--b\r\nContent-Disposition: form-data; name="_charset_"\r\n\r\n' + b"x" * 50, {}),
        (b"--b\r\n" + b"X: y\r\n" * 1000 + b"\r\n", {}),
    ],
    ids=["packing", "charset", "headers"],
)
async def test_a_form_that_cannot_be_read_is_refused(upload, body, headers):
    assert code_of(await upload(body, **headers)) == "bad_parameter"

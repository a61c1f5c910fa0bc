"""Pictures and settings that the service's tests share."""

import asyncio
import inspect
import io
import struct
import subprocess
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aiohttp import ClientResponse, FormData
from aiohttp.test_utils import TestClient, TestServer
from PIL import Image

from bot.catalogue import Catalogue
from bot.config import BotConfig, DecodersConfig, GalleryConfig, HttpConfig, IndexConfig
from bot.local.serving import application
from bot.running import Bot, Settings, started
from model.config import ModelConfig
from tests.bot.milvus import Lite, running_milvus
from tests.bot.postgresql import Server, running_server
from tests.bot.warm_children import warm_children

Picture = Callable[..., bytes]
Until = Callable[[Callable[[], object]], Awaitable[None]]
PATIENCE_SECONDS = 30


@pytest.fixture(scope="session", autouse=True)
def children_kept_warm() -> Iterator[None]:
    """The bot's child processes are forked from ones that have imported everything."""
    with warm_children():
        yield


@pytest.fixture
def children_from_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are started as the bot starts them."""
    monkeypatch.setattr("asyncio.unix_events.subprocess", subprocess)


@pytest.fixture(scope="session")
def until() -> Until:
    """Waits until a condition holds that nothing announces: a process ended, a line was logged."""

    async def wait(condition: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                holds = condition()
                if await holds if inspect.isawaitable(holds) else holds:
                    return
                await asyncio.sleep(0.01)

    return wait


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def milvus() -> Iterator[Lite]:
    """A Milvus server."""
    with running_milvus() as server:
        yield server


@pytest.fixture
def fresh(postgresql: Server) -> Iterator[str]:
    """The URL of a PostgreSQL database without any table."""
    with postgresql.fresh() as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a catalogue without content: the file catalogue.sqlite in ``tmp_path``."""
    return f"sqlite:///{tmp_path / 'catalogue.sqlite'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of a catalogue without content, in every kind of database that there is."""
    if request.param == "sqlite":
        found: str = request.getfixturevalue("sqlite_url")
        return found
    server: Server = request.getfixturevalue("postgresql")
    return server.emptied()


@pytest.fixture
async def catalogue(url: str) -> AsyncIterator[Catalogue]:
    """A catalogue without content."""
    opened = await Catalogue.open(url)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def picture() -> Picture:
    """Makes an image file of one colour."""

    def make(
        colour: tuple[int, ...] = (200, 40, 40),
        size: tuple[int, int] = (64, 64),
        file_format: str = "PNG",
        mode: str = "RGB",
        **options: object,
    ) -> bytes:
        image = Image.new(mode, size, colour if mode != "L" else colour[0])
        file = io.BytesIO()
        image.save(file, file_format, **options)
        return file.getvalue()

    return make


@pytest.fixture
def noise() -> Callable[[], bytes]:
    """Makes PNG files that have nothing in common, but are the same in every run."""
    random = np.random.default_rng(7)

    def make() -> bytes:
        file = io.BytesIO()
        pixels = random.integers(0, 256, (48, 48, 3)).astype(np.uint8)
        Image.fromarray(pixels).save(file, "PNG")
        return file.getvalue()

    return make


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum


@pytest.fixture(scope="session")
def huge_png() -> Callable[[int, int, bytes], bytes]:
    """Makes a PNG whose header claims a size; the pixels are whatever is given, compressed."""

    def make(width: int, height: int, pixels: bytes) -> bytes:
        header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
        return (
            b"\x89PNG\r\n\x1a\n"
            + _chunk(b"IHDR", header)
            + _chunk(b"IDAT", zlib.compress(pixels, 1))
            + _chunk(b"IEND", b"")
        )

    return make


@pytest.fixture(scope="session")
def slow_png(huge_png: Callable[[int, int, bytes], bytes]) -> bytes:
    """A grey PNG of 49 million pixels: allowed, and about a third of a second of work."""
    side = 7000
    return huge_png(side, side, bytes((side + 1) * side))


@pytest.fixture
def index_server(request: pytest.FixtureRequest) -> str:
    """The Milvus server of ``settings``; empty, unless a test is ``on_both_indexes``."""
    if getattr(request, "param", "embedded") == "embedded":
        return ""
    server: Lite = request.getfixturevalue("milvus")
    return server.url


@pytest.fixture
def settings(tmp_path: Path, index_server: str) -> Settings:
    """A bot with the fake tagger, one decoder, an empty gallery and any free port."""
    made = make_settings(tmp_path / "data")
    return replace(made, bot=replace(made.bot, index=IndexConfig(milvus=index_server)))


def make_settings(data_dir: Path) -> Settings:
    bot = BotConfig(
        data_dir=str(data_dir),
        max_queue=8,
        http=HttpConfig(port=0),
        gallery=GalleryConfig(count=0),
        decoders=DecodersConfig(processes=1),
    )
    return Settings(bot, ModelConfig(), tagger="bot.fakes:FakeTagger")


@pytest.fixture(scope="module")
def module_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """As ``settings``, for a bot that the tests of one file share."""
    made = make_settings(tmp_path_factory.mktemp("bot") / "data")
    return replace(made, bot=replace(made.bot, gallery=GalleryConfig(count=6)))


@dataclass(frozen=True)
class Channel:
    """A running bot with its local channel, and a client that talks to it."""

    bot: Bot
    client: TestClient

    async def send(self, path: str, data: bytes, name: str = "picture.png") -> ClientResponse:
        form = FormData(quote_fields=False)
        form.add_field("image", io.BytesIO(data), filename=name, content_type="image/png")
        return await self.client.post(path, data=form)

    async def post(self, data: bytes, name: str = "picture.png") -> dict[str, Any]:
        response = await self.send("/api/v1/posts", data, name)
        assert response.status == 201, await response.text()
        return await response.json()

    async def get(self, path: str) -> dict[str, Any]:
        response = await self.client.get(path)
        assert response.status == 200, await response.text()
        return await response.json()


@asynccontextmanager
async def _local_channel(settings: Settings) -> AsyncIterator[Channel]:
    async with (
        started(settings) as bot,
        TestClient(TestServer(application(bot, settings))) as client,
    ):
        yield Channel(bot, client)


@pytest.fixture(scope="session")
def local_channel() -> Callable[[Settings], AbstractAsyncContextManager[Channel]]:
    """Starts a bot with its local channel, real child processes and a client."""
    return _local_channel

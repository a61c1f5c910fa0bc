"""The composition root of the bot without a face: every part built once, started, and ended."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.catalogue import Catalogue
from bot.config import BotConfig
from bot.decoding import DecoderPool
from bot.importing import Importer
from bot.inference import InferenceClient
from bot.library import Library
from bot.metrics import Metrics
from bot.reembedding import embed_again
from bot.service import Service
from bot.supervisor import InferenceOptions, InferenceSupervisor
from bot.thumbnails import Thumbnails
from model.config import ModelConfig
from model.ownership import owned

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Settings:
    """Everything that a run depends on.

    Attributes:
        bot: The section ``bot``.
        model: The section ``model``.
        token: What HTTP requests must carry; empty: nothing.
        discord_token: Of the Discord application; empty: the local channel alone.
        shards: First and last shard of this process and how many there are; None: all.
        tagger: The class that inference loads; another one only in tests.
    """

    bot: BotConfig
    model: ModelConfig
    token: str = field(default="", repr=False)
    discord_token: str = field(default="", repr=False)
    shards: tuple[int, int, int] | None = None
    tagger: str = InferenceOptions.tagger


@dataclass(frozen=True)
class Bot:
    """The running parts that faces stand on.

    Attributes:
        supervision: Ends only with the reason why the bot cannot go on.
        health: What must hold for the bot to be well, by name; faces add to it.
    """

    service: Service
    library: Library
    decoders: DecoderPool
    inference: InferenceSupervisor
    importer: Importer
    supervision: asyncio.Task[None]
    health: dict[str, Callable[[], bool]]


@asynccontextmanager
async def started(settings: Settings) -> AsyncIterator[Bot]:
    """Start everything but the faces; end it in the reverse order.

    The catalogue is open at once. Inference, decoders and the import start in the background:
    whoever asks too early hears ``UnavailableError``.

    Raises:
        DirectoryError: If the data directory cannot be used.
    """
    config, limits = settings.bot, settings.model.limits
    data_dir = Path(config.data_dir)
    async with AsyncExitStack() as stack:
        stack.enter_context(owned(data_dir, "bot.data_dir"))
        catalogue = await Catalogue.open(f"sqlite+aiosqlite:///{data_dir / 'catalogue.sqlite'}")
        stack.push_async_callback(catalogue.close)
        library = Library(catalogue, Thumbnails(data_dir / "thumbnails"))
        await library.tidy()
        decoders = DecoderPool(config.decoders, limits)
        decoders.start()
        stack.push_async_callback(decoders.close)
        options = InferenceOptions(
            bundle=settings.model.bundle,
            index_dir=str(data_dir / "index"),
            tail_limit=config.index.tail_limit,
            tagger=settings.tagger,
        )

        async def follow(client: InferenceClient) -> None:
            await library.follow(client)
            await service.learn(client.facts.vocabulary)

        inference = InferenceSupervisor(options, follow, settings.model.threads)
        service = Service(library, decoders, inference, Metrics(), config.max_queue)
        supervision = asyncio.create_task(inference.run())
        stack.push_async_callback(cancelled, supervision)
        importer = Importer(service.pipeline, catalogue, inference)
        filling = asyncio.create_task(_fill(library, service, importer, settings))
        stack.push_async_callback(cancelled, filling)
        health = {"inference": lambda: inference.state == "ready"}
        yield Bot(service, library, decoders, inference, importer, supervision, health)


async def _fill(library: Library, service: Service, importer: Importer, settings: Settings) -> None:
    """What goes on behind the scenes: first what is there already, then what is to come."""
    try:
        await embed_again(library, service.pipeline, service.inference)
    except Exception:
        log.exception("embedding again: stopped by an unexpected error; the next start goes on")
    await importer.run(settings.bot.gallery, settings.model.limits)


async def cancelled(task: asyncio.Task[None]) -> None:
    """End a task, whatever it is doing."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

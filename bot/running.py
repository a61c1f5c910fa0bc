"""The composition root of the bot without a face: every part built once, started, and ended."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.catalogue import Catalogue
from bot.config import BotConfig
from bot.decoding import DecoderPool
from bot.importing import Importer
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
        tagger: The class that inference loads; another one only in tests.
    """

    bot: BotConfig
    model: ModelConfig
    token: str = ""
    tagger: str = InferenceOptions.tagger


@dataclass(frozen=True)
class Bot:
    """The running parts that faces stand on.

    Attributes:
        supervision: Ends only with the reason why the bot cannot go on.
    """

    service: Service
    library: Library
    decoders: DecoderPool
    inference: InferenceSupervisor
    importer: Importer
    supervision: asyncio.Task[None]


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
        inference = InferenceSupervisor(options, library.follow, settings.model.threads)
        supervision = asyncio.create_task(inference.run())
        stack.push_async_callback(_cancel, supervision)
        service = Service(library, decoders, inference, Metrics(), config.max_queue)
        importer = Importer(service.pipeline, catalogue, inference)
        filling = asyncio.create_task(_fill(library, service, importer, settings))
        stack.push_async_callback(_cancel, filling)
        yield Bot(service, library, decoders, inference, importer, supervision)


async def _fill(library: Library, service: Service, importer: Importer, settings: Settings) -> None:
    """What goes on behind the scenes: first what is there already, then what is to come."""
    try:
        await embed_again(library, service.pipeline, service.inference)
    except Exception:
        log.exception("embedding again: stopped by an unexpected error; the next start goes on")
    await importer.run(settings.bot.gallery, settings.model.limits)


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

"""The composition root of the bot without a face: every part built once, started, and ended."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.bundles.choosing import bundle_at_start
from bot.bundles.index_places import index_place, tidy_indexes
from bot.bundles.reembedding import Reembedding
from bot.bundles.stores import BundleStore, bundle_store
from bot.bundles.takeover import Takeover
from bot.bundles.watching import BundleWatch
from bot.catalogue import Catalogue
from bot.config import BotConfig
from bot.decoding.pool import DecoderPool
from bot.errors import StartError
from bot.importing import Importer
from bot.index import index_engine
from bot.inference.client import InferenceClient
from bot.inference.supervisor import InferenceOptions, InferenceSupervisor
from bot.jobs import JobRunner
from bot.library import Library
from bot.metrics import Metrics
from bot.rebuilding.starting import Rebuilding, RebuildPlaces
from bot.service import Service
from bot.settings import Settings
from bot.sharing.hearing import Hearing
from bot.sharing.identity import worker_of
from bot.sharing.presence import present
from bot.tags.overlay import Overlay
from bot.tags.own import LiveTag
from bot.teaching.operating import RETRAIN
from bot.teaching.registering import TEACH
from bot.teaching.relearning import Relearning
from bot.teaching.swapping import Swapping, live_tag
from bot.teaching.teacher import Teacher, TeacherOptions, prior_for
from bot.teaching.teaching import Teaching
from bot.thumbnails import Thumbnails
from model.bundle import default_bundle
from model.errors import StoreError
from model.ownership import owned
from model.store import is_url

__all__ = ["Bot", "Settings", "cancelled", "started"]


TAKEOVER_RUNNING = "1 while a new bundle gets ready, or the one before it is seen off."
INDEX_UP = "1 while the vector index can be asked, as far as that is known."
INDEX_LACKING = "Illustrations that the vector index still lacks, while it is being filled."
UNEMBEDDED = "Illustrations that a new encoder has still to read."
UNTIDY = "Kinds of files that may hold what was forgotten and is due to be off the disk."


@dataclass(frozen=True)
class Bot:
    """The running parts that faces stand on.

    Attributes:
        supervision: Ends only with the reason why the bot cannot go on.
        presence: The same, of its shards; None: no other process can have them.
        health: What must hold for the bot to be well, by name; faces add to it.
    """

    service: Service
    library: Library
    decoders: DecoderPool
    inference: InferenceSupervisor
    importer: Importer
    teaching: Teaching
    teacher: Teacher
    jobs: JobRunner
    rebuilding: Rebuilding
    supervision: asyncio.Task[None]
    presence: asyncio.Task[None] | None
    health: dict[str, Callable[[], bool]]


@asynccontextmanager
async def started(settings: Settings) -> AsyncIterator[Bot]:
    """Start everything but the faces; end it in the reverse order.

    The catalogue is open at once. Inference, decoders and the import start in the background:
    whoever asks too early hears ``UnavailableError``.

    Raises:
        DirectoryError: If the data directory cannot be used.
        StartError: If its shards are another process's, or if bundles or thumbnails lie elsewhere,
            where they cannot be reached.
    """
    config = settings.bot
    async with AsyncExitStack() as stack:
        stack.enter_context(owned(Path(config.data_dir), "bot.data_dir"))
        bundles, thumbnails = await _stores(config)
        worker = worker_of(Path(config.data_dir))
        library, decoders = await _stored(settings, worker, thumbnails, stack)
        presence = await stack.enter_async_context(present(library.catalogue, settings, worker))
        bundle = await bundle_at_start(library.catalogue, bundles.open, settings.model.bundle)
        service, supervision = await _answering(settings, bundle, library, decoders, stack)
        teaching, relearning = await _teaching(settings, bundle, service, library, stack)
        importer = Importer(service.pipeline, library.catalogue, service.inference)
        reembedding = Reembedding(library, decoders, service.inference.calm)
        takeover = Takeover(library, service.inference, reembedding, service.overlay, relearning)
        watch = _watching(bundles, service, library, reembedding, takeover)
        works = [_fill(takeover, importer, settings), watch.run()]
        works += [library.keep_up(), library.keep_tidy()]
        if library.catalogue.is_shared:
            works.append(Hearing(library, service.overlay, teaching).run())
        for work in works:
            stack.push_async_callback(cancelled, asyncio.create_task(work))
        jobs, rebuilding = await _jobs(settings, service, library, teaching, bundles, stack)
        yield Bot(
            service=service,
            library=library,
            decoders=decoders,
            inference=service.inference,
            importer=importer,
            teaching=teaching,
            teacher=relearning.teacher,
            jobs=jobs,
            rebuilding=rebuilding,
            supervision=supervision,
            presence=presence,
            health=_health(service, library),
        )


def _health(service: Service, library: Library) -> dict[str, Callable[[], bool]]:
    health = {"inference": lambda: service.inference.state == "ready"}
    if library.index.apart:
        health["index"] = lambda: library.index.up
    return health


async def _stores(config: BotConfig) -> tuple[BundleStore, Thumbnails]:
    """Where bundles and thumbnails lie.

    Raises:
        StartError: If one of them cannot be reached: nothing could be answered as it should.
    """
    bundles = bundle_store(config.bundles_place, Path(config.data_dir) / "fetched")
    thumbnails = Thumbnails(config.thumbnails_place)
    asked: dict[str, tuple[str, Callable[[], object]]] = {
        "bundles_dir": (config.bundles_place, bundles.find),
        "thumbnails_dir": (config.thumbnails_place, thumbnails.check),
    }
    for option, (place, check) in asked.items():
        try:
            if is_url(place):
                await asyncio.to_thread(check)
        except StoreError as error:
            raise StartError(f"{error} See bot.{option}.") from error
    return bundles, thumbnails


async def _stored(
    settings: Settings, worker: str, thumbnails: Thumbnails, stack: AsyncExitStack
) -> tuple[Library, DecoderPool]:
    """What exists, and what reads more of it."""
    catalogue = await Catalogue.open(settings.bot.catalogue_url, worker)
    stack.push_async_callback(catalogue.close)
    index = await index_engine(settings.bot.index, catalogue)
    stack.push_async_callback(index.close)
    library = Library(catalogue, thumbnails, index)
    decoders = DecoderPool(settings.bot.decoders, settings.model.limits)
    decoders.start()
    stack.push_async_callback(decoders.close)
    return library, decoders


async def _answering(
    settings: Settings,
    bundle: str,
    library: Library,
    decoders: DecoderPool,
    stack: AsyncExitStack,
) -> tuple[Service, asyncio.Task[None]]:
    """What answers with a bundle, and what keeps that running."""
    options = _inference_options(settings, bundle)
    await asyncio.to_thread(tidy_indexes, Path(options.index_dir))
    if library.index.apart:
        # One of an earlier configuration: nobody would take forgotten illustrations out of it.
        await asyncio.to_thread(shutil.rmtree, options.index_dir, ignore_errors=True)

    async def follow(client: InferenceClient) -> None:
        await library.follow(client)
        await overlay.follow(client)
        overlay.serve(client)

    async def current(prior_id: str) -> list[LiveTag]:
        return [live_tag(one) for one in await library.catalogue.taught.all_current(prior_id)]

    overlay = Overlay(current)
    or_else = None if bundle == settings.model.bundle else _inference_options(settings)
    inference = InferenceSupervisor(options, follow, settings.model.threads, or_else)
    service = Service(library, decoders, inference, overlay, Metrics(), settings.bot.max_queue)
    supervision = asyncio.create_task(inference.run())
    stack.push_async_callback(cancelled, supervision)
    return service, supervision


async def _teaching(
    settings: Settings, bundle: str, service: Service, library: Library, stack: AsyncExitStack
) -> tuple[Teaching, Relearning]:
    """What learns guilds' own tags, and lets them follow to another bundle."""
    options = TeacherOptions(bundle, prior_for(settings.tagger), settings.model.threads)
    teacher = Teacher(options)
    stack.push_async_callback(teacher.close)
    swapping = Swapping(library.catalogue, service.overlay, service.inference)
    teaching = Teaching.build(service, library, swapping, teacher)
    shards, is_alone = settings.leads, not library.catalogue.is_shared
    owns = shards.owns if shards else lambda _guild_id: is_alone
    await stack.enter_async_context(teaching.working(owns))
    return teaching, Relearning(teaching, teacher, options, library.catalogue.turns)


def _watching(
    bundles: BundleStore,
    service: Service,
    library: Library,
    reembedding: Reembedding,
    takeover: Takeover,
) -> BundleWatch:
    """What looks out for bundles and has them taken over while the bot runs."""
    metrics = service.metrics
    metrics.watch("takeover_running", TAKEOVER_RUNNING, lambda: takeover.running)
    metrics.watch("library_unembedded", UNEMBEDDED, lambda: reembedding.left)
    metrics.watch("index_up", INDEX_UP, lambda: library.index.up)
    metrics.watch("index_lacking", INDEX_LACKING, lambda: library.lacking)
    metrics.watch("library_untidy", UNTIDY, lambda: library.untidy)
    return BundleWatch(bundles, library.catalogue, takeover.take, service.inference, metrics)


async def _jobs(
    settings: Settings,
    service: Service,
    library: Library,
    teaching: Teaching,
    bundles: BundleStore,
    stack: AsyncExitStack,
) -> tuple[JobRunner, Rebuilding]:
    """What leads long work; what was under way goes on."""
    jobs = JobRunner(library.catalogue.jobs)
    places = RebuildPlaces(
        catalogue=settings.bot.catalogue_url,
        data_dir=Path(settings.bot.data_dir),
        bundles=bundles,
        thumbnails=settings.bot.thumbnails_place,
        serving=lambda: service.inference.bundle,
        arguments=settings.train_arguments,
    )
    rebuilding = Rebuilding(jobs, settings.bot.rebuild, places)
    for kind in (TEACH, RETRAIN):
        jobs.led_elsewhere(kind, lambda job: teaching.cancel(job.id, job.guild_id))
    await jobs.resume()
    stack.push_async_callback(jobs.close)
    return jobs, rebuilding


def _inference_options(settings: Settings, bundle: str | None = None) -> InferenceOptions:
    """What inference is started with for a bundle; None: the configured one."""
    bundle = settings.model.bundle if bundle is None else bundle
    directory = Path(bundle) if bundle else default_bundle()
    return InferenceOptions(
        bundle=bundle,
        index_dir=str(index_place(Path(settings.bot.data_dir) / "index", directory)),
        tail_limit=settings.bot.index.tail_limit,
        tagger=settings.tagger,
    )


async def _fill(takeover: Takeover, importer: Importer, settings: Settings) -> None:
    """What goes on behind the scenes: first what is there already, then what is to come."""
    await takeover.go_on()
    await importer.run(settings.bot.gallery, settings.model.limits)


async def cancelled(task: asyncio.Task[None]) -> None:
    """End a task, whatever it is doing."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

"""The section ``bot`` of the configuration."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from model.config import check_range
from model.errors import ConfigError
from model.store import check_place, directory_of, is_url

CATALOGUE_FILE = "catalogue.sqlite"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class AutotagConfig:
    """Which channels are answered unasked.

    Attributes:
        default: What a channel does until an admin says otherwise: ``off``; ``reply``: answer
            every posted image; ``quiet``: react, and answer whoever clicks the reaction.
    """

    default: Literal["off", "reply", "quiet"] = "off"


@dataclass(frozen=True)
class DiscordConfig:
    """The connection to Discord. The token comes from the environment variable DISCORD_TOKEN.

    Attributes:
        api_url: Where Discord's HTTP API is.
        gateway_url: Where its gateway is.
        catch_up_minutes: After an absence, posts that are older than this are not answered.
        posts_at_once: How many posts are downloaded and described side by side.
        download_timeout_seconds: Time for one attachment.
        reaction: What the bot reacts with in quiet channels.
    """

    api_url: str = "https://discord.com/api/v10"
    gateway_url: str = "wss://gateway.discord.gg/"
    catch_up_minutes: float = 120.0
    posts_at_once: int = 4
    download_timeout_seconds: float = 30.0
    reaction: str = "⭐"

    def __post_init__(self) -> None:
        check_range("bot.discord.catch_up_minutes", self.catch_up_minutes, 0.0, 100_000.0)
        check_range("bot.discord.posts_at_once", self.posts_at_once, 1, 64)
        check_range(
            "bot.discord.download_timeout_seconds", self.download_timeout_seconds, 0.1, 600.0
        )


@dataclass(frozen=True)
class HttpConfig:
    """Where the local channel and the HTTP API are served.

    Attributes:
        host: Address to listen on. Any other than loopback needs a bearer token in the
            environment variable HOSHIZORA_API_TOKEN.
        port: Port to listen on; 0: any free one.
    """

    host: str = "127.0.0.1"
    port: int = 8000

    def __post_init__(self) -> None:
        check_range("bot.http.port", self.port, 0, 65535)

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        return self.host in LOOPBACK


@dataclass(frozen=True)
class GalleryConfig:
    """What fills the library on the first start, so that "similar" has something to show.

    Attributes:
        count: How many illustrations to draw; 0: none.
        source: A dataset directory to import instead of drawing; empty: draw.
    """

    count: int = 240
    source: str = ""

    def __post_init__(self) -> None:
        check_range("bot.gallery.count", self.count, 0, 100_000)

    @property
    def folder(self) -> Path | None:
        """``source`` as a path; None: draw. Not every shell resolves the ``~`` of ``DATA=~/x``."""
        if not self.source:
            return None
        folder = Path(self.source)
        return folder.expanduser() if self.source.startswith("~/") else folder


@dataclass(frozen=True)
class DecodersConfig:
    """The processes that decode images and draw grids: the only ones that touch untrusted bytes.

    Attributes:
        processes: How many work side by side.
        memory_mib: Address space of each. An image that needs more is refused. Some 150 MiB of it
            are libraries that are never read: what a decoder really holds stays below 512 MiB.
        cpu_seconds: Computing time for one image. An image that costs more is refused, and its
            decoder replaced. Why not by the clock: on a busy machine a sound image waits long.
        timeout_seconds: Wall-clock time for one image. A decoder that takes longer is replaced.
    """

    processes: int = 2
    memory_mib: int = 640
    cpu_seconds: float = 2.0
    timeout_seconds: float = 10.0

    def __post_init__(self) -> None:
        check_range("bot.decoders.processes", self.processes, 1, 64)
        check_range("bot.decoders.memory_mib", self.memory_mib, 256, 1_048_576)
        check_range("bot.decoders.cpu_seconds", self.cpu_seconds, 0.1, 600.0)
        check_range("bot.decoders.timeout_seconds", self.timeout_seconds, 0.1, 600.0)


@dataclass(frozen=True)
class IndexConfig:
    """The vector index of what was posted.

    Attributes:
        tail_limit: How many new illustrations are searched one by one before a segment of the
            index is made of them.
        milvus: Address of a Milvus server that holds it (``http://HOST:19530``); empty: it is in
            ``data_dir``. The token comes from the environment variable MILVUS_TOKEN.
    """

    tail_limit: int = 5000
    milvus: str = ""

    def __post_init__(self) -> None:
        check_range("bot.index.tail_limit", self.tail_limit, 1, 10_000_000)
        parsed = urlsplit(self.milvus)
        if self.milvus and (parsed.scheme not in ("http", "https") or not parsed.hostname):
            raise ConfigError(
                "bot.index.milvus must be the address of a Milvus server, such as "
                f"http://milvus.example:19530, or empty. Received: {self.milvus!r}"
            )
        if parsed.username is not None:
            raise ConfigError(
                "bot.index.milvus holds credentials, which would stand in files. Put them into the "
                "environment variable MILVUS_TOKEN, as USER:PASSWORD."
            )


@dataclass(frozen=True)
class ClusterConfig:
    """Where the training of a rebuild runs.

    Attributes:
        address: Of a Ray cluster's dashboard, which takes jobs (``http://HOST:8265``); empty: on
            this machine, as a child of the bot.
        gpus: How many GPUs the node must have free that it runs on; 0: none is needed.
        python: The interpreter there; empty: at the same path as the bot's own.
    """

    address: str = ""
    gpus: float = 1.0
    python: str = ""

    def __post_init__(self) -> None:
        if self.address and not self.address.startswith(("http://", "https://")):
            raise ConfigError(
                "bot.rebuild.cluster.address must be that of the cluster's dashboard, such as "
                f"http://head.example:8265, or empty. Received: {self.address!r}"
            )
        check_range("bot.rebuild.cluster.gpus", self.gpus, 0.0, 1024.0)


@dataclass(frozen=True)
class RebuildConfig:
    """What a full rebuild learns from, and how; only the operator starts one.

    Attributes:
        data: Dataset directories besides what the catalogue lets be learnt from.
        settings: KEY=VALUE of the section ``train``, as ``--set`` takes them.
        cluster: Where it trains.
    """

    data: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    cluster: ClusterConfig = field(default_factory=ClusterConfig)


@dataclass(frozen=True)
class BotConfig:
    """The section ``bot``.

    Attributes:
        data_dir: Directory of everything that the service keeps: catalogue, thumbnails, index.
        catalogue: URL of the catalogue's database; empty: SQLite, a file in ``data_dir``.
        bundles_dir: Bundles that appear here are taken over: a directory or any fsspec URL; empty:
            ``bundles`` in ``data_dir``.
        thumbnails_dir: Where thumbnails are kept, likewise; empty: ``thumbnails`` in ``data_dir``.
        max_queue: Requests in flight, waiting ones included; more are answered with 503.
        autotag: Which channels are answered unasked.
        discord: The connection to Discord.
        http: Where the local channel and the HTTP API are served.
        gallery: What fills the library on the first start.
        decoders: The processes that decode images.
        index: The vector index of what was posted.
        rebuild: What a full rebuild learns from.
    """

    data_dir: str = "data"
    catalogue: str = ""
    bundles_dir: str = ""
    thumbnails_dir: str = ""
    max_queue: int = 32
    autotag: AutotagConfig = field(default_factory=AutotagConfig)
    discord: DiscordConfig = field(default_factory=DiscordConfig)
    http: HttpConfig = field(default_factory=HttpConfig)
    gallery: GalleryConfig = field(default_factory=GalleryConfig)
    decoders: DecodersConfig = field(default_factory=DecodersConfig)
    index: IndexConfig = field(default_factory=IndexConfig)
    rebuild: RebuildConfig = field(default_factory=RebuildConfig)

    def __post_init__(self) -> None:
        check_range("bot.max_queue", self.max_queue, 1, 100_000)
        check_place("bot.bundles_dir", self.bundles_dir)
        check_place("bot.thumbnails_dir", self.thumbnails_dir)

    @property
    def catalogue_url(self) -> str:
        """``catalogue``, also where it is left empty."""
        return self.catalogue or f"sqlite:///{Path(self.data_dir) / CATALOGUE_FILE}"

    @property
    def bundles_place(self) -> str:
        """``bundles_dir``, also where it is left empty."""
        return self.bundles_dir or str(Path(self.data_dir) / "bundles")

    @property
    def bundles_path(self) -> Path:
        """The bundles directory of this machine, also where bundles lie elsewhere."""
        elsewhere = is_url(self.bundles_place)
        return Path(self.data_dir) / "bundles" if elsewhere else directory_of(self.bundles_place)

    @property
    def thumbnails_place(self) -> str:
        """``thumbnails_dir``, also where it is left empty."""
        return self.thumbnails_dir or str(Path(self.data_dir) / "thumbnails")

"""The service at a size: what a post needs there, how many processes it takes, what that costs."""

import math
from dataclasses import dataclass

from benchmarks.scale.figures import Figures
from benchmarks.scale.simulation import Demand, Setting, Simulated, simulate
from benchmarks.scale.sizing import (
    STARTER_TAGS,
    Community,
    aligning_bytes,
    choosing_ms,
    rebuild,
    scanning_ms,
    scoring_ms,
    searching_ms,
    storage,
)

MEASURED = Community(illustrations=300, tags=STARTER_TAGS, guilds=3)
DECODERS = 2
BATCH = 16
MONTH_HOURS = 730
GB, TB = 1e9, 1e12


def demand(figures: Figures, community: Community, *, servers: bool) -> Demand:
    """What one post needs, in seconds; ``servers``: the index is on Milvus."""
    infer = figures["encode ms"] + scoring_ms(figures, community.tags)
    elsewhere, choose = figures["elsewhere ms"], 0.0
    if servers:
        elsewhere += figures["milvus search ms"]
    else:
        choose = choosing_ms(figures, community)
        alone = community.guilds == 1
        infer += (
            searching_ms(figures, community.illustrations)
            if alone
            else scanning_ms(figures, community)
        )
    return Demand(
        loop=figures["loop ms"] / 1e3,
        decode=figures["decoder ms"] / 1e3,
        infer=infer / 1e3,
        choose=choose / 1e3,
        store=figures["store ms"] / 1e3,
        elsewhere=elsewhere / 1e3,
        encode_shared=_shared_ms(figures) / infer,
    )


def _shared_ms(figures: Figures) -> float:
    """What encoding costs once, however many are encoded together.

    One image alone takes shared + own, each of 16 takes shared / 16 + own; and encoding within a
    whole answer takes longer than again and again, in the same proportion.
    """
    alone, of_batch = figures["encode ms, batch 1"], figures["encode ms, batch 16"]
    shared = (alone - of_batch) / (1 - 1 / BATCH)
    return shared / alone * figures["encode ms"]


def measured_point(figures: Figures) -> tuple[Demand, Setting]:
    """The run of the README: two cores, two decoders, and as many posts a second."""
    setting = Setting(figures["answered a second"], spread=figures["spread"])
    return demand(figures, MEASURED, servers=False), setting


def capacity(needs: Demand, figures: Figures) -> float:
    """Posts a second that one process can answer at the utilisation that is planned with."""
    of_decoders = needs.decode / DECODERS
    of_cores = (needs.loop + needs.decode + needs.infer) / figures["cores a process"]
    slowest = max(needs.loop, of_decoders, needs.infer, of_cores)
    return figures["utilisation planned"] / slowest


def processes(figures: Figures, community: Community) -> int:
    """Of the bot, on servers: for the posts of the busiest hour."""
    one = capacity(demand(figures, community, servers=True), figures)
    return math.ceil(community.peak_per_second(figures) / one)


def loaded(
    figures: Figures, community: Community, *, servers: bool, together: int = 1
) -> Simulated:
    """The busiest hour, simulated: with one process on files, or with as many as it takes."""
    setting = Setting(
        community.peak_per_second(figures),
        processes=processes(figures, community) if servers else 1,
        cores=round(figures["cores a process"]),
        database_cores=round(figures["database cores"]) if servers else 2,
        together=together,
        spread=figures["spread"],
    )
    return simulate(demand(figures, community, servers=servers), setting)


@dataclass(frozen=True)
class Bill:
    """What a month takes.

    Attributes:
        processes: Of the bot, each on a machine of its own.
        cores: Of all machines together.
        memory: Bytes, of all of them.
        disk: Bytes of database and index, with room for writing them anew.
        euros: A month, by the prices that were assumed.
        rebuild_euros: Of one whole rebuild, its encoder on a GPU.
    """

    processes: int
    cores: float
    memory: float
    disk: float
    bucket: float
    euros: float
    rebuild_euros: float


def fits_one_machine(figures: Figures, community: Community) -> bool:
    """Whether one process on SQLite and files answers the busiest hour, all on its own cores."""
    needs = demand(figures, community, servers=False)
    everything = needs.loop + needs.decode + needs.infer + needs.choose + needs.store
    most = figures["utilisation planned"] * figures["cores a process"]
    return community.peak_per_second(figures) * everything <= most


def bill(figures: Figures, community: Community) -> Bill:
    """Bot, database, index and bucket of a month, and a rebuild.

    Where one machine is enough, database and index are files on it.
    """
    count, kept = processes(figures, community), storage(figures, community)
    cores = count * figures["cores a process"]
    # A new bundle gets ready beside the one that serves: inference twice.
    own = figures["bot bytes"] + figures["teaching bytes"] + DECODERS * figures["decoder bytes"]
    memory = count * (own + 2 * kept.inference + aligning_bytes(community))
    memory += kept.catalogue * figures["database memory share"]
    disk = 2 * kept.catalogue  # So that it can be written anew.
    if fits_one_machine(figures, community):
        memory += kept.index
        disk += kept.index_while_joining
    else:
        cores += figures["database cores"]
        cores += math.ceil(community.illustrations / figures["vectors a milvus core"])
        memory += kept.milvus
    euros = (
        cores * figures["EUR a core and month"]
        + memory / GB * figures["EUR a GB of memory and month"]
        + disk / TB * figures["EUR a TB of disk and month"]
        + kept.thumbnails / TB * figures["EUR a TB of bucket and month"]
    )
    hours = rebuild(figures, community)
    on_cores = (hours.boosters + hours.embedding) * figures["EUR a core and month"] / MONTH_HOURS
    on_gpu = hours.encoder / figures["GPU over a core"] * figures["EUR a GPU-hour"]
    return Bill(count, cores, memory, disk, kept.thumbnails, euros, on_cores + on_gpu)

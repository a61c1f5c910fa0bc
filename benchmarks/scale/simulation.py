"""A simulation of the service under load: posts come at random and wait for what they need.

Each process of the bot has its event loop, its decoders and its inference; all share the database,
in which one writes at a time. On one machine, the processes share its cores as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.scale.events import Clock, Cores, Duration, Station

NEIGHBOURS = "neighbours on the machine"


@dataclass(frozen=True)
class Demand:
    """Seconds that one post needs of each part, when nobody waits.

    Attributes:
        loop: The bot's own process: Discord, the catalogue's driver, waiting on everything else.
        decode: A decoder: the image, and afterwards the grid of similar ones.
        infer: Encoding, scoring, and searching where the index is in files.
        encode_shared: The part of ``infer`` that images encoded together cost once; the service
            as it is encodes each by itself.
        choose: The database, reading: which illustrations may be shown.
        store: The database, writing.
        elsewhere: What waits for others and uses no core: the network, an index on a server.
        neighbour: A core's time for somebody else on the same machine, such as a stand-in.
    """

    loop: float
    decode: float
    infer: float
    choose: float = 0.0
    store: float = 0.0
    elsewhere: float = 0.0
    neighbour: float = 0.0
    encode_shared: float = 0.0


@dataclass(frozen=True)
class Setting:
    """What the load meets.

    Attributes:
        cores: Of each process's machine; None: as many as it likes.
        together: So many images that wait are encoded at once.
        database_cores: So many can read at once.
        spread: How far times lie from their mean (coefficient of variation).
    """

    per_second: float
    posts: int = 3000
    processes: int = 1
    decoders: int = 2
    cores: int | None = 2
    together: int = 1
    database_cores: int = 8
    spread: float = 0.3
    seed: int = 0


@dataclass(frozen=True)
class Simulated:
    """What came of it.

    Attributes:
        utilisation: By part, the share of the time in which its servers worked; the mean over
            the processes.
    """

    median: float
    percentile_99: float
    utilisation: dict[str, float]

    @property
    def busiest(self) -> str:
        """The part that gives way first if more comes."""
        return max(self.utilisation, key=lambda name: self.utilisation[name])


def simulate(demand: Demand, setting: Setting) -> Simulated:
    """Let posts come as in a Poisson process, and follow each to its answer.

    The first tenth of them, for which everything was still empty, does not count.
    """
    clock, random = Clock(), np.random.default_rng(setting.seed)
    shared = _database(clock, random, demand, setting)
    routes = [_process(clock, random, demand, setting) for _ in range(setting.processes)]
    came = np.cumsum(random.exponential(1 / setting.per_second, setting.posts))
    goes = random.integers(setting.processes, size=setting.posts)
    seconds = np.zeros(setting.posts)

    def arrive(post: int) -> None:
        route = _with_database(routes[goes[post]], shared)

        def go_on(step: int) -> None:
            if step == len(route):
                seconds[post] = clock.now - came[post]
            else:
                route[step].serve(lambda: go_on(step + 1))

        go_on(0)

    for post, moment in enumerate(came):
        clock.after(float(moment), lambda post=post: arrive(post))  # type: ignore[misc]
    clock.run()
    counted = seconds[setting.posts // 10 :]
    return Simulated(
        median=float(np.median(counted)),
        percentile_99=float(np.percentile(counted, 99)),
        utilisation=_utilisation([*routes, list(shared)], setting, clock.now),
    )


def _process(
    clock: Clock, random: np.random.Generator, demand: Demand, setting: Setting
) -> list[Station]:
    """One process of the bot with its children, on a machine of its own."""
    cores = None if setting.cores is None else Cores(clock, setting.cores)

    def station(
        name: str, seconds: float, servers: int | None, on: Cores | None = cores, **more: float
    ) -> Station:
        duration = Duration(seconds, setting.spread, more.get("shared", 0.0))
        return Station(name, clock, random, duration, servers, on, int(more.get("most", 1)))

    stations = [
        station("the network", demand.elsewhere, None, None),
        station(NEIGHBOURS, demand.neighbour, 1),
        station("event loop", demand.loop, 1),
        station("decoders", demand.decode, setting.decoders),
        station("inference", demand.infer, 1, shared=demand.encode_shared, most=setting.together),
    ]
    return [one for one in stations if one.duration.mean]


def _database(
    clock: Clock, random: np.random.Generator, demand: Demand, setting: Setting
) -> tuple[Station, Station]:
    """Reading, on every core of it, and writing, one after the other."""
    reading, writing = (Duration(one, setting.spread) for one in (demand.choose, demand.store))
    reads = Station("database, reading", clock, random, reading, setting.database_cores)
    return reads, Station("database, writing", clock, random, writing)


def _with_database(own: Sequence[Station], shared: tuple[Station, Station]) -> list[Station]:
    """A post's way: it is chosen what may be shown before inference, and stored after it."""
    reads, writes = shared
    return [*own[:-1], reads, own[-1], writes]


def _utilisation(
    groups: Sequence[Sequence[Station]], setting: Setting, seconds: float
) -> dict[str, float]:
    """Of the parts that have a number of servers, and of the machines' cores."""
    busy: dict[str, float] = {}
    on_cores = 0.0
    for station in (one for group in groups for one in group):
        on_cores += station.busy if station.cores else 0.0
        if station.busy and station.servers and station.name != NEIGHBOURS:
            own = 1 if station.name.startswith("database") else setting.processes
            share = station.busy / (station.servers * own * seconds)
            busy[station.name] = busy.get(station.name, 0.0) + share
    if setting.cores:
        busy["cores"] = on_cores / (setting.cores * setting.processes * seconds)
    return busy

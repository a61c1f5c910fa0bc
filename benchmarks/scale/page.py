"""The generated parts of docs/scale.md."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from benchmarks.scale.cells import duration, in_bytes, table
from benchmarks.scale.figures import Figures
from benchmarks.scale.serving import (
    BATCH,
    bill,
    capacity,
    demand,
    fits_one_machine,
    loaded,
    measured_point,
    processes,
)
from benchmarks.scale.simulation import Demand, Simulated, simulate
from benchmarks.scale.sizing import (
    Community,
    aligning_bytes,
    aligning_seconds,
    choosing_ms,
    rebuild,
    scanning_ms,
    scoring_ms,
    storage,
    vacuum_hours,
)
from benchmarks.table import figure

COMMUNITIES = (
    Community(10_000, 1_000, 1),
    Community(100_000, 3_000, 10),
    Community(1_000_000, 10_000, 100),
    Community(10_000_000, 30_000, 1_000),
    Community(100_000_000, 100_000, 10_000),
)
# Of the measured median: what is simulated may be so far from it.
TOLERANCE = 0.35
TOO_MUCH = 0.97  # Utilisation at which a queue has no end, in a run that has one.


def reproduced(figures: Figures) -> tuple[Simulated, float]:
    """The measured point, simulated; and how far its median is from the measured, in shares."""
    found = simulate(*measured_point(figures))
    return found, found.median / figures["answer seconds, median"] - 1


def parts(figures: Figures) -> dict[str, str]:
    """By name, everything that the command writes into the page."""
    return {
        "point": _point(figures),
        "sizes": _sizes(figures),
        "work": _work(figures),
        "load": _load(figures),
        "money": _money(figures),
        "measured": _inputs(figures, measured=True),
        "assumed": _inputs(figures, measured=False),
    }


def _point(figures: Figures) -> str:
    found, off = reproduced(figures)
    rows = [
        ["median", f"{figures['answer seconds, median']:.2f} s", f"{found.median:.2f} s"],
        ["99th percentile", "not comparable", f"{found.percentile_99:.2f} s"],
        *([name, "", f"{share:.0%} busy"] for name, share in found.utilisation.items()),
    ]
    needs, setting = measured_point(figures)
    for name, changed in _otherwise(needs).items():
        rows.append([name, "", f"{simulate(changed, setting).median:.2f} s"])
    verdict = "reproduced" if abs(off) <= TOLERANCE else "**not reproduced**"
    return (
        table(["", "measured", "simulated"], rows)
        + f"\n\nThe median is {off:+.0%} off; allowed are {TOLERANCE:.0%}: {verdict}."
    )


def _otherwise(needs: Demand) -> dict[str, Demand]:
    """How much the agreement leans on the figures of a busy machine."""
    longer = replace(needs, loop=needs.loop * 1.5, decode=needs.decode * 1.5)
    return {
        "median, were event loop and decoders half as long again": longer,
        "median, were what waits for others five times as long": replace(
            needs, elsewhere=needs.elsewhere * 5
        ),
    }


def _sizes(figures: Figures) -> str:
    def cells(community: Community) -> list[str]:
        kept = storage(figures, community)
        return [
            in_bytes(kept.catalogue),
            in_bytes(kept.thumbnails),
            f"{in_bytes(kept.index)}, {in_bytes(kept.index_while_joining)} while joining",
            in_bytes(kept.milvus),
            in_bytes(kept.bundle),
            in_bytes(kept.inference),
        ]

    head = ["catalogue", "thumbnails", "index in files", "on Milvus", "bundle", "inference"]
    return _by_size(head, cells)


def _work(figures: Figures) -> str:
    def cells(community: Community) -> list[str]:
        hours = rebuild(figures, community)
        on_gpu = hours.encoder / figures["GPU over a core"]
        listing = duration(aligning_seconds(figures, community) / 3600)
        listing += f", {in_bytes(aligning_bytes(community))}"
        return [
            f"{figure(scoring_ms(figures, community.tags))} ms",
            f"{figure(scanning_ms(figures, community))} ms",
            f"{figure(choosing_ms(figures, community))} ms",
            duration(vacuum_hours(figures, community)),
            listing,
            duration(hours.boosters),
            duration(hours.embedding),
            f"{duration(hours.encoder)} ({duration(on_gpu)} on a GPU, assumed)",
        ]

    head = ["scoring a post", "scanning its guild's vectors", "choosing what it may see"]
    head += ["one VACUUM (SQLite)", "aligning an index", "boosters, core time"]
    return _by_size([*head, "embedding anew, core time", "encoder, core time"], cells)


def _load(figures: Figures) -> str:
    def cells(community: Community) -> list[str]:
        alone = loaded(figures, community, servers=False)
        several = loaded(figures, community, servers=True)
        together = loaded(figures, community, servers=True, together=BATCH)
        return [
            f"{figure(community.peak_per_second(figures))}",
            *_answers(alone),
            figure(capacity(demand(figures, community, servers=True), figures)),
            str(processes(figures, community)),
            *_answers(several),
            f"{together.median:.2f} / {together.percentile_99:.2f} s",
        ]

    head = ["posts a second", "one process, index in files", "busiest"]
    head += [
        "a process answers a second",
        "processes",
        "PostgreSQL and Milvus",
        "busiest",
        f"if {BATCH} that wait were encoded together",
    ]
    return _by_size(head, cells)


def _answers(found: Simulated) -> list[str]:
    share = found.utilisation[found.busiest]
    busiest = f"{found.busiest}, {min(share, 1):.0%}"
    if share >= TOO_MUCH:
        return ["more than it can", f"**{busiest}**"]
    return [f"{found.median:.2f} / {found.percentile_99:.2f} s", busiest]


def _money(figures: Figures) -> str:
    def cells(community: Community) -> list[str]:
        asked = bill(figures, community)
        return [
            "files" if fits_one_machine(figures, community) else "PostgreSQL, Milvus",
            str(asked.processes),
            f"{asked.cores:,.0f}",
            in_bytes(asked.memory),
            in_bytes(asked.disk),
            in_bytes(asked.bucket),
            f"{asked.euros:,.0f} €",
            f"{asked.rebuild_euros:,.2f} €",
        ]

    head = ["on", "processes of the bot", "cores", "memory", "fast disk", "thumbnails"]
    return _by_size([*head, "a month", "a rebuild"], cells)


def _inputs(figures: Figures, *, measured: bool) -> str:
    if not measured:
        rows = [
            [name, f"{figure(one.value)} {_unit(one.unit)}".strip(), one.source]
            for name, one in figures.assumed.items()
        ]
        return table(["assumption", "value", "why"], rows)
    rows = [
        [
            name,
            f"{figure(one.value)} {_unit(one.unit)}".strip(),
            "quiet" if one.quiet else "**busy**",
            one.source,
            f"`{one.command}`",
        ]
        for name, one in figures.measured.items()
    ]
    return table(["figure", "value", "machine", "where", "command"], rows)


def _unit(unit: str) -> str:
    return "" if unit == "1" else unit


def _by_size(head: Sequence[str], cells: Callable[[Community], list[str]]) -> str:
    rows = [
        [f"{one.illustrations:,}", f"{one.tags:,}", f"{one.guilds:,}", *cells(one)]
        for one in COMMUNITIES
    ]
    return table(["illustrations", "tags", "guilds", *head], rows)

"""What a community of some size takes: bytes, milliseconds, hours, machines, money.

Every function is the arithmetic of one row of docs/scale.md, in the units that its name ends in.
"""

import math
from dataclasses import dataclass

from benchmarks.scale.figures import Figures

STARTER_TAGS = 5000  # That the measured bundle has.
DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Community:
    """So many of each."""

    illustrations: int
    tags: int
    guilds: int

    def peak_per_second(self, figures: Figures) -> float:
        """Posts in a second of the busiest hour."""
        a_day = self.guilds * figures["posts a guild and day"]
        return a_day * figures["peak over mean"] / DAY_SECONDS


@dataclass(frozen=True)
class Storage:
    """Bytes of a whole library, and of what each process keeps in memory."""

    catalogue: float
    thumbnails: float
    index: float
    index_while_joining: float
    milvus: float
    bundle: float
    inference: float


def storage(figures: Figures, community: Community) -> Storage:
    """Bytes: all in proportion to illustrations or to tags."""
    bundle = _bundle_bytes(figures, community.tags)
    grown = bundle - _bundle_bytes(figures, STARTER_TAGS)
    count = community.illustrations
    return Storage(
        catalogue=count * figures["catalogue bytes"],
        thumbnails=count * figures["thumbnail bytes, planned"],
        index=count * figures["index bytes"],
        index_while_joining=count * figures["index bytes while joining"],
        milvus=count * figures["milvus bytes"],
        bundle=bundle,
        inference=figures["inference bytes"] + grown,
    )


def _bundle_bytes(figures: Figures, tags: int) -> float:
    a_tag = figures["forest bytes a tag"] + figures["head bytes a tag"]
    return figures["encoder bytes"] + tags * a_tag


def scoring_ms(figures: Figures, tags: int) -> float:
    """Vote, ridge, forest and calibration of one image, in proportion to the tags."""
    return figures["scoring ms"] * tags / STARTER_TAGS


def searching_ms(figures: Figures, illustrations: int) -> float:
    """Annoy's search without a filter.

    It grows with the logarithm: the line through the two measured sizes.
    """
    few, many = 5_000, 2_000_000
    low, high = figures["search ms, 5,000"], figures["search ms, 2,000,000"]
    grown = (high - low) * math.log(max(illustrations, few) / few) / math.log(many / few)
    return low + grown


def choosing_ms(figures: Figures, community: Community) -> float:
    """What a post asks the catalogue before a search in files.

    Which illustrations its guild has, and how many there are at all.
    """
    own = community.illustrations / community.guilds
    listed = own * figures["own id listed us"]
    counted = community.illustrations * figures["illustration counted us"]
    return (listed + counted) / 1e3


def scanning_ms(figures: Figures, community: Community) -> float:
    """Comparing a post with all of its guild's own illustrations, as the index in files does."""
    return community.illustrations / community.guilds * figures["own vector scanned us"] / 1e3


def vacuum_hours(figures: Figures, community: Community) -> float:
    """Of one VACUUM in SQLite, in which nothing can be written."""
    nanoseconds = storage(figures, community).catalogue * figures["vacuum ns a byte"]
    return nanoseconds / 1e9 / 3600


def aligning_seconds(figures: Figures, community: Community) -> float:
    """Of listing what the catalogue has, as each process does once an hour."""
    return community.illustrations * figures["id aligned us"] / 1e6


def aligning_bytes(community: Community) -> float:
    """Two lists of all ids, int64: the catalogue's and the index's."""
    return community.illustrations * 2 * 8


@dataclass(frozen=True)
class Rebuild:
    """Core-hours of the parts of a whole rebuild, and of reading the library anew afterwards."""

    encoder: float
    boosters: float
    embedding: float


def rebuild(figures: Figures, community: Community) -> Rebuild:
    """Passes over a sample for the encoder; every tag; every thumbnail, once."""
    sample = min(community.illustrations, figures["encoder sample"])
    trained_ms = sample * figures["encoder passes"] * figures["trained image ms"]
    read_ms = figures["thumbnail decode ms"] + figures["encode ms, batch 16"]
    return Rebuild(
        encoder=trained_ms / 1e3 / 3600,
        boosters=community.tags / figures["boosters a core-minute"] / 60,
        embedding=community.illustrations * read_ms / 1e3 / 3600,
    )

"""News that name rows: whoever keeps something of them in memory reads them again.

Why numbers and no content: the catalogue is the truth. Whatever order news come in, and however
often, who reads the rows then has what holds.
"""

from collections.abc import Collection
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.catalogue.database import announce, portions

Kind = Literal["illustrations", "tags", "jobs", "bundles"]

# PostgreSQL passes on less than 8,000 bytes at once.
_MOST_IDS = 300


def announce_rows(connection: AsyncConnection, kind: Kind, ids: Collection[int]) -> None:
    """Have everybody know, once a transaction is through, which rows it has touched.

    Args:
        connection: Within the transaction.
        kind: What they are: illustrations that have an embedding more, or are gone; tags that say
            something else, or nothing any more; jobs that are over; bundles that are served.
        ids: Theirs.
    """
    for some in portions(ids, _MOST_IDS):
        announce(connection, f"{kind} {','.join(map(str, some))}")


def rows_in(news: str, kind: Kind) -> list[int]:
    """The rows of a kind that news name; none: they are about something else."""
    said, _, ids = news.partition(" ")
    return [int(one) for one in ids.split(",")] if said == kind else []

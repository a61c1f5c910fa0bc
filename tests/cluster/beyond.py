"""What reaches beyond one machine, started on this one, and what lies there in the end."""

import io
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from bot.bundles.choosing import Found
from bot.bundles.stores import bundle_store
from bot.catalogue import moving
from bot.thumbnails import Thumbnails
from tests.bot.milvus import Lite, running_milvus
from tests.bot.postgresql import CATALOGUE, Server, running_server
from tests.object_store import s3_server


@dataclass(frozen=True)
class Beyond:
    """A PostgreSQL, a Milvus and a bucket, which the processes of one bot share.

    Attributes:
        place: Of copies that are looked at.
    """

    postgresql: Server
    milvus: Lite
    bucket: str
    place: Path

    @classmethod
    @contextmanager
    def started(cls, place: Path) -> Iterator["Beyond"]:
        """All three, without content; the environment leads to the bucket."""
        with running_server() as postgresql, running_milvus() as milvus, s3_server() as bucket:
            yield cls(postgresql, milvus, bucket, place)

    def options(self, cluster: str, data: Path, training: tuple[str, ...]) -> list[str]:
        """What is configured for each process of the bot.

        Args:
            cluster: The address of the dashboard.
            data: A dataset directory that a rebuild learns from besides.
            training: Options of the section ``train`` for a rebuild.
        """
        return [
            f"bot.catalogue={self.postgresql.url(CATALOGUE)}",
            f"bot.index.milvus={self.milvus.url}",
            f"bot.bundles_dir={self._bundles}",
            f"bot.thumbnails_dir={self._thumbnails}",
            f"bot.rebuild.cluster.address={cluster}",
            f"bot.rebuild.data={json.dumps([str(data)])}",
            f"bot.rebuild.settings={json.dumps(training)}",
        ]

    @property
    def _bundles(self) -> str:
        return f"{self.bucket}/bundles"

    @property
    def _thumbnails(self) -> str:
        return f"{self.bucket}/thumbnails"

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        """What the catalogue answers."""
        return self.postgresql.execute(statement, CATALOGUE)

    def column(self, statement: str) -> list[object]:
        """The same, of one column."""
        return [value for (value,) in self.rows(statement)]

    def published(self) -> list[Found]:
        """The bundles in the bucket, each of them verified."""
        store = bundle_store(self._bundles, self.place / "fetched")
        found = store.find()
        for one in found:
            store.open(one.path.name, one.checksum)
        return found

    def indexed(self, encoder_id: str, width: int) -> list[int]:
        """The illustrations that Milvus has embeddings of an encoder of."""
        (owner,) = self.column("SELECT value FROM states WHERE key = 'index_owner'")
        return [int(id_) for id_ in self.milvus.collection(str(owner), width, encoder_id).ids]

    def check_thumbnails(self) -> None:
        """Fail unless each illustration has its picture in the bucket."""
        thumbnails = Thumbnails(self._thumbnails)
        for key in self.column("SELECT thumbnail FROM illustrations"):
            content = thumbnails.get(str(key))
            assert content is not None, key
            with Image.open(io.BytesIO(content)) as image:
                image.load()

    async def check_catalogue(self) -> None:
        """Fail unless the catalogue is whole: it is copied, compared, and held against itself."""
        copy = self.place / "copy.sqlite"
        await moving.move(
            self.postgresql.url(CATALOGUE), f"sqlite:///{copy}", lambda _done, _of: None
        )
        with closing(sqlite3.connect(copy)) as opened:
            assert opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert opened.execute("PRAGMA foreign_key_check").fetchall() == []

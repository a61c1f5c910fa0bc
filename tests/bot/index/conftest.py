"""Indexes of every kind, with what each leaves to its owner."""

import shutil
import tempfile
from pathlib import Path

import pytest

from model.index import VectorIndex
from tests.bot.milvus import fresh_owner
from tests.model.index.yardstick import WIDTH


class Annoy:
    """Segments in a directory; the tail is its owner's."""

    loses_its_tail = True
    replaces_in_one_moment = True

    def __init__(self):
        self.directory = Path(tempfile.mkdtemp())

    def open(self, encoder_id="encoder", **options):
        options = {"trees": 2, "tail_limit": 5} | options
        return VectorIndex(self.directory / encoder_id, WIDTH, encoder_id, **options)

    def settle(self, index):
        """Bring everything to where it stays, as Annoy searches it."""
        index.compact()

    def check(self):
        few = [path.name for path in self.directory.glob("encoder/*")]
        assert len(few) <= 2
        assert all(name.startswith("segment-") and "." not in name for name in few)

    def close(self):
        shutil.rmtree(self.directory)


class Milvus:
    """Collections of one catalogue on a server."""

    loses_its_tail = False
    replaces_in_one_moment = False  # A search between finds neither the old nor the new one.

    def __init__(self, server):
        self.server = server
        self.owner = fresh_owner()

    def open(self, encoder_id="encoder", **_options):
        return self.server.collection(self.owner, WIDTH, encoder_id)

    def settle(self, index):
        """Bring everything to where it stays, as a graph is searched."""
        assert index.erase()

    def check(self):
        pass

    def close(self):
        self.open()._server.drop_others(self.owner, [])


@pytest.fixture(params=["annoy", "milvus"])
def kinds(request):
    """Makes empty places for indexes of one kind."""
    made = []

    def make():
        server = request.getfixturevalue("milvus") if request.param == "milvus" else None
        made.append(Milvus(server) if server else Annoy())
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def kind(kinds):
    """An empty place for indexes of each kind."""
    return kinds()


@pytest.fixture
def index(kind):
    """An empty index of each kind."""
    return kind.open()

"""The catalogue: the database of everything that the service knows.

The catalogue is the truth about what exists; thumbnails and the vector index follow it
(``bot.library``). Each concern is a small class in a file of its own; illustrations are the
catalogue's own.
"""

from collections.abc import Callable

from bot.catalogue.answers import Answers
from bot.catalogue.bundles import Bundles
from bot.catalogue.database import Database
from bot.catalogue.embeddings import Embeddings
from bot.catalogue.errands import Errands
from bot.catalogue.guilds import Guilds
from bot.catalogue.illustrations import Illustrations
from bot.catalogue.jobs import Jobs
from bot.catalogue.marks import Marks
from bot.catalogue.notices import Notices
from bot.catalogue.people import People
from bot.catalogue.posts import Posts
from bot.catalogue.processes import Processes
from bot.catalogue.rescored import Rescored
from bot.catalogue.selecting import Selections
from bot.catalogue.state import State
from bot.catalogue.taught import TaughtTags
from bot.catalogue.tombstones import Tombstones
from bot.catalogue.turns import Turns


class Catalogue(Illustrations, Embeddings, Selections):
    """The database of illustrations with their tags and embeddings, of posts, guilds and people.

    Attributes:
        posts: A guild's messages with images.
        guilds: What guilds chose.
        people: Consent, and what is kept of a person.
        marks: What people said about tags.
        taught: Tags that guilds taught.
        rescored: What those say of illustrations that came before them.
        bundles: Bundles that appeared.
        answers: Public answers of commands.
        errands: What is to be done to answers that showed something forgotten.
        jobs: Long work.
        notices: What admins were told once.
        state: Facts about the bot itself.
        tombstones: What is to stay forgotten.
        processes: Who works on the catalogue.
        turns: What one of them does at a time.
    """

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.tombstones = Tombstones(database)
        self.posts = Posts(database, self.tombstones)
        self.guilds = Guilds(database)
        self.people = People(database)
        self.marks = Marks(database)
        self.taught = TaughtTags(database)
        self.rescored = Rescored(database)
        self.bundles = Bundles(database)
        self.answers = Answers(database)
        self.errands = Errands(database)
        self.jobs = Jobs(database)
        self.notices = Notices(database)
        self.state = State(database)
        self.processes = Processes(database)
        self.turns = Turns(database)

    @classmethod
    async def open(cls, url: str, worker: str = "") -> "Catalogue":
        """Open the database of ``url``, migrated to the newest version.

        Args:
            url: For example ``sqlite:///data/catalogue.sqlite``.
            worker: What this process is called among those that have it open at once: each its own
                name, and the same one after a restart.

        Raises:
            StartError: If it cannot be reached, is damaged, no database, or of a newer version of
                the bot.
        """
        return cls(await Database.open(url, worker))

    @property
    def is_shared(self) -> bool:
        """Whether other processes may have it open too."""
        return self._database.is_shared

    def on_news_of_others(self, hear: Callable[[str], None]) -> None:
        """Let somebody hear what other processes commit (``bot.catalogue.news``).

        Args:
            hear: Hears it when it can be read; ``ANYTHING``: something may have been missed.
        """
        self._database.on_news_of_others(hear)

    async def erase(self) -> bool:
        """Have no file hold what was deleted; see ``Database.erase``."""
        return await self._database.erase()

    async def close(self) -> None:
        """Close every connection."""
        await self._database.close()

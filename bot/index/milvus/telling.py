"""What the log says of the server: each trouble once, however often it is tried again."""

import logging
import time

from bot.errors import UnavailableError
from bot.index.milvus.server import RefusedError

# What it still refuses, or again, is said once more after so long.
SAY_AGAIN_SECONDS = 3600.0

log = logging.getLogger(__name__)


class Telling:
    """Says when the server is away, and what it refuses although it is there."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._is_away = False
        # By kind, when a refusal was said.
        self._refused: dict[str, float] = {}

    def away(self, error: UnavailableError) -> None:
        """A call has found it away."""
        # Without a cause: who asked nothing any more, because of one who has found that out.
        if self._is_away or error.__cause__ is None:
            return
        self._is_away = True
        log.error(
            "Milvus at %s cannot be used (%s). Images get their tags all the same, but nothing "
            "similar is found until it is back, which is tried again and again. Check that it runs "
            "and can be reached, and bot.index.milvus.",
            *(self._url, _in_words(error)),
        )

    def refused(self, error: RefusedError) -> None:
        """It is there, and has refused a call."""
        now = time.monotonic()
        if now < self._refused.get(error.kind, -SAY_AGAIN_SECONDS) + SAY_AGAIN_SECONDS:
            return
        self._refused[error.kind] = now
        log.error(
            "Milvus at %s refuses what it is asked (%s). That does not pass by itself. Images get "
            "their tags all the same, and what it did not take in or forget is tried again and "
            "again. See to its memory, disk and quotas, to its version and database "
            "(bot.index.milvus), and to whom it lets do what (the environment variable "
            "MILVUS_TOKEN).",
            *(self._url, _in_words(error)),
        )

    def answers(self) -> None:
        """A call was answered."""
        if self._is_away:
            self._is_away = False
            log.warning("Milvus at %s answers again", self._url)


def _in_words(error: UnavailableError) -> str:
    """The cause in one line: that of a call has many."""
    return " ".join(str(error.__cause__).split())

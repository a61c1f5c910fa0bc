"""What teachers were asked and had no opinion on: it is not asked again at once.

Only in memory: after a restart it may be asked once more, and that is all.
"""

from collections import OrderedDict
from collections.abc import Collection

MOST_LESSONS = 1000
MOST_SKIPPED = 500


class Skipped:
    """The illustrations that each teacher of a tag passed over."""

    def __init__(self) -> None:
        self._of: OrderedDict[tuple[int, int], dict[int, None]] = OrderedDict()

    def add(self, tag_id: int, user_id: int, ids: Collection[int]) -> None:
        """Note some; the oldest are forgotten when there are many."""
        kept = self._of.pop((tag_id, user_id), {})
        kept.update(dict.fromkeys(ids))
        newest = list(kept)[-MOST_SKIPPED:]
        self._of[tag_id, user_id] = dict.fromkeys(newest)
        if len(self._of) > MOST_LESSONS:
            self._of.popitem(last=False)

    def of(self, tag_id: int, user_id: int) -> frozenset[int]:
        """What a teacher of a tag passed over."""
        return frozenset(self._of.get((tag_id, user_id), ()))

    def clear(self, tag_id: int, user_id: int) -> None:
        """Begin anew: the dialogue was opened again, or nothing else is left to ask."""
        self._of.pop((tag_id, user_id), None)

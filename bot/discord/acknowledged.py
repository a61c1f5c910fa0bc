"""Which interactions this process has taken on: a gateway may hand one over twice."""

REMEMBERED = 1000


class Acknowledged:
    """The interactions of the last while."""

    def __init__(self) -> None:
        self._ids: dict[int, None] = {}

    def is_first(self, interaction_id: int) -> bool:
        """Note one; whether it is new."""
        if interaction_id in self._ids:
            return False
        self._ids[interaction_id] = None
        if len(self._ids) > REMEMBERED:
            del self._ids[next(iter(self._ids))]
        return True

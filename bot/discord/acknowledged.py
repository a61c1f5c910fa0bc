"""Which interactions this process has taken on: a gateway may hand one over twice.

Each is answered in a task of its own, which is known too: who ends the process waits for it.
"""

import asyncio
from typing import Any

REMEMBERED = 1000


class Acknowledged:
    """The interactions of the last while."""

    def __init__(self) -> None:
        self._ids: dict[int, None] = {}
        self._under_way: set[asyncio.Task[Any]] = set()

    def is_first(self, interaction_id: int) -> bool:
        """Note one; whether it is new."""
        if interaction_id in self._ids:
            return False
        self._ids[interaction_id] = None
        if len(self._ids) > REMEMBERED:
            del self._ids[next(iter(self._ids))]
        return True

    def begin(self) -> None:
        """Note that the task that calls this answers one."""
        task = asyncio.current_task()
        if task is not None:
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def finished(self, seconds: float) -> None:
        """Wait until everything that was taken on is answered, for at most so long."""
        if self._under_way:
            await asyncio.wait(list(self._under_way), timeout=seconds)

    async def let_go(self) -> None:
        """End what is still being answered: the client that it would be sent with ends."""
        late = list(self._under_way - {asyncio.current_task()})
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

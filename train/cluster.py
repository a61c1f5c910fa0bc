"""Training beyond one machine: one switch, round a whole run, between this machine and a cluster.

Within ``on_cluster(address)`` whatever joblib spreads goes to a Ray cluster; without an address it
goes to processes of this machine. What is spread does not know which: it takes what it works on as
arguments, gives back what it made, and writes nothing, so that the same call may be made twice.
Whoever leads the run writes.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Generic, TypeVar

from joblib import parallel_config

from model.errors import TrainingError

T = TypeVar("T")


class Shared(Generic[T]):
    """Something large that many calls read, as one of them gets it."""

    def __init__(self, value: T) -> None:
        self._value = value

    def get(self) -> T:
        """The thing itself."""
        return self._value


_share: ContextVar[Callable[[Any], Shared[Any]]] = ContextVar("_share", default=Shared)


def share(value: T) -> Shared[T]:
    """Make something large known to calls, wherever they run: it travels once, not with each."""
    return _share.get()(value)


@contextmanager
def on_cluster(address: str) -> Iterator[None]:
    """Let joblib spread its calls over a cluster within the ``with``.

    Args:
        address: As ``train.cluster`` has it; empty: over processes of this machine.

    Raises:
        TrainingError: If the cluster cannot be reached, or what talks to it is not installed.
    """
    if not address:
        yield
        return
    try:
        from train.ray_calls import RayCalls, SharedByRay, connected
    except ModuleNotFoundError as error:
        raise TrainingError(
            f"train.cluster is {address!r}, but {error.name} is not installed. Install "
            "hoshizora[train,ray] here and on every node of the cluster, or leave train.cluster "
            "empty to train on this machine alone."
        ) from None
    with connected(address), parallel_config(backend=RayCalls()):
        token = _share.set(SharedByRay)
        try:
            yield
        finally:
            _share.reset(token)

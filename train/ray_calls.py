"""joblib's calls as tasks of a Ray cluster.

Why not the backend that Ray brings (``ray.util.joblib``): it keeps one actor for each processor and
binds calls to them. When a node is lost, the calls of its actors fail and with them the step;
actors that are started again are not placed by how many processors a node has; and every array that
was ever an argument stays in memory until the step ends. A task is bound to nothing: Ray makes it
again on another node, a bounded number of times, and nodes that join are used at once.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeVar

import ray
from joblib._parallel_backends import FallbackToBackend, ParallelBackendBase, SequentialBackend
from ray.exceptions import RayError, RayTaskError

from model.errors import TrainingError
from train.cluster import Shared

T = TypeVar("T")

# How often one call is made again because the node or the process that made it was lost.
MOST_LOSSES = 3
# A worker has one processor; TensorFlow would take all of its machine.
OF_WORKERS = {
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
PASSED_ON = ("KERAS_BACKEND",)


@contextmanager
def connected(address: str) -> Iterator[None]:
    """Be connected to a cluster within the ``with``.

    Raises:
        TrainingError: If it cannot be reached, or runs another version of Ray or of Python.
    """
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    try:
        ray.init(
            address=address,
            runtime_env={"env_vars": OF_WORKERS | passed},
            logging_level="ERROR",
            log_to_driver=False,
        )
    except (RayError, OSError, RuntimeError, ValueError) as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise TrainingError(
            f"The Ray cluster {address!r} (train.cluster) cannot be used: {reason} Expected a "
            "cluster that runs the same versions of Ray and Python. Start it (ray start), correct "
            "the address, or leave train.cluster empty to train on this machine alone."
        ) from None
    try:
        yield
    finally:
        ray.shutdown()


class SharedByRay(Shared[T]):
    """Something large in the cluster's memory: a machine fetches it once, a process keeps it."""

    def __init__(self, value: T) -> None:
        self._reference = ray.put(value)

    def get(self) -> T:
        """The thing itself; its arrays are read-only: all processes of a machine share them."""
        thing: T = _fetched(self._reference)
        return thing


@lru_cache(maxsize=1)
def _fetched(reference: "ray.ObjectRef[Any]") -> Any:  # noqa: ANN401 - whatever was shared
    return ray.get(reference)


class RayCalls(ParallelBackendBase):  # type: ignore[misc]
    """A backend of joblib; see there for what each method is asked for."""

    supports_retrieve_callback = True

    def __init__(self, nesting_level: int = 0, **options: Any) -> None:  # noqa: ANN401
        super().__init__(nesting_level=nesting_level, **options)
        self._call = ray.remote(num_cpus=1, max_retries=MOST_LOSSES)(_made)
        self._under_way: dict[Future[Any], Any] = {}
        # Why a thread: Ray's own, which says that a call has ended, must not be kept from its work
        # by the next call's being sent.
        self._listener: ThreadPoolExecutor | None = None

    def configure(self, n_jobs: int = 1, parallel: Any = None, **_: Any) -> int:  # noqa: ANN401
        """Begin; a single process is this one."""
        if n_jobs == 1:
            raise FallbackToBackend(SequentialBackend(nesting_level=self.nesting_level))
        self.parallel = parallel
        self._listener = ThreadPoolExecutor(1, thread_name_prefix="ray-calls")
        return self.effective_n_jobs(n_jobs)

    def effective_n_jobs(self, n_jobs: int) -> int:
        """How many calls run at once: as many as the cluster has processors, unless told."""
        # Two at least: for a single one joblib would not ask the cluster at all.
        return n_jobs if n_jobs > 0 else max(2, int(ray.cluster_resources().get("CPU", 0)))

    def submit(self, func: Callable[[], Any], callback: Callable[[Any], None]) -> Future[Any]:
        """Send a call."""
        reference = self._call.remote(func)
        future: Future[Any] = reference.future()
        self._under_way[future] = reference
        future.add_done_callback(lambda ended: self._ended(ended, callback))
        return future

    def retrieve_result_callback(self, future: Future[Any]) -> Any:  # noqa: ANN401
        """What a call gave back.

        Raises:
            TrainingError: If it was lost too often.
        """
        try:
            return future.result()
        except RayTaskError as error:
            raise error.cause from None  # As if it had been made here.
        except RayError as error:
            reason = next(iter(str(error).splitlines()), type(error).__name__)
            raise TrainingError(
                f"The cluster lost the same piece of work {MOST_LOSSES + 1} times, the last time "
                f"so: {reason} What was finished is kept. Look at the nodes (ray status; most "
                "often their memory is too small), then run the same command again."
            ) from None

    def abort_everything(self, ensure_ready: bool = True) -> None:  # noqa: ARG002, FBT001, FBT002 - joblib's
        """End what is under way: nobody wants it any more."""
        for reference in list(self._under_way.values()):
            ray.cancel(reference)

    def terminate(self) -> None:
        """End."""
        if self._listener is not None:
            self._listener.shutdown(wait=False)
            self._listener = None

    def _ended(self, future: Future[Any], callback: Callable[[Any], None]) -> None:
        self._under_way.pop(future, None)
        if self._listener is not None:
            self._listener.submit(callback, future)


def _made(call: Callable[[], T]) -> T:
    """Make a call; this is what runs on a node."""
    return call()

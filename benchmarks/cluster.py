"""Fitting boosters on a Ray cluster against joblib's own processes: what the cluster itself costs.

The cluster is one node on this machine, so that both have the same processors: what is lost is
Ray's overhead (its own processes, sending the work, bringing it back), with no network in it.
"""

import dataclasses
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.fitting import boosters_of
from benchmarks.material import Bench
from benchmarks.refitting import fitting_of
from benchmarks.table import Row
from train.boosters import TAGS_AT_ONCE, Fitting, fit_boosters
from train.cluster import on_cluster
from train.config import TrainConfig
from train.workdir import Workdir

WORKERS = (1, 2)
PARTS, PARTS_WHEN_QUICK = 6, 2
MINUTE = 60
MIB = 2**20
# It tells nobody that it is used, stays on this machine's loopback, and gives its workers the
# priority that processes of joblib's have.
SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    "RAY_worker_niceness": "0",
}


def measure_cluster(bench: Bench) -> Iterator[Row]:
    """One worker, then two, each on a cluster of so many processors and in as many processes."""
    config = TrainConfig(boosters=boosters_of(bench))
    fitting = fitting_of(bench.scorer)
    tags = TAGS_AT_ONCE * (PARTS_WHEN_QUICK if bench.quick else PARTS)
    some = dataclasses.replace(fitting, vocabulary=fitting.vocabulary[:tags])
    work = Workdir(bench.place / "cluster")
    for workers in WORKERS:
        with cluster_of(workers) as address:
            there = dataclasses.replace(config, cluster=address, jobs=0)
            ready, on_ray = _fit(some, there, work, workers)
        here = dataclasses.replace(config, cluster="", jobs=workers)
        started, in_processes = _fit(some, here, work, workers)
        count = len(some.vocabulary)
        yield Row(
            f"boosters a minute, {workers} Ray {'worker' if workers == 1 else 'workers'}",
            count / on_ray * MINUTE,
            "",
            rival=f"{workers} of joblib's own" if workers > 1 else "this process alone",
            rival_value=count / in_processes * MINUTE,
            more_is_better=True,
            note=f"{count} tags, {fitting.bins.shape[0]:,} rows. Until each worker had fitted "
            f"its first {TAGS_AT_ONCE}, which is left out, it took {ready:.1f} s (connecting "
            f"included) against {started:.1f} s",
        )


@contextmanager
def cluster_of(processors: int) -> Iterator[str]:
    """A cluster of one node on this machine; its address."""
    os.environ.update(SETTINGS)
    from ray.cluster_utils import Cluster

    how = {"num_cpus": processors, "object_store_memory": 256 * MIB, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=how | {"node_ip_address": "127.0.0.1"})
    try:
        yield cluster.address
    finally:
        cluster.shutdown()


def _fit(fitting: Fitting, config: TrainConfig, work: Workdir, workers: int) -> tuple[float, float]:
    """Seconds until every worker has fitted some tags, and of fitting all of them then."""
    few = dataclasses.replace(fitting, vocabulary=fitting.vocabulary[: TAGS_AT_ONCE * workers])
    began = time.perf_counter()
    with on_cluster(config.cluster):
        fit_boosters(few, config, work, "warm")
        ready = time.perf_counter()
        fit_boosters(fitting, config, work, "timed")
    done = time.perf_counter()
    shutil.rmtree(work.root)
    return ready - began, done - ready

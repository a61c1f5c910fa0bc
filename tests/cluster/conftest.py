"""A real cluster for the tests of this directory: two nodes, of which one can be lost."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

# Before anything imports Ray: it says nothing to anybody, and it believes that this machine is
# 127.0.0.1 (which it calls a matter of operating systems).
QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
# A lost node is noticed within some seconds, not half a minute, and workers get their turn on a
# busy machine: Ray's own choice is that everything else goes first.
WATCHFUL = {
    "RAY_worker_niceness": "0",
    "RAY_health_check_initial_delay_ms": "2000",
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_failure_threshold": "5",
}
os.environ.update(QUIET)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this directory."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.cluster)
            # Ray's own: sockets and files that it leaves to the end of the process.
            item.add_marker(pytest.mark.filterwarnings("ignore"))


@dataclass
class Nodes:
    """The cluster.

    Attributes:
        address: What ``train.cluster`` is to be.
        dashboard: What ``bot.rebuild.cluster.address`` is to be.
    """

    address: str
    dashboard: str
    process: "subprocess.Popen[str]"
    whole: bool = True

    def lose(self) -> None:
        """Kill the second node, with whatever it is doing."""
        self._tell("lose")
        self.whole = False

    def join(self) -> None:
        """Have two nodes again."""
        if not self.whole:
            self._tell("join")
            self.whole = True

    def _tell(self, command: str) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{command}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"


@pytest.fixture(scope="session")
def started_nodes() -> Iterator[Nodes]:
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("nodes.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | WATCHFUL,
    )
    try:
        assert process.stdout is not None
        yield Nodes(**json.loads(process.stdout.readline()), process=process)
    finally:
        process.communicate(timeout=60)


@pytest.fixture
def nodes(started_nodes: Nodes) -> Nodes:
    """Two nodes with a processor each; the second one has what passes for a GPU."""
    started_nodes.join()
    return started_nodes

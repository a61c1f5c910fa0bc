"""What all tests share: the environment, the skipping rules, the shared data.

Why skips can fail: a test that quietly skips proves nothing. Continuous integration sets
``HOSHIZORA_NO_SKIP``, and then a skip is a failure: whatever a test lacks, ``.ci/run`` installs.
Tests of the shared illustrations are the exception, for nothing can install those.
"""

import os
from collections.abc import Generator
from pathlib import Path

# Before anything imports TensorFlow or numba: they read these once.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("OMP_NUM_THREADS", "2")
os.environ.pop("DISCORD_TOKEN", None)  # no test may reach the real service

import hypothesis
import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
ILLUSTRATIONS = REPOSITORY.parent / "shared" / "data" / "illustrations"

# Why no deadline: the first example compiles kernels or loads a network.
hypothesis.settings.register_profile("here", deadline=None, max_examples=30)
hypothesis.settings.register_profile(
    "integration", deadline=None, max_examples=30, derandomize=True, database=None
)
hypothesis.settings.load_profile("integration" if "CI" in os.environ else "here")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The checkout's directory."""
    return REPOSITORY


@pytest.fixture(scope="session")
def illustrations() -> Path:
    """The shared illustrations, a dataset directory; its tests carry the marker ``data``."""
    return ILLUSTRATIONS


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whatever asks for the shared illustrations as ``data``."""
    for item in items:
        if "illustrations" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.data)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what is marked ``data`` where the shared illustrations are missing."""
    if item.get_closest_marker("data") and not (ILLUSTRATIONS / "metadata.jsonl").is_file():
        pytest.skip("the shared illustrations are not at ../shared/data/illustrations")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a skipped test fail under ``HOSHIZORA_NO_SKIP``, unless it is marked ``data``."""
    report = yield
    must_run = "HOSHIZORA_NO_SKIP" in os.environ and not item.get_closest_marker("data")
    if must_run and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        _, _, reason = report.longrepr
        report.longrepr = f"{reason}. HOSHIZORA_NO_SKIP is set: install what is missing."
    return report

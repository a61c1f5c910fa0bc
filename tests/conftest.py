"""What all tests share: the environment, the skipping rules, the shared data.

Why skips can fail: a test that quietly skips proves nothing. Continuous integration sets
``HOSHIZORA_NO_SKIP``, and then a skip is a failure: whatever a test lacks, ``.ci/run`` installs.
Tests of the shared illustrations are the exception, for nothing can install those, and those of
how the bot is deployed, for nobody can install rights.
"""

import fcntl
import json
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

# Before anything imports TensorFlow or numba: they read these once.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("OMP_NUM_THREADS", "2")
os.environ.pop("DISCORD_TOKEN", None)  # no test may reach the real service

import hypothesis
import pytest

from bot.gallery import draw_gallery
from model.image import ImageLimits
from tests.bot.catalogue.copied import CopiedCatalogues
from tests.object_store import KINDS, OF_URLS, fresh_url, s3_server
from train.config import (
    BoostersConfig,
    BundleConfig,
    EmbedConfig,
    EncoderConfig,
    TrainConfig,
)
from train.run import STEPS, Run
from train.workdir import Workdir

REPOSITORY = Path(__file__).resolve().parents[1]
ILLUSTRATIONS = REPOSITORY.parent / "shared" / "data" / "illustrations"

# They start first: a process that came to one of them last would go on alone for half a minute.
LONGEST = {
    "test_bundle.py",
    "test_day.py",
    "test_embed.py",
    "test_fuzzed.py",
    "test_indexes.py",
    "test_kills.py",
    "test_load.py",
    "test_reply_picture.py",
    "test_run.py",
    "test_torture.py",
}

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


@pytest.fixture(scope="session", autouse=True)
def copied_catalogues(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whatever opens a new catalogue gets a copy of a migrated one."""
    copied = CopiedCatalogues(tmp_path_factory.mktemp("catalogue") / "migrated.sqlite")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.catalogue.database.open_engine", copied.open_engine)
        yield


TINY = TrainConfig(
    validation=0.2,
    jobs=1,
    encoder=EncoderConfig(
        image_size_px=32, width=16, width_multiplier=0.1, batch=16, epochs=2, round_images=64
    ),
    embed=EmbedConfig(whitening=0.5),
    boosters=BoostersConfig(rounds=8, depth=3, random_negatives=60, hard_negatives=30),
    bundle=BundleConfig(name="tiny"),
)


@pytest.fixture(scope="session")
def tiny_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where what all tests share is made once, whichever process of the suite comes first."""
    base = tmp_path_factory.getbasetemp()
    place = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "tiny"
    place.mkdir(exist_ok=True)
    return place


@contextmanager
def _one_at_a_time(place: Path) -> Iterator[None]:
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def tiny_dataset(tiny_place: Path) -> Path:
    """A dataset directory of 160 small drawings with tags in both languages and two splits."""
    directory = tiny_place / "dataset"
    with _one_at_a_time(tiny_place):
        if not directory.is_dir():
            _draw_tiny_dataset(directory)
    return directory


def _draw_tiny_dataset(directory: Path) -> None:
    directory.mkdir()
    lines = []
    for number, drawing in enumerate(draw_gallery(160, seed=3)):
        drawing.image.resize((64, 64)).save(directory / f"{drawing.key}.png")
        row = {
            "file_name": f"{drawing.key}.png",
            "title": drawing.title,
            "tags": [name for name, _ in drawing.tags],
            "tags_ja": [name_ja for _, name_ja in drawing.tags if name_ja],
            "split": "test" if number % 7 == 6 else "train",  # of every kind of drawing
            "licence": "Apache-2.0",
        }
        lines.append(json.dumps(row, ensure_ascii=False))
    (directory / "metadata.jsonl").write_text("\n".join(lines), encoding="utf-8")


@pytest.fixture(scope="session")
def tiny_run(tiny_place: Path, tiny_dataset: Path) -> Run:
    """A whole training run on the tiny dataset, done once for all tests; never change it."""
    work = Workdir(tiny_place / "work")
    run = Run((tiny_dataset,), tiny_place / "bundle", work, TINY, ImageLimits())
    with _one_at_a_time(tiny_place):
        if not (tiny_place / "bundle").exists():
            run.steps(STEPS)
    return run


@pytest.fixture(scope="session")
def tiny_bundle(tiny_run: Run) -> Path:
    """The bundle of ``tiny_run``, with an index of its training illustrations."""
    assert tiny_run.out is not None
    return tiny_run.out


@pytest.fixture(scope="session")
def s3_bucket() -> Iterator[str]:
    """The URL of a bucket on loopback; to be asked for by tests that need the real protocol."""
    with s3_server() as url:
        yield url


@pytest.fixture(params=KINDS)
def store_place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where things may be kept: a directory, or a URL."""
    if request.param == "directory":
        return str(tmp_path / "place")
    return fresh_url(request.param, request)


@pytest.fixture(params=OF_URLS)
def store_url(request: pytest.FixtureRequest) -> str:
    """A URL below which things may be kept."""
    return fresh_url(request.param, request)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whatever asks for the shared illustrations as ``data``; put the longest files first."""
    for item in items:
        if "illustrations" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.data)
    items.sort(key=lambda item: item.path.name not in LONGEST)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what is marked ``data`` where the shared illustrations are missing."""
    if item.get_closest_marker("data") and not (ILLUSTRATIONS / "metadata.jsonl").is_file():
        pytest.skip("the shared illustrations are not at ../shared/data/illustrations")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a skipped test fail under ``HOSHIZORA_NO_SKIP``, unless it may be skipped anywhere."""
    report = yield
    may_skip = any(map(item.get_closest_marker, ("data", "system")))
    must_run = "HOSHIZORA_NO_SKIP" in os.environ and not may_skip
    if must_run and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        _, _, reason = report.longrepr
        report.longrepr = f"{reason}. HOSHIZORA_NO_SKIP is set: install what is missing."
    return report

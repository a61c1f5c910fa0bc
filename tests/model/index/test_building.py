"""model/index/building.py: a segment holds what was ordered, and its maker ends with its parent."""

import subprocess
import sys

import numpy as np

from model.exact import Items
from model.index.building import build, place_order
from model.index.living import Living
from model.index.run import Run
from model.index.segment import Identity, Segment

IDENTITY = Identity("encoder", 4)


def run_of(ids, seed=0):
    random = np.random.default_rng(seed)
    embeddings = random.normal(size=(len(ids), IDENTITY.width)).astype(np.float32)
    return Run(Items.of(np.array(ids, np.int64), embeddings))


def whole(part):
    return Living.of(part, np.ones(len(part), np.bool_))


def test_a_segment_holds_the_living_of_all_its_sources_by_rising_id(tmp_path):
    first, second = run_of([9, 2, 5]), run_of([7, 1], seed=1)
    place_order(tmp_path / "one", [whole(first)], IDENTITY, 2)
    build(tmp_path / "one")
    old = Segment.map(tmp_path / "one", IDENTITY.width)
    sources = [whole(old).without(np.array([5])), whole(second)]
    place_order(tmp_path / "two", sources, IDENTITY, 2)
    build(tmp_path / "two")
    made = Segment.open(tmp_path / "two", IDENTITY)
    assert made.ids.tolist() == [1, 2, 7, 9]
    expected = np.stack(
        [second.embeddings[1], first.embeddings[1], second.embeddings[0], first.embeddings[0]]
    )
    assert np.array_equal(made.embeddings, expected)
    assert made.replaces == {"one"}
    assert sorted(file.name for file in (tmp_path / "two").iterdir()) == [
        "annoy.ann",
        "embeddings.npy",
        "ids.npy",
        "manifest.json",
    ]


def test_the_process_that_makes_one_ends_when_nobody_waits_for_it_any_more(tmp_path):
    place_order(tmp_path / "one", [whole(run_of(range(30_000)))], IDENTITY, 200)
    ended = subprocess.run(
        [sys.executable, "-m", "model.index.building", tmp_path / "one"],
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )
    assert ended.returncode == 1
    assert not (tmp_path / "one" / "manifest.json").exists()

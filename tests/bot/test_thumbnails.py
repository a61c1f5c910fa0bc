"""The directory of thumbnails."""

import time

import numpy as np
import pytest

from bot.thumbnails import Thumbnails


@pytest.fixture
def thumbnails(tmp_path):
    return Thumbnails(tmp_path / "thumbnails")


def test_what_is_put_can_be_got_until_it_is_removed(thumbnails):
    key = thumbnails.put(b"webp")
    assert thumbnails.get(key) == b"webp"
    thumbnails.remove([key, "unknown"])
    assert thumbnails.get(key) is None


def test_the_sweep_keeps_what_is_wanted_and_deletes_what_a_kill_left(thumbnails, tmp_path):
    wanted, stray = thumbnails.put(b"wanted"), thumbnails.put(b"stray")
    half = tmp_path / "thumbnails" / wanted[:2] / "half.part"
    half.write_bytes(b"ha")
    keep = np.array([wanted], np.bytes_)
    assert thumbnails.sweep(keep, time.time() - 60) == 0, "nothing is old enough"
    assert thumbnails.sweep(keep, time.time() + 60) == 2
    assert thumbnails.get(wanted) == b"wanted"
    assert thumbnails.get(stray) is None
    assert not half.exists()


def test_a_sweep_of_a_directory_that_is_not_there_yet_finds_nothing(thumbnails):
    assert thumbnails.sweep(np.empty(0, np.bytes_), time.time()) == 0

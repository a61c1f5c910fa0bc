"""Thumbnails, in a directory and at URLs."""

import time

import numpy as np
import pytest

from bot.thumbnails import Thumbnails
from model.errors import StoreError
from model.store import open_store


@pytest.fixture
def thumbnails(store_place):
    return Thumbnails(store_place)


def test_what_is_put_can_be_got_until_it_is_removed(thumbnails):
    key = thumbnails.put(b"webp")
    assert thumbnails.get(key) == b"webp"
    thumbnails.remove([key, "unknown"])
    assert thumbnails.get(key) is None


def test_the_sweep_keeps_what_is_wanted_and_deletes_what_a_kill_left(thumbnails, store_place):
    wanted, stray = thumbnails.put(b"wanted"), thumbnails.put(b"stray")
    store, half = open_store(store_place), f"{wanted[:2]}/half.part"
    store.write(half, b"ha")
    keep = np.array([wanted], np.bytes_)
    assert thumbnails.sweep(keep, time.time() - 60) == 0, "nothing is old enough"
    assert thumbnails.sweep(keep, time.time() + 60) == 2
    assert thumbnails.get(wanted) == b"wanted"
    assert thumbnails.get(stray) is None
    assert store.read(half) is None


def test_a_sweep_leaves_alone_what_is_no_thumbnail(thumbnails, store_place):
    """Somebody may keep bundles below the same place."""
    thumbnails.put(b"stray")
    store = open_store(store_place)
    store.write("bundles/mine/manifest.json", b"{}")
    assert thumbnails.sweep(np.empty(0, np.bytes_), time.time() + 60) == 1
    assert [one.name for one in store.entries()] == ["bundles/mine/manifest.json"]


def test_a_sweep_where_nothing_is_yet_finds_nothing(thumbnails):
    assert thumbnails.sweep(np.empty(0, np.bytes_), time.time()) == 0


def test_the_check_leaves_nothing_behind_and_finds_a_missing_bucket(
    thumbnails, store_place, s3_bucket
):
    thumbnails.check()
    assert list(open_store(store_place).entries()) == []
    with pytest.raises(StoreError, match="no such bucket"):
        Thumbnails("s3://nowhere").check()

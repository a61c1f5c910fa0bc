"""model/index/vector_index.py: what a search finds after any history, and what survives a crash."""

import dataclasses
import json
import shutil
import threading
import time

import numpy as np
import pytest

from model.errors import VersionMismatchError
from model.files import sha256
from model.index import Neighbour, VectorIndex, building
from model.index import segment as segment_module
from model.index.building import build
from tests.model.index.yardstick import WIDTH, exact, recall, rows


@pytest.fixture(scope="module")
def cloud():
    """12,000 embeddings."""
    random = np.random.default_rng(0)
    return random.normal(size=(12_000, WIDTH)).astype(np.float32)


@pytest.fixture(scope="module")
def large(tmp_path_factory, cloud):
    index = VectorIndex(tmp_path_factory.mktemp("large"), WIDTH, "encoder")
    index.add(range(len(cloud)), cloud)
    return index


@pytest.fixture
def asked(large, monkeypatch):
    """The numbers of items that Annoy was asked for, where 12,000 are too many to scan."""
    monkeypatch.setattr(segment_module, "LOOKED_AT", 5000)
    (living,) = large._state.parts
    annoy, calls = living.part.annoy, []

    class Spy:
        def get_nns_by_vector(self, query, count, looked_at):
            calls.append(count)
            return annoy.get_nns_by_vector(query, count, looked_at)

    spied = dataclasses.replace(living, part=dataclasses.replace(living.part, annoy=Spy()))
    monkeypatch.setattr(large, "_state", dataclasses.replace(large._state, parts=(spied,)))
    return calls


def test_annoy_finds_nearly_all_that_an_exact_search_finds(large, cloud, asked):
    queries = cloud[:30] + np.float32(0.01)
    assert recall(large.search(queries, 10), exact(cloud).search(queries, 10)) > 0.97
    assert len(asked) == 30


def test_a_wide_filter_is_searched_by_annoy_and_a_narrow_one_exactly(large, cloud, asked):
    wide, narrow = set(range(11_500)), set(range(0, 12_000, 5))
    queries = cloud[:30]
    found = large.search(queries, 10, wide)
    assert len(asked) == 30
    assert all(each.id in wide for row in found for each in row)
    assert recall(found, exact(cloud, wide).search(queries, 10)) > 0.97

    assert large.search(queries, 10, narrow) == exact(cloud, narrow).search(queries, 10)
    assert len(asked) == 30


def test_where_the_filter_forbids_everything_near_the_search_goes_on_exactly(large, cloud, asked):
    apart = np.linalg.norm(cloud - cloud[0], axis=1)
    far = set(np.argsort(apart)[500:].tolist())
    assert large.search(cloud[:1], 10, far) == exact(cloud, far).search(cloud[:1], 10)
    assert len(asked) == 1


def test_where_the_filter_forbids_the_nearest_annoy_is_asked_for_more(
    large, cloud, asked, monkeypatch
):
    monkeypatch.setattr(segment_module, "LOOKED_AT", 400)
    apart = np.linalg.norm(cloud - cloud[0], axis=1)
    far = set(np.argsort(apart)[60:].tolist())
    found = large.search(cloud[:1], 10, far)
    assert recall(found, exact(cloud, far).search(cloud[:1], 10)) > 0.8
    assert asked == [21, 84]


def test_as_many_as_there_are_come_back_even_even_from_a_large_segment(large, cloud):
    assert len(large.search(cloud[:1], 20_000)[0]) == 12_000
    assert len(large.search(cloud[:1], 20_000, set(range(7_000)))[0]) == 7_000


def test_compacting_leaves_nothing_of_what_was_removed_on_the_disk(tmp_path):
    index = VectorIndex(tmp_path, WIDTH, "encoder")
    secret = rows([[0.123, 4.567, 8.901, 2.345]])
    index.add([1, 2], np.vstack([secret, rows([[1, 1, 1, 1]])]))
    index.compact()
    index.remove([1])
    index.compact()
    assert all(
        secret.tobytes() not in file.read_bytes()
        for file in tmp_path.rglob("*.*")
        if file.is_file()
    )


def test_removing_the_last_item_and_compacting_leaves_no_segment(tmp_path):
    index = VectorIndex(tmp_path, WIDTH, "encoder")
    index.add([1], rows([[1, 1, 1, 1]]))
    index.compact()
    index.remove([1])
    index.compact()
    assert not list(tmp_path.iterdir())
    assert len(VectorIndex(tmp_path, WIDTH, "encoder")) == 0


def test_a_tail_above_its_limit_becomes_a_segment_by_itself(tmp_path):
    index = VectorIndex(tmp_path, WIDTH, "encoder", tail_limit=3)
    index.add(range(3), np.eye(3, WIDTH, dtype=np.float32))
    assert not list(tmp_path.iterdir())
    index.add([3], rows([[9, 9, 9, 9]]))
    assert VectorIndex(tmp_path, WIDTH, "encoder").ids.tolist() == [0, 1, 2, 3]


def built(directory, encoder_id="encoder", width=WIDTH, count=3):
    index = VectorIndex(directory, width, encoder_id)
    index.add(range(1, count + 1), np.resize(np.eye(width, dtype=np.float32), (count, width)))
    index.compact()


@pytest.mark.parametrize(("encoder_id", "width"), [("another", WIDTH), ("encoder", WIDTH + 1)])
def test_a_segment_of_another_encoder_or_width_is_refused(tmp_path, encoder_id, width):
    built(tmp_path)
    with pytest.raises(VersionMismatchError, match="embed the illustrations again"):
        VectorIndex(tmp_path, width, encoder_id)


def test_a_segment_of_another_metric_is_refused(tmp_path):
    built(tmp_path)
    manifest = tmp_path / "segment-000001" / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"metric": "angular"}))
    with pytest.raises(VersionMismatchError, match="angular"):
        VectorIndex(tmp_path, WIDTH, "encoder")


@pytest.mark.parametrize("name", ["annoy.ann", "embeddings.npy", "ids.npy", "manifest.json"])
@pytest.mark.parametrize("damage", ["missing", "cut", "flipped"])
def test_a_damaged_segment_is_left_out_and_the_others_serve(tmp_path, name, damage, caplog):
    built(tmp_path)
    file = tmp_path / "segment-000002" / name
    shutil.copytree(tmp_path / "segment-000001", file.parent)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0x80
    match damage:
        case "missing":
            file.unlink()
        case "cut":
            file.write_bytes(content[: len(content) // 2])
        case "flipped":
            file.write_bytes(content)
    index = VectorIndex(tmp_path, WIDTH, "encoder")
    assert [one.part.directory.name for one in index._state.parts] == ["segment-000001"]
    assert index.ids.tolist() == [1, 2, 3]
    assert "segment-000002" in caplog.text


def test_what_was_half_written_is_deleted_and_its_number_never_used_again(tmp_path):
    built(tmp_path)
    shutil.copytree(tmp_path / "segment-000001", tmp_path / "segment-000007.part")
    index = VectorIndex(tmp_path, WIDTH, "encoder")
    assert [path.name for path in tmp_path.iterdir()] == ["segment-000001"]
    index.add([4], rows([[4, 4, 4, 4]]))
    index.compact()
    assert [path.name for path in tmp_path.iterdir()] == ["segment-000008"]


def test_a_segment_whose_successor_is_whole_is_deleted(tmp_path):
    """As after a crash between the two."""
    built(tmp_path)
    shutil.copytree(tmp_path / "segment-000001", tmp_path / "kept")
    index = VectorIndex(tmp_path, WIDTH, "encoder")
    index.remove([2])
    index.compact()
    (tmp_path / "kept").rename(tmp_path / "segment-000001")
    assert VectorIndex(tmp_path, WIDTH, "encoder").ids.tolist() == [1, 3]
    assert [path.name for path in tmp_path.iterdir()] == ["segment-000002"]


def test_a_deletion_that_was_cut_off_by_a_crash_does_not_confuse_the_others(tmp_path):
    built(tmp_path, count=60)
    index = VectorIndex(tmp_path, WIDTH, "encoder")
    index.remove([2])
    noted = tmp_path / "segment-000001" / "removed.bin"
    with noted.open("ab") as file:
        file.write(b"\x03\x00\x00")
    index.remove([3])
    assert np.frombuffer(noted.read_bytes(), np.int64).tolist() == [2, 3]
    assert {2, 3}.isdisjoint(VectorIndex(tmp_path, WIDTH, "encoder").ids.tolist())


def test_a_read_only_index_changes_in_memory_alone(tmp_path):
    built(tmp_path)
    shutil.copytree(tmp_path / "segment-000001", tmp_path / "segment-000007.part")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    index = VectorIndex(tmp_path, WIDTH, "encoder", tail_limit=1, read_only=True)
    index.remove([1])
    index.add([8, 9], rows([[4, 4, 4, 4], [5, 5, 5, 5]]))
    index.compact()
    assert index.ids.tolist() == [2, 3, 8, 9]
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_a_segment_of_an_earlier_version_is_read_if_its_ids_rise(tmp_path, caplog):
    built(tmp_path)
    (tmp_path / "segment-000001").rename(tmp_path / "base-000001")
    assert VectorIndex(tmp_path, WIDTH, "encoder").ids.tolist() == [1, 2, 3]
    ids = tmp_path / "base-000001" / "ids.npy"
    np.save(ids, np.array([3, 1, 2]))
    manifest = tmp_path / "base-000001" / "manifest.json"
    content = json.loads(manifest.read_text())
    content["sha256"]["ids.npy"] = sha256(ids)
    manifest.write_text(json.dumps(content))
    assert VectorIndex(tmp_path, WIDTH, "encoder").ids.tolist() == []
    assert "in no order" in caplog.text
    assert not list(tmp_path.iterdir())


def full_disk(*_args, **_kwargs):
    raise OSError(28, "No space left on device")


def test_a_full_disk_while_compacting_leaves_the_old_segment_and_no_rubbish(tmp_path, monkeypatch):
    built(tmp_path)
    index = VectorIndex(tmp_path, WIDTH, "encoder")
    index.add([4], rows([[4, 4, 4, 4]]))
    monkeypatch.setattr(segment_module, "sync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        index.compact()
    assert [path.name for path in tmp_path.iterdir()] == ["segment-000001"]
    assert index.ids.tolist() == [1, 2, 3, 4]


def test_a_full_disk_does_not_stop_items_from_being_added(tmp_path, monkeypatch, caplog):
    index = VectorIndex(tmp_path, WIDTH, "encoder", tail_limit=2)
    monkeypatch.setattr(segment_module, "sync", full_disk)
    index.add(range(4), np.eye(4, WIDTH, dtype=np.float32))
    index.add([9], rows([[9, 9, 9, 9]]))
    assert index.ids.tolist() == [0, 1, 2, 3, 9]
    assert caplog.text.count("could not be made") == 1


def test_a_disk_that_is_nearly_full_is_noticed_before_anything_is_mapped(tmp_path, monkeypatch):
    index = VectorIndex(tmp_path, WIDTH, "encoder")
    index.add([1], rows([[1, 1, 1, 1]]))
    usage = shutil.disk_usage(tmp_path)._replace(free=10)
    monkeypatch.setattr(segment_module.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(OSError, match="0 MB are needed, 0 MB are free"):
        index.compact()
    assert index.ids.tolist() == [1]


def test_what_is_removed_is_not_found_even_if_the_disk_is_too_full_to_note_it(
    tmp_path, monkeypatch
):
    built(tmp_path)
    index = VectorIndex(tmp_path, WIDTH, "encoder")
    monkeypatch.setattr(segment_module, "sync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        index.remove([2])
    assert index.ids.tolist() == [1, 3]


def test_what_was_deleted_is_off_the_disk_when_the_index_is_opened_again(tmp_path):
    index = VectorIndex(tmp_path, WIDTH, "encoder", trees=2)
    secret = rows([[0.123, 4.56, 7.89, 1.011]])
    index.add([1, 2], np.concatenate([secret, rows([[1, 1, 1, 1]])]))
    index.compact()
    index.remove([1])
    assert VectorIndex(tmp_path, WIDTH, "encoder", trees=2).ids.tolist() == [2]
    contents = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert secret.tobytes() not in contents


def on_disk(directory):
    return b"".join(path.read_bytes() for path in directory.rglob("*") if path.is_file())


def test_what_was_deleted_is_off_the_disk_after_erasing_however_little_it_was(tmp_path):
    index = VectorIndex(tmp_path, WIDTH, "encoder", trees=2)
    secret, id_ = rows([[0.123, 4.56, 7.89, 1.011]]), 0x1234_5678_9ABC
    index.add([*range(50), id_], np.concatenate([np.zeros((50, WIDTH), np.float32), secret]))
    index.compact()
    index.remove([id_])
    assert secret.tobytes() in on_disk(tmp_path)
    assert index.erase()
    assert secret.tobytes() not in on_disk(tmp_path)
    assert id_.to_bytes(8, "little") not in on_disk(tmp_path)
    assert index.ids.tolist() == list(range(50))
    (segment,) = tmp_path.iterdir()
    assert index.erase()
    assert list(tmp_path.iterdir()) == [segment], "nothing to do a second time"


def test_erasing_is_done_when_what_was_deleted_is_off_the_disk_and_not_when_that_has_begun(
    tmp_path,
):
    index = VectorIndex(tmp_path, WIDTH, "encoder", trees=2, background=True)
    begun, go_on = threading.Event(), threading.Event()
    index._build = lambda directory: begun.set() or (go_on.wait(20) and build(directory))
    secret = rows([[0.123, 4.56, 7.89, 1.011]])
    index.add(range(10), np.concatenate([np.zeros((9, WIDTH), np.float32), secret]))
    go_on.set()
    index.compact()
    go_on.clear()
    index.remove([9])
    assert not index.erase()
    assert begun.wait(20)
    index.remove([3])
    assert not index.erase()
    go_on.set()
    wait_for(index.erase)
    assert secret.tobytes() not in on_disk(tmp_path)
    assert not any(one.dead for one in index._state.parts)


def test_erasing_tries_again_after_the_disk_was_full(tmp_path):
    index = VectorIndex(tmp_path, WIDTH, "encoder", trees=2)
    index.add(range(50), np.zeros((50, WIDTH), np.float32))
    index.compact()
    index.remove([3])

    def fail(_directory):
        raise OSError("no space")

    index._build = fail
    assert not index.erase()
    index._build = build
    assert index.erase()
    assert not any(one.dead for one in index._state.parts)


def test_what_is_deleted_while_its_segment_is_made_stays_deleted(tmp_path):
    index = VectorIndex(tmp_path, WIDTH, "encoder", tail_limit=60)
    index.add(range(60), np.zeros((60, WIDTH), np.float32))

    def slowly(directory):
        build(directory)
        index.remove([7])
        index.add([8], np.ones((1, WIDTH), np.float32))  # In the place of the old one.

    index._build = slowly
    index.compact()
    assert index.ids.tolist() == [one for one in range(60) if one != 7]
    assert index.search(np.ones((1, WIDTH), np.float32), 1) == [[Neighbour(8, 0.0)]]
    kept = VectorIndex(tmp_path, WIDTH, "encoder").ids.tolist()
    assert kept == [one for one in range(60) if one not in {7, 8}]  # The tail is the owner's.


def test_segments_are_made_in_the_background_by_a_process_of_its_own(tmp_path):
    random = np.random.default_rng(1)
    embeddings = random.normal(size=(400, WIDTH)).astype(np.float32)
    index = VectorIndex(tmp_path, WIDTH, "encoder", tail_limit=50, background=True)
    expected = exact(embeddings).search(embeddings[:5], 3)
    for start in range(0, 400, 40):
        index.add(range(start, start + 40), embeddings[start : start + 40])
    assert index.search(embeddings[:5], 3) == expected
    wait_for(lambda: not index._jobs)
    segments = [one.part for one in index._state.parts]
    assert 1 <= len(segments) <= 3
    assert sum(map(len, segments)) > 300
    assert index.search(embeddings[:5], 3) == expected
    index.compact()
    assert VectorIndex(tmp_path, WIDTH, "encoder").search(embeddings[:5], 3) == expected


def test_where_the_process_fails_everything_is_found_all_the_same(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(building.sys, "executable", "/bin/false")
    index = VectorIndex(tmp_path, WIDTH, "encoder", tail_limit=5, background=True)
    index.add(range(9), np.zeros((9, WIDTH), np.float32))
    wait_for(lambda: not index._jobs)
    assert "the process that makes it failed: status 1" in caplog.text
    assert index.ids.tolist() == list(range(9))
    assert not list(tmp_path.iterdir())


def test_adding_waits_where_segments_are_not_made_fast_enough(tmp_path, monkeypatch):
    monkeypatch.setattr("model.index.vector_index.MOST_IN_MEMORY", 2)
    go_on = threading.Event()
    index = VectorIndex(tmp_path, WIDTH, "encoder", tail_limit=5, background=True)
    index._build = lambda directory: go_on.wait(20) and build(directory)
    adding = threading.Thread(target=index.add, args=(range(30), np.zeros((30, WIDTH), np.float32)))
    adding.start()
    adding.join(0.3)
    assert adding.is_alive()
    assert len(index.search(np.zeros((1, WIDTH), np.float32), 50)[0]) == 30
    go_on.set()
    adding.join(20)
    assert not adding.is_alive()


def test_what_is_in_memory_does_not_keep_what_was_deleted(monkeypatch):
    monkeypatch.setattr("model.index.holding.FEW_DEAD", 10)
    index = VectorIndex(None, WIDTH, "encoder")
    for start in range(0, 300, 10):
        index.add(range(start, start + 10), np.zeros((10, WIDTH), np.float32))
        index.remove(range(start, start + 9))
    assert len(index) == 30
    assert len(index._state.tail.alive) < 80


def wait_for(done, seconds=120):  # of processes that leave everyone else the way
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until
        time.sleep(0.02)

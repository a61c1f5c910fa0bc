"""Stores keep what they are given, wherever they are, and say clearly when they cannot."""

import socket
import time
from pathlib import Path

import pytest

from model.errors import ConfigError, StoreError
from model.store import check_place, directory_of, is_url, open_store
from model.url_store import UrlStore
from tests.object_store import lead_elsewhere


@pytest.fixture
def store(store_place):
    return open_store(store_place)


def test_what_is_written_can_be_read_until_it_is_removed(store):
    store.write("ab/one", b"first")
    store.write("ab/one", b"second")
    assert store.read("ab/one") == b"second"
    store.remove(["ab/one", "ab/unknown"])
    assert store.read("ab/one") is None


def test_everything_is_listed_with_a_version_and_a_time(store):
    assert (list(store.entries()), list(store.entries("ab")), store.directories()) == ([], [], [])
    for name in ("ab/one", "ab/deep/two", "cd/three"):
        store.write(name, b"content")
    found = {one.name: one for one in store.entries()}
    assert sorted(found) == ["ab/deep/two", "ab/one", "cd/three"]
    assert {one.name for one in store.entries("ab")} == {"ab/deep/two", "ab/one"}
    assert store.directories() == ["ab", "cd"]
    assert all(abs(one.changed_at - time.time()) < 120 for one in found.values())
    store.write("ab/one", b"a longer content")
    again = {one.name: one.version for one in store.entries()}
    assert [name for name in found if again[name] != found[name].version] == ["ab/one"]


def test_what_is_there_is_not_created_again(store_url, tmp_path):
    store, file = UrlStore(store_url), tmp_path / "file"
    file.write_bytes(b"file")
    store.create("one", b"content")
    store.upload(file, "two")
    for again in (lambda: store.create("one", b"other"), lambda: store.upload(file, "one")):
        with pytest.raises(FileExistsError):
            again()
    store.download("one", tmp_path / "one", 7)
    assert (tmp_path / "one").read_bytes() == b"content"
    assert store.read("two") == b"file"
    with pytest.raises(FileNotFoundError):
        store.download("three", tmp_path / "three", 1)


def test_of_two_who_create_at_the_same_moment_one_is_refused(store_url, monkeypatch):
    store = UrlStore(store_url)
    monkeypatch.setattr(store, "_refuse_existing", lambda _name: None)  # both have looked before
    store.create("one", b"first")
    with pytest.raises(FileExistsError):
        store.create("one", b"second")
    assert store.read("one") == b"first"


def test_a_bucket_that_is_missing_is_named(s3_bucket):
    store = UrlStore("s3://nowhere/prefix")
    for asked in (lambda: store.write("one", b""), lambda: list(store.entries())):
        with pytest.raises(StoreError, match=r"s3://nowhere/prefix .* no such bucket"):
            asked()


def test_a_store_that_hangs_is_given_up_soon_and_then_not_waited_for(s3_bucket, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        lead_elsewhere(monkeypatch, f"http://127.0.0.1:{deaf.getsockname()[1]}")
        store = UrlStore(s3_bucket, call_seconds=0.5)
        with pytest.raises(StoreError, match="did not answer in time"):
            store.read("one")
        begun = time.monotonic()
        with pytest.raises(StoreError, match="did not answer in time"):
            store.write("one", b"")
        assert time.monotonic() - begun < 0.3


class Stumbling:
    """A file system that fails some times before it answers."""

    async_impl = False

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.asked = 0

    def cat_file(self, _path: str) -> bytes:
        self.asked += 1
        if self.failures:
            raise self.failures.pop(0)
        return b"content"


@pytest.fixture
def stumbling(monkeypatch):
    monkeypatch.setattr("model.url_store.PAUSES_SECONDS", (0.0, 0.0))

    def make(*failures):
        store = UrlStore("memory://any")
        files = Stumbling(*failures)
        monkeypatch.setattr(store, "_files", files)
        return store, files

    return make


def test_what_fails_for_a_moment_is_tried_again(stumbling):
    store, files = stumbling(ConnectionError("reset"), OSError("slow down"))
    assert (store.read("one"), files.asked) == (b"content", 3)


def test_what_goes_on_failing_and_what_is_not_allowed_are_given_up(stumbling):
    store, files = stumbling(*[ConnectionError("reset")] * 9)
    with pytest.raises(StoreError, match="memory://any cannot be used: reset"):
        store.read("one")
    assert files.asked == 3
    store, files = stumbling(PermissionError("Access Denied"))
    with pytest.raises(OSError, match="Access Denied"):
        store.read("one")
    assert files.asked == 1


def test_a_protocol_that_nothing_here_knows_is_refused_with_the_remedy():
    with pytest.raises(ConfigError, match=r"install hoshizora\[s3\]"):
        UrlStore("nonsense://bucket")


@pytest.mark.parametrize(
    "place", ["s3://id:secret@bucket/prefix", "s3://bucket?key=secret", "s3://bucket#secret"]
)
def test_credentials_in_a_url_are_refused_and_not_repeated(place):
    with pytest.raises(ConfigError, match="come from the environment") as caught:
        check_place("bot.thumbnails_dir", place)
    assert "secret" not in str(caught.value)
    check_place("bot.thumbnails_dir", "s3://bucket/prefix")
    check_place("bot.thumbnails_dir", "/srv/a@b?c#d")


def test_a_file_url_is_a_directory():
    assert not is_url("file:///srv/my%20pictures")
    assert directory_of("file:///srv/my%20pictures") == Path("/srv/my pictures")
    assert directory_of("data/50%20off") == Path("data/50%20off")

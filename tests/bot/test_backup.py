"""Backup and restore: a whole copy while the bot works, and nothing but a whole copy comes back."""

import io
import json
import sqlite3
import stat
import tarfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.backup.contents import LISTING
from bot.backup.saving import save
from bot.thumbnails import Thumbnails, name_of
from model.ownership import owned
from tests.bot.local_process import running

Change = Callable[[dict[str, bytes]], None]
KEY = "ab" + "0" * 30


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A small data directory: one illustration with its thumbnail, and a bundle."""
    data = tmp_path / "data"
    thumbnail = data / "thumbnails" / name_of(KEY)
    thumbnail.parent.mkdir(parents=True)
    thumbnail.write_bytes(b"picture")
    bundle = data / "bundles" / "first"
    bundle.mkdir(parents=True)
    (bundle / "manifest.json").write_text('{"checksum": "c"}', encoding="utf-8")
    with closing(sqlite3.connect(data / "catalogue.sqlite")) as database:
        database.execute("CREATE TABLE illustrations (thumbnail TEXT)")
        database.execute("INSERT INTO illustrations VALUES (?), ('')", (KEY,))
        database.commit()
    return data


def asked(command: str, file: Path, data: Path) -> int:
    return main([command, str(file), "--set", f"bot.data_dir={data}"])


def saved(data: Path, tmp_path: Path) -> Path:
    file = tmp_path / "backup.tar"
    assert asked("backup", file, data) == 0
    return file


def rewritten(file: Path, change: Change) -> None:
    """The same archive after some change of its members; a new listing only if that makes one."""
    with tarfile.open(file) as tar:
        members = {one.name: tar.extractfile(one).read() for one in tar}  # type: ignore[union-attr]
    change(members)
    with tarfile.open(file, "w") as tar:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


def test_everything_comes_back_as_it_was(data: Path, tmp_path: Path) -> None:
    file, other = saved(data, tmp_path), tmp_path / "other"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600, "it is private"
    assert asked("restore", file, other) == 0
    assert Thumbnails(other / "thumbnails").get(KEY) == b"picture"
    assert (other / "bundles/first/manifest.json").read_text() == '{"checksum": "c"}'
    with closing(sqlite3.connect(other / "catalogue.sqlite")) as database:
        assert database.execute("SELECT * FROM illustrations").fetchall() == [(KEY,), ("",)]
    assert sorted(one.name for one in other.iterdir()) == [
        "bundles",
        "catalogue.sqlite",
        "lock",
        "thumbnails",
    ]
    assert not list(tmp_path.glob(".backup-*"))


def test_a_backup_under_load_has_every_post_that_was_answered_before(
    tmp_path: Path, picture: Callable[..., bytes]
) -> None:
    answered: list[int] = []
    enough = threading.Event()
    with running(tmp_path) as bot:
        bot.ready()

        def post() -> None:
            while not enough.is_set():
                answered.append(int(bot.post(picture())["id"]))

        posting = [threading.Thread(target=post) for _ in range(3)]
        for one in posting:
            one.start()
        while len(answered) < 8:
            time.sleep(0.01)
        for attempt in range(100):  # until somebody has posted while a backup was made
            before, file = list(answered), tmp_path / f"backup-{attempt}.tar"
            assert asked("backup", file, tmp_path / "data") == 0
            if len(answered) > len(before):
                break
        enough.set()
        for one in posting:
            one.join()
    assert len(answered) > len(before)
    place = tmp_path / "elsewhere"
    place.mkdir()
    assert asked("restore", file, place / "data") == 0
    with running(place) as bot:
        there = {int(one["id"]): one for one in bot.get("/api/v1/posts?limit=100")["posts"]}
        assert set(before) <= there.keys() <= set(answered)
        bot.ready()
        assert bot.post(picture())["similar"]
    with closing(sqlite3.connect(place / "data" / "catalogue.sqlite")) as database:
        keys = [key for (key,) in database.execute("SELECT thumbnail FROM illustrations")]
    thumbnails = Thumbnails(place / "data" / "thumbnails")
    assert all(thumbnails.get(key) for key in keys)


def test_what_was_forgotten_is_not_in_free_pages(data: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(data / "catalogue.sqlite")) as database:
        database.execute("PRAGMA secure_delete=OFF")
        database.execute("CREATE TABLE secrets (text TEXT)")
        database.execute("INSERT INTO secrets VALUES ('do not keep this')")
        database.commit()
        database.execute("DELETE FROM secrets")
        database.commit()
    assert b"do not keep this" in (data / "catalogue.sqlite").read_bytes()
    assert b"do not keep this" not in saved(data, tmp_path).read_bytes()


def test_what_is_no_part_of_a_bundle_is_left_out(data: Path, tmp_path: Path) -> None:
    bundle = data / "bundles" / "first"
    (bundle / ".DS_Store").write_bytes(b"desktop")
    (bundle / "link").symlink_to("/etc/passwd")
    with tarfile.open(saved(data, tmp_path)) as tar:
        names = {name for name in tar.getnames() if name.startswith("bundles/")}
    assert names == {"bundles/first/manifest.json"}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE illustrations SET thumbnail = '../../secret' WHERE thumbnail = ''",
        "CREATE TABLE bundles AS SELECT '../first' AS directory",
        "CREATE TABLE bundles AS SELECT '..' AS directory",
    ],
)
def test_a_catalogue_whose_names_lead_elsewhere_is_not_restored(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: str
) -> None:
    with closing(sqlite3.connect(data / "catalogue.sqlite")) as database:
        database.execute(change)
        database.commit()
    assert asked("restore", saved(data, tmp_path), tmp_path / "other") == 2
    assert "lead elsewhere" in capsys.readouterr().err


@pytest.mark.parametrize("place", [0, 1, 2])
def test_options_count_wherever_they_stand(data: Path, tmp_path: Path, place: int) -> None:
    arguments = ["backup", str(tmp_path / "backup.tar")]
    arguments[place:place] = ["--set", f"bot.data_dir={data}"]
    assert main([*arguments, "--set", "bot.max_queue=5"]) == 0


def test_a_command_without_its_file_says_what_is_missing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["backup"])
    assert "backup needs a FILE" in capsys.readouterr().err


def test_a_thumbnail_that_goes_meanwhile_is_left_out(data: Path, tmp_path: Path) -> None:
    Thumbnails(data / "thumbnails").remove([KEY])
    file = tmp_path / "backup.tar"
    done: list[tuple[int, int]] = []
    found = save(data, data / "bundles", file, lambda *told: done.append(told))
    assert (found.illustrations, found.thumbnails, found.bundles) == (2, 0, 1)
    assert done[-1] == (3, 3)
    assert asked("restore", file, tmp_path / "other") == 0


def test_a_backup_never_replaces_a_file_and_needs_a_catalogue(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = saved(data, tmp_path)
    content = file.read_bytes()
    assert asked("backup", file, data) == 2
    assert "exists already" in capsys.readouterr().err
    assert file.read_bytes() == content
    assert asked("backup", tmp_path / "new.tar", tmp_path / "nothing") == 2
    assert "There is no catalogue" in capsys.readouterr().err
    assert asked("backup", tmp_path / "no" / "such" / "place.tar", data) == 2
    assert "could not be written" in capsys.readouterr().err


def test_only_an_empty_place_is_restored_into(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = saved(data, tmp_path)
    assert asked("restore", file, data) == 2
    assert "is not empty" in capsys.readouterr().err
    with owned(tmp_path / "held", "bot.data_dir"):
        assert asked("restore", file, tmp_path / "held") == 2
    assert "in use" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda one: one.pop(LISTING), "end is missing"),
        (lambda one: one.pop("bundles/first/manifest.json"), "1 of 3 files"),
        (lambda one: one.update({f"thumbnails/ab/{KEY}.webp": b"Picture"}), "1 of 3 files"),
        (lambda one: one.update({LISTING: b"{"}), "cannot be read"),
        (lambda one: one.update({LISTING: b"[]"}), "cannot be read"),
        (
            lambda one: one.update({LISTING: json.dumps({"format": 9, "files": {}}).encode()}),
            "has format 9",
        ),
        (lambda one: _before(one, "../out", b""), "as no backup"),
        (lambda one: _before(one, "/etc/passwd", b""), "as no backup"),
        (lambda one: _before(one, "bundles/../../out", b""), "as no backup"),
        (lambda one: _before(one, "bundles/first/.hidden", b""), "as no backup"),
        (lambda one: _before(one, "thumbnails/ab/x.webp", b""), "as no backup"),
        (lambda one: _after(one, "bundles/first/x", b""), "more than a backup"),
    ],
)
def test_what_is_no_whole_backup_changes_nothing(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Change, reason: str
) -> None:
    file, other = saved(data, tmp_path), tmp_path / "other"
    rewritten(file, change)
    assert asked("restore", file, other) == 2
    error = capsys.readouterr().err
    assert reason in error
    assert "Traceback" not in error
    assert [one.name for one in other.iterdir()] == ["lock"]
    assert not (tmp_path / "out").exists()


def _before(members: dict[str, bytes], name: str, content: bytes) -> None:
    listing = members.pop(LISTING)
    members.update({name: content, LISTING: listing})


def _after(members: dict[str, bytes], name: str, content: bytes) -> None:
    members[name] = content


@pytest.mark.parametrize("kept", [0, 300, 600, 5000])
def test_a_file_that_was_cut_off_changes_nothing(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], kept: int
) -> None:
    file, other = saved(data, tmp_path), tmp_path / "other"
    file.write_bytes(file.read_bytes()[:kept])
    capsys.readouterr()
    assert asked("restore", file, other) == 2
    assert capsys.readouterr().err.startswith("hoshizora: ")
    assert [one.name for one in other.iterdir()] == ["lock"]


def test_links_are_not_followed(data: Path, tmp_path: Path) -> None:
    file = saved(data, tmp_path)
    with tarfile.open(file, "w") as tar:
        link = tarfile.TarInfo("bundles/first/x")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    assert asked("restore", file, tmp_path / "other") == 2


def test_a_damaged_catalogue_is_not_restored(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, other = tmp_path / "backup.tar", tmp_path / "other"
    with closing(sqlite3.connect(data / "catalogue.sqlite")) as database:
        database.execute("CREATE TABLE a (id INTEGER PRIMARY KEY)")
        database.execute("CREATE TABLE b (a REFERENCES a(id))")
        database.execute("INSERT INTO b VALUES (5)")
        database.commit()
    assert asked("backup", file, data) == 0
    assert asked("restore", file, other) == 2
    assert "refer to nothing" in capsys.readouterr().err


def test_another_bundle_of_the_same_name_is_not_replaced(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, bundles = saved(data, tmp_path), tmp_path / "bundles"
    (bundles / "first").mkdir(parents=True)
    (bundles / "first" / "manifest.json").write_text('{"checksum": "d"}', encoding="utf-8")
    options = ["--set", f"bot.data_dir={tmp_path / 'other'}", "--set", f"bot.bundles_dir={bundles}"]
    assert main(["restore", str(file), *options]) == 2
    assert "another bundle" in capsys.readouterr().err
    (bundles / "first" / "manifest.json").write_text('{"checksum": "c"}', encoding="utf-8")
    assert main(["restore", str(file), *options]) == 0
    assert not (tmp_path / "other" / "bundles").exists()

"""model/bundle.py: whole or refused; published at once or not at all."""

import errno
import hashlib
import json
import shutil
import threading

import numpy as np
import pytest

from model.bundle import MANIFEST, default_bundle, open_bundle, publish_bundle
from model.errors import BundleError, BundleExistsError

FILES = {"weights.bin": b"\x00\x01\x02" * 9, "index/ids.bin": b"ids", "空.txt": "星".encode()}
FACTS = {"name": "night", "tags": 2, "share": 0.1, "words": ["星空", "a\u2028b"]}


def write_files(directory):
    for name, content in FILES.items():
        (directory / name).parent.mkdir(exist_ok=True)
        (directory / name).write_bytes(content)


@pytest.fixture
def bundle(tmp_path):
    return publish_bundle(tmp_path / "b", FACTS, write_files).directory


def rewrite(bundle, **changes):
    """Change the manifest as a maker of bundles would: with a checksum that fits."""
    manifest = json.loads((bundle / MANIFEST).read_text(encoding="utf-8")) | changes
    del manifest["checksum"]
    said = hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()
    manifest["checksum"] = said
    (bundle / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def test_a_published_bundle_opens_with_its_facts_and_sizes(bundle):
    opened = open_bundle(bundle)
    assert {key: opened.manifest[key] for key in FACTS} == FACTS
    assert opened.name == "night"
    assert opened.size_bytes == sum(map(len, FILES.values()))
    assert set(opened.manifest["files"]) == set(FILES)
    assert {name: (bundle / name).read_bytes() for name in FILES} == FILES


def test_a_manifest_that_is_laid_out_anew_is_the_same_manifest(bundle):
    rewrite(bundle)
    assert open_bundle(bundle).name == "night"


@pytest.mark.parametrize("name", FILES)
def test_one_flipped_byte_anywhere_in_a_file_is_refused_by_the_files_name(bundle, name):
    for place in range(len(FILES[name])):
        changed = bytearray(FILES[name])
        changed[place] ^= 1
        (bundle / name).write_bytes(changed)
        with pytest.raises(BundleError, match=rf"{name} .*is damaged.*Take the bundle again"):
            open_bundle(bundle)


@pytest.mark.parametrize("flip", [1, 0x20, 0x80])
def test_one_flipped_byte_anywhere_in_the_manifest_is_refused(bundle, flip):
    intact = (bundle / MANIFEST).read_bytes()
    for place in range(len(intact)):
        changed = bytearray(intact)
        changed[place] ^= flip
        (bundle / MANIFEST).write_bytes(changed)
        with pytest.raises(BundleError, match=r"manifest\.json|bundle format"):
            open_bundle(bundle)


def test_every_file_of_a_real_bundle_is_watched(tiny_bundle, tmp_path):
    copy = shutil.copytree(tiny_bundle, tmp_path / "copy")
    files = [path for path in copy.rglob("*") if path.is_file()]
    assert len(files) >= 10
    for file in files:
        intact = file.read_bytes()
        middle = len(intact) // 2
        file.write_bytes(intact[:middle] + bytes([intact[middle] ^ 0x10]) + intact[middle + 1 :])
        with pytest.raises(BundleError, match=rf"{file.name}.* is damaged"):
            open_bundle(copy)
        file.write_bytes(intact)
    assert open_bundle(copy).manifest == open_bundle(tiny_bundle).manifest


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(bundle, name):
    (bundle / name).unlink()
    with pytest.raises(BundleError, match=rf"lacks its file {name}\. Take the bundle again"):
        open_bundle(bundle)


def test_a_file_that_may_not_be_read_is_named_with_what_to_do(bundle, monkeypatch):
    def forbid(file):
        raise PermissionError(errno.EACCES, "Permission denied", str(file))

    monkeypatch.setattr("model.files.sha256", forbid)
    with pytest.raises(BundleError, match=r"bin.* cannot be read \(Permission denied\).*chmod"):
        open_bundle(bundle)


def test_a_cut_file_is_refused_with_both_sizes(bundle):
    (bundle / "weights.bin").write_bytes(FILES["weights.bin"][:-1])
    with pytest.raises(BundleError, match=r"expected 27 bytes .* received 26 bytes"):
        open_bundle(bundle)


@pytest.mark.parametrize("place", ["nowhere", "."])
def test_a_directory_that_is_no_bundle_is_refused_with_what_was_expected(tmp_path, place):
    with pytest.raises(BundleError, match=r"is no bundle: manifest\.json .*train publish"):
        open_bundle(tmp_path / place)


@pytest.mark.parametrize("content", [b"", b"{", b"null", b"[]", b"{}", b"\xff", b'{"files": 3}'])
def test_a_manifest_that_is_no_manifest_is_refused(bundle, content):
    (bundle / MANIFEST).write_bytes(content)
    with pytest.raises(BundleError, match=r"manifest\.json is damaged .*Take the bundle again"):
        open_bundle(bundle)


def test_a_bundle_of_another_format_says_which_format_is_read(bundle):
    rewrite(bundle, format=2)
    with pytest.raises(BundleError, match=r"bundle format 2; .* reads format 1\. Publish it again"):
        open_bundle(bundle)


@pytest.mark.parametrize(
    "name",
    [
        "../secret",
        "index/../../secret",
        "/etc/hostname",
        "link",
        "out/secret",
        "circle",
        "C:secret",
        "C:/secret",
        "..\\secret",
        "a\0b",
    ],
)
def test_a_manifest_cannot_name_files_outside_of_its_bundle(bundle, name):
    (bundle.parent / "secret").write_bytes(b"s")
    for there in ("C:secret", "..\\secret"):  # names like any other, here
        (bundle / there).write_bytes(b"s")
    (bundle / "link").symlink_to("../secret")
    (bundle / "out").symlink_to("..")
    (bundle / "circle").symlink_to("circle")
    facts = {"bytes": 1, "sha256": hashlib.sha256(b"s").hexdigest()}
    rewrite(bundle, files={name: facts})
    with pytest.raises(BundleError, match="lacks its file"):
        open_bundle(bundle)


def fail_before(directory):
    raise AssertionError("nothing may be written")


@pytest.mark.parametrize("make", ["mkdir", "touch"])
def test_publishing_refuses_a_target_that_exists_before_any_work(tmp_path, make):
    target = tmp_path / "b"
    getattr(target, make)()
    with pytest.raises(BundleExistsError, match=r"never overwritten\. Choose another --out"):
        publish_bundle(target, FACTS, fail_before)
    assert list(tmp_path.iterdir()) == [target]


def write_to_a_full_device(directory):
    """The kernel's own "no space left": whatever goes to /dev/full."""
    write_files(directory)
    (directory / "forest.npz").symlink_to("/dev/full")
    np.savez(directory / "forest.npz", nodes=np.zeros(100_000))


def write_until_the_disk_is_full(directory):
    write_files(directory)
    raise OSError(errno.ENOSPC, "No space left on device")


def write_what_fails_otherwise(directory):
    write_files(directory)
    raise KeyboardInterrupt


@pytest.mark.parametrize("write", [write_to_a_full_device, write_until_the_disk_is_full])
def test_a_full_disk_is_said_and_leaves_nothing_behind(tmp_path, write):
    with pytest.raises(BundleError, match=r"No space left.* Nothing was published\. Free some"):
        publish_bundle(tmp_path / "b", FACTS, write)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_with_the_manifest_leaves_nothing_behind(tmp_path):
    def write(directory):
        write_files(directory)
        (directory / MANIFEST).symlink_to("/dev/full")

    with pytest.raises(BundleError, match="No space left"):
        publish_bundle(tmp_path / "b", FACTS, write)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_publishing_leaves_nothing_behind(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        publish_bundle(tmp_path / "b", FACTS, write_what_fails_otherwise)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_publishing_left_behind_goes_with_the_next(tmp_path):
    left_behind = [tmp_path / ".b.partial-99", tmp_path / ".b.partial-1"]
    foreign = tmp_path / ".bb.partial-1"
    for directory in (*left_behind, foreign):
        directory.mkdir()
        write_files(directory)
    publish_bundle(tmp_path / "b", FACTS, write_files)
    assert sorted(tmp_path.iterdir()) == sorted([tmp_path / "b", foreign])


def test_parent_directories_are_made(tmp_path):
    assert publish_bundle(tmp_path / "x" / "y" / "b", FACTS, write_files).name == "night"


def test_a_bundle_that_appears_meanwhile_is_not_overwritten(tmp_path):
    def write_while_another_publishes(directory):
        write_files(directory)
        publish_bundle(tmp_path / "b", FACTS | {"name": "first"}, write_files)

    with pytest.raises(BundleError):
        publish_bundle(tmp_path / "b", FACTS, write_while_another_publishes)
    assert open_bundle(tmp_path / "b").name == "first"


def test_a_reader_sees_no_bundle_or_the_whole_one(tmp_path):
    target, seen, stop = tmp_path / "b", [], threading.Event()

    def read():
        while not stop.is_set():
            if target.exists():
                seen.append(open_bundle(target).name)

    def write_slowly(directory):
        for number in range(50):
            (directory / f"{number}.bin").write_bytes(bytes(20_000))
            assert not target.exists()

    reader = threading.Thread(target=read)
    reader.start()
    try:
        publish_bundle(target, FACTS, write_slowly)
        while not seen and reader.is_alive():
            pass
    finally:
        stop.set()
        reader.join()
    assert set(seen) == {"night"}


def test_the_default_bundle_comes_with_the_package(repository):
    assert default_bundle() == repository / "model" / "starter"

"""The bundle: one immutable directory with everything that inference needs.

``manifest.json`` describes it and carries size and SHA-256 of every other file, and a checksum of
itself; opening a bundle checks them all, so that a damaged one is refused before it serves
anything. Publishing writes a directory beside the target and renames it: a reader sees nothing or
the whole bundle.
"""

import glob
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.errors import BundleError, BundleExistsError
from model.files import checksums, is_inside, sync

FORMAT = 1
MANIFEST = "manifest.json"
_ADVICE = "Take the bundle again from where it was published, or train it anew."


@dataclass(frozen=True)
class Bundle:
    """An opened, verified bundle.

    Attributes:
        directory: Where it lies.
        manifest: Its description, as ``manifest.json`` has it.
    """

    directory: Path
    manifest: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What its maker called it."""
        return str(self.manifest["name"])

    @property
    def size_bytes(self) -> int:
        """All files together."""
        return sum(int(facts["bytes"]) for facts in self.manifest["files"].values())


def default_bundle() -> Path:
    """Directory of the starter bundle that comes with the project."""
    return Path(__file__).with_name("starter")


def open_bundle(directory: Path) -> Bundle:
    """Read the manifest and verify every file.

    Raises:
        BundleError: If something is missing, changed, or of another format.
    """
    try:
        manifest = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
        files = dict(manifest["files"])
        version, checksum = manifest["format"], manifest.pop("checksum", None)
    except OSError as error:
        raise BundleError(
            f"{directory} is no bundle: {MANIFEST} cannot be read ({error.strerror}). "
            "Expected a directory that `python -m train publish` made."
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise BundleError(f"{directory / MANIFEST} is damaged ({error}). {_ADVICE}") from error
    if version != FORMAT:
        raise BundleError(
            f"{directory} has bundle format {version}; this version reads format {FORMAT}. "
            "Publish it again with this version, or update the program."
        )
    if checksum != _checksum(manifest):
        raise BundleError(f"{directory / MANIFEST} is damaged: its checksum differs. {_ADVICE}")
    _verify(directory, files)
    return Bundle(directory, manifest)


def publish_bundle(
    target: Path, manifest: Mapping[str, Any], write: Callable[[Path], None]
) -> Bundle:
    """Make a bundle appear at ``target`` in one moment.

    Args:
        target: Must not exist: a bundle is never overwritten.
        manifest: Its description without ``format``, ``files`` and ``checksum``, which are added.
        write: Writes every other file into the directory that it is given.

    Raises:
        BundleExistsError: If ``target`` exists.
        BundleError: If it cannot be written (for example, a full disk); nothing is left behind.
    """
    if target.exists():
        raise BundleExistsError(
            f"{target} exists already and a bundle is never overwritten. Choose another --out."
        )
    partial = target.with_name(f".{target.name}.partial-{os.getpid()}")
    for left_behind in target.parent.glob(f".{glob.escape(target.name)}.partial-*"):
        shutil.rmtree(left_behind, ignore_errors=True)  # by a publishing that was killed
    try:
        partial.mkdir(parents=True)
        write(partial)
        names = [path.relative_to(partial).as_posix() for path in _all_files(partial)]
        files = _describe(partial, names)
        content = {"format": FORMAT, **manifest, "files": files}
        content["checksum"] = _checksum(content)
        text = json.dumps(content, ensure_ascii=False, indent=1)
        (partial / MANIFEST).write_text(text, encoding="utf-8")
        _flush(partial)
        partial.rename(target)
    except OSError as error:
        raise BundleError(
            f"The bundle could not be written to {target}: {error.strerror or error}. "
            "Nothing was published. Free some space or choose another --out, then run it again."
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return open_bundle(target)


def _verify(directory: Path, files: Mapping[str, Mapping[str, Any]]) -> None:
    try:
        _compare(directory, files)
    except OSError as error:
        raise BundleError(
            f"{error.filename or directory} of a bundle cannot be read ({error.strerror}). Let the "
            "user that this runs as read it (chown, chmod), or take the bundle again."
        ) from error


def _compare(directory: Path, files: Mapping[str, Mapping[str, Any]]) -> None:
    for name in files:
        if not (is_inside(directory, name) and (directory / name).is_file()):
            raise BundleError(f"The bundle {directory} lacks its file {name}. {_ADVICE}")
    for name, found in _describe(directory, list(files)).items():
        expected = files[name]
        if found != dict(expected):
            raise BundleError(
                f"The file {name} of the bundle {directory} is damaged: expected "
                f"{expected['bytes']} bytes with SHA-256 {str(expected['sha256'])[:12]}…, received "
                f"{found['bytes']} bytes with {str(found['sha256'])[:12]}…. {_ADVICE}"
            )


def _checksum(manifest: Mapping[str, Any]) -> str:
    """Of what the manifest says, however it is laid out."""
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def _all_files(directory: Path) -> list[Path]:
    return sorted(path for path in directory.rglob("*") if path.is_file())


def _describe(directory: Path, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What the manifest says of each file."""
    return {
        name: {"bytes": (directory / name).stat().st_size, "sha256": checksum}
        for name, checksum in checksums(directory, names).items()
    }


def _flush(directory: Path) -> None:
    """Bring every file to the disk before the rename makes them visible."""
    for path in _all_files(directory):
        sync(path)

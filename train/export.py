"""``python -m train export``: what a catalogue lets be learnt from, as a dataset directory.

Command: python -m train export --catalogue data/catalogue.sqlite --out DIR
Expected: some 3,000 illustrations a second; it may run beside the bot.

The images are the catalogue's thumbnails: originals are not kept. Whose they are, what they were
called and where they were posted stays behind; a row has its tags, its group and its split. The
directory appears in one rename, and an export that was cut leaves nothing that a later one does not
clear away. What is forgotten or taken back while it runs is left out.
"""

import glob
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from model.errors import DatasetError, NothingToLearnError
from model.store import Store, directory_of, is_url, open_store
from train.catalogue import sqlite_file
from train.consented import Consented, Snapshot, consented_ids, read_consented
from train.datasets import WITHDRAWN_FILE, withdrawn_rows
from train.grouping import group, in_test_split
from train.progress import note_progress

IMAGES = "images"
METADATA = "metadata.jsonl"
THUMBNAILS = "thumbnails"
# Rows of the model card: from where, and by what right.
SOURCE, LICENCE = "community", "for learning, with consent"


@dataclass(frozen=True)
class Export:
    """One export.

    Attributes:
        catalogue: The URL of a catalogue, or the file of a SQLite database.
        out: The dataset directory to make.
        thumbnails: Where its thumbnails are: a directory or any fsspec URL; None: beside the SQLite
            file.
        progress: A file that says how far it is; None: none.
    """

    catalogue: str
    out: Path
    thumbnails: str | None = None
    progress: Path | None = None

    def run(self) -> int:
        """Write the directory.

        Returns:
            How many illustrations it holds.

        Raises:
            NothingToLearnError: If none may be learnt from; nothing is written.
            DatasetError: If the catalogue cannot be read, or something is in the way.
        """
        if self.out.exists() and (not self.out.is_dir() or any(self.out.iterdir())):
            raise DatasetError(
                f"{self.out} exists already. Choose another --out, or move the old one away."
            )
        thumbnails = self._thumbnails()
        snapshot = read_consented(self.catalogue)
        if not snapshot.illustrations:
            raise self._nothing()
        partial = self._fresh_partial()
        try:
            copied = self._copy(snapshot, thumbnails, partial)
            rows = self._still_consented(copied, partial)
            if not rows:
                raise self._nothing()
            text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            (partial / METADATA).write_text(text, encoding="utf-8")
            partial.rename(self.out)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        return len(rows)

    def refresh(self) -> int:
        """Note in an earlier export what has been taken back or forgotten since.

        Returns:
            How many of its illustrations are not to be learnt from any more.

        Raises:
            DatasetError: If the directory holds no export, or the catalogue cannot be read.
        """
        try:
            lines = (self.out / METADATA).read_text(encoding="utf-8").splitlines()
            names = [json.loads(line)["file_name"] for line in lines]
            exported = {int(Path(name).stem): name for name in names}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DatasetError(
                f"{self.out} holds no export ({error}). Expected a directory that "
                "python -m train export made."
            ) from error
        consented = consented_ids(self.catalogue)
        withdrawn = {name for id_, name in exported.items() if id_ not in consented}
        # Whoever changes their mind a second time is in the next export.
        withdrawn |= withdrawn_rows([self.out])
        partial = self.out / f".{WITHDRAWN_FILE}"
        partial.write_text("".join(f"{name}\n" for name in sorted(withdrawn)), encoding="utf-8")
        partial.replace(self.out / WITHDRAWN_FILE)
        return len(withdrawn)

    def _nothing(self) -> NothingToLearnError:
        return NothingToLearnError(
            "No illustration of the catalogue may be learnt from. People allow it with /privacy "
            "opt-in, and admins hand examples in with /tag-admin register or the menu “Add as "
            "example…”."
        )

    def _thumbnails(self) -> Store:
        file = sqlite_file(self.catalogue)
        place = self.thumbnails or (str(file.parent / THUMBNAILS) if file else "")
        missing = self.thumbnails and not (is_url(place) or directory_of(place).is_dir())
        if not place or missing:
            raise DatasetError(
                "Where are the thumbnails? Add --thumbnails DIRECTORY: the directory thumbnails "
                f"below bot.data_dir, or bot.thumbnails_dir. Received: {self.thumbnails}"
            )
        return open_store(place)

    def _fresh_partial(self) -> Path:
        for left_behind in self.out.parent.glob(f".{glob.escape(self.out.name)}.partial-*"):
            shutil.rmtree(left_behind, ignore_errors=True)  # by an export that was killed
        partial = self.out.with_name(f".{self.out.name}.partial-{os.getpid()}")
        (partial / IMAGES).mkdir(parents=True)
        return partial

    def _copy(
        self, snapshot: Snapshot, thumbnails: Store, partial: Path
    ) -> list[tuple[int, dict[str, Any]]]:
        """Copy the images; what is gone by now was forgotten meanwhile."""
        copied = []
        total = len(snapshot.illustrations)
        for done, (one, row) in enumerate(tqdm(_rows(snapshot), desc="export", total=total), 1):
            content = thumbnails.read(f"{one.thumbnail[:2]}/{one.thumbnail}.webp")
            if content is None:
                continue
            (partial / row["file_name"]).write_bytes(content)
            copied.append((one.id, row))
            if self.progress is not None:
                note_progress(self.progress, "export", done, total)
        return copied

    def _still_consented(
        self, copied: list[tuple[int, dict[str, Any]]], partial: Path
    ) -> list[dict[str, Any]]:
        """Leave out what was taken back since the catalogue was read."""
        consented, kept = consented_ids(self.catalogue), []
        for id_, row in copied:
            if id_ in consented:
                kept.append(row)
            else:
                (partial / row["file_name"]).unlink()
        return kept


def _rows(snapshot: Snapshot) -> Iterator[tuple[Consented, dict[str, Any]]]:
    """Each illustration with its line of ``metadata.jsonl``."""
    illustrations = snapshot.illustrations
    groups = group([one.post_id for one in illustrations], snapshot.embeddings)
    for one, first in zip(illustrations, groups.tolist(), strict=True):
        name = str(illustrations[first].id)
        yield (
            one,
            {
                "file_name": f"{IMAGES}/{one.id}.webp",
                "tags": one.tags,
                "tags_ja": one.tags_ja,
                "split": "test" if in_test_split(name) else "train",
                "split_group": name,
                "source": SOURCE,
                "licence": LICENCE,
                "lent": True,
            },
        )

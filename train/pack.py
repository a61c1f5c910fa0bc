"""Step ``pack``: decode every training image once, into one uint8 array on disk.

``images.npy`` is (N, H, W, 3) uint8 in the order of ``rows.jsonl``. Images are decoded in parallel,
a block at a time; finished blocks are noted in ``blocks.jsonl``, so a killed run goes on where it
was. Files that cannot be decoded stay as white images marked unusable and are listed in
``problems.json``.
"""

import dataclasses
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from tqdm import tqdm

from model.datasets import Dataset, Row
from model.errors import ImageError, TrainingError
from model.image import ImageLimits, image_from_bytes, read_image_file
from train.config import TrainConfig
from train.datasets import locate, withdrawn_rows
from train.marks import pack_mark
from train.workdir import Workdir, new_array, write_json

BLOCK = 512


@dataclasses.dataclass(frozen=True)
class Pack:
    """The packed training images.

    Attributes:
        images: (N, H, W, 3) uint8, memory-mapped.
        rows: N rows.
        usable: (N,) bool: False where the file could not be decoded, or was taken back since.
        validation: (N,) bool: taken out of training for validation, whole groups at a time.
    """

    images: NDArray[np.uint8]
    rows: tuple[Row, ...]
    usable: NDArray[np.bool_]
    validation: NDArray[np.bool_]

    @property
    def tagged(self) -> NDArray[np.bool_]:
        """(N,) bool: which rows have a tag.

        The others say nothing of any tag: no booster is fitted and nothing is measured on them. The
        encoder, which reads no label, learns from all.
        """
        return np.array([bool(row.tags or row.tags_ja) for row in self.rows], dtype=np.bool_)

    @property
    def lent(self) -> NDArray[np.bool_]:
        """(N,) bool: which rows were only lent for learning.

        No vector of theirs goes into a bundle, where nobody could take it back, as long as there
        are enough others.
        """
        return np.array([row.lent for row in self.rows], dtype=np.bool_)

    @property
    def fitting(self) -> NDArray[np.bool_]:
        """(N,) bool: what encoder and boosters are fitted on."""
        return self.usable & ~self.validation


def may_train(row: Row, config: TrainConfig) -> bool:
    """Whether a row is in the train split, under a licence that counts."""
    return row.split == "train" and (config.licences == "all" or row.permissive)


def training_rows(dataset: Dataset, config: TrainConfig) -> tuple[Row, ...]:
    """The rows that may be trained on: the train split without the vendor holdout.

    They lack the tags that nothing may learn.
    """
    rows = (row for row in dataset.rows if may_train(row, config))
    withheld = frozenset(config.withheld)
    return tuple(row.without(withheld) if withheld else row for row in rows)


def pack_images(dataset: Dataset, config: TrainConfig, limits: ImageLimits, work: Workdir) -> None:
    """Run the step; does nothing when it is done already.

    Raises:
        TrainingError: If no row is left to train on.
    """
    rows = training_rows(dataset, config)
    if not rows:
        raise TrainingError(
            f"{dataset.directory} has no row to train on: of {len(dataset.rows)} rows none is in "
            f"the train split with train.licences={config.licences}. Check the splits and licences."
        )
    pack_rows(dataset, rows, config, limits, work)


def pack_rows(
    dataset: Dataset, rows: Sequence[Row], config: TrainConfig, limits: ImageLimits, work: Workdir
) -> str:
    """Pack some rows of a dataset, as ``pack_images`` does with those that may be trained on.

    Returns:
        The fingerprint that the step has finished under.
    """
    mark = pack_mark(rows, config)
    if work.is_done("pack", mark):
        _write_rows(work.root / "pack", rows)  # Their tags may have changed since.
        return mark
    directory = work.begin("pack")
    images, done = _open_array(directory, len(rows), config.encoder.image_size_px, mark)
    blocks = [range(at, min(at + BLOCK, len(rows))) for at in range(0, len(rows), BLOCK)]
    todo = [block for block in blocks if block.start not in done]
    with (
        _open_log(directory) as log,
        tqdm(total=len(rows), initial=len(rows) - sum(map(len, todo)), desc="pack") as bar,
    ):
        for block, (pixels, reasons) in zip(todo, _decode(todo, rows, config, limits), strict=True):
            images[block.start : block.stop] = pixels
            images.flush()
            log.write(json.dumps({"start": block.start, "bad": reasons}) + "\n")
            log.flush()
            bar.update(len(block))
            work.note("pack", bar.n, len(rows))
    _write_rows(directory, rows)
    bad = _bad_files(directory)
    problems = [dataclasses.asdict(problem) for problem in dataset.problems]
    problems += [{"name": rows[int(i)].name, "message": message} for i, message in bad.items()]
    write_json(directory / "problems.json", problems)
    work.mark_done("pack", mark, {"images": len(rows), "problems": len(problems)})
    return mark


def load_pack(data: Sequence[Path], config: TrainConfig, work: Workdir) -> Pack:
    """Open what ``pack_images`` made of the rows of some dataset directories.

    Raises:
        TrainingError: If the step has not finished.
    """
    directory = work.root / "pack"
    if not (directory / "done.json").is_file():
        raise TrainingError("The images are not packed yet. Run: python -m train pack")
    images = np.load(directory / "images.npy", mmap_mode="r")
    rows = tuple(_read_rows(directory, data))
    usable = np.ones(len(rows), dtype=np.bool_)
    usable[[int(i) for i in _bad_files(directory)]] = False
    withdrawn = withdrawn_rows(data)
    usable &= np.array([row.name not in withdrawn for row in rows], dtype=np.bool_)
    held = np.array([in_validation(row.group, config) for row in rows], dtype=np.bool_)
    return Pack(images, rows, usable, held & usable)


def in_validation(group: str, config: TrainConfig) -> bool:
    """Whether a group is held out: a fixed property of its name and the seed."""
    # A file name need not be UTF-8.
    text = f"{config.seed}:{group}".encode("utf-8", "backslashreplace")
    return zlib.crc32(text) / 2**32 < config.validation


def decode_rows(
    rows: Sequence[Row], size_px: int, limits: ImageLimits
) -> tuple[NDArray[np.uint8], dict[int, str]]:
    """Decode rows in this process.

    Returns:
        (N, size_px, size_px, 3) uint8, white where a file is unusable; the reason by row number.
    """
    images = np.full((len(rows), size_px, size_px, 3), 255, dtype=np.uint8)
    bad: dict[int, str] = {}
    for i, row in enumerate(rows):
        try:
            images[i] = image_from_bytes(read_image_file(row.file, limits), limits, size_px)
        except ImageError as error:
            bad[i] = f"{error.code}: {error.message}"
    return images, bad


def _decode(
    blocks: Sequence[range], rows: Sequence[Row], config: TrainConfig, limits: ImageLimits
) -> Iterator[tuple[NDArray[np.uint8], dict[int, str]]]:
    decode = delayed(decode_rows)
    results = Parallel(n_jobs=config.jobs or -1, return_as="generator")(
        decode(rows[block.start : block.stop], config.encoder.image_size_px, limits)
        for block in blocks
    )
    for block, (pixels, bad) in zip(blocks, results, strict=True):
        reasons = {block.start + i: message for i, message in bad.items()}
        if config.cluster:
            _check_seen(rows, reasons)
        yield pixels, reasons


def _check_seen(rows: Sequence[Row], reasons: Mapping[int, str]) -> None:
    """Refuse to go on where a node does not see the files: all would count as unusable.

    Raises:
        TrainingError: If a file that a node has not found is there.
    """
    for i, message in reasons.items():
        if message.startswith("not_found") and rows[i].file.is_file():
            raise TrainingError(
                f"A node of the cluster does not see {rows[i].file}, this machine does. The "
                "dataset must be at the same path on every node (a shared file system, or a copy)."
            )


def _open_array(
    directory: Path, count: int, size: int, mark: str
) -> tuple[np.memmap[Any, np.dtype[np.uint8]], set[int]]:
    """The array and the blocks that an earlier, cut run has finished under the same settings."""
    started, log = directory / "started.json", directory / "blocks.jsonl"
    if started.is_file() and json.loads(started.read_text()) == mark and log.is_file():
        images = np.lib.format.open_memmap(directory / "images.npy", mode="r+")
        return images, {block["start"] for block in _blocks(directory)}
    log.unlink(missing_ok=True)
    shape = (count, size, size, 3)
    images = new_array(directory / "images.npy", shape, np.uint8)
    write_json(started, mark)
    return images, set()


def _open_log(directory: Path) -> TextIO:
    """Open ``blocks.jsonl`` for appending; a line that a kill cut off is ended first."""
    file = directory / "blocks.jsonl"
    cut = file.is_file() and not file.read_bytes().endswith(b"\n")
    log = file.open("a", encoding="utf-8")
    if cut:
        log.write("\n")
    return log


def _blocks(directory: Path) -> Iterator[dict[str, Any]]:
    """Finished blocks; lines that a kill cut off are skipped."""
    for line in (directory / "blocks.jsonl").read_text(encoding="utf-8").splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue


def _bad_files(directory: Path) -> dict[str, str]:
    bad: dict[str, str] = {}
    for block in _blocks(directory):
        bad |= block["bad"]
    return bad


def _write_rows(directory: Path, rows: Sequence[Row]) -> None:
    lines = []
    for row in rows:
        content = dataclasses.asdict(row)
        del content["file"]
        lines.append(json.dumps(content) + "\n")
    text, file = "".join(lines), directory / "rows.jsonl"
    if not file.is_file() or file.read_text(encoding="utf-8") != text:
        partial = directory / ".rows.jsonl"
        partial.write_text(text, encoding="utf-8")
        partial.replace(file)


def _read_rows(directory: Path, data: Sequence[Path]) -> Iterator[Row]:
    file_of = locate(data)
    with (directory / "rows.jsonl").open(encoding="utf-8") as file:
        for line in file:
            content = json.loads(line)
            content["tags"], content["tags_ja"] = tuple(content["tags"]), tuple(content["tags_ja"])
            yield Row(file=file_of(content["name"]), **content)

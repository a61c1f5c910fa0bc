"""A dataset's rows with their embeddings, made once and kept in a file where one is named."""

from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from joblib import Parallel, delayed
from tqdm import tqdm

from model.datasets import Dataset, Row, read_dataset
from model.encoder import Encoder
from model.errors import DatasetError
from model.head import Floats
from model.image import ImageLimits
from train.pack import decode_rows

BLOCK = 256


@dataclass(frozen=True)
class Embedded:
    """Rows and their embeddings.

    Attributes:
        rows: N rows that could be decoded.
        embeddings: (N, D) float32.
        encoder_id: Whose.
    """

    rows: tuple[Row, ...]
    embeddings: Floats
    encoder_id: str


def read_embedded(
    data: Path, encoder: Encoder, cache: Path | None, limits: ImageLimits
) -> Embedded:
    """Embed every row of a dataset directory; those that cannot be decoded are left out.

    Args:
        data: The dataset directory.
        encoder: Embeds.
        cache: A file of an earlier run to read, or to write: made with another encoder or of other
            rows, it is made anew.
        limits: What images are refused.

    Raises:
        DatasetError: If not one image can be read.
    """
    dataset = read_dataset(data)
    if cache and cache.is_file():
        found = _read(cache, dataset, encoder.id)
        if found:
            return found
    result = _embed(dataset, encoder, limits)
    if cache:
        _write(cache, result, dataset)
    return result


def _embed(dataset: Dataset, encoder: Encoder, limits: ImageLimits) -> Embedded:
    rows: list[Row] = []
    embeddings: list[Floats] = []
    parts = [dataset.rows[at : at + BLOCK] for at in range(0, len(dataset.rows), BLOCK)]
    run = Parallel(n_jobs=-1 if len(parts) > 1 else 1, return_as="generator")
    decode, size_px = delayed(decode_rows), encoder.options.image_size_px
    with tqdm(total=len(dataset.rows), desc="embed", unit="image") as bar:
        decoded = run(decode(part, size_px, limits) for part in parts)
        for part, (images, bad) in zip(parts, decoded, strict=True):
            good = [i for i in range(len(part)) if i not in bad]
            rows += [part[i] for i in good]
            embeddings.append(encoder.embed(images[good]))
            bar.update(len(part))
    if not rows:
        raise DatasetError(
            f"{dataset.directory} holds no image that can be read. Check the directory."
        )
    return Embedded(tuple(rows), np.concatenate(embeddings), encoder.id)


def _read(cache: Path, dataset: Dataset, encoder_id: str) -> Embedded | None:
    """What the file holds, if it is of this encoder and of this dataset's rows."""
    try:
        with cache.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            names, embeddings = file["names"].tolist(), file["embeddings"]
            same_encoder = str(file["encoder_id"]) == encoder_id
            unreadable = file["unreadable"].tolist() if "unreadable" in file.files else []
    except (OSError, ValueError, KeyError, BadZipFile, EOFError):
        return None
    by_name = {row.name: row for row in dataset.rows}
    if not same_encoder or {*names, *unreadable} != by_name.keys():
        return None
    return Embedded(tuple(by_name[name] for name in names), embeddings, encoder_id)


def _write(cache: Path, embedded: Embedded, dataset: Dataset) -> None:
    """Keep the embeddings, and the names of rows that have none since they cannot be decoded."""
    cache.parent.mkdir(parents=True, exist_ok=True)
    names = [row.name for row in embedded.rows]
    partial = cache.with_name(f".{cache.name}.partial")
    with partial.open("wb") as opened:
        np.savez(
            opened,
            embeddings=embedded.embeddings,
            names=np.array(names),
            unreadable=np.array(sorted({row.name for row in dataset.rows} - set(names))),
            encoder_id=np.array(embedded.encoder_id),
        )
    partial.replace(cache)

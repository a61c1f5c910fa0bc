"""Step ``publish``: calibrate on the validation split, write the bundle, and report on it.

The bundle appears in one rename; ``NAME.report.html`` beside it shows how good it is.
"""

import dataclasses
import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.bundle import Bundle, publish_bundle
from model.calibration import Calibration, fit_thresholds
from model.encoder import Encoder
from model.errors import TrainingError
from model.forest import Forest
from model.scorer import Scorer, Tag
from model.tagger import INDEX_DIRECTORY, INDEX_FILES
from train.boosters import Fitting, load_boosters
from train.card import write_card
from train.config import TrainConfig
from train.index import INDEX_STEP
from train.pack import Pack
from train.vocabulary import labels
from train.workdir import Workdir

BLOCK = 256


def fit_scorer(
    pack: Pack, embeddings: NDArray[np.float32], fitting: Fitting, work: Workdir
) -> Scorer:
    """Compile the boosters, then fit calibration and thresholds on the validation rows."""
    width = embeddings.shape[1]
    forest = Forest.compile(load_boosters(work, width), width)
    head = fitting.head.head
    count = len(fitting.vocabulary)
    blank = Calibration(1.0, np.zeros(count, dtype=np.float32))
    tags = tuple(Tag(tag.name, tag.name_ja, 0.5, tag.support) for tag in fitting.vocabulary)
    known = head.background.embeddings()
    raw = Scorer(tags, head, fitting.edges, forest, blank, known, fitting.head.metric)
    held_out = embeddings[pack.validation & pack.tagged]
    blocks = [raw.margins(held_out[at : at + BLOCK]) for at in range(0, len(held_out), BLOCK)]
    margins = np.concatenate(blocks) if blocks else np.zeros((0, count), dtype=np.float32)
    truth = validation_truth(pack, fitting)
    calibration = Calibration.fit(margins, truth)
    thresholds = fit_thresholds(calibration.scores(margins), truth)
    tags = tuple(
        dataclasses.replace(tag, threshold=round(float(threshold), 4))
        for tag, threshold in zip(tags, thresholds, strict=True)
    )
    return dataclasses.replace(raw, vocabulary=tags, calibration=calibration)


def validation_truth(pack: Pack, fitting: Fitting) -> NDArray[np.bool_]:
    """(N, T) which validation rows have which tags."""
    told = pack.validation & pack.tagged
    rows = [row for row, held in zip(pack.rows, told, strict=True) if held]
    truth: NDArray[np.bool_] = labels(rows, fitting.vocabulary).toarray().astype(np.bool_)
    return truth


def publish(
    out: Path, encoder: Encoder, scorer: Scorer, pack: Pack, config: TrainConfig, work: Workdir
) -> Bundle:
    """Write and verify the bundle.

    Raises:
        BundleExistsError: If ``out`` exists.
        BundleError: If it cannot be written.
    """
    manifest = _manifest(encoder, scorer, pack, config)

    def write(directory: Path) -> None:
        encoder.save(directory, config.embed.dtype)
        scorer.save(directory)
        write_card(directory, manifest, pack)
        if config.bundle.index:
            _copy_index(work, directory)

    return publish_bundle(out, manifest, write)


def _manifest(
    encoder: Encoder, scorer: Scorer, pack: Pack, config: TrainConfig
) -> Mapping[str, Any]:
    return {
        "name": config.bundle.name,
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "encoder": {
            "id": encoder.id,
            "kind": config.encoder.kind,
            "image_size_px": encoder.options.image_size_px,
            "width": encoder.width,
            "dtype": config.embed.dtype,
        },
        "metric": "euclidean",
        "tags": len(scorer.vocabulary),
        "trees": len(scorer.forest.leaves),
        "background": len(scorer.background),
        "training_images": int(pack.fitting.sum()),
        "validation_images": int(pack.validation.sum()),
        "licences": config.licences,
        # Where it was made is nobody's business.
        "settings": dataclasses.asdict(dataclasses.replace(config, cluster="")),
    }


def _copy_index(work: Workdir, directory: Path) -> None:
    """The index of the training illustrations, built by the step ``index``."""
    source = work.root / INDEX_STEP
    if not (source / INDEX_FILES).is_file():
        raise TrainingError("The index is not built yet. Run: python -m train index")
    files = json.loads((source / INDEX_FILES).read_text(encoding="utf-8"))
    text = json.dumps(files, ensure_ascii=False)
    # A file name need not be UTF-8; what cannot be written becomes JSON's own escape.
    (directory / INDEX_FILES).write_text(text, "utf-8", "backslashreplace")
    for path in sorted((source / INDEX_DIRECTORY).rglob("*")):
        target = directory / INDEX_DIRECTORY / path.relative_to(source / INDEX_DIRECTORY)
        if path.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())

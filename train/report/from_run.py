"""Fill the report from a finished run: everything on the validation images."""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.bundle import Bundle
from model.encoder import Encoder
from model.scorer import Scorer
from train.comparing import Comparison
from train.config import EncoderConfig, TrainConfig
from train.metrics import measure
from train.pack import Pack
from train.report import ReportContext, example_rows, write_report
from train.vocabulary import labels
from train.workdir import Workdir

RECONSTRUCTED = 16
SCORED_AT_ONCE = 256
# In place of an image that was lent, and of its name: what the page shows, people can keep.
COVER, LENT = 208, "lent for learning"


def report_run(
    bundle: Bundle,
    scorer: Scorer,
    pack: Pack,
    embeddings: NDArray[np.float32],
    work: Workdir,
    config: TrainConfig,
    comparison: Comparison | None = None,
) -> Path:
    """Write ``BUNDLE.report.html`` beside the bundle.

    Images that were only lent for learning count in its figures, and are not shown: a report stays
    when they are taken back.

    Args:
        bundle: What was made.
        scorer: Its scorer.
        pack: The packed images.
        embeddings: (N, D) of all packed images.
        work: The run's work directory.
        config: What it was run with.
        comparison: With the bundle that it is to replace, if there is one.
    """
    from train.encoders.training import rounds_in

    held = np.flatnonzero(pack.validation & pack.tagged)
    rows, lent = [pack.rows[i] for i in held], pack.lent[held]
    images = np.array(pack.images[held])
    images[lent] = COVER
    blocks = np.split(embeddings[held], range(SCORED_AT_ONCE, len(held), SCORED_AT_ONCE))
    scores = np.concatenate([scorer.score(block) for block in blocks])
    shown = np.flatnonzero(~lent)
    reconstructed = shown[example_rows(len(shown), RECONSTRUCTED)]
    restored = _reconstruct(images[reconstructed], work, config.encoder)
    manifest = bundle.manifest
    context = ReportContext(
        title=bundle.name,
        vocabulary=scorer.vocabulary,
        images=images,
        names=[LENT if row.lent else row.title or row.name for row in rows],
        labels=labels(rows, scorer.vocabulary),
        scores=scores,
        embeddings=embeddings[held],
        reconstructed=reconstructed if len(restored) else reconstructed[:0],
        reconstructions=restored,
        rounds=rounds_in(work.root / "encoder"),
        evaluations={"validation": measure(scores, scorer.vocabulary, rows)} if rows else {},
        facts={
            "training images": f"{manifest['training_images']:,}",
            "validation images": f"{manifest['validation_images']:,}",
            "tags": f"{manifest['tags']:,}",
            "trees": f"{manifest['trees']:,}",
            "bundle": f"{bundle.size_bytes / 1e6:.1f} MB",
            "encoder": manifest["encoder"]["id"],
        },
        step_seconds=work.read("seconds.json"),
        problems=json.loads((work.root / "pack" / "problems.json").read_text(encoding="utf-8")),
        comparison=comparison,
    )
    out = report_file(bundle.directory)
    write_report(context, out)
    return out


def report_file(bundle: Path) -> Path:
    """Where the report of a bundle lies."""
    return bundle.with_name(f"{bundle.name}.report.html")


def _reconstruct(
    images: NDArray[np.uint8], work: Workdir, config: EncoderConfig
) -> NDArray[np.uint8]:
    """What the decoder makes of some images' embeddings; none where there is no decoder."""
    import keras

    from train.encoders.decoder import build_decoder
    from train.encoders.learner import DECODER
    from train.encoders.training import find_best, read_arrays

    directory = work.root / "encoder"
    weights = find_best(directory, DECODER)
    if not len(images) or weights is None:
        return images[:0]
    decoder = build_decoder(config)
    decoder.set_weights(read_arrays(weights))
    latents = Encoder.load(directory).latents(images)[:, : config.drawn_from]
    restored = keras.ops.convert_to_numpy(decoder.predict_on_batch(latents))
    pixels: NDArray[np.uint8] = (np.clip(restored, 0, 1) * 255 + 0.5).astype(np.uint8)
    return pixels

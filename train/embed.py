"""Step ``embed``: the trained network → the encoder that is served, and every training embedding.

The article's store (title → vector, tags) is ``embeddings.npy`` in the order of the pack's
``rows.jsonl``, which holds id, title and tags. The encoder is rounded first (float16 weights in the
bundle), so that boosters are fitted on exactly what will be served.
"""

from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from tqdm import tqdm

from model.encoder import Encoder
from model.errors import TrainingError
from model.networks import networks_in
from model.projection import Projection
from train.cluster import Shared, share
from train.config import TrainConfig
from train.marks import embed_mark
from train.pack import Pack
from train.workdir import Workdir, new_array

BLOCK = 256
LATENTS = "latents.npy"


def embed_images(pack: Pack, config: TrainConfig, work: Workdir, encoder_mark: str) -> None:
    """Run the step; leaves ``encoder.npz``, ``encoder.json`` and ``embeddings.npy``."""
    mark = embed_mark(encoder_mark, config)
    if work.is_done("embed", mark):
        return
    directory = work.begin("embed")
    encoder = round_encoder(config, work)
    # On one machine TensorFlow spreads a block over every core by itself.
    latents = find_latents(encoder, pack, work, (config.jobs or -1) if config.cluster else 1)
    fitting, networks = latents[pack.fitting], networks_in(encoder.options)
    projection = Projection.fit(fitting, config.embed.whitening, networks)
    encoder.projected(projection).save(directory, config.embed.dtype)
    np.save(directory / "embeddings.npy", projection.apply(np.asarray(latents)))
    (directory / LATENTS).unlink()
    work.mark_done("embed", mark, {"embeddings": len(latents)})


def round_encoder(config: TrainConfig, work: Workdir) -> Encoder:
    """The trained encoder, with its weights rounded as the bundle will have them.

    Raises:
        TrainingError: If it is not trained yet.
    """
    trained, directory = work.root / "encoder", work.step("embed")
    if not (trained / "done.json").is_file():
        raise TrainingError("The encoder is not trained yet. Run: python -m train encoder")
    Encoder.load(trained).save(directory, config.embed.dtype)
    return Encoder.load(directory)


def find_latents(
    encoder: Encoder, pack: Pack, work: Workdir, jobs: int = 1
) -> "np.memmap[Any, Any]":
    """The network's outputs for every packed image, (N, D) float32, in a file of the step."""
    file = work.step("embed") / LATENTS
    latents = new_array(file, (len(pack.rows), encoder.width), np.float32)
    starts = range(0, len(latents), BLOCK)
    shared = share(encoder)
    found = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_latents_of)(shared, np.asarray(pack.images[at : at + BLOCK])) for at in starts
    )
    with tqdm(total=len(latents), desc="embed") as bar:
        for at, block in zip(starts, found, strict=True):
            latents[at : at + BLOCK] = block
            bar.update(len(block))
            work.note("embed", bar.n, len(latents))
    return latents


def _latents_of(shared: Shared[Encoder], images: NDArray[np.uint8]) -> NDArray[np.float32]:
    return shared.get().latents(images)


def load_embeddings(work: Workdir) -> tuple[Encoder, NDArray[np.float32]]:
    """What ``embed_images`` made: the encoder and the (N, D) float32 embeddings.

    Raises:
        TrainingError: If the step has not finished.
    """
    directory = work.root / "embed"
    if not (directory / "done.json").is_file():
        raise TrainingError("The images are not embedded yet. Run: python -m train embed")
    return Encoder.load(directory), np.load(directory / "embeddings.npy")

"""Step ``embed``: the trained network → the encoder that is served, and every training embedding.

The article's store (title → vector, tags) is ``embeddings.npy`` in the order of the pack's
``rows.jsonl``, which holds id, title and tags. The encoder is rounded first (float16 weights in the
bundle), so that boosters are fitted on exactly what will be served.
"""

from dataclasses import asdict
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from model.encoder import Encoder
from model.errors import TrainingError
from model.projection import Projection
from train.config import TrainConfig
from train.encoder import autoencoder_options
from train.marks import embed_mark
from train.pack import Pack
from train.workdir import Workdir, new_array

BLOCK = 256


def embed_images(pack: Pack, config: TrainConfig, work: Workdir, encoder_mark: str) -> None:
    """Run the step; leaves ``encoder.npz``, ``encoder.json`` and ``embeddings.npy``."""
    mark = embed_mark(encoder_mark, config)
    if work.is_done("embed", mark):
        return
    directory = work.begin("embed")
    encoder = _rounded_encoder(work.root / "encoder", config, directory)
    latents = new_array(directory / "latents.npy", (len(pack.rows), encoder.width), np.float32)
    with tqdm(total=len(latents), desc="embed") as bar:
        for at in range(0, len(latents), BLOCK):
            images = np.asarray(pack.images[at : at + BLOCK])
            latents[at : at + BLOCK] = encoder.latents(images)
            bar.update(len(images))
            work.note("embed", bar.n, len(latents))
    projection = Projection.fit(latents[pack.fitting], config.embed.whitening)
    encoder.projected(projection).save(directory, config.embed.dtype)
    np.save(directory / "embeddings.npy", projection.apply(np.asarray(latents)))
    (directory / "latents.npy").unlink()
    work.mark_done("embed", mark, {"embeddings": len(latents), "encoder": asdict(encoder.options)})


def _rounded_encoder(trained: Path, config: TrainConfig, directory: Path) -> Encoder:
    """The best autoencoder's first half, with its weights rounded as the bundle will have them."""
    if not (trained / "done.json").is_file():
        raise TrainingError("The encoder is not trained yet. Run: python -m train encoder")
    autoencoder = keras.models.load_model(trained / "best.keras", safe_mode=True)
    options = autoencoder_options(config.encoder)
    weights = autoencoder.get_layer("encoder").get_weights()
    Encoder(options, weights, Projection.none(options.width)).save(directory, config.embed.dtype)
    return Encoder.load(directory)


def load_embeddings(work: Workdir) -> tuple[Encoder, NDArray[np.float32]]:
    """What ``embed_images`` made: the encoder and the (N, D) float32 embeddings.

    Raises:
        TrainingError: If the step has not finished.
    """
    directory = work.root / "embed"
    if not (directory / "done.json").is_file():
        raise TrainingError("The images are not embedded yet. Run: python -m train embed")
    return Encoder.load(directory), np.load(directory / "embeddings.npy")

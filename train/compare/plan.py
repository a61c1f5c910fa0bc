"""The rows of the table: which encoders are compared, and with how much work each.

Every network sees the same number of pictures, at the same size, with the same convolutions; a
method that shows each illustration twice goes through them half as often. Batch and learning rate
were chosen on validation, for the yardstick first of all (neighbours' votes after 75,000 pictures:
0.318 at 128 and 0.001, 0.347 at 128 and 0.003, 0.377 at 32 and 0.003). Only the last rows are
larger: the best one and the yardstick at the size that is published.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# 64×64, so that a row takes minutes; of a width that a decoder can begin with.
SMALL: Mapping[str, Any] = {
    "backbone": "residual",
    "image_size_px": 64,
    "width": 192,
    "width_multiplier": 1.0,
    "batch": 32,
    "epochs": 8.0,
    "learning_rate": 0.003,
    "round_images": 20_000,
    "patience_rounds": 1000,
    "precision": "mixed_bfloat16",
}
LARGE: Mapping[str, Any] = {**SMALL, "image_size_px": 112, "width": 196}
# Where a picture is to be told from all others of its batch.
MANY = {**SMALL, "batch": 128}
# Three networks, each of which sees as many pictures as any other.
THREE = {"networks": 3, "epochs": 3 * SMALL["epochs"]}


@dataclass(frozen=True)
class Candidate:
    """One row.

    Attributes:
        name: Its key, and the name of its files.
        label: What a reader is shown.
        encoder: Options of ``train.encoder``.
        seeds: From how many runs its figures are, each with a seed of its own.
    """

    name: str
    label: str
    encoder: Mapping[str, Any]
    seeds: int = 1


CANDIDATES: tuple[Candidate, ...] = (
    Candidate("pixel_pca", "pixel PCA", {**SMALL, "kind": "pixel_pca"}),
    Candidate("pcanet", "PCANet", {**SMALL, "kind": "pcanet"}),
    Candidate(
        "article",
        "autoencoder, the article's convolutions",
        {**SMALL, "kind": "autoencoder", "backbone": "article", "width_multiplier": 0.5},
    ),
    Candidate("autoencoder", "autoencoder", {**SMALL, "kind": "autoencoder"}),
    Candidate("vae", "VAE", {**SMALL, "kind": "vae"}),
    Candidate("vae_gan", "VAE/GAN", {**SMALL, "kind": "vae_gan"}),
    Candidate("clustering", "deep embedded clustering", {**SMALL, "kind": "clustering"}),
    Candidate(
        "contrastive",
        "contrastive (SimCLR)",
        {**MANY, "kind": "contrastive", "augmentation": "strong", "restoration": 0.0},
    ),
    Candidate(
        "restoring",
        "contrastive and restoring",
        {**MANY, "kind": "contrastive", "augmentation": "strong"},
    ),
    Candidate(
        "hinted",
        "hinted",
        {**SMALL, **THREE, "kind": "hinted", "augmentation": "strong"},
    ),
    Candidate(
        "supervised",
        "supervised (the yardstick)",
        {**SMALL, "kind": "supervised", "augmentation": "light"},
    ),
    Candidate(
        "hinted-large",
        "hinted, 112×112",
        {**LARGE, **THREE, "width": 147, "kind": "hinted", "augmentation": "strong"},
    ),
    Candidate(
        "supervised-large",
        "supervised (the yardstick), 112×112",
        {**LARGE, "kind": "supervised", "augmentation": "light"},
    ),
)

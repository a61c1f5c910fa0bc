"""The section ``train`` of the configuration."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class EncoderConfig:
    """How the encoder is built and trained; see ``model.autoencoder`` for the named fixes."""

    kind: Literal["autoencoder"] = "autoencoder"
    image_size_px: int = 112
    width: int = 196
    width_multiplier: float = 0.5
    normalise_everywhere: bool = True
    sigmoid_output: bool = True
    mirror: bool = True
    variants: bool = False
    batch: int = 64
    epochs: float = 20.0
    learning_rate: float = 0.001
    round_images: int = 20_000
    patience_rounds: int = 5
    precision: Literal["float32", "mixed_bfloat16"] = "float32"


@dataclass(frozen=True)
class EmbedConfig:
    """How embeddings leave the trained network; see ``model.projection``."""

    whitening: float = 0.75
    dtype: Literal["float16", "float32"] = "float16"


@dataclass(frozen=True)
class BoostersConfig:
    """How the boosters are fitted."""

    max_tags: int = 0
    min_positives: int = 5
    rounds: int = 40
    depth: int = 4
    learning_rate: float = 0.1
    reg_lambda: float = 40.0
    min_child_weight: float = 0.1
    column_share: float = 0.3
    max_positives: int = 2000
    random_negatives: int = 2000
    hard_negatives: int = 4000


@dataclass(frozen=True)
class BundleConfig:
    """What goes into the published bundle."""

    name: str = "hoshizora"
    background: int = 50_000
    index: bool = True


@dataclass(frozen=True)
class TrainConfig:
    """The section ``train``.

    Attributes:
        licences: Which rows to train on: all, or those of permissive licences only.
        validation: Share of the training groups taken out for validation and calibration.
        jobs: Processes side by side; 0: one for each core.
        seed: Fixes every random choice.
    """

    licences: Literal["all", "permissive"] = "all"
    validation: float = 0.1
    jobs: int = 0
    seed: int = 0
    encoder: EncoderConfig = field(default_factory=EncoderConfig)
    embed: EmbedConfig = field(default_factory=EmbedConfig)
    boosters: BoostersConfig = field(default_factory=BoostersConfig)
    bundle: BundleConfig = field(default_factory=BundleConfig)

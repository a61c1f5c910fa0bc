"""The section ``train`` of the configuration."""

import re
from dataclasses import dataclass, field
from typing import Literal

from model.config import check_range
from model.errors import ConfigError
from model.trees import MAX_FEATURES
from train.metric import MetricOptions

EncoderKind = Literal[
    "pixel_pca",
    "pcanet",
    "autoencoder",
    "vae",
    "vae_gan",
    "clustering",
    "contrastive",
    "hinted",
    "supervised",
]
# Those that give a picture back from its embedding, which is a square map to their decoder.
DECODING: tuple[EncoderKind, ...] = ("autoencoder", "vae", "vae_gan", "clustering")
# Those that do so if they are asked to.
RESTORING: tuple[EncoderKind, ...] = ("contrastive", "hinted")
# Those that are several networks, of which the first one alone gives it back.
JOINED: tuple[EncoderKind, ...] = ("hinted",)
# Those that look at tags.
LABELLED: tuple[EncoderKind, ...] = ("hinted", "supervised")
CLUSTER = re.compile(r"auto|(ray://)?[^\s/:]+:\d+")


@dataclass(frozen=True)
class EncoderConfig:
    """How the encoder is built and trained; see ``model.networks.article`` for the named fixes."""

    kind: EncoderKind = "autoencoder"
    backbone: Literal["article", "residual"] = "article"
    image_size_px: int = 112
    width: int = 196
    width_multiplier: float = 0.5
    networks: int = 2
    normalise_everywhere: bool = True
    sigmoid_output: bool = True
    augmentation: Literal["none", "mirror", "light", "strong"] = "mirror"
    restoration: float = 1500.0
    variants: bool = False
    batch: int = 64
    epochs: float = 20.0
    learning_rate: float = 0.001
    round_images: int = 20_000
    patience_rounds: int = 5
    precision: Literal["float32", "mixed_bfloat16"] = "float32"

    def __post_init__(self) -> None:
        check_range("train.encoder.image_size_px", self.image_size_px, 16, 1024)
        # A booster names a feature in one byte: the embedding's numbers and two more.
        check_range("train.encoder.width", self.width, 1, MAX_FEATURES - 2)
        check_range("train.encoder.width_multiplier", self.width_multiplier, 0.01, 8)
        check_range("train.encoder.networks", self.networks, 1, 8)
        check_range("train.encoder.batch", self.batch, 1, 65_536)
        check_range("train.encoder.epochs", self.epochs, 0.001, 100_000)
        check_range("train.encoder.learning_rate", self.learning_rate, 1e-12, 1e38)
        check_range("train.encoder.round_images", self.round_images, 1, 10**9)
        check_range("train.encoder.patience_rounds", self.patience_rounds, 1, 10**9)
        check_range("train.encoder.restoration", self.restoration, 0, 1e9)
        if self.width % self.shares:
            raise ConfigError(
                f"train.encoder.width={self.width} cannot be shared by the {self.shares} "
                f"networks of train.encoder.kind={self.kind}. Expected a multiple of "
                f"{self.shares}."
            )
        if self.kind in DECODING or (self.kind in RESTORING and self.restoration):
            self._check_decoder()

    @property
    def reads_labels(self) -> bool:
        """Whether the method looks at tags."""
        return self.kind in LABELLED

    @property
    def shares(self) -> int:
        """How many networks share an embedding's numbers."""
        return self.networks if self.kind in JOINED else 1

    @property
    def drawn_from(self) -> int:
        """How many of an embedding's numbers, the first ones, a picture is given back from."""
        return self.width // self.shares

    def _check_decoder(self) -> None:
        side, rest = divmod(self.image_size_px, 16)
        if rest or not self.drawn_from or self.drawn_from % side**2:
            fitting = 7**2 * (4 - 4 % self.shares)
            times = f"{self.shares} times " if self.shares > 1 else ""
            raise ConfigError(
                f"No {self.kind} can turn {self.image_size_px} px into {self.width} numbers and "
                "back. Expected a train.encoder.image_size_px that is a multiple of 16, and a "
                f"train.encoder.width that is {times}a multiple of (image_size_px / 16)², such as "
                f"112 and {fitting}."
            )


@dataclass(frozen=True)
class EmbedConfig:
    """How embeddings leave the trained network; see ``model.projection``."""

    whitening: float = 0.75
    dtype: Literal["float16", "float32"] = "float16"

    def __post_init__(self) -> None:
        check_range("train.embed.whitening", self.whitening, 0, 1)


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

    def __post_init__(self) -> None:
        check_range("train.boosters.max_tags", self.max_tags, 0, 10**7)
        check_range("train.boosters.min_positives", self.min_positives, 1, 10**9)
        check_range("train.boosters.rounds", self.rounds, 0, 10_000)
        check_range("train.boosters.depth", self.depth, 1, 8)
        check_range("train.boosters.learning_rate", self.learning_rate, 1e-6, 1)
        check_range("train.boosters.reg_lambda", self.reg_lambda, 0, 1e9)
        check_range("train.boosters.min_child_weight", self.min_child_weight, 0, 1e9)
        check_range("train.boosters.column_share", self.column_share, 0.001, 1)
        check_range("train.boosters.max_positives", self.max_positives, 1, 10**9)
        check_range("train.boosters.random_negatives", self.random_negatives, 0, 10**9)
        check_range("train.boosters.hard_negatives", self.hard_negatives, 0, 10**9)


@dataclass(frozen=True)
class MetricConfig:
    """How the metric is fitted that says who is a neighbour, and what teaching looks through.

    Attributes:
        epochs: Passes over the training rows; 0: the bundle carries none. Neighbours are then those
            of the embedding, and teaching makes do with a metric that needs no training.
    """

    epochs: int = MetricOptions.epochs

    def __post_init__(self) -> None:
        check_range("train.metric.epochs", self.epochs, 0, 100_000)


@dataclass(frozen=True)
class BundleConfig:
    """What goes into the published bundle."""

    name: str = "hoshizora"
    attribution: tuple[str, ...] = ()
    background: int = 50_000
    index: bool = True

    def __post_init__(self) -> None:
        check_range("train.bundle.background", self.background, 1, 10**7)


@dataclass(frozen=True)
class TrainConfig:
    """The section ``train``.

    Attributes:
        licences: Which rows to train on: all, or those of permissive licences only.
        validation: Share of the training groups taken out for validation and calibration.
        jobs: Processes side by side; 0: one for each core.
        cluster: Address of a Ray cluster whose cores these are; empty: this machine's.
        seed: Fixes every random choice.
        withheld: Names of tags that nothing may learn, as if no image had them.
    """

    licences: Literal["all", "permissive"] = "all"
    validation: float = 0.1
    jobs: int = 0
    cluster: str = ""
    seed: int = 0
    withheld: tuple[str, ...] = ()
    encoder: EncoderConfig = field(default_factory=EncoderConfig)
    embed: EmbedConfig = field(default_factory=EmbedConfig)
    boosters: BoostersConfig = field(default_factory=BoostersConfig)
    metric: MetricConfig = field(default_factory=MetricConfig)
    bundle: BundleConfig = field(default_factory=BundleConfig)

    def __post_init__(self) -> None:
        check_range("train.validation", self.validation, 0, 0.9)
        check_range("train.jobs", self.jobs, 0, 100_000)
        if self.cluster and not CLUSTER.fullmatch(self.cluster):
            raise ConfigError(
                "train.cluster must be auto (the cluster that this machine is a node of), "
                f"HOST:PORT or ray://HOST:PORT, or empty. Received: {self.cluster!r}"
            )
        check_range("train.seed", self.seed, 0, 2**32 - 1)

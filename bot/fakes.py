"""A tagger that needs no TensorFlow: the fake beside the seam ``TaggerLike``.

It sees colours: an embedding is the picture's average colour in four quarters, and a tag's score
falls with the distance to that tag's colour. Deterministic, and alike pictures come out alike.

Bundles of it (``publish_fake``) can have another encoder, whose embeddings are those of the
negative, and a mark on every tag's name: an answer that mixes two bundles shows.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.illustrations import ScoredTag, VocabularyTag
from model.bundle import MANIFEST, Bundle, open_bundle, publish_bundle
from model.errors import BundleError
from model.head import Evidence, Labels
from model.teaching import Prior

_COLOURS: dict[str, tuple[str, tuple[int, int, int]]] = {
    "red": ("赤", (220, 30, 30)),
    "green": ("緑", (30, 160, 60)),
    "blue": ("青", (30, 60, 200)),
    "night sky": ("夜空", (10, 10, 40)),
    "starry sky": ("星空", (30, 30, 70)),
    "snow": ("雪", (245, 250, 255)),
    "sunset": ("夕焼け", (250, 140, 60)),
    "sea": ("海", (40, 120, 190)),
    "grey": ("灰色", (128, 128, 128)),
    "skin": ("", (230, 190, 160)),
    "yellow": ("黄色", (240, 220, 40)),
    "pink": ("ピンク", (250, 160, 190)),
}

_COLOURS_LOOKED_AT = 5
# So many made-up pictures are the background that taught tags are held against.
_BACKGROUND = 400


@dataclass(frozen=True)
class FakeIdentity:
    """What tells one fake bundle from another.

    Attributes:
        encoder_id: Another one than the usual sees negatives.
        mark: Stands behind the English name of every tag.
    """

    encoder_id: str = "fake-colours"
    mark: str = ""


USUAL = FakeIdentity()


def publish_fake(target: Path, identity: FakeIdentity, created: str = "") -> Bundle:
    """Make a bundle that ``FakeTagger`` opens, with a manifest like a real one's."""
    manifest = {
        "name": target.name,
        "created": created,
        "encoder": {"id": identity.encoder_id},
        "mark": identity.mark,
    }
    return publish_bundle(target, manifest, lambda place: _write_colours(place / "colours.txt"))


def fake_identity(bundle: str | Path | None) -> FakeIdentity:
    """Which fake a bundle is; one without a manifest is the usual.

    Raises:
        BundleError: If it is not there, or damaged.
    """
    if not bundle:
        return USUAL
    if not Path(bundle).is_dir():
        raise BundleError(f"There is no bundle {bundle}. Check model.bundle.")
    if not (Path(bundle) / MANIFEST).is_file():
        return USUAL
    manifest = open_bundle(Path(bundle)).manifest
    if not manifest["encoder"]["id"]:
        raise BundleError(f"The bundle {bundle} names no encoder. Publish it anew.")
    return FakeIdentity(manifest["encoder"]["id"], manifest.get("mark", ""))


class FakeTagger:
    """Tags pictures by their colours."""

    image_size_px = 16
    width = 12
    threshold = 0.5

    def __init__(self, identity: FakeIdentity = USUAL) -> None:
        self.encoder_id = identity.encoder_id
        self.vocabulary = tuple(
            VocabularyTag(name + identity.mark, name_ja, self.threshold, 100 - place)
            for place, (name, (name_ja, _)) in enumerate(_COLOURS.items())
        )

    @classmethod
    def load(cls, bundle: str | Path | None = None) -> "FakeTagger":
        """As ``Tagger.load``; a bundle that is named must exist.

        Raises:
            BundleError: If it does not, or is damaged.
        """
        return cls(fake_identity(bundle))

    def encode(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, 16, 16, 3) uint8 → (N, 12) float32: the average colour of each quarter."""
        halves = images.reshape(len(images), 2, 8, 2, 8, 3).astype(np.float32)
        quarters: NDArray[np.float32] = halves.mean(axis=(2, 4)).reshape(len(images), self.width)
        return self._seen(quarters / np.float32(255.0))

    def score(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """(N, 12) → (N, T): one at a tag's own colour, falling with the distance."""
        colours = np.array([colour for _, colour in _COLOURS.values()], np.float32) / 255.0
        average = self._seen(embeddings).reshape(-1, 4, 3).mean(axis=1)
        distance = np.linalg.norm(average[:, None] - colours[None], axis=2)
        scores: NDArray[np.float32] = np.exp(-3.0 * distance).astype(np.float32)
        return scores

    def best(self, embeddings: NDArray[np.float32], top: int) -> list[tuple[ScoredTag, ...]]:
        """(N, 12) → the best ``top`` tags of each by falling score."""
        return [
            tuple(
                ScoredTag(tag.name, tag.name_ja, float(scores[place]), tag.threshold)
                for place, tag in ((at, self.vocabulary[at]) for at in _falling(scores)[:top])
            )
            for scores in self.score(embeddings)
        ]

    def explain(self, embedding: NDArray[np.float32], name: str) -> Evidence | None:
        """(12,) → evidence: its only labelled illustrations are the tags' colours, one of each."""
        names = [tag.name for tag in self.vocabulary]
        if name not in names:
            return None
        (likeness,) = self.score(embedding[None])
        near = _falling(likeness)[:_COLOURS_LOOKED_AT]
        have = near == names.index(name)
        weights = likeness[near] / likeness[near].sum()
        return Evidence(len(near), int(have.sum()), float(weights[have].sum()), 1 / len(names))

    @cached_property
    def prior(self) -> Prior:
        """What scores taught tags: the real teaching, on pictures of two colours each."""
        return FakePrior.of(self)

    def _seen(self, colours: NDArray[np.float32]) -> NDArray[np.float32]:
        """Colours to embeddings of this encoder, or back."""
        return colours if self.encoder_id == USUAL.encoder_id else np.float32(1.0) - colours


class FakePrior:
    """What the teaching process loads where the tagger is a fake one."""

    @classmethod
    def load(cls, bundle: str | Path | None = None) -> Prior:
        """As ``Prior.load``.

        Raises:
            BundleError: If a bundle that is named is not there, or damaged.
        """
        return cls.of(FakeTagger.load(bundle))

    @staticmethod
    def of(tagger: FakeTagger) -> Prior:
        """The prior of a fake: always the same pictures, with the tags that the fake gives them."""
        chance = np.random.default_rng(4)
        colours = chance.uniform(size=(_BACKGROUND, 2, 3)).astype(np.float32)
        halves = np.repeat(colours, 2, axis=1).reshape(_BACKGROUND, tagger.width)
        embeddings = tagger._seen(halves)
        known = tagger.score(embeddings) >= tagger.threshold
        starts = np.concatenate([[0], np.cumsum(known.sum(axis=1))]).astype(np.int64)
        tags = np.nonzero(known)[1].astype(np.int32)
        return Prior.fit(embeddings, Labels(starts, tags), tagger.encoder_id)


def _write_colours(file: Path) -> None:
    file.write_text("\n".join(_COLOURS), encoding="utf-8")


def _falling(scores: NDArray[np.float32]) -> NDArray[np.intp]:
    return np.argsort(-scores, kind="stable")

"""What the service knows about an illustration: the words that pipeline, catalogue and faces share.

Each face (the local channel, Discord) turns these into its own form; none of them knows a
database row or a socket.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bot.places import AttachmentKey, Place

Origin = Literal["posted", "gallery"]
ORIGINS: tuple[Origin, ...] = ("posted", "gallery")

# The guild of the local channel; Discord's guild ids are large.
LOCAL_GUILD = 0


@dataclass(frozen=True)
class TagName:
    """A tag in both languages; ``name_ja`` is empty where it is unknown."""

    name: str
    name_ja: str


@dataclass(frozen=True)
class ScoredTag(TagName):
    """What the bot says about an illustration.

    Attributes:
        score: Calibrated probability.
        threshold: From which score on the tag counts.
    """

    score: float
    threshold: float

    @property
    def sure(self) -> bool:
        """Whether the score reaches the threshold."""
        return self.score >= self.threshold


@dataclass(frozen=True)
class VocabularyTag(TagName):
    """A tag that the bundle knows.

    Attributes:
        threshold: From which score on the tag counts.
        support: Labelled illustrations that it was fitted on.
    """

    threshold: float
    support: int


@dataclass(frozen=True)
class Neighbour:
    """A result of the index: an illustration's id and its Euclidean distance."""

    id: int
    distance: float


@dataclass(frozen=True)
class Impression:
    """What inference makes of one prepared image.

    Attributes:
        embedding: (D,) float32.
        tags: The best ones, by falling score.
        similar: Nearest first.
    """

    embedding: NDArray[np.float32]
    tags: tuple[ScoredTag, ...]
    similar: tuple[Neighbour, ...]


@dataclass(frozen=True)
class NewIllustration:
    """An illustration that is about to enter the library.

    Attributes:
        thumbnail: Key of its thumbnail, which is stored already.
        encoder_id: The encoder of ``impression.embedding``.
        given_tags: What a person or a dataset says about it.
        import_key: What marks it as imported, empty when a person posted it.
        attachment: The attachment of a guild's post that it comes from; None in the local channel.
    """

    guild_id: int
    origin: Origin
    title: str
    title_ja: str
    width_px: int
    height_px: int
    thumbnail: str
    encoder_id: str
    impression: Impression
    given_tags: tuple[TagName, ...] = ()
    import_key: str = ""
    attachment: AttachmentKey | None = None


@dataclass(frozen=True)
class SimilarIllustration:
    """A neighbour that still exists, with what a face shows of it.

    Attributes:
        thumbnail: Key of its thumbnail.
        spoiler: Whether its author covered it.
        place: Where its post stands; None in the local channel.
        post_id: The post's message; None in the local channel.
    """

    id: int
    distance: float
    title: str
    title_ja: str
    thumbnail: str
    spoiler: bool = False
    place: Place | None = None
    post_id: int | None = None


@dataclass(frozen=True)
class Illustration:
    """One illustration of the library.

    Attributes:
        tags: The best ones at the time it came, by falling score, sure or not.
        similar: What the reply showed and what still exists, nearest first.
    """

    id: int
    guild_id: int
    origin: Origin
    title: str
    title_ja: str
    width_px: int
    height_px: int
    thumbnail: str
    created_at: datetime
    tags: tuple[ScoredTag, ...]
    given_tags: tuple[TagName, ...]
    similar: tuple[SimilarIllustration, ...]

"""Taught tags of the fake tagger, ready to go live."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from bot.fakes import FakeTagger
from bot.illustrations import VocabularyTag
from bot.inference.client import BundleFacts
from bot.tags.overlay import Overlay
from bot.tags.own import LiveTag, OwnTag
from model.teaching import Taught

TAGGER = FakeTagger()
NONE = np.zeros((0, TAGGER.width), np.float32)


def embedded(*colours) -> np.ndarray:
    """(N, 12) embeddings of pictures of one colour each."""
    return TAGGER.encode(np.stack([np.full((16, 16, 3), colour, np.uint8) for colour in colours]))


def live(
    name: str,
    *colours: tuple[int, int, int],
    tag_id: int = 1,
    guild_id: int = 7,
    promoted: bool = False,
    number: int = 1,
    name_ja: str = "",
) -> LiveTag:
    """A version of a tag that was taught with pictures of these colours."""
    taught = _taught(colours)
    tag = OwnTag(
        name, name_ja, taught.threshold, taught.support, tag_id, guild_id, promoted, number
    )
    return LiveTag(tag, TAGGER.prior.id, taught.to_bytes())


@cache
def _taught(colours: tuple[tuple[int, int, int], ...]) -> Taught:
    return TAGGER.prior.teach(embedded(*colours), NONE)


@dataclass(frozen=True)
class OtherBundle:
    """An inference process of another vocabulary, as far as the overlay looks at it."""

    facts: BundleFacts
    pid: int = 0
    alive: bool = True

    async def teach(self, tags: Sequence[LiveTag], gone: Collection[int] = ()) -> frozenset[int]:
        return frozenset()


async def serve_vocabulary(overlay: Overlay, vocabulary: Sequence[VocabularyTag]) -> None:
    """Let other tags be known than those of the bundle that is served."""
    facts = BundleFacts(TAGGER.encoder_id, TAGGER.prior.id, TAGGER.width, 16, tuple(vocabulary))
    client = OtherBundle(facts)
    await overlay.follow(client)
    overlay.serve(client)

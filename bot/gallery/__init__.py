"""The gallery that the project draws itself, so that "similar" has something to show on day one.

Why drawn and not downloaded: it needs no network, no licence and no storage, it is the same on
every machine, and its tags are certain, which makes it good for tests too. Only Pillow and numpy.
"""

import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle, islice

import numpy as np
from PIL import Image

from bot.gallery import flowers, hearts, places, skies, space, water, weather
from bot.gallery.canvas import Canvas, Caption
from bot.gallery.cat import cat
from bot.gallery.line_art import line_art
from bot.gallery.portrait import portrait
from bot.gallery.tree import tree
from bot.gallery.words import JAPANESE

_SCENES: dict[str, Callable[[Canvas], Caption]] = {
    "night-sky": skies.night_sky,
    "portrait": portrait,
    "sea": water.sea,
    "heart": hearts.heart,
    "city": places.city,
    "cat": cat,
    "starry-sky": skies.starry_sky,
    "flower": flowers.flower,
    "mountain": places.mountain,
    "line-art": line_art,
    "moon": skies.moon,
    "sunset": skies.sunset,
    "snow": weather.snow,
    "fireworks": skies.fireworks,
    "tree": tree,
    "planet": space.planet,
    "ship": water.ship,
    "rain": weather.rain,
    "forest": places.forest,
    "underwater": water.underwater,
    "aurora": skies.aurora,
    "rocket": space.rocket,
}
KINDS: tuple[str, ...] = tuple(_SCENES)
# One round of a gallery: every kind once, faces more often, as people draw them.
_ROUND = (*KINDS[:8], "portrait", *KINDS[8:16], "portrait", *KINDS[16:])
_SQUARE = (384, 384)
_SIZES = ((448, 336), (512, 341), (336, 448), _SQUARE)
_SQUARE_KINDS = {"portrait", "cat", "line-art", "heart"}
# Room for the numbers of one gallery, so that galleries of different seeds never share a key.
_NUMBERS_PER_SEED = 10_000


@dataclass(frozen=True)
class Drawing:
    """One drawn illustration.

    Attributes:
        key: Its identity, such as ``night-sky-0007``; the same key is always the same picture.
        tags: Pairs of the English and the Japanese name.
        image: RGB, no side longer than 512 px.
    """

    key: str
    title: str
    title_ja: str
    tags: tuple[tuple[str, str], ...]
    image: Image.Image


def draw(kind: str, seed: int) -> Drawing:
    """Draw one scene; the same kind and seed always give the same picture.

    Args:
        kind: One of ``KINDS``.
        seed: 0 or more: which of the scene's variations.

    Raises:
        ValueError: For an unknown kind.
    """
    if kind not in _SCENES:
        raise ValueError(
            f"There is no scene {kind!r} in the gallery. Choose from: {', '.join(KINDS)}."
        )
    rng = np.random.default_rng([zlib.crc32(kind.encode()), seed])
    size = _SQUARE if kind in _SQUARE_KINDS else _SIZES[int(rng.integers(len(_SIZES)))]
    canvas = Canvas(size, rng)
    caption = _SCENES[kind](canvas)
    tags = tuple((name, JAPANESE[name]) for name in dict.fromkeys(caption.tags))
    return Drawing(f"{kind}-{seed:04d}", caption.title, caption.title_ja, tags, canvas.finish())


def draw_gallery(count: int = 240, seed: int = 0) -> Iterator[Drawing]:
    """Draw a gallery, every kind of scene in turn.

    A larger ``count`` continues a smaller one: the pictures that both have are the same.
    """
    drawn: Counter[str] = Counter()
    for kind in islice(cycle(_ROUND), count):
        yield draw(kind, seed * _NUMBERS_PER_SEED + drawn[kind])
        drawn[kind] += 1

"""The drawn gallery: deterministic, varied, tagged in both languages."""

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from bot.gallery import KINDS, Drawing, draw, draw_gallery
from tests.costs import loops


@pytest.fixture(scope="module")
def gallery() -> list[Drawing]:
    return list(draw_gallery(3 * len(KINDS)))


def pixels(image: Image.Image) -> NDArray[np.int16]:
    return np.asarray(image.resize((24, 24)), dtype=np.int16)


def test_every_kind_can_be_drawn_and_is_named_in_its_key() -> None:
    assert len(KINDS) >= 14
    assert {draw(kind, 5).key for kind in KINDS} == {f"{kind}-0005" for kind in KINDS}


def test_the_same_key_is_always_the_same_picture() -> None:
    for kind in KINDS:
        first, again = draw(kind, 3), draw(kind, 3)
        assert first.image.tobytes() == again.image.tobytes()
        assert (first.title, first.title_ja, first.tags) == (
            again.title,
            again.title_ja,
            again.tags,
        )


def test_a_larger_gallery_continues_a_smaller_one(gallery: list[Drawing]) -> None:
    smaller = list(draw_gallery(5))
    assert [(one.key, one.image.tobytes()) for one in smaller] == [
        (one.key, one.image.tobytes()) for one in gallery[:5]
    ]


def test_keys_are_unique_also_across_seeds(gallery: list[Drawing]) -> None:
    keys = [one.key for one in gallery] + [one.key for one in draw_gallery(30, seed=1)]
    assert len(set(keys)) == len(keys)


def test_pictures_are_rgb_and_at_most_512_px(gallery: list[Drawing]) -> None:
    assert all(one.image.mode == "RGB" for one in gallery)
    assert all(256 <= max(one.image.size) <= 512 for one in gallery)
    assert len({one.image.size for one in gallery}) >= 3


def test_no_two_pictures_look_alike(gallery: list[Drawing]) -> None:
    """Neither within a kind nor across kinds: line drawings differ least, by ink on white."""
    small = [pixels(one.image) for one in gallery]
    for (one, first), (other, second) in itertools.combinations(
        zip(gallery, small, strict=True), 2
    ):
        assert np.abs(first - second).mean() > 1.5, (one.key, other.key)


def test_every_tag_has_both_names_and_no_tag_comes_twice(gallery: list[Drawing]) -> None:
    for one in gallery:
        names = [name for name, _ in one.tags]
        assert len(names) >= 3
        assert len(set(names)) == len(names), one.key
        assert all(name and name_ja for name, name_ja in one.tags)
        assert one.title
        assert one.title_ja


def test_the_names_of_the_field_occur(gallery: list[Drawing]) -> None:
    many = {pair for one in draw_gallery(12 * len(KINDS)) for pair in one.tags}
    assert many >= {
        ("night sky", "夜空"),
        ("starry sky", "星空"),
        ("sea", "海"),
        ("heart", "ハート"),
        ("moon", "月"),
        ("city", "街"),
        ("face", "顔"),
        ("line art", "線画"),
        ("blonde hair", "金髪"),
        ("glasses", "眼鏡"),
        ("smile", "笑顔"),
        ("cat", "猫"),
        ("flower", "花"),
        ("mountain", "山"),
        ("snow", "雪"),
        ("rain", "雨"),
        ("sunset", "夕焼け"),
        ("fireworks", "花火"),
    }


def test_line_drawings_have_one_colour_of_ink() -> None:
    """Paper and ink differ in brightness; no pixel is far from the line between the two."""
    for seed in range(6):
        colours = np.asarray(draw("line-art", seed).image, dtype=np.float64).reshape(-1, 3)
        paper, ink = colours.max(axis=0), colours.min(axis=0)
        share = (colours - ink) / (paper - ink)
        assert np.abs(share - share.mean(axis=1, keepdims=True)).max() < 0.05


def test_a_drawing_costs_few_milliseconds() -> None:
    """Some hundred of them fill the first start: 30 ms each."""
    drawn = 2 * len(KINDS)
    assert loops(lambda: list(draw_gallery(drawn)), times=1) / drawn < 12


def test_an_unknown_kind_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"no scene 'selfie'.*night-sky"):
        draw("selfie", 0)

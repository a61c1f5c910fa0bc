"""Sources of an import: their keys, and the tags that are given with a row."""

from itertools import islice

from bot.illustrations import TagName
from bot.sources import DrawnGallery, given_tags


def test_a_japanese_tag_that_translates_nothing_is_a_tag_of_its_own():
    assert given_tags(["sea", "boat"], ["海", "夏"], {"sea": "海"}) == (
        TagName("sea", "海"),
        TagName("boat", ""),
        TagName("夏", "夏"),
    )


def test_a_gallery_that_grows_keeps_the_keys_it_had():
    assert list(DrawnGallery(5).keys()) == list(islice(DrawnGallery(9).keys(), 5))


def test_only_the_drawings_that_are_asked_for_are_read():
    gallery = DrawnGallery(4)
    everything = dict(gallery.read(gallery.keys()))
    wanted = gallery.keys()[2:3]
    assert dict(gallery.read(wanted)) == {wanted[0]: everything[wanted[0]]}

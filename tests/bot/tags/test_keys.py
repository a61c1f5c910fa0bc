"""Keys of tags above those of other tags."""

from bot.illustrations import VocabularyTag
from bot.tags.keys import TagKeys


def tag(name: str) -> VocabularyTag:
    return VocabularyTag(name, "", 0.5, 3)


# The first pair of "tag 0", "tag 1", … whose digits are the same.
ONE, OTHER = tag("tag 49771"), tag("tag 72775")


def test_keys_above_others_leave_those_as_they_are():
    below = TagKeys([ONE])
    above = TagKeys([OTHER], below)
    assert above.tag(above.key(ONE.name)) is ONE
    assert above.tag(above.key(OTHER.name)) is OTHER
    assert above.key(ONE.name) == below.key(ONE.name) != above.key(OTHER.name)
    assert below.tag(above.key(OTHER.name)) is None


def test_a_tag_by_the_name_of_one_below_gets_its_key_and_its_place():
    below, again = TagKeys([ONE]), tag(ONE.name)
    above = TagKeys([again], below)
    assert above.key(ONE.name) == below.key(ONE.name)
    assert above.tag(above.key(ONE.name)) is again
    assert below.tag(above.key(ONE.name)) is ONE

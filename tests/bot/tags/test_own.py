"""Where a taught tag counts."""

from bot.tags.own import OwnTag, known_in


def own(name: str, tag_id: int, guild_id: int = 7, promoted: bool = False) -> OwnTag:
    return OwnTag(name, "", 0.5, 3, tag_id, guild_id, promoted, 1)


def test_a_guild_knows_its_own_tags_and_nobody_elses():
    ours, theirs = own("our style", 1), own("their style", 2, guild_id=8)
    assert known_in([ours, theirs], 7) == (ours,)
    assert known_in([ours, theirs], 8) == (theirs,)
    assert known_in([ours, theirs], 9) == known_in([ours, theirs], None) == ()


def test_what_was_promoted_counts_everywhere_behind_a_guilds_own():
    ours, theirs = own("our style", 2), own("their style", 1, guild_id=8, promoted=True)
    assert known_in([theirs, ours], 7) == (ours, theirs)
    assert known_in([ours, theirs], 9) == known_in([ours, theirs], None) == (theirs,)


def test_a_guilds_own_tag_takes_the_place_of_a_promoted_one_of_its_name():
    ours, theirs = own("style", 2), own("style", 1, guild_id=8, promoted=True)
    assert known_in([theirs, ours], 7) == (ours,)
    assert known_in([theirs, ours], 9) == (theirs,)


def test_of_two_promoted_ones_of_a_name_the_one_that_was_taught_first_counts():
    first, second = own("style", 1, 8, promoted=True), own("style", 2, 9, promoted=True)
    assert known_in([second, first], None) == (first,)
    assert known_in([second, first], 9) == (second,)

"""Each bundle's index has a place of its own, and only one stays."""

from bot.bundles.index_places import index_place, tidy_indexes
from bot.fakes import USUAL, FakeIdentity, publish_fake


def test_bundles_never_share_a_place_and_a_copy_has_that_of_its_original(tmp_path):
    one = publish_fake(tmp_path / "one", USUAL).directory
    two = publish_fake(tmp_path / "two", FakeIdentity(mark="!")).directory
    same = one.rename(tmp_path / "renamed")
    places = {index_place(tmp_path / "index", each) for each in (two, same, tmp_path / "none")}
    assert len(places) == 3
    assert {place.parent for place in places} == {tmp_path / "index"}
    taken = index_place(tmp_path / "index", two)
    other = index_place(tmp_path / "index", two, taken)
    assert other not in places
    assert index_place(tmp_path / "index", two, other) == taken


def test_all_places_but_one_are_deleted(tmp_path):
    keep, other = tmp_path / "index" / "keep", tmp_path / "index" / "other"
    tidy_indexes(keep)
    for place in (keep, other):
        (place / "enc" / "base-000001").mkdir(parents=True)
    tidy_indexes(keep)
    assert (keep / "enc" / "base-000001").is_dir()
    assert not other.exists()

"""An export is a file that a person can read."""

import gzip
from datetime import UTC, datetime

import pytest
import yaml

from bot.discord.errors import RefusalError
from bot.discord.privacy.exporting import ITEMS_AT_ONCE, export_file

MOMENT = datetime(2025, 3, 4, 5, 6, tzinfo=UTC)


def export(posts: int = 1) -> dict:
    image = {"title": '夜空 & "stars": 🌟\n- no', "tags": [{"name": "night sky", "score": 0.9}]}
    return {
        "about": {"user": 2**60, "as_of": MOMENT},
        "consent_to_learning_since": None,
        "posts": [
            {"message": f"https://discord.com/channels/1/2/{number}", "images": [image]}
            for number in range(posts)
        ],
    }


def test_it_is_utf8_yaml_that_says_what_it_is_and_holds_everything_as_it_was():
    file = export_file(export())
    text = file.content.decode()
    assert file.name == "hoshizora-privacy-2025-03-04.yaml"
    assert not file.packed
    assert text.startswith("# Everything that this bot keeps about you")
    assert "夜空" in text
    assert yaml.safe_load(text) == export()


@pytest.mark.parametrize("posts", [0, 1, ITEMS_AT_ONCE, 2 * ITEMS_AT_ONCE + 1])
def test_however_long_a_list_is_it_is_one_document_without_references(posts):
    text = export_file(export(posts)).content.decode()
    assert yaml.safe_load(text) == export(posts)
    assert "*id" not in text


def test_keys_stand_in_the_order_in_which_they_are_read():
    text = export_file(export()).content.decode()
    assert text.index("about:") < text.index("consent_") < text.index("posts:")


def test_a_large_one_is_gzipped():
    file = export_file(export(posts=2000), most_bytes=50_000)
    assert file.packed
    assert file.name == "hoshizora-privacy-2025-03-04.yaml.gz"
    assert len(file.content) <= 50_000
    assert yaml.safe_load(gzip.decompress(file.content)) == export(posts=2000)


def test_one_that_is_too_large_even_so_is_refused_in_words():
    with pytest.raises(RefusalError, match="more about you"):
        export_file(export(posts=2000), most_bytes=100)

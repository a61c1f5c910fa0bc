"""Rules of ``train.compare.showing.generated``: what people wrote in a page stays as it is."""

from pathlib import Path

import pytest

from model.errors import TrainingError
from train.compare.showing.generated import replace_generated, write_generated

PAGE = """# Encoders

By hand.

<!-- generated: cost -->
old
<!-- end of cost -->

Between.

<!-- generated: copies -->
<!-- end of copies -->

The end.
"""


def test_only_what_stands_between_the_comments_is_replaced() -> None:
    changed = replace_generated(PAGE, "cost", "| new |\n")
    assert "<!-- generated: cost -->\n\n| new |\n\n<!-- end of cost -->" in changed
    assert changed.replace("\n| new |\n\n", "old\n") == PAGE
    assert replace_generated(changed, "cost", "| new |") == changed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<!-- generated: cost -->",
        "<!-- end of cost -->\n<!-- generated: cost -->",
        PAGE + PAGE,
    ],
)
def test_a_page_without_a_clear_place_is_left_alone(text: str) -> None:
    with pytest.raises(TrainingError, match="no place for 'cost'"):
        replace_generated(text, "cost", "new")


def test_a_page_takes_the_parts_that_it_has_a_place_for(tmp_path: Path) -> None:
    page = tmp_path / "encoders.md"
    page.write_text(PAGE, encoding="utf-8")
    parts = {"headline": "| h |", "cost": "| 価 |", "copies": "| c |"}
    assert write_generated(page, parts) == ["cost", "copies"]
    text = page.read_text(encoding="utf-8")
    assert "| 価 |" in text
    assert "| h |" not in text
    assert text.startswith("# Encoders\n\nBy hand.\n")
    assert text.endswith("<!-- end of copies -->\n\nThe end.\n")

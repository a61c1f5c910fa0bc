"""What people elsewhere read of a failure."""

import pytest

from bot.reasons import without_directories


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("/srv/bot/bundle is no bundle.", "…/bundle is no bundle."),
        ("No such file: '/srv/a b/x.png'", "No such file: '…/a b/x.png'"),
        ("cannot open (/data/x, /tmp/y/z)", "cannot open (…/x, …/z)"),
        (r"C:\Users\mira\x is damaged", "…/x is damaged"),
        ("cut:/srv/x", "cut:…/x"),
        ("train/validation stays, and so do 3 / 4 and and/or", None),
        ("No tag has 5 or more training images.", None),
    ],
)
def test_no_directory_of_this_machine_is_told(reason: str, told: str | None) -> None:
    assert without_directories(reason) == (reason if told is None else told)

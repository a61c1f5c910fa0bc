"""What a process is called."""

import pytest

from bot.errors import StartError
from bot.sharing.identity import FILE, worker_of


def test_a_process_is_called_the_same_after_a_restart_and_unlike_any_other(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    first = worker_of(tmp_path / "one")
    assert worker_of(tmp_path / "one") == first
    assert worker_of(tmp_path / "two") != first


def test_a_name_that_was_cut_off_is_made_anew(tmp_path):
    (tmp_path / FILE).write_bytes(b"12\xff")
    made = worker_of(tmp_path)
    assert len(made) == 16
    assert worker_of(tmp_path) == made


def test_a_name_that_cannot_be_kept_is_an_error_that_says_where(tmp_path):
    (tmp_path / FILE).mkdir()
    with pytest.raises(StartError, match=str(tmp_path)):
        worker_of(tmp_path)

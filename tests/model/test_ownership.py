"""model/ownership.py: one process at a time, and a clear word for the second."""

import pytest

from model.errors import DirectoryError
from model.ownership import owned


def test_a_directory_is_made_and_held_by_one_at_a_time(tmp_path):
    with owned(tmp_path / "new" / "place", "--workdir"):
        assert (tmp_path / "new" / "place").is_dir()
        with (
            pytest.raises(DirectoryError, match="in use by another process"),
            owned(tmp_path / "new" / "place", "--workdir"),
        ):
            pass
    with owned(tmp_path / "new" / "place", "--workdir"):
        pass


def test_a_directory_that_cannot_be_written_names_the_setting(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with (
        pytest.raises(DirectoryError, match=r"cannot be written.*Check bot\.data_dir"),
        owned(tmp_path / "file", "bot.data_dir"),
    ):
        pass

"""train/catalogue.py: the service's catalogue is read as it stands, and never changed."""

import sqlite3

import pytest

from model.errors import DatasetError
from train.catalogue import sqlite_file
from train.consented import read_consented


def test_reading_changes_nothing_and_takes_a_file_as_well_as_a_url(community):
    community.local()
    assert len(read_consented(str(community.file)).illustrations) == 1
    assert len(read_consented(f"sqlite:///{community.file}").illustrations) == 1
    assert sqlite_file("postgresql://mira@db/hoshizora") is None


def test_it_reads_while_another_connection_writes(community):
    mine = community.local()
    writer = sqlite3.connect(community.file, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("DELETE FROM illustrations")
    assert {one.id for one in read_consented(community.url).illustrations} == {mine}
    writer.rollback()
    writer.close()


@pytest.mark.parametrize("catalogue", ["{}/none.sqlite", "sqlite:///{}/none.sqlite", "what://{}"])
def test_a_catalogue_that_is_not_there_is_refused_and_none_is_made(tmp_path, catalogue):
    with pytest.raises(DatasetError, match="cannot be read"):
        read_consented(catalogue.format(tmp_path))
    assert not list(tmp_path.iterdir())


def test_what_is_no_catalogue_is_refused_with_what_to_do(tmp_path):
    (tmp_path / "text").write_text("no database at all" * 100)
    sqlite3.connect(tmp_path / "empty").execute("CREATE TABLE posts (id)").connection.close()
    for name in ("text", "empty"):
        with pytest.raises(DatasetError, match="start the bot once"):
            read_consented(str(tmp_path / name))


def test_a_password_is_not_shown(tmp_path):
    with pytest.raises(DatasetError) as caught:
        read_consented("postgresql://mira:secret@127.0.0.1:1/none")
    assert "secret" not in str(caught.value)

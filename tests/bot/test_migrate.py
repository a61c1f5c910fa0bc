"""``python -m bot migrate``, and backups of a catalogue that is in PostgreSQL."""

import asyncio
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.catalogue import Catalogue
from tests.bot.postgresql import Server


def consents(url: str, *people: int) -> list[int]:
    """Those of some people who consent; whoever is named first is made to."""

    async def look() -> list[int]:
        catalogue = await Catalogue.open(url)
        try:
            if people:
                await catalogue.people.opt_in(people[0])
            return [one for one in (5, 6) if await catalogue.people.consent(one)]
        finally:
            await catalogue.close()

    return asyncio.run(look())


def test_a_catalogue_is_moved_by_one_command(sqlite_url, fresh, capsys):
    consents(sqlite_url, 5)
    assert main(["migrate", "--from", sqlite_url, "--to", fresh]) == 0
    said = capsys.readouterr()
    assert "all 1 rows are the same there" in said.out
    assert "moved 100%" in said.err
    assert consents(fresh) == [5]


def test_a_move_that_is_refused_is_told_in_one_line(sqlite_url, fresh, capsys):
    consents(sqlite_url, 5)
    consents(fresh, 6)
    assert main(["migrate", "--from", sqlite_url, "--to", fresh]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "holds a catalogue already" in line
    assert consents(fresh) == [6]


def test_both_places_must_be_named(capsys):
    with pytest.raises(SystemExit):
        main(["migrate", "--from", "sqlite:///a"])
    assert "--to URL" in capsys.readouterr().err


def test_a_password_in_the_configuration_is_refused_and_not_shown(tmp_path, capsys):
    place = ["--local", "--port", "0", "--set", f"bot.data_dir={tmp_path / 'data'}"]
    secret = "postgresql://mira:hunter2@db/hoshizora"
    assert main([*place, "--set", f"bot.catalogue={secret}"]) == 2
    said = capsys.readouterr()
    assert "PGPASSWORD" in said.err
    assert "hunter2" not in said.out + said.err


def test_what_was_saved_from_postgresql_comes_back_into_either(
    fresh: str, postgresql: Server, tmp_path: Path, capsys
):
    consents(fresh, 5)
    file = tmp_path / "backup.tar"
    in_server = ["--set", f"bot.data_dir={tmp_path / 'data'}", "--set", f"bot.catalogue={fresh}"]
    (tmp_path / "data").mkdir()
    assert main(["backup", str(file), *in_server]) == 0
    other = tmp_path / "other"
    assert main(["restore", str(file), "--set", f"bot.data_dir={other}"]) == 0
    assert consents(f"sqlite:///{other / 'catalogue.sqlite'}") == [5]
    again = tmp_path / "again"
    to_server = ["--set", f"bot.data_dir={again}", "--set", f"bot.catalogue={fresh}"]
    assert main(["restore", str(file), *to_server]) == 2, "there is something in the database"
    assert [one.name for one in again.iterdir()] == ["lock"]
    emptied = ["--set", f"bot.data_dir={again}", "--set", f"bot.catalogue={postgresql.emptied()}"]
    assert main(["restore", str(file), *emptied]) == 0
    assert consents(postgresql.url("catalogue")) == [5]
    assert not (again / "catalogue.sqlite").exists()

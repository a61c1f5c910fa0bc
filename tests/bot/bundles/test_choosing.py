"""What lies in the bundles directory, and which bundle a start serves."""

import logging
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.bundles.choosing import CONFIGURED, bundle_at_start, checksum_of, find_bundles
from bot.bundles.stores import BundleDirectory
from bot.catalogue import Catalogue, NewBundle
from bot.fakes import FakeIdentity, publish_fake

# File systems take their time from a clock that ticks slowly.
CLOCK_SECONDS = 0.03
OTHER = FakeIdentity("fake-negatives", "!")


@pytest.fixture
async def catalogue(tmp_path):
    opened = await Catalogue.open(f"sqlite+aiosqlite:///{tmp_path / 'c.sqlite'}")
    yield opened
    await opened.close()


def test_directories_are_found_and_hidden_ones_and_files_are_not(tmp_path):
    assert find_bundles(tmp_path / "missing") == []
    bundle = publish_fake(tmp_path / "one", OTHER, "2026-01-01")
    (tmp_path / "half").mkdir()
    (tmp_path / "strange").mkdir()
    (tmp_path / "strange" / "manifest.json").write_text('{"encoder": 5, "checksum": ["x"]}')
    (tmp_path / ".one.partial-7").mkdir()
    (tmp_path / "one.report.html").write_text("a report")
    half, one, strange = find_bundles(tmp_path)
    assert (half.path.name, half.checksum, half.encoder_id) == ("half", "", "")
    assert (one.path, one.checksum, one.encoder_id, one.created) == (
        bundle.directory,
        checksum_of(bundle.directory),
        "fake-negatives",
        "2026-01-01",
    )
    assert strange.encoder_id == ""


def test_a_change_to_any_file_shows_whatever_time_the_file_claims(tmp_path):
    publish_fake(tmp_path / "one", OTHER)
    (before,) = find_bundles(tmp_path)
    assert datetime.now(UTC) - before.changed_at < timedelta(minutes=1)
    time.sleep(CLOCK_SECONDS)
    shutil.copystat(__file__, tmp_path / "one" / "colours.txt")
    (after,) = find_bundles(tmp_path)
    assert after.changed_at > before.changed_at


def test_a_directory_that_may_be_listed_and_not_entered_is_found_all_the_same(
    tmp_path, monkeypatch
):
    inside, stat = publish_fake(tmp_path / "one", OTHER).directory / "colours.txt", Path.stat

    def forbidding(path, **options):
        if path == inside:
            raise PermissionError(13, "Permission denied", str(path))
        return stat(path, **options)

    monkeypatch.setattr(Path, "stat", forbidding)
    assert [one.path.name for one in find_bundles(tmp_path)] == ["one"]


async def serve(catalogue, directory, name):
    publish_fake(directory / name, OTHER)
    new = NewBundle(name, checksum_of(directory / name), OTHER.encoder_id)
    return await catalogue.bundles.add(new, "served")


async def test_a_start_serves_what_was_taken_over_last_else_what_is_configured(catalogue, tmp_path):
    assert await bundle_at_start(catalogue, BundleDirectory(tmp_path).open, "") == ""
    await serve(catalogue, tmp_path, "first")
    await serve(catalogue, tmp_path, "second")
    assert await bundle_at_start(catalogue, BundleDirectory(tmp_path).open, "") == str(
        tmp_path / "second"
    )


async def test_a_bundle_that_does_not_open_any_more_is_passed_over_until_it_does(
    catalogue, tmp_path, caplog
):
    await bundle_at_start(catalogue, BundleDirectory(tmp_path).open, "")
    await serve(catalogue, tmp_path, "one")
    (tmp_path / "one").rename(tmp_path / "away")
    assert await bundle_at_start(catalogue, BundleDirectory(tmp_path).open, "") == ""
    assert "Serving model.bundle instead" in caplog.text
    publish_fake(tmp_path / "one", FakeIdentity("fake-negatives", "another"))
    assert await bundle_at_start(catalogue, BundleDirectory(tmp_path).open, "") == ""
    assert "holds another bundle" in caplog.text
    shutil.rmtree(tmp_path / "one")
    (tmp_path / "away").rename(tmp_path / "one")
    assert await bundle_at_start(catalogue, BundleDirectory(tmp_path).open, "") == str(
        tmp_path / "one"
    )


async def test_a_changed_configuration_wins_over_what_was_taken_over(catalogue, tmp_path, caplog):
    caplog.set_level(logging.ERROR)
    await bundle_at_start(catalogue, BundleDirectory(tmp_path).open, "")
    await serve(catalogue, tmp_path, "one")
    assert await bundle_at_start(catalogue, BundleDirectory(tmp_path).open, "mine") == "mine"
    assert await bundle_at_start(catalogue, BundleDirectory(tmp_path).open, "mine") == "mine"
    assert [one.state for one in await catalogue.bundles.all()] == ["retired"]
    assert caplog.text == ""


async def test_processes_that_have_the_configured_bundle_in_different_places_agree_on_it(
    catalogue, tmp_path
):
    one = publish_fake(tmp_path / "here" / "configured", FakeIdentity()).directory
    other = tmp_path / "there" / "configured"
    shutil.copytree(one, other)
    bundles = tmp_path / "bundles"
    opens = BundleDirectory(bundles).open
    assert await bundle_at_start(catalogue, opens, str(one)) == str(one)
    await serve(catalogue, bundles, "new")
    for configured in (other, one, other):
        assert await bundle_at_start(catalogue, opens, str(configured)) == str(bundles / "new")


async def test_what_an_earlier_version_noted_is_no_change(catalogue, tmp_path):
    configured = publish_fake(tmp_path / "configured", FakeIdentity()).directory
    await catalogue.state.put(CONFIGURED, str(configured))
    bundles = tmp_path / "bundles"
    await serve(catalogue, bundles, "new")
    opens = BundleDirectory(bundles).open
    assert await bundle_at_start(catalogue, opens, str(configured)) == str(bundles / "new")

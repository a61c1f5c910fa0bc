"""Filling the library: once, resumable, and without stopping at bad files."""

import json
import os
import signal
from dataclasses import replace

import pytest

from bot.catalogue import Page
from bot.config import GalleryConfig
from bot.illustrations import LOCAL_GUILD, TagName
from bot.running import started
from tests.bot.indexed import indexed
from tests.bot.milvus import on_both_indexes


def with_gallery(settings, **gallery):
    return replace(settings, bot=replace(settings.bot, gallery=GalleryConfig(**gallery)))


@pytest.fixture
def library_of(until):
    """Waits until so many illustrations are there and the import has ended; gives them."""

    async def wait(bot, count: int):
        async def complete() -> bool:
            return await bot.service.count() >= count and bot.importer.progress is None

        await until(complete)
        return (await bot.service.page(LOCAL_GUILD, Page(100)))[0]

    return wait


@pytest.fixture
def folder(tmp_path, picture):
    """Three illustrations, one in each format, a text file named .png and a missing file."""
    directory = tmp_path / "dataset"
    directory.mkdir()
    for name in ("red", "green", "blue"):
        colour = {"red": (220, 30, 30), "green": (30, 160, 60), "blue": (30, 60, 200)}[name]
        (directory / f"{name}.png").write_bytes(picture(colour))
    (directory / "broken.png").write_bytes(b"no image")
    rows = [
        {"file_name": "red.png", "title": "Red", "tags": ["red", "wall"], "tags_ja": ["赤", "壁"]},
        {"file_name": "broken.png", "tags": ["red"]},
        {"file_name": "missing.png", "tags": ["red"]},
    ]
    lines = "\n".join(json.dumps(row) for row in rows)
    (directory / "metadata.jsonl").write_text(lines, encoding="utf-8")
    (directory / "green.txt").write_text("green, leaf")
    (directory / "blue.png.json").write_text(json.dumps({"tags": ["blue"], "title": "Blue"}))
    return directory


async def test_the_gallery_is_drawn_on_the_first_start_and_only_then(settings, library_of):
    settings = with_gallery(settings, count=5)
    async with started(settings) as bot:
        drawn = await library_of(bot, 5)
        assert {one.origin for one in drawn} == {"gallery"}
        assert all(one.given_tags and one.title_ja for one in drawn)
        await bot.service.forget(drawn[0].id, LOCAL_GUILD)
    async with started(with_gallery(settings, count=7)) as bot:
        grown = await library_of(bot, 6)
        assert len(grown) == 6
        assert drawn[0].id not in [one.id for one in grown]


async def test_a_folder_is_imported_with_its_tags_and_bad_files_are_listed(
    settings, folder, caplog, library_of
):
    caplog.set_level("INFO")
    async with started(with_gallery(settings, source=str(folder))) as bot:
        imported = await library_of(bot, 3)
    tags = {one.title: one.given_tags for one in imported}
    assert tags == {
        "Red": (TagName("red", "赤"), TagName("wall", ""), TagName("壁", "壁")),
        "green": (TagName("green", "緑"), TagName("leaf", "")),
        "Blue": (TagName("blue", "青"),),
    }
    assert "broken.png was left out: not_an_image" in caplog.text
    assert "the file missing.png is missing" in caplog.text
    assert "3 brought, 1 left out" in caplog.text


async def test_an_import_goes_on_where_it_was_cut_off(settings, folder, picture, library_of):
    settings = with_gallery(settings, source=str(folder))
    async with started(settings) as bot:
        before = await library_of(bot, 3)
    (folder / "broken.png").write_bytes(picture((1, 2, 3)))
    async with started(settings) as bot:
        after = await library_of(bot, 4)
    assert {one.id for one in before} < {one.id for one in after}


@on_both_indexes
async def test_an_import_survives_the_loss_of_inference(settings, library_of, until):
    async with started(with_gallery(settings, count=30)) as bot:
        await bot.inference.ready()
        await until(bot.service.count)
        os.kill(bot.inference.client.pid, signal.SIGKILL)
        drawn = await library_of(bot, 30)
        assert len(drawn) == 30
        await bot.inference.ready()
        assert len(await indexed(bot)) == 30


async def test_a_folder_without_an_image_is_told_and_the_service_goes_on(
    settings, tmp_path, caplog, until
):
    (tmp_path / "empty").mkdir()
    async with started(with_gallery(settings, source=str(tmp_path / "empty"))) as bot:
        await bot.inference.ready()
        await until(lambda: "holds no image" in caplog.text)
        assert bot.importer.progress is None

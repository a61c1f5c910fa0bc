"""The benchmarks measure what they say, on a tiny bundle; no test judges a speed."""

import asyncio
import dataclasses
import platform
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from benchmarks.__main__ import main
from benchmarks.crowd import crowded_bundle, fill_library
from benchmarks.describe import article_ms_by_stage, describe_in_stages
from benchmarks.fitting import article_seconds, bytes_per_tag, fitting_of
from benchmarks.forest import largest_differences, loop_ms, random_embeddings, spread
from benchmarks.material import Bench, large_png
from benchmarks.start import STAGES, load_in_stages
from benchmarks.table import Row, figure, machine_facts, markdown
from benchmarks.teaching import Load
from benchmarks.timing import Laps, time_calls
from bot.catalogue import Catalogue
from model.bundle import open_bundle
from model.scorer import Scorer
from model.tagger import Tagger
from model.trees import Booster
from train.boosters import fit_tag
from train.config import BoostersConfig


@pytest.fixture(scope="module")
def bench(tiny_bundle: Path) -> Bench:
    return Bench(open_bundle(tiny_bundle), quick=True)


def test_the_stages_together_are_what_describe_does(bench: Bench) -> None:
    tagger = Tagger(bench.bundle, bench.encoder, bench.scorer, bench.index, bench.limits)
    png, laps = large_png(), Laps()
    assert [describe_in_stages(bench, tagger, png, laps)] == tagger.describe([png])
    assert all(timing.median_ms > 0 for timing in laps.timings().values())


def test_the_large_png_is_one_megabyte_or_more() -> None:
    assert len(large_png()) >= 1_000_000


def test_the_forest_says_what_xgboost_says(bench: Bench) -> None:
    embeddings = np.concatenate([random_embeddings(20, bench.encoder.width), bench.embeddings(20)])
    assert bench.scorer.forest.leaves.any(), "a forest without leaves proves nothing"
    worst = largest_differences(bench.scorer, embeddings, range(len(bench.scorer.forest)))
    assert worst.shape == (40,)
    assert worst.max() <= 1e-5


class Louder(Scorer):
    """Hands out boosters that are not those of its forest: each says twice as much."""

    def booster(self, tag: int) -> Booster:
        booster = super().booster(tag)
        return dataclasses.replace(booster, exponent=booster.exponent + 1)


def test_a_forest_that_says_something_else_is_noticed(bench: Bench) -> None:
    parts = {field.name: getattr(bench.scorer, field.name) for field in fields(Scorer)}
    embeddings = random_embeddings(5, bench.encoder.width)
    every = range(len(bench.scorer.forest))
    assert largest_differences(Louder(**parts), embeddings, every).max() > 1e-5


def test_rivals_take_time(bench: Bench) -> None:
    embedding = random_embeddings(1, bench.encoder.width)
    assert loop_ms(bench, embedding) > 0
    assert min(article_ms_by_stage(bench).values()) > 0


def test_a_bundle_alone_is_enough_to_fit_its_tags_again(bench: Bench) -> None:
    fitting = fitting_of(bench.scorer)
    config = BoostersConfig(rounds=4, depth=2)
    boosters = [fit_tag(fitting, tag, config, seed=0) for tag in range(len(fitting.vocabulary))]
    assert any(len(booster.bins) for booster in boosters)
    assert article_seconds(fitting, 0, config, rounds=2) > 0


def test_files_add_up_to_the_bundle(bench: Bench) -> None:
    boosters, whole, *files = bytes_per_tag(bench)
    assert boosters.value < whole.value
    assert sum(row.value for row in files) == pytest.approx(whole.value, rel=0.05)


def test_loading_in_stages_books_every_stage(tiny_bundle: Path) -> None:
    assert list(load_in_stages(tiny_bundle)) == list(STAGES)


@pytest.mark.parametrize(("tags", "most"), [(0, 5), (1, 5), (5, 5), (6, 5), (2245, 500)])
def test_a_spread_has_as_many_different_tags_as_asked_for(tags: int, most: int) -> None:
    columns = spread(tags, most)
    assert len(set(columns)) == len(columns) == min(tags, most)
    assert columns[:1] + columns[-1:] == ([0, tags - 1] if tags else [])


def test_less_is_better_unless_the_row_says_otherwise() -> None:
    assert Row("a time", 2, "ms", "rival", 8).ratio == 4
    assert Row("a rate", 2, "/s", "rival", 8, more_is_better=True).ratio == 0.25
    assert Row("alone", 2, "ms").ratio is None


def test_figures_have_three_digits() -> None:
    assert [figure(value) for value in (0, 0.01234, 12.34, 1234.5)] == [
        "0",
        "0.0123",
        "12.3",
        "1,234",
    ]


def test_warming_up_is_not_counted() -> None:
    calls: list[int] = []
    timing = time_calls(lambda: calls.append(1), repeats=5, warm_up=2)
    assert (len(calls), len(timing.seconds)) == (7, 5)


def test_the_page_names_neither_the_machine_nor_its_places(tiny_bundle: Path) -> None:
    page = markdown([Row("x", 1, "ms", command="python -m benchmarks")], machine_facts())
    assert platform.node() not in page
    assert str(Path.home()) not in page
    assert "`python -m benchmarks`" in page


def test_a_quick_run_writes_a_page_only_where_it_is_told(
    tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = ["--quick", "--only", "encoder", "--bundle", str(tiny_bundle)]
    assert main(run) == 0
    assert not list(tmp_path.iterdir())
    assert main([*run, "--out", "new/page.md"]) == 0
    page = Path("new/page.md").read_text(encoding="utf-8")
    assert "`python -m benchmarks --only encoder --quick --bundle B`" in page
    assert str(tiny_bundle) not in page


def test_a_missing_bundle_is_one_readable_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--bundle", str(tmp_path / "none")]) == 2
    assert str(tmp_path / "none") in capsys.readouterr().err


def test_a_crowded_bundle_has_more_background_and_the_same_tags(
    bench: Bench, tmp_path: Path
) -> None:
    own = bench.scorer
    rows = len(own.background) + 50
    crowded = Scorer.load(crowded_bundle(bench, tmp_path / "b", rows).directory, 16)
    assert len(crowded.background) == rows
    assert crowded.vocabulary == own.vocabulary
    assert np.array_equal(crowded.background[:-50], own.background)
    labels = crowded.head.background.labels
    assert len(labels) == rows
    assert labels.starts[-1] > own.head.background.labels.starts[-1]


async def test_a_filled_library_holds_as_many_embeddings_as_asked_for(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.crowd.AT_ONCE", 4)
    database = tmp_path / "data" / "catalogue.sqlite"
    await fill_library(bench, database, 10)
    catalogue = await Catalogue.open(f"sqlite+aiosqlite:///{database}")
    ids, embeddings = await catalogue.guild_embeddings(bench.encoder.id, 0, 0, 100)
    await catalogue.close()
    assert len(ids) == 10
    assert np.linalg.norm(embeddings, axis=1) == pytest.approx(1, abs=1e-5)
    assert len(np.unique(embeddings, axis=0)) == 10


async def test_a_load_counts_every_post_from_when_it_was_due(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("benchmarks.teaching.POSTS_PER_SECOND", 50)
    asked: list[int] = []

    async def answer(_request: web.Request) -> web.Response:
        asked.append(len(asked))
        first = len(asked) == 1
        await asyncio.sleep(0.05)
        if first:
            raise web.HTTPServiceUnavailable
        return web.json_response({"id": "1", "tags": [{"name": "star"}], "similar": []})

    application = web.Application()
    application.router.add_post("/api/v1/posts", answer)
    async with TestServer(application) as server, ClientSession() as session:
        load = Load(str(server.make_url("")).rstrip("/"), session, [b"image"])
        running = asyncio.create_task(load.run())
        await asyncio.sleep(0.5)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert (load.failed, list(load.said)) == (1, ["star"])
    assert len(load.seconds) == len(asked) - 1
    assert min(load.seconds) >= 0.05

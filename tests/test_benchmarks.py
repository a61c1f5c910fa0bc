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
from benchmarks.churn import Churn, searched
from benchmarks.describe import article_ms_by_stage, describe_in_stages
from benchmarks.fitting import bytes_per_tag, compared_tags, fit_article, fit_ours
from benchmarks.forest import largest_differences, loop_ms, random_embeddings, spread
from benchmarks.large import Between, fill_library, published, repeated, with_background, with_tags
from benchmarks.load import Load
from benchmarks.material import Bench, large_png
from benchmarks.plot import draw_growth
from benchmarks.refitting import fitting_of, labels_of
from benchmarks.rivals import at_recall, built, nearest_exactly, recall_of
from benchmarks.searching import farther_by, reach
from benchmarks.start import STAGES, load_in_stages
from benchmarks.table import Goal, Row, figure, listed, machine_facts, markdown
from benchmarks.timing import Laps, time_calls
from bot.catalogue import Catalogue
from model.bundle import open_bundle
from model.index import VectorIndex
from model.scorer import Scorer
from model.tagger import Tagger
from model.trees import Booster
from train.config import BoostersConfig


@pytest.fixture(scope="module")
def bench(tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(open_bundle(tiny_bundle), tmp_path_factory.mktemp("bench"), quick=True)


def test_the_stages_together_are_what_describe_does(bench: Bench) -> None:
    tagger = Tagger(bench.bundle, bench.encoder, bench.scorer, bench.index, bench.limits)
    png, laps = large_png(), Laps()
    assert [describe_in_stages(bench, tagger, bench.scorer, png, laps)] == tagger.describe([png])
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
    assert loop_ms(bench.scorer, embedding, 2) > 0
    assert min(article_ms_by_stage(bench, bench.scorer, bench.scorer.background).values()) > 0


def test_a_bundle_alone_is_enough_to_fit_its_tags_again(bench: Bench) -> None:
    rows = np.arange(len(bench.scorer.background))
    fitting = fitting_of(bench.scorer, rows[::2])
    assert len(fitting.head.embeddings) == len(rows[::2])
    names = [tag.name for tag in bench.scorer.vocabulary]
    columns = [names.index(tag.name) for tag in fitting.vocabulary]
    asked, truth = bench.scorer.background[1::2], labels_of(bench.scorer)[1::2][:, columns].tocsc()
    tags = compared_tags(fitting, truth, quick=False)["rare"]
    assert len(tags)
    assert (np.diff(truth.indptr)[tags] >= 5).all()
    config = BoostersConfig(rounds=4, depth=2)
    for contest in (
        fit_ours(fitting, tags, config, asked, truth),
        fit_article(fitting, tags, asked, truth, rounds=2),
    ):
        assert contest.seconds > 0
        usual = np.diff(truth.indptr)[tags].mean() / len(asked)
        assert usual < contest.precision <= 1


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
    page = listed(machine_facts()) + markdown([Row("x", 1, "ms", command="python -m benchmarks")])
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
    written = "By hand.\n<!-- generated: encoder -->\n<!-- end of encoder -->\n"
    Path("page.md").write_text(written, encoding="utf-8")
    assert main([*run, "--page", "page.md"]) == 0
    page = Path("page.md").read_text(encoding="utf-8")
    assert page.startswith("By hand.")
    assert "`python -m benchmarks --only encoder --quick --bundle B`" in page
    assert str(tiny_bundle) not in page


def test_a_missing_bundle_is_one_readable_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--bundle", str(tmp_path / "none")]) == 2
    assert str(tmp_path / "none") in capsys.readouterr().err


def test_a_larger_bundle_has_more_background_and_the_same_tags(
    bench: Bench, tmp_path: Path
) -> None:
    own = bench.scorer
    rows = len(own.background) + 50
    bundle = published(with_background(own, rows), bench.bundle, tmp_path / "b")
    larger = Scorer.load(bundle.directory, 16)
    assert len(larger.background) == rows
    assert larger.vocabulary == own.vocabulary
    assert np.array_equal(larger.background[:-50], own.background)
    labels = larger.head.background.labels
    assert len(labels) == rows
    assert labels.starts[-1] > own.head.background.labels.starts[-1]


def test_a_bundle_of_more_tags_says_the_same_of_those_it_had(bench: Bench, tmp_path: Path) -> None:
    own = bench.scorer
    tags = len(own.vocabulary)
    boosters = [own.booster(tag) for tag in range(tags)]
    bundle = published(with_tags(own, boosters, 2 * tags + 1), bench.bundle, tmp_path / "b")
    larger = Scorer.load(bundle.directory, 16)
    assert len({tag.name for tag in larger.vocabulary}) == len(larger.forest) == 2 * tags + 1
    inputs, asked = larger.inputs(own.background[:5]), own.inputs(own.background[:5])
    assert np.array_equal(inputs.votes[:, :tags], asked.votes)
    assert np.array_equal(inputs.votes[:, tags : 2 * tags], asked.votes)
    assert (largest_differences(larger, own.background[:5], range(2 * tags + 1)) <= 1e-5).all()


def test_repeated_boosters_read_other_features_of_the_embedding(bench: Bench) -> None:
    booster = next(one for one in map(bench.scorer.booster, range(99)) if one.features.max() > 2)
    forest = repeated([booster], 3, 16)
    assert len(forest) == 3
    assert len({forest.booster(tag).features.tobytes() for tag in range(3)}) == 3
    assert all(np.array_equal(forest.booster(tag).leaves, booster.leaves) for tag in range(3))
    assert forest.booster(1).features.max() < 18


def test_what_lies_between_embeddings_is_nearest_the_row_that_it_names(bench: Bench) -> None:
    own = bench.scorer.background
    ((rows, drawn),) = Between(own).drawn(200, seed=1)
    assert np.linalg.norm(drawn, axis=1) == pytest.approx(1, abs=1e-5)
    assert len(np.unique(drawn, axis=0)) == 200
    apart = np.linalg.norm(drawn - own[rows], axis=1)
    usual = np.linalg.norm(drawn - own[np.roll(rows, 1)], axis=1)
    assert np.median(apart) < np.median(usual) / 2


async def test_a_filled_library_holds_the_embeddings(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.large.AT_ONCE", 4)
    database, stored = tmp_path / "data" / "catalogue.sqlite", list[int]()
    await fill_library(database, bench.encoder.id, bench.scorer.background[:10], stored.append)
    catalogue = await Catalogue.open(f"sqlite+aiosqlite:///{database}")
    ids, embeddings = await catalogue.guild_embeddings(bench.encoder.id, 0, 0, 100)
    await catalogue.close()
    assert sorted(ids) == list(range(1, 11))
    assert np.array_equal(embeddings[np.argsort(ids)], bench.scorer.background[:10])
    assert stored == [4, 4, 2]


def test_the_nearest_are_found_exactly_and_recall_counts_them() -> None:
    items = random_embeddings(50, 8)
    truth = nearest_exactly(items, items[:3], 5)
    assert truth[:, 0].tolist() == [0, 1, 2]
    assert recall_of([*truth], truth) == 1
    assert recall_of([truth[0], truth[1][:3], truth[2] + 100], truth) == pytest.approx(1.6 / 3)


def test_every_rival_is_as_exact_as_is_asked_for(bench: Bench) -> None:
    items = random_embeddings(400, 16)
    truth = nearest_exactly(items, items[:20], 5)
    rivals = list(built(items, threads=1))
    assert [rival.name for rival in rivals] == ["hnswlib", "faiss IVF", "usearch"]
    for rival in rivals:
        reached = at_recall(rival, items[:20], truth, 0.95)
        assert reached.recall >= 0.95
        assert reached.median_ms > 0


def test_an_index_that_changes_is_another_than_the_library(bench: Bench) -> None:
    items = random_embeddings(60, 16)
    with bench.index_of(items, "few") as made:
        reached = reach(made.index, items[:5], nearest_exactly(items, items[:5], 3) + 1)
        assert reached.recall == 1
        assert made.directory.is_dir()
    assert not made.directory.exists()


def test_of_what_is_found_it_is_told_how_much_farther_it_lies_than_the_nearest() -> None:
    items = np.array([[1, 0], [2, 0], [4, 0]], np.float32)
    index = VectorIndex(None, 2, "encoder")
    index.add([2, 3], items[1:])  # The nearest is lacking: 2 and 4 away instead of 1 and 2.
    nothing = np.zeros((1, 2), np.float32)
    assert farther_by(index, nothing, items, np.array([[0, 1]])) == pytest.approx(1.0)
    assert farther_by(index, nothing, items, np.array([[1, 2]])) == 0


def test_what_is_added_meanwhile_is_found_and_counted(bench: Bench) -> None:
    items = random_embeddings(400, 16)
    index = VectorIndex(None, 16, "encoder")
    with Churn(index, items, first_id=1) as churn:
        took, missed = searched(index, items[:5], 0.3, churn)
    assert missed == 0
    assert len(took) > 5
    assert 100 <= churn.added <= 400
    assert len(index) == churn.added - churn.added // 10
    index.remove([churn.last[0]] if churn.last else [])
    assert searched(index, items[:5], 0.05, churn)[1] > 0, "what is not there counts as missed"


def test_what_was_measured_at_several_sizes_is_drawn(tmp_path: Path) -> None:
    assert draw_growth([Row("alone", 2, "ms")], tmp_path) is None
    rows = [Row("a", 2.0 * size, "ms", grows=("tags", size)) for size in (10, 1000, 100)]
    drawn = draw_growth([*rows, Row("b", 1, "s", grows=("items", 5))], tmp_path)
    assert drawn is not None
    assert "<svg" in drawn.read_text(encoding="utf-8")


def test_a_goal_is_of_the_value_or_of_the_ratio() -> None:
    assert Row("a time", 2, "ms", goal=Goal(2)).reached
    assert not Row("a time", 3, "ms", goal=Goal(2)).reached
    assert Row("a rate", 3, "/s", more_is_better=True, goal=Goal(2)).reached
    assert Row("a time", 2, "ms", "rival", 8, goal=Goal(4, "ratio")).reached
    assert not Row("a time", 2, "ms", "rival", 8, goal=Goal(5, "ratio")).reached
    assert Row("a time", 2, "ms").reached is None
    assert Row("a time", 3, "ms", goal=Goal(2)).cells()[2] == "≤ 2: missed"
    assert Row("a time", 2, "ms", "rival", 8, goal=Goal(4, "ratio")).cells()[2] == "≥ 4×: reached"


async def test_a_load_counts_every_post_from_when_it_was_due() -> None:
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
        load = Load(str(server.make_url("")).rstrip("/"), session, [b"image"], 50)
        running = asyncio.create_task(load.run())
        await asyncio.sleep(0.5)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert (load.failed, list(load.said)) == (1, ["star"])
    assert len(load.seconds) == len(asked) - 1
    assert min(load.seconds) >= 0.05

"""train/heads.py: heads are compared on tags that nothing has heard of."""

import dataclasses

import pytest

from model.encoder import Encoder
from model.errors import DatasetError
from model.image import ImageLimits
from train.__main__ import main
from train.embedded import read_embedded
from train.few_examples import OURS, Measuring
from train.heads import SPLITS, choose, measure_heads, set_up, table
from train.rivals import RIVALS
from train.vocabulary import build_vocabulary

SMALL = Measuring(tags=3, draws=2, examples=(1, 10), jobs=1)


@pytest.fixture(scope="module")
def embedded(tiny_dataset, tiny_bundle, tmp_path_factory):
    cache = tmp_path_factory.mktemp("heads") / "kept.npz"
    found = read_embedded(tiny_dataset, Encoder.load(tiny_bundle), cache, ImageLimits())
    # Some of it as if drawn by an artist never seen before.
    rows = tuple(
        dataclasses.replace(row, split="vendor_holdout") if n % 5 == 4 else row
        for n, row in enumerate(found.rows)
    )
    return dataclasses.replace(found, rows=rows)


@pytest.fixture(scope="module")
def bench(embedded):
    return set_up(embedded, choose(embedded.rows, SMALL), SMALL, permissive=False)


@pytest.fixture(scope="module")
def result(bench):
    return measure_heads(bench, SMALL)


def test_examples_background_and_what_is_tested_share_no_illustration(bench, embedded):
    groups = [row.group for row in embedded.rows]
    pool = {groups[i] for i in bench.pool}
    background = {
        groups[i]
        for i, embedding in enumerate(embedded.embeddings)
        if (bench.prior.background == embedding).all(axis=1).any()
    }
    assert pool.isdisjoint(background)
    splits = {embedded.rows[i].split for i in bench.tested}
    assert splits == set(SPLITS)
    assert {embedded.rows[i].split for i in bench.pool} == {"train"}


def test_every_head_is_measured_at_every_number_of_examples_on_both_splits(result):
    assert (result["tags"], result["draws"]) == (3, 2)
    for split in SPLITS:
        by_examples = result[split]["by_examples"]
        assert [one["examples"] for one in by_examples] == [1, 10]
        for one in by_examples:
            assert list(one["map"]) == [OURS, *RIVALS]
            assert all(0 < mean <= 1 for mean in one["map"].values())
            assert one["best_rival"] in RIVALS
            best = max(one["map"][name] for name in RIVALS)
            assert one["gain"] == pytest.approx(one["map"][OURS] - best, abs=1e-6)
            assert one["low"] <= one["gain"] <= one["high"]


def test_the_same_seed_measures_the_same(bench, result):
    assert measure_heads(bench, SMALL) == result


def test_the_table_has_a_line_for_each_head(result):
    lines = table(result, "test").splitlines()
    assert lines[0] == "| head | 1 | 10 |"
    assert [line.split("|")[1].strip() for line in lines[2:-1]] == [OURS, *RIVALS]
    assert any("**" in line for line in lines)


def test_too_small_a_dataset_is_refused(embedded):
    with pytest.raises(DatasetError, match="on a larger dataset"):
        choose(embedded.rows, dataclasses.replace(SMALL, examples=(500,)))


def test_the_prior_hears_nothing_of_what_is_measured(embedded, monkeypatch):
    heard = []
    monkeypatch.setattr("train.heads.fit_prior", lambda _, labels, *__: heard.append(labels))
    vocabulary = build_vocabulary([r for r in embedded.rows if r.split == "train"], 5, 0)
    withheld = choose(embedded.rows, SMALL)
    set_up(embedded, withheld, SMALL, permissive=False)
    chosen, known = withheld.columns(vocabulary)
    assert {vocabulary[i].name for i in chosen} == set(withheld.names)
    assert set(chosen).isdisjoint(known)
    assert heard[0].shape[1] == len(known) < len(vocabulary)


def test_the_command_says_what_is_missing(tiny_dataset, tiny_bundle, capsys):
    command = ["heads", "--data", str(tiny_dataset), "--bundle", str(tiny_bundle)]
    assert main([*command, "--tags", "1"]) == 2
    assert "Heads can only be compared on a larger dataset" in capsys.readouterr().err

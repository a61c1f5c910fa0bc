"""Rules of ``train.pack``: images in order, a killed run goes on, bad files are listed."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model.datasets import Dataset, Row, read_dataset
from model.errors import TrainingError
from model.image import ImageLimits
from train import pack
from train.config import EncoderConfig, TrainConfig
from train.pack import Pack, decode_rows, in_validation, load_pack, pack_images, training_rows
from train.workdir import Workdir

LIMITS = ImageLimits()
CONFIG = TrainConfig(jobs=1, validation=0.3, encoder=EncoderConfig(image_size_px=16))
ROWS = 22


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack, "BLOCK", 4)


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """Images of rising brightness; two of one group; number 5 is damaged."""
    lines = []
    for i in range(ROWS):
        name = f"{i:02}.png"
        Image.new("RGB", (16, 16), (i, i, i)).save(tmp_path / name)
        lines.append({"file_name": name, "tags": ["sea"], "split_group": f"group {i // 2}"})
    (tmp_path / "05.png").write_bytes(b"no image")
    lines.append({"file_name": "gone.png", "tags": ["sea"]})
    text = "\n".join(json.dumps(line) for line in lines)
    (tmp_path / "metadata.jsonl").write_text(text, encoding="utf-8")
    return read_dataset(tmp_path)


@pytest.fixture
def work(tmp_path: Path) -> Workdir:
    return Workdir(tmp_path / "work")


def packed(dataset: Dataset, work: Workdir, config: TrainConfig = CONFIG) -> Pack:
    pack_images(dataset, config, LIMITS, work)
    return load_pack((dataset.directory,), config, work)


def cut_after(images: int, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Make decoding die after so many images; call the result to heal it."""
    seen: list[int] = []

    def dying(rows: list[Row], size_px: int, limits: ImageLimits) -> object:
        seen.extend(range(len(rows)))
        if len(seen) > images:
            raise KeyboardInterrupt
        return decode_rows(rows, size_px, limits)

    monkeypatch.setattr(pack, "decode_rows", dying)
    return lambda: monkeypatch.setattr(pack, "decode_rows", decode_rows)


def brightness(result: Pack) -> list[int]:
    return result.images[:, 8, 8, 0].tolist()


EXPECTED = [255 if i == 5 else i for i in range(ROWS)]


def test_images_lie_in_the_order_of_their_rows(dataset: Dataset, work: Workdir) -> None:
    result = packed(dataset, work)
    assert result.images.shape == (ROWS, 16, 16, 3)
    assert result.images.dtype == np.uint8
    assert brightness(result) == EXPECTED
    assert result.rows == dataset.rows


def test_a_bad_file_is_listed_and_left_out_and_the_run_goes_on(
    dataset: Dataset, work: Workdir
) -> None:
    result = packed(dataset, work)
    assert np.flatnonzero(~result.usable).tolist() == [5]
    assert not result.fitting[5]
    assert not result.validation[5]
    problems = json.loads((work.root / "pack/problems.json").read_text())
    assert {problem["name"] for problem in problems} == {"metadata.jsonl line 23", "05.png"}
    assert "not_an_image" in problems[1]["message"]
    assert work.facts("pack")["problems"] == 2


def test_several_processes_pack_the_same(dataset: Dataset, work: Workdir) -> None:
    result = packed(dataset, work, dataclasses.replace(CONFIG, jobs=2))
    assert brightness(result) == EXPECTED


@pytest.mark.parametrize("images", [0, 4, 12, 20])
def test_a_cut_run_goes_on_where_it_was(
    dataset: Dataset, work: Workdir, monkeypatch: pytest.MonkeyPatch, images: int
) -> None:
    heal = cut_after(images, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        pack_images(dataset, CONFIG, LIMITS, work)
    with pytest.raises(TrainingError, match="not packed yet"):
        load_pack((dataset.directory,), CONFIG, work)
    heal()
    again = cut_after(ROWS - images, monkeypatch)  # dies if a finished block is decoded anew
    result = packed(dataset, work)
    again()
    assert brightness(result) == EXPECTED
    assert np.flatnonzero(~result.usable).tolist() == [5]


@pytest.mark.parametrize("lost_bytes", [1, 5, 20])
def test_a_log_line_cut_by_a_kill_costs_that_block_and_no_other(
    dataset: Dataset, work: Workdir, monkeypatch: pytest.MonkeyPatch, lost_bytes: int
) -> None:
    heal = cut_after(12, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        pack_images(dataset, CONFIG, LIMITS, work)
    heal()
    log = work.root / "pack/blocks.jsonl"
    log.write_bytes(log.read_bytes()[:-lost_bytes])
    result = packed(dataset, work)
    assert brightness(result) == EXPECTED
    starts = {block["start"] for block in pack._blocks(log.parent)}
    assert starts == set(range(0, ROWS, 4))


def test_a_finished_pack_is_not_made_again(
    dataset: Dataset, work: Workdir, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = packed(dataset, work)
    cut_after(0, monkeypatch)
    second = packed(dataset, work)
    assert np.array_equal(first.images, second.images)


def test_another_image_size_packs_anew(dataset: Dataset, work: Workdir) -> None:
    packed(dataset, work)
    other = dataclasses.replace(CONFIG, encoder=EncoderConfig(image_size_px=32))
    assert packed(dataset, work, other).images.shape == (ROWS, 32, 32, 3)


@pytest.mark.parametrize("seed", range(5))
def test_validation_takes_whole_groups(dataset: Dataset, work: Workdir, seed: int) -> None:
    config = dataclasses.replace(CONFIG, seed=seed)
    result = packed(dataset, work, config)
    sides: dict[str, set[bool]] = {}
    for row, usable, held in zip(result.rows, result.usable, result.validation, strict=True):
        if usable:
            sides.setdefault(row.group, set()).add(bool(held))
    assert all(len(side) == 1 for side in sides.values())
    assert np.array_equal(result.fitting | result.validation, result.usable)


def test_the_share_of_validation_groups_is_what_was_asked_for() -> None:
    held = [in_validation(f"group {i}", CONFIG) for i in range(4000)]
    assert np.mean(held) == pytest.approx(CONFIG.validation, abs=0.03)


def test_test_rows_and_the_vendor_holdout_are_never_trained_on(dataset: Dataset) -> None:
    splits = ("train", "test", "vendor_holdout")
    rows = tuple(
        dataclasses.replace(row, split=splits[i % 3]) for i, row in enumerate(dataset.rows)
    )
    chosen = training_rows(dataclasses.replace(dataset, rows=rows), CONFIG)
    assert chosen == rows[::3]


def test_permissive_training_leaves_out_the_other_licences(dataset: Dataset) -> None:
    rows = tuple(
        dataclasses.replace(row, licence="MIT" if i % 2 else "CC-BY-SA-4.0")
        for i, row in enumerate(dataset.rows)
    )
    config = dataclasses.replace(CONFIG, licences="permissive")
    assert training_rows(dataclasses.replace(dataset, rows=rows), config) == rows[1::2]


def test_withheld_tags_are_taken_from_the_rows_and_nothing_else_is(dataset: Dataset) -> None:
    first = dataset.rows[0]
    gone = (*first.tags[:1], *first.tags_ja[:1])
    config = dataclasses.replace(CONFIG, withheld=gone)
    told = {row.name: row for row in training_rows(dataset, config)}
    for row in training_rows(dataset, CONFIG):
        kept = told[row.name]
        assert kept.tags == tuple(tag for tag in row.tags if tag not in gone)
        assert kept.tags_ja == tuple(tag for tag in row.tags_ja if tag not in gone)
        assert dataclasses.replace(kept, tags=row.tags, tags_ja=row.tags_ja) == row


def test_nothing_to_train_on_says_why(dataset: Dataset, work: Workdir) -> None:
    config = dataclasses.replace(CONFIG, licences="permissive")
    with pytest.raises(TrainingError, match=r"none is in the train split .*permissive"):
        pack_images(dataset, config, LIMITS, work)

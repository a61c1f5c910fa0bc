"""Rules of ``train.evaluate``: the right rows are measured, and bad ones are told, not fatal."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model.datasets import Row, read_dataset
from model.errors import DatasetError
from model.image import ImageLimits
from train.evaluate import EvaluationSplit, evaluate_rows, rows_of_split
from train.pack import Pack
from train.vocabulary import NamedTag

LIMITS = ImageLimits()


class BrightnessTagger:
    """A fake tagger: the brighter an image, the more it is ``day`` and the less ``night``."""

    vocabulary = (NamedTag("day", "昼", 30), NamedTag("night", "夜", 8))
    image_size_px = 16

    def encode(self, images: np.ndarray) -> np.ndarray:
        assert images.shape[1:] == (16, 16, 3)
        return images.mean(axis=(1, 2, 3), dtype=np.float32)[:, None] / 255

    def score(self, embeddings: np.ndarray) -> np.ndarray:
        return np.concatenate([embeddings, 1 - embeddings], axis=1)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Days and nights in three splits; the vendor's rows are split as well."""
    lines = []
    for i in range(36):
        day, split = i % 2 == 0, ("train", "test", "test")[i % 3]
        Image.new("RGB", (16, 16), (200 + i,) * 3 if day else (40 + i,) * 3).save(
            tmp_path / f"{i}.png"
        )
        line = {"file_name": f"{i}.png", "tags": ["day" if day else "night"], "split": split}
        lines.append(line | {"vendor_holdout": i >= 24})
    (tmp_path / "metadata.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return tmp_path


def rows_of(data: Path) -> tuple[Row, ...]:
    return read_dataset(data).rows


def test_a_tagger_that_is_right_gets_full_marks(data: Path) -> None:
    result = evaluate_rows(BrightnessTagger(), rows_of(data), LIMITS)
    assert (result["images"], result["tags"], result["known_tags"]) == (36, 2, 2)
    assert result["map_macro"] == 1.0
    assert result["precision_at_1"] == 1.0
    assert result["map_by_support"]["20–49"] == {"tags": 1, "map": 1.0}
    assert result["seconds"] >= 0


def test_a_file_that_cannot_be_decoded_is_listed_and_left_out(data: Path) -> None:
    (data / "4.png").write_bytes(b"no image")
    result = evaluate_rows(BrightnessTagger(), rows_of(data), LIMITS)
    assert result["images"] == 35
    assert [one["name"] for one in result["left_out"]] == ["4.png"]
    assert "not_an_image" in result["left_out"][0]["message"]


def test_nothing_readable_is_an_error_that_says_why(data: Path) -> None:
    rows = rows_of(data)[:2]
    for row in rows:
        row.file.write_bytes(b"no image")
    with pytest.raises(DatasetError, match=r"None of the 2 images can be read.*not an image"):
        evaluate_rows(BrightnessTagger(), rows, LIMITS)


@pytest.mark.parametrize(("split", "images"), [("test", 16), ("vendor_holdout", 12), ("all", 36)])
def test_the_test_split_leaves_out_the_vendor(
    data: Path, split: EvaluationSplit, images: int
) -> None:
    rows = rows_of_split(read_dataset(data), split)
    assert len(rows) == images
    assert split == "all" or {row.split for row in rows} == {split}


def test_an_empty_split_names_itself(data: Path) -> None:
    lines = (data / "metadata.jsonl").read_text().replace('"test"', '"train"')
    (data / "metadata.jsonl").write_text(lines)
    with pytest.raises(DatasetError, match="no row in the split test"):
        rows_of_split(read_dataset(data), "test")


def test_the_baseline_is_measured_on_the_same_images_and_tags(data: Path) -> None:
    rows = rows_of(data)
    train = [row for row in rows if row.split == "train"]
    test = [row for row in rows if row.split == "test"]
    pixels = np.stack([np.asarray(Image.open(row.file)) for row in train])
    usable = np.ones(len(train), dtype=np.bool_)
    pack = Pack(pixels, tuple(train), usable, ~usable)
    result = evaluate_rows(BrightnessTagger(), test, LIMITS, baseline=pack)
    assert set(result["baseline"]) == {"plain", "weighted"}
    # Four days and four nights are known; ten neighbours are all of them.
    assert result["baseline"]["plain"]["map_macro"] == pytest.approx(0.5)
    assert result["baseline"]["weighted"]["map_macro"] == 1.0

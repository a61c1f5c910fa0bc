"""Rules of ``train.report``: one self-contained page that tells the truth about a run."""

import base64
import dataclasses
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from train.comparing import Comparison
from train.report import ReportContext, example_rows, write_report
from train.report.charts import Axis, Series, chart, ticks
from train.report.sections import duration, number
from train.report.tags import best_and_worst, tag_precisions
from train.vocabulary import NamedTag

IMAGES, TAGS = 40, 7
VOID = {"meta", "img", "line", "circle", "polyline"}


class Outline(HTMLParser):
    """Checks that elements are closed and collects what the page refers to and says."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.references: list[str] = []
        self.ids: list[str] = []
        self.headings: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self.ids += [value or "" for key, value in attrs if key == "id"]
        self.references += [value or "" for key, value in attrs if key in ("src", "href")]

    def handle_endtag(self, tag: str) -> None:
        assert tag in VOID or self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Self-closed elements of SVG."""

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["h2"]:
            self.headings.append(data)


def context() -> ReportContext:
    """A run in which tag 0 is found always and tag 1 never."""
    rng = np.random.default_rng(0)
    labels = (rng.random((IMAGES, TAGS)) < 0.3).astype(np.uint8)
    labels[:6] = 1
    scores = rng.random((IMAGES, TAGS), dtype=np.float32)
    scores[:, 0] = labels[:, 0]
    scores[:, 1] = 0.1 * scores[:, 1] + 0.9 * (1 - labels[:, 1])
    images = rng.integers(0, 256, (IMAGES, 24, 24, 3), dtype=np.uint8)
    figures = {"images": IMAGES, "tags": TAGS, "map_macro": 0.1234, "precision_at_1": None}
    return ReportContext(
        title="night <sky>",
        vocabulary=[NamedTag(f"tag {t}", f"札{t}", 4 * 5**t) for t in range(TAGS)],
        images=images,
        names=[f"image {n}" for n in range(IMAGES)],
        labels=sp.csr_matrix(labels),
        scores=scores,
        embeddings=rng.random((IMAGES, 5), dtype=np.float32),
        reconstructed=example_rows(IMAGES, 4),
        reconstructions=images[:4],
        rounds=[{"round": i, "train_error": 1 / i, "validation_error": 1.1 / i} for i in (1, 2)],
        evaluations={
            "vendor_holdout": {**figures, "map_by_support": {"5–9": {"tags": 3, "map": 0.5}}}
        },
        facts={"training images": 18532},
        step_seconds={"pack": 61.0, "encoder": 5400.0},
        problems=[{"name": "a.png", "message": "not_an_image"}],
    )


def written(run: ReportContext, tmp_path: Path) -> str:
    write_report(run, tmp_path / "report.html")
    return (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_page_refers_to_nothing_outside_itself(tmp_path: Path) -> None:
    html = written(context(), tmp_path)
    outline = Outline(html)
    local = {f"#{place}" for place in outline.ids}
    outside = [one for one in outline.references if not one.startswith("data:")]
    assert set(outside) == local
    assert not re.search(r"https?://|url\(|@import|<script", html)


def test_every_part_of_a_full_run_has_its_section(tmp_path: Path) -> None:
    assert Outline(written(context(), tmp_path)).headings == [
        "Figures",
        "Learning",
        "Input against reconstruction",
        "Nearest neighbours",
        "Tags, best and worst",
        "Precision against recall",
        "Calibration",
        "Rare and common tags",
        "The run",
        "Problems",
    ]


@pytest.mark.parametrize(
    ("new", "verdict"), [(0.2, "It is published."), (0.1, "So it is not published.")]
)
def test_a_run_that_replaces_a_bundle_says_first_which_is_better(
    tmp_path: Path, new: float, verdict: str
) -> None:
    figures = {"images": 30, "tags": 4, "map_macro": new}
    compared = Comparison("old <bundle>", "test split", figures, {**figures, "map_macro": 0.15})
    html = written(dataclasses.replace(context(), comparison=compared), tmp_path)
    assert Outline(html).headings[0] == "Against the bundle that it is to replace"
    assert verdict in html
    assert "old &lt;bundle&gt;" in html
    assert f"<td>{new:.3f}</td><td>0.150</td>" in html


def test_a_run_with_nothing_to_show_still_gives_a_page(tmp_path: Path) -> None:
    empty = ReportContext(
        title="empty",
        vocabulary=[],
        images=np.zeros((0, 8, 8, 3), np.uint8),
        names=[],
        labels=sp.csr_matrix((0, 0), dtype=np.uint8),
        scores=np.zeros((0, 0), np.float32),
        embeddings=np.zeros((0, 5), np.float32),
        reconstructed=np.zeros(0, np.int64),
        reconstructions=np.zeros((0, 8, 8, 3), np.uint8),
    )
    assert Outline(written(empty, tmp_path)).headings == ["Problems"]


@pytest.mark.parametrize("images", [1, 2])
def test_a_handful_of_images_is_enough(tmp_path: Path, images: int) -> None:
    full = context()
    few = dataclasses.replace(
        full,
        images=full.images[:images],
        names=full.names[:images],
        labels=full.labels[:images],
        scores=full.scores[:images],
        embeddings=full.embeddings[:images],
        reconstructed=np.zeros(1, np.int64),
        reconstructions=full.reconstructions[:1],
    )
    assert ("Nearest neighbours" in Outline(written(few, tmp_path)).headings) == (images > 1)


def test_names_from_a_dataset_cannot_become_markup(tmp_path: Path) -> None:
    evil = '<script>alert("x")</script>\'"&'
    full = context()
    run = dataclasses.replace(
        full,
        title=evil,
        names=[evil] * IMAGES,
        vocabulary=[NamedTag(f"{evil}{t}", evil, 10) for t in range(TAGS)],
        evaluations={evil: full.evaluations["vendor_holdout"]},
        facts={evil: evil},
        step_seconds={evil: 1.0},
        problems=[{"name": evil, "message": evil}],
    )
    html = written(run, tmp_path)
    Outline(html)
    assert "<script" not in html
    assert html.count("&lt;script&gt;") > IMAGES


def test_pictures_carry_their_own_pixels(tmp_path: Path) -> None:
    pictures = [one for one in Outline(written(context(), tmp_path)).references if "," in one]
    assert len(pictures) > 50
    data = base64.b64decode(pictures[0].partition(",")[2])
    with Image.open(io.BytesIO(data)) as image:
        assert (image.format, image.size) == ("WEBP", (24, 24))


def test_the_best_tag_comes_first_and_the_worst_starts_the_worst() -> None:
    run = context()
    precisions = tag_precisions(run)
    assert precisions[0] == 1.0
    assert precisions[1] == min(precisions.values())
    best, worst = best_and_worst(run, precisions).split("<h3>Worst</h3>")
    assert re.findall(r"tag (\d) ", best)[0] == "0"
    assert re.findall(r"tag (\d) ", worst)[0] == "1"


def test_images_are_marked_right_where_they_have_the_tag() -> None:
    run = context()
    best, worst = best_and_worst(run, tag_precisions(run)).split("<h3>Worst</h3>")
    first_of_best, first_of_worst = best.split('class="tag"')[1], worst.split('class="tag"')[1]
    assert (first_of_best.count("✓"), first_of_best.count("✕")) == (8, 0)
    assert (first_of_worst.count("✓"), first_of_worst.count("✕")) == (0, 8)


def test_tags_of_the_very_same_images_are_shown_once() -> None:
    run = context()
    labels = run.labels.toarray()
    labels[:, 2] = labels[:, 0]
    scores = run.scores.copy()
    scores[:, 2] = scores[:, 0]
    twin = dataclasses.replace(run, labels=sp.csr_matrix(labels), scores=scores)
    html = best_and_worst(twin, tag_precisions(twin))
    assert len(re.findall(r"tag [02] ", html)) == 1


def test_tags_with_too_few_images_have_no_average_precision() -> None:
    run = context()
    labels = run.labels.toarray()
    labels[:, 3] = 0
    labels[:4, 3] = 1
    precisions = tag_precisions(dataclasses.replace(run, labels=sp.csr_matrix(labels)))
    assert set(precisions) == {0, 1, 2, 4, 5, 6}


def test_the_same_run_gives_the_same_page(tmp_path: Path) -> None:
    assert written(context(), tmp_path) == written(context(), tmp_path)


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_ticks_are_a_few_round_numbers_within_the_range(low: float, width: float) -> None:
    high = low + width
    found = ticks(low, high)
    slack = 1e-6 * max(abs(low), abs(high), width)
    assert len(found) <= 8
    assert all(low - slack <= value <= high + slack for value in found)
    assert found == sorted(found)


def test_a_chart_of_one_point_or_a_flat_line_is_drawn() -> None:
    for points in ([(1.0, 0.5)], [(1.0, 0.5), (2.0, 0.5)]):
        svg = chart([Series("a", points, dots=True)], Axis("x"), Axis("y", low=0.5))
        assert svg.count("<circle") == len(points)
        assert "nan" not in svg


def test_a_perfect_point_lies_in_the_upper_right_corner() -> None:
    svg = chart([Series("a", [(0, 0), (1, 1)])], Axis("x", 0, 1), Axis("y", 0, 1))
    (points,) = re.findall(r'points="([^"]+)"', svg)
    (x0, y0), (x1, y1) = (map(float, point.split(",")) for point in points.split())
    assert x0 < x1
    assert y0 > y1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (18532, "18,532"),
        (np.int64(7), "7"),
        (0.12345, "0.123"),
        (12345.6, "12,346"),
        ("<b>", "&lt;b&gt;"),
        (True, "True"),
    ],
)
def test_figures_are_written_as_people_read_them(value: object, text: str) -> None:
    assert number(value) == text


def test_durations_are_written_as_people_read_them() -> None:
    assert [duration(seconds) for seconds in (3.21, 90, 5400)] == ["3.2 s", "1.5 min", "1.5 h"]


@pytest.mark.parametrize(("total", "count"), [(0, 5), (3, 5), (100, 5)])
def test_example_rows_are_distinct_and_always_the_same(total: int, count: int) -> None:
    rows = example_rows(total, count).tolist()
    assert len(set(rows)) == len(rows) == min(total, count)
    assert rows == example_rows(total, count).tolist()
    assert all(0 <= n < total for n in rows)

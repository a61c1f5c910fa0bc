"""The picture of similar illustrations: numbered, whole, and within bounds."""

import io
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from bot.decoding.grid import MOST_CELLS, MOST_ROWS, GridCell, GridRequest, GridRow
from bot.decoding.grid_drawing import MOST_CUT, draw_grid, fill_square, lay_out
from bot.processes.frames import Frame, frame_parts, read_frame
from model.image import MiB

WHITE, BLACK = (255, 255, 255), (0, 0, 0)
thumbnails = st.none() | st.binary(max_size=9)
counts = st.lists(st.integers(1, MOST_CELLS), min_size=1, max_size=MOST_ROWS)


def grid_of(*rows: list[bytes | None], headers: bool = False) -> GridRequest:
    numbers = iter(range(1, 101))
    return GridRequest(
        tuple(
            GridRow(
                tuple(GridCell(next(numbers), one) for one in row), str(place) if headers else ""
            )
            for place, row in enumerate(rows, start=1)
        )
    )


def drawn(request: GridRequest) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(draw_grid(request))) as picture:
        assert picture.format == "WEBP"
        return np.asarray(picture.convert("RGBA"))


def inside(request: GridRequest, row: int, position: int) -> NDArray[np.int16]:
    """The colours of a cell, without its rim and its upper third, where the number stands."""
    layout = lay_out(request)
    left, top = layout.corner(row, position)
    cell = drawn(request)[top : top + layout.cell, left : left + layout.cell]
    margin = layout.cell // 10
    return cell[layout.cell // 3 : -margin, margin:-margin].astype(np.int16)


@given(counts, st.booleans())
def test_every_cell_has_a_place_of_its_own_within_a_picture_of_bounded_size(lengths, headers):
    request = grid_of(*([None] * length for length in lengths), headers=headers)
    layout = lay_out(request)
    width, height = layout.size
    assert width <= 1150
    assert height <= 1600
    assert 60 <= layout.cell <= 256
    corners = [
        layout.corner(row, position)
        for row, length in enumerate(lengths)
        for position in range(length)
    ]
    for left, top in corners:
        assert layout.gutter <= left <= width - layout.cell
        assert 0 <= top <= height - layout.cell
    apart = np.abs(np.array(corners)[:, None] - np.array(corners)).max(axis=2)
    assert apart[~np.eye(len(corners), dtype=bool)].min(initial=layout.cell + 6) >= layout.cell + 6


def test_many_short_rows_stand_beside_each_other_where_that_makes_them_larger():
    few, many = lay_out(grid_of(*[[None] * 3] * 4)), lay_out(grid_of(*[[None] * 3] * 10))
    assert len({left for left, _, _ in few.rows}) == 1
    assert len({left for left, _, _ in many.rows}) == 2
    assert [top for _, top, _ in many.rows[:5]] == [top for _, top, _ in many.rows[5:]]


def test_cells_stand_in_the_order_of_their_numbers(picture):
    colours = [(250, 0, 0), (0, 250, 0), (0, 0, 250), (250, 250, 0), (0, 250, 250), (250, 0, 250)]
    request = grid_of([picture(one) for one in colours])
    for position, colour in enumerate(colours):
        assert np.abs(inside(request, 0, position)[..., :3] - colour).max() < 25


@pytest.mark.parametrize("colour", [WHITE, BLACK, (130, 130, 130)])
def test_a_number_is_light_on_dark_on_any_picture(picture, colour):
    layout = lay_out(grid_of([picture(colour)]))
    badge = drawn(grid_of([picture(colour)]))[: layout.cell // 4, : layout.cell // 4, :3]
    brightness = badge.mean(axis=2)
    assert (brightness > 225).sum() > 50
    assert (brightness < 70).sum() > 400


def test_pictures_differ_only_where_their_numbers_stand(picture):
    one = GridRequest((GridRow((GridCell(1, picture()),)),))
    other = GridRequest((GridRow((GridCell(8, picture()),)),))
    differing = np.argwhere(np.abs(drawn(one).astype(int) - drawn(other)).max(axis=2) > 30)
    assert len(differing) > 20
    assert differing.max() < lay_out(one).cell // 4


def test_corners_are_transparent_and_cells_are_not(picture):
    request = grid_of([picture()] * 3)
    alpha = drawn(request)[..., 3]
    layout = lay_out(request)
    assert alpha[0, 0] == 0
    assert alpha[:, layout.cell + 3].max() == 0
    assert alpha[layout.cell // 2, layout.cell // 2] == 255


@pytest.mark.parametrize("damaged", [b"", b"text", "cut off", "too large"])
def test_a_damaged_thumbnail_looks_like_a_missing_one(picture, damaged):
    if damaged == "cut off":
        damaged = picture(size=(256, 256), file_format="WEBP")[:60]
    elif damaged == "too large":
        damaged = picture(size=(3000, 3000))
    missing, there = grid_of([None, picture()]), grid_of([damaged, picture()])
    assert draw_grid(missing) == draw_grid(there)
    pane = inside(missing, 0, 0)
    assert 0 < pane[..., 3].min() <= pane[..., 3].max() < 200


def test_headers_stand_in_a_gutter_of_their_own_and_only_where_there_are_any(picture):
    plain = grid_of([picture()], [picture()])
    headed = grid_of([picture()], [picture()], headers=True)
    assert lay_out(plain).gutter == 0
    gutter = lay_out(headed).gutter
    assert gutter > 20
    layout = lay_out(headed)
    bottom, top = layout.rows[0][2], layout.rows[1][1]
    alpha = drawn(headed)[..., 3]
    middle = alpha[:, gutter // 3]
    assert middle[bottom // 2] > 200
    assert middle[bottom + 1 : top - 1].max() == 0


@pytest.mark.parametrize("size", [(100, 100), (120, 160), (200, 100), (60, 240), (500, 20)])
def test_nothing_of_a_picture_is_stretched(size):
    image = Image.new("RGB", size, WHITE)
    side = min(size) // 2
    middle = (size[0] // 2, round((size[1] - side) * 0.3) + side // 2)
    box = (middle[0] - side // 2, middle[1] - side // 2)
    image.paste(BLACK, (*box, box[0] + side, box[1] + side))
    square = np.asarray(fill_square(image, 200)).max(axis=2) < 60
    rows, columns = np.flatnonzero(square.any(axis=1)), np.flatnonzero(square.any(axis=0))
    assert abs((np.ptp(rows) + 1) - (np.ptp(columns) + 1)) <= 3


@given(st.integers(1, 256), st.integers(1, 256))
def test_no_more_than_a_part_of_a_picture_is_cut_away(width, height):
    columns = np.linspace(0, 200, width)[None, :, None].repeat(height, axis=0)
    rows = np.linspace(0, 200, height)[:, None, None].repeat(width, axis=1)
    image = np.concatenate([columns, rows, np.full((height, width, 1), 255.0)], axis=2)
    filled = np.asarray(fill_square(Image.fromarray(image.astype(np.uint8)), 96))
    assert filled.shape == (96, 96, 3)
    shown = filled[filled[..., 2] > 240].astype(int)
    for channel, length in ((0, width), (1, height)):
        if length > 20:
            assert np.ptp(shown[:, channel]) >= 200 * (1 - MOST_CUT) - 20


def test_the_largest_picture_of_noise_stays_within_what_a_decoder_may_answer():
    noise = random.Random(1)
    file = io.BytesIO()
    Image.frombytes("RGB", (256, 256), noise.randbytes(256 * 256 * 3)).save(file, "WEBP")
    request = grid_of(*([file.getvalue()] * 10 for _ in range(10)), headers=True)
    assert len(draw_grid(request)) < 2 * MiB


@settings(max_examples=30)
@given(st.lists(st.lists(thumbnails, min_size=1, max_size=10), min_size=1, max_size=10))
def test_a_request_comes_through_the_pipe_as_it_was(rows):
    request = grid_of(*rows, headers=len(rows) > 1)
    sent = read_frame(io.BytesIO(b"".join(frame_parts(request.frame()))))
    assert isinstance(sent, Frame)
    assert GridRequest.of_frame(sent) == request


@pytest.mark.parametrize("rows", [[], [[]], [[None] * 11], [[None]] * 11])
def test_nothing_and_too_much_are_refused(rows):
    with pytest.raises(ValueError, match="1 to 10 rows of 1 to 10 cells"):
        grid_of(*rows)

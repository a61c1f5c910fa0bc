"""A smoke run of torture: every run in little, and the table that says what it came to."""

import asyncio
import contextlib
import io
import re
from collections import Counter
from types import SimpleNamespace

import pytest
from PIL import Image

from bot.decoding.grid import GridCell, GridRequest, GridRow
from bot.decoding.grid_drawing import draw_grid
from bot.decoding.process import decode
from bot.discord.visibility import _Readers
from model.image import ImageLimits
from tests.torture import waiting
from tests.torture.__main__ import main
from tests.torture.judging import Judge
from tests.torture.outcome import HARM, Outcome, table
from tests.torture.runs import RUNS, Run
from tests.torture.waiting import ceased

SMALL = {"images": 240, "chaos": 2, "network": 10, "soak": 30, "visibility": 20}


@pytest.mark.parametrize("name", sorted(RUNS))
@pytest.mark.timeout(300)
async def test_nothing_crashes_hangs_is_lost_doubled_or_leaked(name):
    outcome = await RUNS[name].torture(seed=3, size=SMALL[name])
    assert outcome.sound, outcome.findings
    assert outcome.inputs >= SMALL[name]


async def test_a_bot_that_shows_whatever_there_is_does_not_get_away_with_it(monkeypatch):
    monkeypatch.setattr(_Readers, "may_be_shown", lambda *_: True)
    outcome = await RUNS["visibility"].torture(seed=3, size=10)
    assert outcome.leaked
    assert any("grid of" in finding for finding in outcome.findings)


def test_no_picture_in_a_grid_is_taken_for_another():
    shown, other = (225, 60, 0), (200, 90, 30)
    file = io.BytesIO()
    Image.new("RGB", (64, 64), shown).save(file, "PNG")
    thumbnail = decode(file.getvalue(), ImageLimits(), 32).blobs[1]
    grid = draw_grid(GridRequest((GridRow((GridCell(1, thumbnail),)),)))
    guild = SimpleNamespace(colours={"shown": shown, "other": other})
    assert list(Judge(guild, Outcome("visibility"), Counter())._seen_in(grid)) == ["shown"]


async def test_a_decoder_that_takes_more_than_it_may_does_not_get_away_with_it(monkeypatch):
    monkeypatch.setattr("tests.torture.images.MOST_MIB", 20.0)
    outcome = await RUNS["images"].torture(seed=3, size=3)
    assert outcome.leaked


@pytest.mark.parametrize("kind", HARM)
def test_a_harm_makes_the_command_fail_and_is_told_with_what_repeats_it(kind, monkeypatch, capsys):
    async def harmful(seed: int, size: int) -> Outcome:
        outcome = Outcome("harmful", inputs=size)
        outcome.found(kind, "it went wrong")
        return outcome

    monkeypatch.setitem(RUNS, "harmful", Run("harmful", "things", 20, 4, harmful))
    assert main(["--only", "harmful", "--seed", "7", "--quick"]) == 1
    printed = capsys.readouterr().out
    assert f"! harmful, {kind}: it went wrong" in printed
    assert "--only harmful --seed 7 --size 4" in printed


async def test_people_whose_cancellation_is_lost_once_do_not_keep_a_strike_for_ever(monkeypatch):
    monkeypatch.setattr(waiting, "CEASE_SECONDS", 0.01)
    lost = iter([asyncio.CancelledError])

    async def live() -> None:
        while True:
            with contextlib.suppress(next(lost, TimeoutError)):
                await asyncio.sleep(60)

    living = asyncio.create_task(live())
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        (said,) = await ceased([living])
    assert isinstance(said, asyncio.CancelledError)


def test_a_run_without_harm_ends_well(monkeypatch):
    async def harmless(seed: int, size: int) -> Outcome:
        return Outcome("harmless", inputs=size)

    monkeypatch.setitem(RUNS, "harmless", Run("harmless", "things", 20, 4, harmless))
    assert main(["--only", "harmless"]) == 0


def test_the_table_has_a_row_for_each_run_and_all_that_the_project_promises_to_count():
    rows = table([Outcome("one", inputs=1000, worst_seconds=1.234), Outcome("two")]).splitlines()
    titles = re.split(r"\s{2,}", rows[0])
    assert titles == [
        "name",
        "inputs",
        "faults",
        *HARM,
        "worst seconds",
        "worst mib",
    ]
    assert re.split(r"\s{2,}", rows[1])[:2] == ["one", "1,000"]
    assert [row.split()[0] for row in rows[1:]] == ["one", "two"]

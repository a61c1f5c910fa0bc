"""The plan on paper: its arithmetic by hand, its queues by theory, its page by its own command."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.scale.__main__ import main
from benchmarks.scale.choosing import measure_choosing
from benchmarks.scale.events import Clock, Cores, Duration, Station
from benchmarks.scale.figures import FILE, read_figures
from benchmarks.scale.page import COMMUNITIES, TOLERANCE, reproduced
from benchmarks.scale.picture import PICTURE
from benchmarks.scale.serving import bill, demand, fits_one_machine, processes
from benchmarks.scale.simulation import Demand, Setting, simulate
from benchmarks.scale.sizing import (
    Community,
    choosing_ms,
    rebuild,
    scoring_ms,
    searching_ms,
    storage,
    vacuum_hours,
)
from model.errors import ConfigError

FIGURES = read_figures()
LARGEST = COMMUNITIES[-1]


def with_values(values):
    """The figures with some exchanged, by name."""
    named = dict(values)
    kinds = [
        {
            name: dataclasses.replace(one, value=named.pop(name, one.value))
            for name, one in kind.items()
        }
        for kind in (FIGURES.measured, FIGURES.assumed)
    ]
    assert not named
    return dataclasses.replace(FIGURES, measured=kinds[0], assumed=kinds[1])


# --- sizes


def test_bytes_are_those_of_one_times_how_many_there_are():
    figures = with_values(
        {"catalogue bytes": 3800.0, "index bytes": 1700.0, "milvus bytes": 1000.0}
    )
    kept = storage(figures, LARGEST)
    assert (kept.catalogue, kept.index, kept.milvus) == (380e9, 170e9, 100e9)


def test_inference_grows_by_the_tags_that_are_more_than_the_measured_ones():
    figures = with_values(
        {"inference bytes": 1e9, "forest bytes a tag": 2000.0, "head bytes a tag": 1000.0}
    )
    assert storage(figures, Community(1, 5_000, 1)).inference == 1e9
    assert storage(figures, Community(1, 105_000, 1)).inference == 1.3e9


def test_scoring_is_in_proportion_to_tags():
    assert scoring_ms(with_values({"scoring ms": 5.0}), 100_000) == 100.0


def test_searching_meets_both_measured_sizes_and_grows_with_the_logarithm():
    assert searching_ms(FIGURES, 5_000) == FIGURES["search ms, 5,000"]
    assert searching_ms(FIGURES, 2_000_000) == pytest.approx(FIGURES["search ms, 2,000,000"])
    steps = [searching_ms(FIGURES, size) for size in (10**6, 10**7, 10**8)]
    assert steps[2] - steps[1] == pytest.approx(steps[1] - steps[0])


def test_choosing_counts_everything_and_lists_what_is_the_guilds():
    figures = with_values({"illustration counted us": 0.1, "own id listed us": 1.0})
    assert choosing_ms(figures, Community(1_000_000, 1, 100)) == pytest.approx(100 + 10)


def test_a_vacuum_writes_every_byte_of_the_catalogue():
    figures = with_values({"catalogue bytes": 3600.0, "vacuum ns a byte": 10.0})
    assert vacuum_hours(figures, Community(100_000_000, 1, 1)) == pytest.approx(1.0)


def test_hours_of_a_rebuild_are_those_of_its_sample_its_tags_and_its_library():
    figures = with_values(
        {
            "encoder sample": 1e6,
            "encoder passes": 10.0,
            "trained image ms": 3.6,
            "boosters a core-minute": 100.0,
            "thumbnail decode ms": 0.5,
        }
    )
    hours = rebuild(figures, Community(2_000_000, 60_000, 1))
    assert (hours.encoder, hours.boosters) == (pytest.approx(10.0), pytest.approx(10.0))
    of_one = (0.5 + FIGURES["encode ms, batch 16"]) / 1e3
    assert hours.embedding == pytest.approx(2_000_000 * of_one / 3600)


def test_posts_of_the_busiest_hour_are_the_days_mean_times_its_peak():
    figures = with_values({"posts a guild and day": 86.4, "peak over mean": 3.0})
    assert Community(1, 1, 1000).peak_per_second(figures) == pytest.approx(3.0)


def test_a_process_more_is_there_before_its_utilisation_is_beyond_the_planned():
    needs = demand(FIGURES, LARGEST, servers=True)
    busy = LARGEST.peak_per_second(FIGURES) * needs.infer / processes(FIGURES, LARGEST)
    assert busy <= FIGURES["utilisation planned"]


def test_a_bill_adds_up_what_its_machines_have():
    asked = bill(FIGURES, LARGEST)
    assert not fits_one_machine(FIGURES, LARGEST)
    of_index = LARGEST.illustrations / FIGURES["vectors a milvus core"]
    of_bot = asked.processes * FIGURES["cores a process"]
    assert asked.cores == of_bot + FIGURES["database cores"] + of_index
    prices = (
        asked.cores * FIGURES["EUR a core and month"]
        + asked.memory / 1e9 * FIGURES["EUR a GB of memory and month"]
        + asked.disk / 1e12 * FIGURES["EUR a TB of disk and month"]
        + asked.bucket / 1e12 * FIGURES["EUR a TB of bucket and month"]
    )
    assert asked.euros == pytest.approx(prices)


# --- the simulation


def simulated(spread, **more):
    """One queue of exponential or of constant times of 50 ms, at half of what it can."""
    setting = Setting(10.0, posts=30_000, cores=None, spread=spread, **more)
    return simulate(Demand(loop=0.0, decode=0.0, infer=0.05), setting)


def test_a_queue_with_exponential_times_waits_as_theory_says_of_mm1():
    """The time in an M/M/1 queue is exponential, with the mean 1 / (μ - λ) = 0.1 s."""
    found = simulated(spread=1.0)
    assert found.median == pytest.approx(0.1 * np.log(2), rel=0.06)
    assert found.percentile_99 == pytest.approx(0.1 * np.log(100), rel=0.12)
    assert found.utilisation["inference"] == pytest.approx(0.5, rel=0.03)


def test_a_queue_with_constant_times_waits_as_theory_says_of_md1():
    """The mean of M/D/1 is service × (1 + ρ / (2 (1 - ρ))) = 0.075 s."""
    clock, random = Clock(), np.random.default_rng(3)
    station = Station("one", clock, random, Duration(0.05))
    came, took = np.cumsum(random.exponential(0.1, 20_000)), []
    for moment in came.tolist():
        arrive = lambda at=moment: station.serve(lambda: took.append(clock.now - at))  # noqa: E731
        clock.after(moment, arrive)
    clock.run()
    assert len(took) == 20_000
    assert np.mean(took) == pytest.approx(0.075, rel=0.05)


def test_who_finds_no_core_waits_for_one():
    clock, random, ended = Clock(), np.random.default_rng(0), []
    cores = Cores(clock, 1)
    for name in ("one", "other"):
        station = Station(name, clock, random, Duration(1.0), cores=cores)
        station.serve(lambda name=name: ended.append((name, clock.now)))
    clock.run()
    assert ended == [("one", 1.0), ("other", 2.0)]


def test_posts_served_together_cost_what_they_share_once():
    clock, random, ended = Clock(), np.random.default_rng(0), []
    station = Station("one", clock, random, Duration(1.0, shared=0.5), most=4)
    for _ in range(4):
        station.serve(lambda: ended.append(clock.now))
    clock.run()
    # The first is served at once; the three that came meanwhile are served together.
    assert ended == [1.0, 3.0, 3.0, 3.0]


def test_several_processes_share_one_writer_of_the_database():
    needs = Demand(loop=0.01, decode=0.01, infer=0.01, store=0.05)
    found = simulate(needs, Setting(16.0, processes=4, posts=8_000))
    assert found.busiest == "database, writing"
    assert found.utilisation[found.busiest] == pytest.approx(0.8, rel=0.06)


def test_the_same_seed_gives_the_same_run():
    assert simulated(spread=0.3, seed=4) == simulated(spread=0.3, seed=4)
    assert simulated(spread=0.3, seed=4) != simulated(spread=0.3, seed=5)


def test_the_simulation_reproduces_the_measured_point():
    assert abs(reproduced(FIGURES)[1]) <= TOLERANCE


# --- the file and the page


def test_the_page_says_what_the_command_writes(tmp_path):
    here, written = Path("docs/scale.md"), tmp_path / "scale.md"
    written.write_text(here.read_text(encoding="utf-8"), encoding="utf-8")
    assert main(["--page", str(written)]) == 0
    assert written.read_text(encoding="utf-8") == here.read_text(encoding="utf-8")
    assert (tmp_path / "pictures" / PICTURE).stat().st_size > 0


def test_what_the_catalogue_is_asked_is_measured_under_the_names_of_its_figures():
    found = dict(measure_choosing(200))
    assert found.keys() <= FIGURES.measured.keys()
    assert found["illustration counted us"] > 0
    assert found["id aligned us"] > 0


def test_a_check_that_fails_has_the_status_1_and_writes_nothing(tmp_path, capsys):
    content = json.loads(FILE.read_text(encoding="utf-8"))
    content["measured"]["loop ms"]["value"] *= 4
    file = tmp_path / "figures.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    page = tmp_path / "page.md"
    assert main(["--figures", str(file), "--page", str(page)]) == 1
    assert "not the service that was measured" in capsys.readouterr().out
    assert not page.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "not as expected"),
        ('{"measured": {}}', "assumed"),
        ('{"measured": {}, "assumed": {"x": {"value": 0, "unit": "", "source": ""}}}', "above 0"),
        ('{"measured": {"x": {"value": 1, "unit": "", "source": ""}}, "assumed": {}}', "command"),
    ],
)
def test_a_file_of_figures_that_is_not_as_expected_is_refused(tmp_path, content, said):
    file = tmp_path / "figures.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        read_figures(file)


def test_a_figure_that_is_missing_is_named():
    with pytest.raises(ConfigError, match="nothing of the kind"):
        FIGURES["nothing of the kind"]

"""Figures for an operator."""

import re

import pytest

from bot.metrics import Metrics, Stopwatch


def test_a_stage_is_counted_and_shown_with_its_time():
    metrics = Metrics()
    watch = Stopwatch(metrics)
    with watch.stage("decode"):
        pass
    assert re.fullmatch(r"decode \d+ ms, total \d+ ms", str(watch))
    assert b'hoshizora_stage_seconds_count{stage="decode"} 1.0' in metrics.text()


def test_a_stage_that_fails_is_counted_too():
    metrics = Metrics()
    watch = Stopwatch(metrics)
    with pytest.raises(KeyError), watch.stage("infer"):
        raise KeyError
    assert "infer" in str(watch)
    assert b'hoshizora_stage_seconds_count{stage="infer"} 1.0' in metrics.text()


def test_services_side_by_side_count_for_themselves():
    first, second = Metrics(), Metrics()
    first.images.labels("post", "answered").inc()
    assert b'hoshizora_images_total{operation="post",outcome="answered"} 1.0' in first.text()
    assert b"hoshizora_images_total{" not in second.text()


def test_operators_are_told_of_every_metric_and_of_none_that_is_not_there(repository):
    told = (repository / "docs" / "operations.md").read_text(encoding="utf-8")
    sources = [file.read_text(encoding="utf-8") for file in (repository / "bot").rglob("*.py")]
    watched = [name for text in sources for name in re.findall(r'\bwatch\("(\w+)",', text)]
    there = {family.name for family in Metrics().registry.collect()}
    there |= {f"hoshizora_{name}" for name in watched}
    assert len(watched) >= 4
    assert {name.removesuffix("_total") for name in re.findall(r"hoshizora_\w+", told)} == there

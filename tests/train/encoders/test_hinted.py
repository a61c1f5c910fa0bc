"""train/encoders/hinted.py: one network looks, the others are told, and their join knows both."""

import numpy as np
import pytest

from model.networks import networks_in
from train.encoders import verdicts
from train.encoders.contrastive import Contrastive
from train.encoders.hinted import fit, learners
from train.encoders.supervised import Outputs
from train.encoders.training import find_best, rounds_in

OPTIONS = {"kind": "hinted", "networks": 3, "width": 6, "restoration": 0.0}


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(verdicts, "FEWEST_OF_A_TAG", 5)


def test_the_first_network_hears_nothing_of_tags_and_the_others_see_light_changes_alone(task):
    first, *told = learners(task(**OPTIONS, augmentation="strong"))
    assert type(first) is Contrastive
    assert first.task.settings.augmentation == "strong"
    assert not first.task.settings.reads_labels
    assert len(told) == 2
    assert {one.task.settings.augmentation for one in told} == {"light"}
    assert all("sea" in one.hints.names for one in told)


def test_they_share_numbers_and_pictures_alike_and_no_seed(task):
    whole = task(**OPTIONS, epochs=6)
    tasks = [one.task for one in learners(whole)]
    assert {(one.settings.width, one.settings.epochs) for one in tasks} == {(2, 2.0)}
    assert len({one.config.seed for one in tasks}) == len({one.directory for one in tasks}) == 3
    assert tasks[0].config.seed == whole.config.seed


def test_pictures_that_share_tags_come_to_lie_close(task, embed):
    network = fit(task(**OPTIONS, augmentation="light", epochs=36))
    assert networks_in(network.options) == 3
    embeddings = embed(network)
    assert embeddings.shape == (48, 6)
    unit = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    alike = unit @ unit.T
    np.fill_diagonal(alike, -1)
    nearest = alike.argmax(axis=1)
    assert (nearest % 4 == np.arange(48) % 4).mean() > 0.9


def test_what_is_kept_of_each_network_is_found_in_the_steps_directory(task):
    made = task(**{**OPTIONS, "restoration": 1.0}, epochs=6)
    fit(made)
    directory = made.work.step("encoder")
    assert find_best(directory, "decoder").parent == directory / "0"
    assert find_best(directory, "nothing") is None
    rounds = rounds_in(directory)
    assert [one["network"] for one in rounds] == sorted(one["network"] for one in rounds)
    assert {one["network"] for one in rounds} == {0, 1, 2}
    assert made.work.read("progress.json")["message"].startswith("encoder:")


def test_it_has_no_outputs_of_its_own(task):
    made = task(**OPTIONS)
    fit(made)
    assert not Outputs.kept_in(made.work.step("encoder"))

"""train/encoders/supervised.py: a fixed list of tags, and its own outputs stay with it."""

import numpy as np
import pytest

from train.encoders import verdicts
from train.encoders.supervised import Outputs, Supervised, fit


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(verdicts, "FEWEST_OF_A_TAG", 5)


def test_its_outputs_begin_at_each_tags_frequency(task):
    learner = Supervised(task(kind="supervised"))
    _, bias = learner.build().parts["outputs"].get_weights()
    usual = 1 / (1 + np.exp(-bias))
    share = learner.hints.counts / len(learner.task.fitting_rows)
    assert usual == pytest.approx(share, abs=0.02)
    assert np.isfinite(bias).all()


def test_its_own_outputs_know_the_tags_that_it_was_trained_on(task, embed, small_pack):
    made = task(kind="supervised", epochs=12)
    directory = made.work.step("encoder")
    assert not Outputs.kept_in(directory)
    network = fit(made)
    assert Outputs.kept_in(directory)
    outputs = Outputs.load(directory)
    margins = outputs.margins(embed(network))
    assert margins.shape == (48, len(outputs.names))
    sea = np.array(["sea" in row.tags for row in small_pack.rows])
    scores = margins[:, outputs.names.index("sea")]
    assert scores[sea].mean() > scores[~sea].mean() + 1

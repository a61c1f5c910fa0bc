"""train/encoders/verdicts.py: yes or no for each common tag."""

import numpy as np
import pytest

from train.encoders.verdicts import SCALE, cross_entropy


def test_the_loss_is_the_binary_cross_entropy_of_every_tag():
    random = np.random.default_rng(0)
    truth, margins = (random.random((4, 3)) < 0.5).astype(np.float32), random.normal(size=(4, 3))
    said = 1 / (1 + np.exp(-margins))
    each = -(truth * np.log(said) + (1 - truth) * np.log(1 - said))
    found = float(cross_entropy(truth, margins.astype(np.float32)))
    assert found == pytest.approx(SCALE * each.sum(axis=1).mean(), rel=1e-4)

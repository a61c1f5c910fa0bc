"""Yes or no for each common tag: what the yardstick is trained for, and a part of the hint.

Source: illustration2vec (Saito and Matsui 2015) and DeepDanbooru: a sigmoid for each of the
commonest tags, binary cross entropy.
"""

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from train.encoders.hints import Hints

FEWEST_OF_A_TAG = 20
MOST_TAGS = 5000
# A picture has a dozen tags of thousands: the mean over all would leave hardly a gradient.
SCALE = 1 / 50


def outputs(hints: Hints, name: str) -> layers.Layer:
    """(N, D) → (N, T) float32 margins, which begin at the log odds of each tag's frequency.

    From even odds Adam needs thousands of steps to learn alone that most tags are rare (Lin et al.
    2017, "Focal loss", begin in the same way).

    Args:
        hints: The T tags.
        name: Of the layer.
    """
    rest = hints.rows - hints.counts
    odds = np.log((hints.counts + 0.5) / (rest + 0.5)).astype(np.float32)
    begin = keras.initializers.Constant(odds)
    return layers.Dense(len(hints.names), dtype="float32", name=name, bias_initializer=begin)


def cross_entropy(truth: Any, margins: Any) -> Any:  # noqa: ANN401 - tensors of any backend
    """Binary cross entropy, summed over the tags, the mean over the pictures, and scaled."""
    each = ops.relu(margins) - margins * truth + ops.log1p(ops.exp(-ops.abs(margins)))
    return SCALE * ops.mean(ops.sum(each, axis=1))

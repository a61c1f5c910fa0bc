"""The tags that are kept from everything, to be taught to each encoder afterwards."""

from collections.abc import Collection, Sequence

import numpy as np

from model.datasets import Row
from train.compare.space import FEWEST_OF_A_TAG
from train.config import TrainConfig
from train.pack import in_validation, may_train
from train.vocabulary import build_vocabulary, labels
from train.withholding import Wanted, Withheld, choose_tags

TAGS = 200
# Half of the training groups are a community's, from which twenty examples are drawn.
EXAMPLES = 45


def withhold(rows: Sequence[Row], config: TrainConfig, spared: Collection[str]) -> Withheld:
    """Draw tags that have enough illustrations, and find what would give them away.

    Args:
        rows: A dataset's, every split.
        config: Its seed fixes the draw.
        spared: Tags that are not drawn, since another measure asks for them by name.
    """
    train = (row for row in rows if may_train(row, config))
    fitting = [row for row in train if not in_validation(row.group, config)]
    vocabulary = build_vocabulary(fitting, FEWEST_OF_A_TAG, 0)
    names = [tag.name for tag in vocabulary]
    single = [row for row in fitting if not row.variant]
    tested = [row for row in rows if row.split == "test"]
    free = np.array([i for i, name in enumerate(names) if name not in spared], dtype=np.int64)
    having = [labels(part, vocabulary).tocsc()[:, free] for part in (single, tested)]
    chosen = free[choose_tags(having[0], having[1], Wanted(EXAMPLES), TAGS, config.seed)]
    return Withheld.of(labels(fitting, vocabulary), vocabulary, chosen)

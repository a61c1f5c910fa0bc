"""The tags that are kept from everything, to be taught to each encoder afterwards."""

from collections.abc import Collection, Sequence

from model.datasets import Row
from train.compare.space import FEWEST_OF_A_TAG
from train.config import TrainConfig
from train.pack import in_validation, may_train
from train.withholding import Draw, Wanted, Withheld, withhold

TAGS = 200
# Half of the training groups are a community's, from which twenty examples are drawn.
EXAMPLES = 45


def choose(rows: Sequence[Row], config: TrainConfig, spared: Collection[str]) -> Withheld:
    """Draw tags that have enough illustrations, and find what would give them away.

    Args:
        rows: A dataset's, every split.
        config: Its seed fixes the draw.
        spared: Tags that are not drawn, since another measure asks for them by name.
    """
    train = (row for row in rows if may_train(row, config))
    fitting = [row for row in train if not in_validation(row.group, config)]
    single = [row for row in fitting if not row.variant]
    tested = [row for row in rows if row.split == "test"]
    draw = Draw(Wanted(EXAMPLES), TAGS, FEWEST_OF_A_TAG, config.seed)
    return withhold(fitting, single, tested, draw, spared)

"""train/unaware.py: tags are measured as new ones with an encoder that has not heard of them."""

import pytest

from model.bundle import open_bundle
from model.datasets import read_dataset
from model.errors import TrainingError
from model.image import ImageLimits
from train.config import EncoderConfig, TrainConfig
from train.few_examples import Measuring
from train.heads import choose
from train.pack import load_pack
from train.run import Run
from train.unaware import encoder_of_bundle, train_unaware
from train.workdir import Workdir

RECIPE = TrainConfig(
    validation=0.2,
    jobs=1,
    encoder=EncoderConfig(
        kind="hinted", image_size_px=16, width=8, batch=16, epochs=0.5, round_images=32
    ),
)


def test_the_encoder_of_a_bundle_that_learnt_without_labels_is_of_use(tiny_bundle):
    bundle = open_bundle(tiny_bundle)
    encoder = encoder_of_bundle(tiny_bundle, bundle.manifest)
    assert encoder.id == bundle.manifest["encoder"]["id"]


@pytest.mark.parametrize("kind", ["hinted", "supervised"])
def test_one_that_saw_labels_is_refused(tiny_bundle, kind):
    with pytest.raises(TrainingError, match=f"is {kind}: it has seen labels.*--workdir"):
        encoder_of_bundle(tiny_bundle, {"settings": {"encoder": {"kind": kind}}})


def test_what_is_trained_for_the_purpose_hears_nothing_of_the_tags(tiny_dataset, tmp_path):
    rows = read_dataset(tiny_dataset).rows
    withheld = choose(rows, Measuring(tags=3, examples=(1, 10)))
    run = Run((tiny_dataset,), None, Workdir(tmp_path), RECIPE, ImageLimits())
    encoder = train_unaware(run, withheld)
    assert encoder.width == 8
    pack = load_pack(run.data, RECIPE, run.work)
    heard = {name for row in pack.rows for name in (*row.tags, *row.tags_ja)}
    before = {name for row in rows if row.split == "train" for name in (*row.tags, *row.tags_ja)}
    assert heard < before
    assert before - heard == set(withheld.relatives) & before
    assert train_unaware(run, withheld).id == encoder.id

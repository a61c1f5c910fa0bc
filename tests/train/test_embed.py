"""train/embed.py: what the boosters are fitted on is what will be served, whoever trained it."""

import dataclasses
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from model.encoder import Encoder
from model.errors import TrainingError
from model.tagger import Tagger
from train.config import EmbedConfig
from train.embed import embed_images, load_embeddings
from train.pack import Pack
from train.workdir import Workdir

SETTINGS = (
    "train.jobs=1",
    "train.encoder.image_size_px=16",
    "train.encoder.width=16",
    "train.encoder.width_multiplier=0.1",
    "train.encoder.epochs=1",
    "train.encoder.batch=16",
    "train.boosters.rounds=2",
    "train.boosters.max_tags=4",
)
TRAIN = """
import sys
sys.modules["tensorflow"] = None  # Importing it fails, as where it is not installed.
from pathlib import Path
from model.config import read_section, read_settings
from model.image import ImageLimits
from train.config import TrainConfig
from train.run import STEPS, Run
from train.workdir import Workdir

data, work, out, *assignments = sys.argv[1:]
config = read_section(read_settings(None, assignments), "train", TrainConfig)
run = Run((Path(data),), Path(out), Workdir(Path(work)), config, ImageLimits())
run.steps(STEPS)
import keras
print(keras.backend.backend())
"""


def test_a_bundle_rebuilt_under_jax_serves_the_same_embeddings_under_tensorflow(
    tiny_dataset, tmp_path
):
    """And TensorFlow cannot be loaded there: the machine that trains may have none."""
    import keras

    assert keras.backend.backend() == "tensorflow"
    places = [str(tiny_dataset), str(tmp_path / "work"), str(tmp_path / "bundle")]
    done = subprocess.run(
        [sys.executable, "-c", TRAIN, *places, *SETTINGS],
        env={
            **os.environ,
            "KERAS_BACKEND": "jax",
            "JAX_PLATFORMS": "cpu",
            "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "jax\n"
    encoder, under_jax = load_embeddings(Workdir(tmp_path / "work"))
    images = np.load(tmp_path / "work" / "pack" / "images.npy")
    assert len(images) == len(under_jax) > 100
    served = Tagger.load(tmp_path / "bundle")
    assert served.encoder_id == encoder.id
    assert np.abs(served.encode(images) - under_jax).max() <= 1e-4
    assert np.linalg.norm(under_jax[1:] - under_jax[:-1], axis=1).min() > 1e-3
    files = [(tiny_dataset / name).read_bytes() for name in served.indexed_files[:8]]
    described = served.describe(files, neighbours=1)
    assert [one.similar[0].distance for one in described] == pytest.approx([0] * 8, abs=1e-3)
    assert all(len(one.tags) == 4 for one in described)


def test_the_stored_embeddings_are_those_of_the_published_encoder(tiny_run, tiny_bundle):
    served = Encoder.load(tiny_bundle)
    stored, embeddings = load_embeddings(tiny_run.work)
    assert stored.id == served.id
    assert embeddings.dtype == np.float32
    assert embeddings == pytest.approx(served.embed(tiny_run.pack.images), abs=1e-5)


def test_the_projection_is_fitted_on_the_training_images_alone(tiny_run):
    encoder, _ = load_embeddings(tiny_run.work)
    latents = encoder.latents(np.asarray(tiny_run.pack.images[tiny_run.pack.fitting]))
    assert encoder.projection.mean == pytest.approx(latents.mean(axis=0), abs=1e-4)


@pytest.fixture
def trained(tiny_run, tmp_path):
    """A work directory in which the same network is trained, and nothing embedded."""
    (tmp_path / "encoder").symlink_to(tiny_run.work.root / "encoder")
    return Workdir(tmp_path)


def few(pack):
    return Pack(pack.images[:20], pack.rows[:20], pack.usable[:20], np.zeros(20, bool))


def test_embedding_again_happens_only_under_other_settings(tiny_run, trained):
    config, pack = tiny_run.config, few(tiny_run.pack)
    ids, times = [], []
    for embed in (
        config.embed,
        config.embed,
        EmbedConfig(whitening=0.0),
        EmbedConfig(0.5, "float32"),
    ):
        embed_images(pack, dataclasses.replace(config, embed=embed), trained, "mark")
        ids.append(load_embeddings(trained)[0].id)
        times.append((trained.root / "embed" / "done.json").stat().st_mtime_ns)
    assert ids[0] == ids[1]
    assert times[0] == times[1] < times[2] < times[3]
    assert len(set(ids)) == 3
    assert trained.facts("embed")["embeddings"] == 20
    with np.load(trained.root / "embed" / "encoder.npz") as stored:
        assert stored["arr_0"].dtype == np.float32


def test_a_cut_embedding_counts_as_none(tiny_run, trained, monkeypatch):
    """Else the next step would read files of two settings."""
    config, pack = tiny_run.config, few(tiny_run.pack)
    embed_images(pack, config, trained, "mark")
    with monkeypatch.context() as patch:
        patch.setattr(Encoder, "latents", lambda encoder, images: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            embed_images(pack, config, trained, "other mark")
    with pytest.raises(TrainingError, match="Run: python -m train embed"):
        load_embeddings(trained)
    embed_images(pack, config, trained, "mark")
    assert len(load_embeddings(trained)[1]) == 20


def test_embedding_before_training_says_which_step_is_missing(tiny_run, tmp_path):
    with pytest.raises(TrainingError, match="Run: python -m train encoder"):
        embed_images(few(tiny_run.pack), tiny_run.config, Workdir(tmp_path), "mark")
    assert not list(tmp_path.rglob("*.np*"))
    assert json.dumps(Workdir(tmp_path).facts("embed")) == "{}"

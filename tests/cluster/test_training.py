"""What joblib spreads comes out of a cluster as it comes out of one machine, whatever is lost."""

import dataclasses
import json
import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import scipy.sparse as sp
from joblib import Parallel, delayed
from PIL import Image

from model.datasets import read_dataset
from model.encoder import Encoder
from model.image import ImageLimits
from model.networks import Network, build
from model.networks.article import ArticleOptions
from model.projection import Projection
from train import boosters as boosters_module
from train import pack as pack_module
from train.boosters import Fitting, fit_boosters
from train.cluster import on_cluster
from train.config import BoostersConfig, EncoderConfig, TrainConfig
from train.embed import find_latents
from train.head import fit_edges, fit_head
from train.pack import load_pack, pack_images
from train.vocabulary import NamedTag
from train.workdir import Workdir

ROWS, WIDTH, TAGS = 3000, 24, 48
NO_PATIENCE = {
    "RAY_CLIENT_INITIAL_CONNECTION_TIMEOUT_S": "1",
    "RAY_CLIENT_MAX_CONNECTION_TIMEOUT_S": "1",
}
CONFIG = TrainConfig(
    encoder=EncoderConfig(kind="pixel_pca", image_size_px=16, width=16),
    boosters=BoostersConfig(rounds=80, depth=5, column_share=0.5),
)


@pytest.fixture(scope="module")
def fitting():
    """Tags that are each on one side of a plane of its own."""
    random = np.random.default_rng(0)
    embeddings = random.normal(0, 1, (ROWS, WIDTH)).astype(np.float32)
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    sides = embeddings @ random.normal(0, 1, (WIDTH, TAGS))
    truth = sp.csr_matrix(np.argsort(np.argsort(-sides, axis=0), axis=0) < 300, dtype=np.uint8)
    head = fit_head(embeddings, truth, np.arange(ROWS), ROWS, seed=0)
    edges = fit_edges(head, truth, seed=0)
    vocabulary = tuple(NamedTag(f"tag {t}", "", 300) for t in range(TAGS))
    return Fitting(vocabulary, truth.tocsc(), head, edges, edges.quantise(embeddings))


def files(directory):
    return {path.relative_to(directory): path.read_bytes() for path in directory.rglob("*.npy")}


def test_a_node_that_dies_in_the_middle_changes_no_bit_of_any_booster(
    nodes, fitting, tmp_path, monkeypatch
):
    monkeypatch.setattr(boosters_module, "TAGS_AT_ONCE", 2)
    here, there = Workdir(tmp_path / "here"), Workdir(tmp_path / "there")
    fit_boosters(fitting, dataclasses.replace(CONFIG, jobs=2), here, "mark")
    finished = there.step("boosters") / "mark"

    def strike():
        while len(list(finished.glob("tags-*"))) < 3:
            time.sleep(0.02)
        nodes.lose()

    striking = threading.Thread(target=strike, daemon=True)
    striking.start()
    with on_cluster(nodes.address):
        fit_boosters(fitting, CONFIG, there, "mark")
    striking.join()
    assert not nodes.whole
    assert len(files(here.root)) == 4 * TAGS / 2
    assert files(here.root) == files(there.root)


@pytest.fixture
def dataset(tmp_path):
    directory = tmp_path / "data"
    directory.mkdir()
    random, lines = np.random.default_rng(1), []
    for number in range(40):
        pixels = random.integers(0, 256, (20, 30, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(directory / f"{number:02}.png")
        row = {"file_name": f"{number:02}.png", "tags": ["noise"], "split": "train"}
        lines.append(json.dumps(row))
    (directory / "metadata.jsonl").write_text("\n".join(lines))
    (directory / "07.png").write_bytes(b"broken")
    return read_dataset(directory)


@pytest.fixture
def encoder():
    """The article's network, small, with whatever weights it starts from."""
    options = ArticleOptions(image_size_px=16, width=16, width_multiplier=0.1)
    network = Network("autoencoder", options, tuple(build("autoencoder", options).get_weights()))
    return Encoder(network, Projection.none(options.width))


def test_images_are_packed_and_embedded_as_on_one_machine(
    nodes, encoder, dataset, tmp_path, monkeypatch
):
    monkeypatch.setattr(pack_module, "BLOCK", 8)
    monkeypatch.setattr("train.embed.BLOCK", 8)
    found = {}
    for address in ("", nodes.address):
        work = Workdir(tmp_path / f"work {bool(address)}")
        config = dataclasses.replace(CONFIG, cluster=address, validation=0.0)
        with on_cluster(address):
            pack_images(dataset, config, ImageLimits(), work)
            pack = load_pack((dataset.directory,), config, work)
            latents = find_latents(encoder, pack, work, -1 if address else 1)
        found[bool(address)] = (np.array(pack.images), pack.usable, np.array(latents))
    assert np.flatnonzero(~found[True][1]).tolist() == [7]
    for one, other in zip(found[False], found[True], strict=True):
        assert np.array_equal(one, other)


def test_what_is_wrong_with_the_work_itself_is_raised_as_on_one_machine(nodes):
    with on_cluster(nodes.address), pytest.raises(ZeroDivisionError) as caught:
        Parallel(n_jobs=-1)(delayed(divmod)(1, number) for number in (1, 0))
    assert "ray" not in str(caught.value)


def test_a_cluster_that_is_not_there_is_named_without_a_trace(dataset, tmp_path):
    places = ("--data", str(dataset.directory), "--workdir", str(tmp_path / "work"))
    cluster = ("--set", "train.cluster=ray://127.0.0.1:9")
    done = subprocess.run(
        [sys.executable, "-m", "train", "pack", *places, *cluster],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | NO_PATIENCE,
    )
    assert done.returncode == 2
    assert "'ray://127.0.0.1:9' (train.cluster) cannot be used" in done.stderr
    assert "Traceback" not in done.stderr

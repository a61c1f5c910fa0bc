"""train/index.py: the bundle's own index finds every training illustration by its file name."""

import dataclasses
import json

import numpy as np
import pytest

from model.index import VectorIndex
from model.tagger import INDEX_DIRECTORY, INDEX_FILES
from train.config import BundleConfig
from train.embed import load_embeddings
from train.index import build_index
from train.workdir import Workdir


@pytest.fixture(scope="module")
def made(tiny_run):
    return load_embeddings(tiny_run.work)


def test_every_usable_row_is_found_at_its_own_embedding(tiny_run, made):
    encoder, embeddings = made
    place = tiny_run.work.root / "index"
    index = VectorIndex(place / INDEX_DIRECTORY, encoder.width, encoder.id)
    rows = np.flatnonzero(tiny_run.pack.usable)
    assert index.ids.tolist() == rows.tolist()
    for row, found in zip(rows, index.search(embeddings[rows], 3), strict=True):
        assert row in {near.id for near in found if near.distance < 1e-3}


def test_the_files_are_named_in_the_order_of_the_ids(tiny_run):
    names = json.loads((tiny_run.work.root / "index" / INDEX_FILES).read_text(encoding="utf-8"))
    assert names == [row.name for row in tiny_run.pack.rows]


def test_unusable_rows_are_left_out_and_ids_stay(tiny_run, made, tmp_path):
    encoder, embeddings = made
    usable = np.arange(len(tiny_run.pack.rows)) % 3 > 0
    pack = dataclasses.replace(tiny_run.pack, usable=usable)
    build_index(pack, embeddings, encoder, tiny_run.config, Workdir(tmp_path))
    index = VectorIndex(tmp_path / "index" / INDEX_DIRECTORY, encoder.width, encoder.id)
    assert index.ids.tolist() == np.flatnonzero(usable).tolist()
    assert Workdir(tmp_path).facts("index")["items"] == usable.sum()


def test_what_was_only_lent_is_in_no_index_and_not_named(tiny_run, made, tmp_path):
    encoder, embeddings = made
    rows = [dataclasses.replace(row, lent=n < 5) for n, row in enumerate(tiny_run.pack.rows)]
    pack = dataclasses.replace(tiny_run.pack, rows=tuple(rows))
    build_index(pack, embeddings, encoder, tiny_run.config, Workdir(tmp_path))
    index = VectorIndex(tmp_path / "index" / INDEX_DIRECTORY, encoder.width, encoder.id)
    assert index.ids.tolist() == list(range(5, len(rows)))
    names = json.loads((tmp_path / "index" / INDEX_FILES).read_text(encoding="utf-8"))
    assert names[:6] == ["", "", "", "", "", rows[5].name]


def test_a_done_index_is_not_built_again_and_another_encoders_is_replaced(tiny_run, made, tmp_path):
    encoder, embeddings = made
    work, other = Workdir(tmp_path), encoder.projected(type(encoder.projection).none(16))
    marks = []
    for each in (encoder, encoder, other):
        build_index(tiny_run.pack, embeddings, each, tiny_run.config, work)
        marks.append((tmp_path / "index" / "done.json").stat().st_mtime_ns)
    assert marks[0] == marks[1] < marks[2]
    assert len(VectorIndex(tmp_path / "index" / INDEX_DIRECTORY, 16, other.id)) == len(embeddings)


def test_no_index_is_built_where_the_bundle_shall_carry_none(tiny_run, made, tmp_path):
    encoder, embeddings = made
    config = dataclasses.replace(tiny_run.config, bundle=BundleConfig(index=False))
    build_index(tiny_run.pack, embeddings, encoder, config, Workdir(tmp_path))
    assert list(tmp_path.iterdir()) == []

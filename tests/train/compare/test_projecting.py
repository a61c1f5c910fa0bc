"""train/compare/projecting.py: the strength is chosen on validation, and on nothing else."""

import dataclasses

import numpy as np
import pytest

from train.compare import projecting
from train.compare.projecting import STRENGTHS, choose_projection


def latents_of(space):
    """One loud direction of noise beside the embedding, which whitening quietens."""
    noise = np.random.default_rng(0).normal(0, 30, (len(space.embeddings), 1))
    return np.column_stack([space.embeddings, noise]).astype(np.float32)


def test_the_best_strength_is_taken_and_all_are_told(space):
    latents = latents_of(space)
    projection, told = choose_projection(latents, space.labelled)
    assert list(told) == [f"{one:g}" for one in STRENGTHS]
    assert told["1"] > told["0.25"]
    assert max(told, key=told.get) != "0.25"
    assert np.linalg.norm(projection.apply(latents), axis=1) == pytest.approx(1, abs=1e-4)


def test_the_test_split_has_no_say(space, monkeypatch):
    latents = latents_of(space)
    before = choose_projection(latents, space.labelled)[1]
    labelled = space.labelled
    blind = labelled.labels.tolil()
    blind[labelled.test] = 0
    without = dataclasses.replace(labelled, labels=blind.tocsr())
    latents[labelled.test] = 0
    assert choose_projection(latents, without)[1] == pytest.approx(before)
    assert projecting.STRENGTHS == STRENGTHS

"""train/compare/measures/footing.py: every head is asked about the same illustrations."""

import numpy as np

from model.head import find_neighbourhood
from train.compare.measures.footing import ASKED, Footing
from train.compare.measures.heads import Nearest, nearest
from train.head import fit_head
from train.metric import MetricOptions


def test_each_split_has_its_part_and_nobody_learns_from_it(space):
    footing = Footing.of(space, 0)
    assert tuple(footing.parts) == ASKED
    for split, part in footing.parts.items():
        rows = space.labelled.split(split)
        assert len(rows) > 10
        np.testing.assert_array_equal(footing.asked[part], space.embeddings[rows])
        assert (footing.truth[part] != space.labelled.labels[rows]).nnz == 0
    own = space.embeddings[space.labelled.fitting]
    np.testing.assert_array_equal(footing.fitting.head.embeddings, own)


def test_votes_are_the_shares_of_the_served_neighbours(space):
    footing = Footing.of(space, 0)
    part = footing.parts["test"]
    head = footing.fitting.head.head
    near = find_neighbourhood(footing.asked[part], head.background.embeddings())
    served = head.inputs(footing.asked[part], near).votes
    np.testing.assert_allclose(footing.votes[part].toarray(), served, atol=1e-5)
    weighed = nearest(footing, part, Nearest(120, by_distance=True))
    np.testing.assert_allclose(weighed, served, atol=1e-5)


def test_whose_votes_count_is_judged_by_the_metric_that_is_asked_for(space):
    options = MetricOptions(hidden=(16,), places=8, epochs=2)
    footing = Footing.of(space, 0, options)
    head, part = footing.fitting.head, footing.parts["test"]
    places = [head.metric.places(one) for one in (footing.asked[part], head.embeddings)]
    near = find_neighbourhood(*places)
    served = head.head.inputs(footing.asked[part], near).votes
    # The background is kept in bytes, so that hardly any place is quite the same.
    assert np.abs(footing.votes[part].toarray() - served).mean() < 0.02
    plain = Footing.of(space, 0)
    np.testing.assert_array_equal(footing.near.rows, plain.near.rows)
    assert abs(footing.votes - plain.votes).max() > 0.1


def test_a_small_dataset_has_the_coefficients_that_a_bundle_would_have(space):
    own = space.labelled.fitting
    labels, groups = space.labelled.labels[own], space.labelled.groups[own]
    expected = fit_head(space.embeddings[own], labels, groups, len(own), 0).head.coefficients
    found = Footing.of(space, 0).fitting.head.head.coefficients
    np.testing.assert_allclose(found, expected, atol=0.2)

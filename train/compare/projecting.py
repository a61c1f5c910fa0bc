"""How far an encoder's directions are whitened: what is best for its neighbours on validation."""

import numpy as np

from model.head import Floats, find_neighbourhood
from model.projection import Projection
from train.compare.measures.trials import precisions
from train.compare.space import Labelled
from train.head import votes_of
from train.metrics import MIN_LABELLED

STRENGTHS = (0.25, 0.5, 0.75, 1.0)


def choose_projection(
    latents: Floats, labelled: Labelled, networks: int = 1
) -> tuple[Projection, dict[str, float]]:
    """Fit the projection of the strength at which neighbours agree best on validation's tags.

    Args:
        latents: (N, D) float32 network outputs of all rows.
        labelled: The rows.
        networks: How many gave the outputs, each an equal share.

    Returns:
        The projection, and the mean average precision of the neighbours' vote by strength.
    """
    fitting = latents[labelled.fitting]
    fits = {one: Projection.fit(fitting, one, networks) for one in STRENGTHS}
    found = {
        strength: _agreement(projection.apply(latents), labelled)
        for strength, projection in fits.items()
    }
    best = max(found, key=lambda strength: found[strength])
    return fits[best], {f"{strength:g}": value for strength, value in found.items()}


def _agreement(embeddings: Floats, labelled: Labelled) -> float:
    asked, known = labelled.validation, labelled.fitting
    truth = labelled.labels[asked].tocsc()
    tags = np.flatnonzero(np.asarray(truth.sum(axis=0)).ravel() >= MIN_LABELLED)
    near = find_neighbourhood(embeddings[asked], np.ascontiguousarray(embeddings[known]))
    votes = votes_of(near.rows, near.weights, labelled.labels[known][:, tags]).toarray()
    return float(precisions(votes, truth[:, tags], np.arange(len(tags))).mean())

"""One booster per tag: fitted by XGBoost on shared bins, and out to XGBoost's own format again."""

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import xgboost
from numpy.typing import NDArray

from model.trees import (
    ALWAYS_LEFT,
    BinEdges,
    Booster,
    blank_trees,
    margins_of,
    round_leaves,
)

__all__ = [
    "BinEdges",
    "Booster",
    "BoosterOptions",
    "fit_booster",
    "margins_of",
    "read_trees",
    "round_leaves",
    "to_xgboost",
]

FORMAT_VERSION = [3, 0, 0]  # of XGBoost's JSON: the oldest release that we support
NO_PARENT = 2**31 - 1
MAX_BIN = 256  # Above the 255 bins that there can be: XGBoost never merges two.


@dataclass(frozen=True)
class BoosterOptions:
    """How a booster is fitted.

    Attributes:
        min_child_weight: Least sum of p (1 - p) in a leaf. Small, because a handful of positives
            that the base margin thinks unlikely have next to none.
        column_share: Part of the features that each tree may look at.
    """

    rounds: int = 40
    depth: int = 4
    learning_rate: float = 0.1
    seed: int = 0
    reg_lambda: float = 1.0
    min_child_weight: float = 0.1
    column_share: float = 1.0


def fit_booster(
    bins: NDArray[np.uint8],
    labels: NDArray[Any],
    weights: NDArray[np.floating[Any]],
    base_margin: NDArray[np.floating[Any]],
    options: BoosterOptions,
) -> Booster:
    """Fit one tag's booster on top of its base margin, on the calling thread alone.

    Args:
        bins: (n, F) uint8 of ``BinEdges.quantise``. n may be 0: nothing is learnt then.
        labels: (n,) 0 or 1.
        weights: (n,) importance of each row; a sampled negative stands for several.
        base_margin: (n,) the margins that the trees correct.
        options: How to fit.

    Returns:
        A booster of at most ``options.rounds`` trees: those that say nothing are left out.
    """
    if not len(bins):
        return round_leaves(*blank_trees(0, options.depth), np.zeros((0, 2**options.depth)))
    parameters = {
        "objective": "binary:logistic",
        "base_score": 0.5,
        "tree_method": "hist",
        "max_bin": MAX_BIN,
        "max_depth": options.depth,
        "eta": options.learning_rate,
        "lambda": options.reg_lambda,
        "min_child_weight": options.min_child_weight,
        "colsample_bytree": options.column_share,
        "seed": options.seed,
        "nthread": 1,
        "disable_default_eval_metric": True,
    }
    # Why the context: the matrix's own nthread is not heard everywhere, and on a busy machine
    # waiting for the other threads takes longer than the work.
    with xgboost.config_context(nthread=1):
        cuts = _one_cut_per_bin(bins.shape[1], int(bins.max(initial=0)) + 1)
        matrix = xgboost.QuantileDMatrix(
            bins, labels, weight=weights, base_margin=base_margin, max_bin=MAX_BIN, ref=cuts
        )
        fitted = xgboost.Booster(parameters, [matrix])
        for step in range(options.rounds):
            fitted.update(matrix, step)
    return round_leaves(*read_trees(fitted, options.depth))


@lru_cache(maxsize=8)
def _one_cut_per_bin(features: int, bins: int) -> xgboost.QuantileDMatrix:
    """Return what makes each bin a cut of its own, so that a split "bin < c" is exact.

    Why: XGBoost would look for the same cuts in every tag's rows, which is a seventh of the time.
    """
    every = np.broadcast_to(np.arange(bins, dtype=np.uint8)[:, None], (bins, features))
    return xgboost.QuantileDMatrix(np.ascontiguousarray(every), max_bin=MAX_BIN)


def read_trees(
    fitted: xgboost.Booster, depth: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.float64]]:
    """Read the trees of an XGBoost model over bins as complete heaps.

    Returns:
        features and bins (R, 2**depth - 1) uint8, and the unrounded leaves (R, 2**depth) float64.
    """
    model = json.loads(fitted.save_raw("json"))["learner"]["gradient_booster"]["model"]
    features, bins = blank_trees(len(model["trees"]), depth)
    leaves = np.zeros((len(features), 2**depth))
    for number, tree in enumerate(model["trees"]):
        pending = [(0, 0)]  # (XGBoost's node, our place in the heap)
        while pending:
            node, place = pending.pop()
            condition = tree["split_conditions"][node]
            if tree["left_children"][node] < 0:
                while place < bins.shape[1]:
                    place = 2 * place + 1
                leaves[number, place - bins.shape[1]] = condition
                continue
            features[number, place] = tree["split_indices"][node]
            bins[number, place] = min(math.ceil(condition) - 1, ALWAYS_LEFT)
            pending.append((tree["left_children"][node], 2 * place + 1))
            pending.append((tree["right_children"][node], 2 * place + 2))
    return features, bins, leaves


def to_xgboost(booster: Booster, edges: BinEdges) -> xgboost.Booster:
    """Write a booster as a real XGBoost model over the raw features.

    Its margins start from 0 and take a base margin: ``predict(DMatrix(values, base_margin=m),
    output_margin=True)`` equals the forest's margins. It saves in both of XGBoost's formats.

    Args:
        booster: The trees of one tag.
        edges: The edges that its bins were made with, for all F features.
    """
    trees = [_export_tree(booster, number, edges) for number in range(len(booster.bins))]
    model = {
        "cats": {"enc": [], "feature_segments": [], "sorted_idx": []},
        "gbtree_model_param": {"num_parallel_tree": "1", "num_trees": str(len(trees))},
        "iteration_indptr": list(range(len(trees) + 1)),
        "tree_info": [0] * len(trees),
        "trees": trees,
    }
    learner = {
        "attributes": {},
        "feature_names": [],
        "feature_types": [],
        "gradient_booster": {"name": "gbtree", "model": model},
        "learner_model_param": {
            "base_score": "5E-1",
            "boost_from_average": "0",
            "num_class": "0",
            "num_feature": str(len(edges.edges)),
            "num_target": "1",
        },
        "objective": {"name": "binary:logistic", "reg_loss_param": {"scale_pos_weight": "1"}},
    }
    content = json.dumps({"learner": learner, "version": FORMAT_VERSION}, allow_nan=False)
    exported = xgboost.Booster()
    exported.load_model(bytearray(content, "ascii"))
    return exported


def _export_tree(booster: Booster, number: int, edges: BinEdges) -> dict[str, Any]:
    """Grow XGBoost's columns of one tree, without the nodes that send everything left."""
    features, bins = booster.features[number], booster.bins[number]
    leaves = booster.leaves[number] * 2.0**booster.exponent
    left: list[int] = []
    right: list[int] = []
    parents: list[int] = []
    indices: list[int] = []
    conditions: list[float] = []

    def grow(place: int, parent: int) -> int:
        condition = math.inf
        while place < len(bins) and condition == math.inf:
            condition = edges.at(features[place], bins[place])
            if condition == math.inf:
                place = 2 * place + 1
        node = len(left)
        leaf = place >= len(bins)
        left.append(-1)
        right.append(-1)
        parents.append(parent)
        indices.append(0 if leaf else int(features[place]))
        conditions.append(float(leaves[place - len(bins)]) if leaf else condition)
        if not leaf:
            left[node], right[node] = grow(2 * place + 1, node), grow(2 * place + 2, node)
        return node

    grow(0, NO_PARENT)
    nodes, width = len(left), len(edges.edges)
    return {
        "base_weights": [0.0] * nodes,
        "categories": [],
        "categories_nodes": [],
        "categories_segments": [],
        "categories_sizes": [],
        "default_left": [1] * nodes,  # A missing value counts as bin 0.
        "id": number,
        "left_children": left,
        "loss_changes": [0.0] * nodes,
        "parents": parents,
        "right_children": right,
        "split_conditions": conditions,
        "split_indices": indices,
        "split_type": [0] * nodes,
        "sum_hessian": [0.0] * nodes,
        "tree_param": {
            "num_deleted": "0",
            "num_feature": str(width),
            "num_nodes": str(nodes),
            "size_leaf_vector": "1",
        },
    }

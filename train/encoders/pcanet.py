"""PCANet's filters and components, stage by stage. No label is read here, nothing is descended.

Source: see ``model.networks.pcanet``. As in the authors' code, the mean of each colour is taken off
every patch; unlike there, each stage is fitted on a sample.

Expected, on 2 cores at 64 px, however many images: less than ten minutes, and 2 GB beside Keras.
"""

from collections.abc import Iterator
from dataclasses import replace

import keras
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from model.networks import Network
from model.networks.pcanet import PcanetOptions, build
from train.encoders.task import Task
from train.principal import LinearMap, principal_components_of_counts, sample

FILTER_ROWS = 300
# 1.3 GB of counts under the default options.
HISTOGRAM_ROWS = 6_000
BATCH = 16
Weights = tuple[NDArray[np.float32], ...]


def fit(task: Task) -> Network:
    """Fit the network on the pack's images; see ``fit_weights``."""
    options = PcanetOptions(task.settings.image_size_px, task.settings.width)
    weights = fit_weights(task.pack.images, task.fitting_rows, options, task.config.seed)
    return Network("pcanet", options, weights)


def fit_weights(
    images: NDArray[np.uint8], rows: NDArray[np.int64], options: PcanetOptions, seed: int
) -> Weights:
    """The network's weights.

    Args:
        images: (N, H, W, 3) uint8; may be memory-mapped.
        rows: Which of them to fit on; of more than ``FILTER_ROWS`` and ``HISTOGRAM_ROWS`` samples
            are taken.
        options: What the network looks like.
        seed: Of the samples and of the solver.

    Raises:
        TrainingError: If there are fewer rows than numbers in an embedding.
    """
    # Without the components, which are none of this network's business yet and large.
    network = build(replace(options, width=1))
    first, histograms = network.get_layer("first"), network.get_layer("histograms")
    few = sample(rows, FILTER_ROWS, seed)
    pixels = (
        one.astype(np.float32) / np.float32(255) for one in _batches(images, few, "filters 1")
    )
    first.set_weights([principal_filters(pixels, options.patch_px, options.first_filters)])
    maps = (_single(batch) for batch in _outputs(network, "first", images, few))
    histograms.set_weights([principal_filters(maps, options.patch_px, options.second_filters)])
    found = _components(network, images, sample(rows, HISTOGRAM_ROWS, seed), options, seed)
    return (*first.get_weights(), *histograms.get_weights(), *found)


def principal_filters(
    batches: Iterator[NDArray[np.float32]], side: int, count: int
) -> NDArray[np.float32]:
    """The principal components of patches from which the mean of each channel is taken off.

    Args:
        batches: (n, H, W, C) float32 each.
        side: Of a patch, in pixels.
        count: How many filters, at most (side² - 1) · C.

    Returns:
        (side, side, C, count) float32, rounded as a bundle rounds them, so that what is fitted on
        their outputs meets the same outputs later.
    """
    covariance, channels = np.zeros(()), 0
    for batch in batches:
        channels = batch.shape[-1]
        windows = np.lib.stride_tricks.sliding_window_view(batch, (side, side), axis=(1, 2))
        patches = windows - windows.mean(axis=(-2, -1), keepdims=True)
        patches = patches.reshape(-1, channels * side**2)
        covariance = covariance + (patches.T @ patches).astype(np.float64)
    directions = np.linalg.eigh(covariance)[1][:, : -count - 1 : -1]
    filters = directions.reshape(channels, side, side, count).transpose(1, 2, 0, 3)
    return filters.astype(np.float16).astype(np.float32)


def _components(
    network: keras.Model,
    images: NDArray[np.uint8],
    rows: NDArray[np.int64],
    options: PcanetOptions,
    seed: int,
) -> LinearMap:
    """Of the histograms, which are kept as counts: a byte each instead of four."""
    pixels = options.block_px**2
    counts = np.zeros((len(rows), options.features), np.uint8)
    done = 0
    for shares in _outputs(network, "histograms", images, rows):
        counts[done : done + len(shares)] = np.rint(shares * pixels)
        done += len(shares)
    kernel, bias = principal_components_of_counts(counts, options.width, seed)
    return LinearMap(kernel, bias / np.float32(pixels))


def _outputs(
    network: keras.Model, layer: str, images: NDArray[np.uint8], rows: NDArray[np.int64]
) -> Iterator[NDArray[np.float32]]:
    """What a layer gives for the images, batch by batch."""
    part = keras.Model(network.input, network.get_layer(layer).output)
    for batch in _batches(images, rows, layer):
        yield keras.ops.convert_to_numpy(part.predict_on_batch(batch))


def _batches(
    images: NDArray[np.uint8], rows: NDArray[np.int64], label: str
) -> Iterator[NDArray[np.uint8]]:
    for at in tqdm(range(0, len(rows), BATCH), label, unit="batch"):
        yield np.asarray(images[rows[at : at + BATCH]])


def _single(maps: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, H, W, C) maps → (n · C, H, W, 1): the second stage sees each on its own."""
    return np.moveaxis(maps, -1, 1).reshape(-1, *maps.shape[1:3], 1)

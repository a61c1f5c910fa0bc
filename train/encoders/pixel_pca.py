"""The principal components of raw pixels. No label is read here.

Expected, on 2 cores at 64 px and 10,000 images: about 15 seconds and 1.3 GB.
"""

import numpy as np
from numpy.typing import NDArray

from model.networks import Network
from model.networks.pixel_pca import PixelPcaOptions
from train.encoders.task import Task
from train.principal import LinearMap, principal_components, sample

FIT_ROWS = 10_000


def fit(task: Task) -> Network:
    """Fit the network on the pack's images; see ``fit_weights``."""
    options = PixelPcaOptions(task.settings.image_size_px, task.settings.width)
    weights = fit_weights(task.pack.images, task.fitting_rows, options, task.config.seed)
    return Network("pixel_pca", options, weights)


def fit_weights(
    images: NDArray[np.uint8], rows: NDArray[np.int64], options: PixelPcaOptions, seed: int
) -> LinearMap:
    """The network's weights.

    Args:
        images: (N, H, W, 3) uint8; may be memory-mapped.
        rows: Which of them to fit on; of more than ``FIT_ROWS`` a sample is taken.
        options: What the network looks like.
        seed: Of the sample and of the solver.

    Raises:
        TrainingError: If there are fewer rows than components.
    """
    chosen = np.asarray(images[sample(rows, FIT_ROWS, seed)])
    pixels = chosen.reshape(len(chosen), -1).astype(np.float32) / np.float32(255)
    return principal_components(pixels, options.width, seed)

"""The encoder's compiled call against Keras' own ways of running the same network."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from benchmarks.material import Bench
from benchmarks.table import Row
from benchmarks.timing import time_calls

BATCHES = (1, 16)


def measure_encoder(bench: Bench) -> Iterator[Row]:
    """Milliseconds an image, alone and in a batch."""
    size_px = bench.encoder.options.image_size_px
    network = bench.network
    repeats = 10 if bench.quick else 50
    for batch in BATCHES:
        shape = (batch, size_px, size_px, 3)
        images = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
        compiled = time_calls(partial(bench.encoder.latents, images), repeats)
        eager = time_calls(partial(network, images, training=False), repeats)
        predict = time_calls(partial(network.predict, images, verbose=0), repeats)
        for rival, timing in (("called eagerly", eager), ("Keras predict", predict)):
            yield Row(
                f"encode, batch {batch}, an image",
                compiled.median_ms / batch,
                "ms",
                rival=rival,
                rival_value=timing.median_ms / batch,
            )

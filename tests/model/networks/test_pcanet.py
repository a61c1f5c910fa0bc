"""model/networks/pcanet.py: against the same, written out slowly in numpy."""

import keras
import numpy as np
import pytest

from model.networks.pcanet import FLAT, PcanetOptions, build

SMALL = PcanetOptions(
    image_size_px=20, width=4, patch_px=3, first_filters=3, second_filters=2, block_px=4
)


def weights(options, seed=0):
    """Random ones; filters sum to zero in every channel, as fitted ones do."""
    rng = np.random.default_rng(seed)
    made = []
    for channels, count in ((3, options.first_filters), (1, options.second_filters)):
        filters = rng.standard_normal((options.patch_px, options.patch_px, channels, count))
        made.append(filters - filters.mean(axis=(0, 1), keepdims=True))
    made += [rng.standard_normal((options.features, options.width)), rng.standard_normal(4)]
    return [one.astype(np.float32) for one in made]


def images(count, size=20, seed=1):
    return np.random.default_rng(seed).integers(0, 256, (count, size, size, 3), dtype=np.uint8)


def network_with(options, arrays):
    network = build(options)
    network.set_weights(arrays)
    return network


def histograms(network, batch):
    layer = network.get_layer("histograms")
    return keras.ops.convert_to_numpy(keras.Model(network.input, layer.output)(batch))


def responses(image, filters):
    """(H, W, C) and (P, P, C, F) → (H, W, F), zeros beyond the border, pixel by pixel."""
    side, (height, width) = len(filters), image.shape[:2]
    padded = np.pad(image, [(side // 2, side // 2)] * 2 + [(0, 0)])
    made = np.zeros((height, width, filters.shape[-1]))
    for y in range(height):
        for x in range(width):
            made[y, x] = np.tensordot(padded[y : y + side, x : x + side], filters, 3)
    return made


def slow_histograms(image, first, second, options):
    """One image's features in the network's order."""
    maps, features = responses(image / 255, first), []
    for number in range(options.first_filters):
        bits = responses(maps[:, :, number : number + 1], second) > FLAT
        codes = (bits * 2 ** np.arange(options.second_filters)).sum(axis=-1)
        size, step = options.block_px, options.block_px // 2
        starts = range(0, len(codes) - size + 1, step)
        blocks = np.array(
            [
                [
                    np.bincount(codes[y : y + size, x : x + size].ravel(), minlength=options.codes)
                    for x in starts
                ]
                for y in starts
            ]
        )
        for cells in (4, 2, 1):
            # In units of blocks: a cell has every block that lies in it at least in part.
            edges = [
                (cell * len(starts) // cells, -(-(cell + 1) * len(starts) // cells))
                for cell in range(cells)
            ]
            for top, bottom in edges:
                for left, right in edges:
                    features.append(blocks[top:bottom, left:right].max(axis=(0, 1)) / size**2)
    return np.concatenate(features)


# 20 px and 28 px: blocks that divide evenly among the cells of the pyramid, and not; 22: a rest.
@pytest.mark.parametrize("size", [20, 22, 28])
def test_histograms_are_those_of_a_slow_count(size):
    options = PcanetOptions(size, 4, 3, first_filters=3, second_filters=2, block_px=4)
    arrays = weights(options)
    batch = images(2, size)
    found = histograms(network_with(options, arrays), batch)
    assert found.shape == (2, options.features) == (2, 3 * 21 * 4)
    for image, features in zip(batch, found, strict=True):
        slow = slow_histograms(image, arrays[0], arrays[1], options)
        # A response may lie so near the threshold that rounding decides: one pixel of a block.
        assert (np.abs(features - slow) < 1e-6).mean() > 0.99
        assert np.abs(features - slow).max() <= 1 / 16 + 1e-6


def test_an_embedding_is_a_linear_map_of_the_histograms():
    arrays = weights(SMALL)
    network, batch = network_with(SMALL, arrays), images(3)
    expected = histograms(network, batch) @ arrays[2] + arrays[3]
    said = keras.ops.convert_to_numpy(network(batch))
    assert said.dtype == np.float32
    assert said == pytest.approx(expected, abs=1e-4)


def test_the_same_weights_say_the_same_whatever_else_is_in_the_batch():
    arrays, batch = weights(SMALL), images(5)
    alone = [network_with(SMALL, arrays)(batch[i : i + 1]) for i in range(5)]
    together = keras.ops.convert_to_numpy(network_with(SMALL, arrays)(batch))
    assert np.concatenate(alone) == pytest.approx(together, abs=1e-5)


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_paper_of_one_shade_has_the_code_of_no_response_even_after_rounding(shade):
    arrays = [one.astype(np.float16) for one in weights(SMALL)]
    # Away from the border, where the picture ends and a filter does respond.
    found = histograms(network_with(SMALL, arrays), np.full((1, 20, 20, 3), shade, np.uint8))
    whole = found.reshape(3, 21, 4)[:, -1]
    assert whole[:, 0] == pytest.approx(1.0)


def test_the_default_is_the_papers_of_cifar_10():
    options = PcanetOptions()
    assert options.features == 40 * (16 + 4 + 1) * 256
    shapes = [weight.shape for weight in build(PcanetOptions(width=2)).weights]
    assert shapes == [(5, 5, 3, 40), (5, 5, 1, 8), (options.features, 2), (2,)]

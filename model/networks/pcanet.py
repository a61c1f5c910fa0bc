"""PCANet: two stages of filters that are principal components, binary codes, and histograms.

Source: Chan et al., "PCANet: A simple deep learning baseline for image classification?" (2015). The
default options are what the paper has for CIFAR-10, its only set of coloured scenes: 40 and 8
filters of 5×5, blocks of 8×8 that overlap by half, their histograms pooled by maximum over a
pyramid of 4×4, 2×2 and 1×1 cells. Then, as there, principal components of the pooled histograms;
ours are taken of all cells together, since an embedding has far fewer numbers.

Two details differ. A response within ``FLAT`` of zero counts as no response: on paper white an
exact filter answers 0, a rounded one a sign of no meaning. And the cells of the pyramid are
symmetric: a block on the border of two cells belongs to both.

Cost: at 64 px an image takes about 16 ms on 2 cores in a batch of 16 (alone about 27), most of it
the histograms; the components are 42 million numbers, 84 MB in a bundle.
"""

from dataclasses import dataclass

import keras
import numpy as np
from keras import layers, ops

FLAT = 1e-3
CELLS = 4
PYRAMID = CELLS**2 + 2**2 + 1


@dataclass(frozen=True)
class PcanetOptions:
    """What the network looks like.

    Attributes:
        image_size_px: Side of the square input, at least one block.
        width: Numbers in an embedding, D.
        patch_px: Side of a filter, odd.
        first_filters: How many maps the first stage makes, L1.
        second_filters: Bits of a pixel's code in each of these maps, L2.
        block_px: Side of the blocks whose codes are counted, even; at most 14, so that fitting can
            keep a count in a byte.
    """

    image_size_px: int = 64
    width: int = 196
    patch_px: int = 5
    first_filters: int = 40
    second_filters: int = 8
    block_px: int = 8

    @property
    def codes(self) -> int:
        """How many codes a pixel may have, and so the bins of a histogram."""
        return 1 << self.second_filters

    @property
    def features(self) -> int:
        """Numbers in an image's histograms, F."""
        return self.first_filters * PYRAMID * self.codes


def build(options: PcanetOptions) -> keras.Model:
    """The network: (N, H, W, 3) uint8 → (N, D) float32.

    Its weights: (P, P, 3, L1) and (P, P, 1, L2) filters, (F, D) components, a column each, and
    (D,) what centres their outputs. Its layers ``first`` and ``histograms`` give what the weights
    after them are fitted on.
    """
    size = options.image_size_px
    images = keras.Input((size, size, 3), dtype="uint8", name="images")
    x = ops.cast(images, "float32") * (1 / 255)
    # Filters sum to zero, so that a patch's mean need not be taken off before they are applied.
    x = layers.Conv2D(
        options.first_filters,
        options.patch_px,
        padding="same",
        use_bias=False,
        dtype="float32",
        name="first",
    )(x)
    x = _Histograms(options)(x)
    embedding = layers.Dense(options.width, dtype="float32", name="embedding")(x)
    return keras.Model(images, embedding, name="encoder")


class _Histograms(layers.Layer):  # type: ignore[misc]  # Keras has no types
    """(N, H, W, L1) maps → (N, F) shares of a block, pooled by maximum.

    F runs over the maps, in each over the cells of the pyramid, in each over the codes.
    """

    def __init__(self, options: PcanetOptions) -> None:
        super().__init__(dtype="float32", name="histograms")
        self.options = options

    def build(self, _: tuple[int | None, ...]) -> None:
        side = self.options.patch_px
        self.filters = self.add_weight(
            shape=(side, side, 1, self.options.second_filters), name="filters"
        )

    def compute_output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, int]:
        return shape[0], self.options.features

    def call(self, maps: keras.KerasTensor) -> keras.KerasTensor:
        # An image at a time: the unpooled histograms of one take 10 MB.
        pooled = ops.map(self._pooled, ops.transpose(maps, (0, 3, 1, 2)))
        return ops.reshape(pooled, (-1, self.options.features))

    def _pooled(self, maps: keras.KerasTensor) -> keras.KerasTensor:
        """(L1, H, W) of one image → (L1, cells of the pyramid, codes)."""
        counts = self._counted(self._codes(maps))
        rows = counts[:, :-1] + counts[:, 1:]
        cells = _largest(_largest(rows[:, :, :-1] + rows[:, :, 1:], 1), 2)
        count, codes = self.options.first_filters, self.options.codes
        halves = (2, CELLS // 2)
        quarters = ops.max(ops.reshape(cells, (count, *halves, *halves, codes)), axis=(2, 4))
        whole = ops.max(quarters, axis=(1, 2))
        pyramid = [ops.reshape(level, (count, -1, codes)) for level in (cells, quarters, whole)]
        return ops.concatenate(pyramid, axis=1) * (1 / self.options.block_px**2)

    def _codes(self, maps: keras.KerasTensor) -> keras.KerasTensor:
        """(L1, H, W) maps → (L1, H, W) int32: a bit for every filter that responds."""
        responses = ops.conv(ops.expand_dims(maps, -1), self.filters, padding="same")
        bits = ops.cast(responses > FLAT, "float32")
        values = np.exp2(np.arange(self.options.second_filters, dtype=np.float32))
        return ops.cast(ops.dot(bits, values), "int32")

    def _counted(self, codes: keras.KerasTensor) -> keras.KerasTensor:
        """(L1, H, W) codes → (L1, S, S, codes): how often each is in every half block."""
        options = self.options
        half = options.block_px // 2
        side = options.image_size_px // half
        at = np.arange(side * half) // half
        squares = at[:, None] * side + at
        offsets = np.arange(options.first_filters)[:, None, None] * side**2 + squares
        kept = codes[:, : side * half, : side * half]
        places = ops.reshape(kept + (offsets * options.codes).astype(np.int32), (-1,))
        counts = ops.segment_sum(
            ops.ones_like(places, dtype="float32"),
            places,
            num_segments=options.first_filters * side**2 * options.codes,
        )
        return ops.reshape(counts, (options.first_filters, side, side, options.codes))


def _largest(blocks: keras.KerasTensor, axis: int) -> keras.KerasTensor:
    """The maximum over each of the pyramid's finest cells along an axis."""
    count = blocks.shape[axis]
    cells = []
    for cell in range(CELLS):
        within = [slice(None)] * len(blocks.shape)
        # From the block in which the cell begins to the one in which it ends.
        within[axis] = slice(cell * count // CELLS, -(-(cell + 1) * count // CELLS))
        cells.append(ops.max(blocks[tuple(within)], axis=axis))
    return ops.stack(cells, axis=axis)

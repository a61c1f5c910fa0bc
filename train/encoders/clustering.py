"""Deep embedded clustering: an autoencoder whose embeddings gather around common centres.

Source: Xie, Girshick and Farhadi, "Unsupervised deep embedding for clustering analysis" (2016), the
article's reference 2. The first half of the rounds trains a plain autoencoder. Then k-means finds
centres, and each round pulls embeddings towards sharper versions of their own assignments. Pictures
are still restored meanwhile, as in Guo et al., "Improved deep embedded clustering with local
structure preservation" (2017): without that the embedding forgets all but the clusters. No label is
read.

The sharpened assignments are made anew before each round, in one pass over all images: with very
many of them, set ``round_images`` to about an epoch.

Why the last round is kept: the first half's losses lack a term that the second half's have.
"""

from typing import Any

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray
from sklearn.cluster import KMeans

from model.networks import Network, build
from train.encoders.augmenting import augment
from train.encoders.decoder import build_decoder
from train.encoders.learner import DECODER, Learner, Trained
from train.encoders.task import Task
from train.encoders.training import train

Floats = NDArray[np.float32]

PLAIN_SHARE = 0.5
# Of the divergence against the mean squared error. With the 0.1 of Guo et al., who restore digits
# from 10 numbers, embeddings of illustrations grew fivefold in a round, along one direction.
CLUSTERING = 0.01
KMEANS_ROWS = 50_000


class Clusters(layers.Layer):  # type: ignore[misc]
    """(N, D) embeddings → (N, K) how much each belongs to each centre, summing to 1; float32.

    Student's t-distribution around each centre, of one degree of freedom. Distances are measured in
    ``scale``, the mean one from an embedding to its own centre at the beginning. Centres are zero
    until they are found.
    """

    def __init__(self, count: int, name: str) -> None:
        super().__init__(dtype="float32", name=name)
        self.count = count

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make room for the centres."""
        shape = (self.count, input_shape[-1])
        self.centres = self.add_weight(shape=shape, initializer="zeros")
        self.scale = self.add_weight(shape=(), initializer="ones", trainable=False)

    def call(self, embeddings: keras.KerasTensor) -> keras.KerasTensor:
        """Assign."""
        away = ops.expand_dims(embeddings, 1) - self.centres
        squared = ops.sum(ops.square(away), axis=2)
        near = 1 / (1 + squared / ops.square(self.scale))
        return near / ops.sum(near, axis=1, keepdims=True)


def sharpened(assignments: Floats, frequencies: Floats) -> Floats:
    """(N, K) what the assignments are to become: surer, and no cluster swallowing the others.

    Args:
        assignments: (N, K).
        frequencies: (K,) their sums over all pictures.
    """
    squared = np.square(assignments) / frequencies
    return np.asarray(squared / squared.sum(axis=1, keepdims=True), np.float32)


def divergence(targets: keras.KerasTensor, assignments: keras.KerasTensor) -> keras.KerasTensor:
    """(N,) Kullback and Leibler's, weighted; 0 where the targets are, as in the first half."""
    logarithms = ops.log(ops.maximum(targets, 1e-9)) - ops.log(ops.maximum(assignments, 1e-9))
    return CLUSTERING * ops.sum(targets * logarithms, axis=1)


class Clustering(Learner):
    """An autoencoder and cluster centres.

    Attributes:
        targets: (rows of the pack, K) the sharpened assignments; zeros in the first half.
    """

    comparable = False

    def __init__(self, task: Task) -> None:
        super().__init__(task)
        fitting = len(task.fitting_rows)
        # A rule of thumb of Mardia, Kent and Bibby, "Multivariate analysis" (1979).
        self.count = max(1, round((fitting / 2) ** 0.5))
        self.targets = np.zeros((len(task.pack.rows), self.count), np.float32)

    def build(self) -> Trained:
        """Two outputs: the restored pictures, and the assignments."""
        encoder = build(self.kind, self.options)
        decoder = build_decoder(self.task.settings)
        clusters = Clusters(self.count, name="clusters")
        outputs = [decoder(encoder.output), clusters(encoder.output)]
        model = keras.Model(encoder.input, outputs, name="clustering")
        return Trained(model, encoder, {DECODER: decoder})

    def loss(self) -> list[Any]:
        """The mean squared error, and the divergence from the targets."""
        return ["mse", divergence]

    def batch(self, rows: NDArray[np.int64], random: np.random.Generator) -> tuple[Any, Any]:
        """Pictures; the same pictures, and their targets."""
        images = augment(self.images(rows), self.task.settings.augmentation, random)
        return images, [images.astype(np.float32) / 255, self.targets[rows]]

    def begin_round(self, trained: Trained, share: float) -> None:
        """Find the centres, once, and set this round's targets."""
        if share < PLAIN_SHARE:
            return
        clusters = trained.model.get_layer("clusters")
        fitting = self.task.fitting_rows
        rows = np.concatenate([fitting, self.task.validation_rows])
        embeddings = self._embedded(trained.encoder, rows)
        # Weights of the model: a run that goes on finds them in its checkpoint.
        if not ops.convert_to_numpy(clusters.centres).any():
            clusters.set_weights(self._centres(embeddings[: len(fitting)]))
        parts = np.array_split(embeddings, max(1, len(rows) // 1024))
        assignments = np.concatenate([ops.convert_to_numpy(clusters(part)) for part in parts])
        frequencies = assignments[: len(fitting)].sum(axis=0)
        self.targets[rows] = sharpened(assignments, frequencies)

    def _embedded(self, encoder: keras.Model, rows: NDArray[np.int64]) -> Floats:
        batch = self.task.settings.batch
        parts = [
            ops.convert_to_numpy(encoder.predict_on_batch(self.images(rows[at : at + batch])))
            for at in range(0, len(rows), batch)
        ]
        return np.concatenate(parts)

    def _centres(self, embeddings: Floats) -> list[Floats]:
        """The weights of ``Clusters``: centres by k-means, on a sample if there are very many."""
        if len(embeddings) > KMEANS_ROWS:
            random = np.random.default_rng(self.task.config.seed)
            chosen = random.choice(len(embeddings), KMEANS_ROWS, replace=False)
            embeddings = embeddings[np.sort(chosen)]
        found = KMeans(self.count, n_init=3, random_state=self.task.config.seed).fit(embeddings)
        scale = np.sqrt(found.inertia_ / len(embeddings))
        return [found.cluster_centers_, np.float32(max(scale, 1e-6))]


def fit(task: Task) -> Network:
    """Fit the encoder; see ``train.encoders.training`` for errors and resuming."""
    return train(Clustering(task))

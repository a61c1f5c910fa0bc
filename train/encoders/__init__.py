"""How encoders are fitted: a file a method, all behind one call.

A method is a function from a ``Task`` (packed images and options) to a ``Network`` (kind, options
and weights), which ``model.encoder.Encoder`` embeds with, saves and loads. A new one is a file with
``fit``, and a line here and in ``train.config.EncoderKind``.
"""

from collections.abc import Callable, Mapping

from model.networks import Network
from train.config import EncoderKind
from train.encoders import (
    autoencoder,
    clustering,
    contrastive,
    hinted,
    pcanet,
    pixel_pca,
    supervised,
    vae,
    vae_gan,
)
from train.encoders.task import Task

Method = Callable[[Task], Network]

METHODS: Mapping[EncoderKind, Method] = {
    "pixel_pca": pixel_pca.fit,
    "pcanet": pcanet.fit,
    "autoencoder": autoencoder.fit,
    "vae": vae.fit,
    "vae_gan": vae_gan.fit,
    "clustering": clustering.fit,
    "contrastive": contrastive.fit,
    "hinted": hinted.fit,
    "supervised": supervised.fit,
}

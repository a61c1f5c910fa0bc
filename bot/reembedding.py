"""Embedding the library again after a change of the encoder.

Vectors of different encoders are never compared, so a new encoder knows nothing of the library.
The thumbnails are what is left of the images; they are larger than what the encoder reads.
"""

import asyncio
import logging

import numpy as np

from bot.errors import UnavailableError
from bot.library import Library
from bot.pipeline import Pipeline
from bot.supervisor import InferenceSupervisor

log = logging.getLogger(__name__)

BATCH = 8


async def embed_again(library: Library, pipeline: Pipeline, inference: InferenceSupervisor) -> None:
    """Embed whatever has no embedding of the encoder that is being served."""
    await inference.ready()
    missing = await library.catalogue.unembedded(inference.facts.encoder_id)
    if not missing:
        return
    log.info("the encoder is new: embedding %d illustrations again", len(missing))
    for first in range(0, len(missing), BATCH):
        batch = missing[first : first + BATCH]
        while True:
            try:
                await _embed_batch(batch, library, pipeline)
                break
            except UnavailableError:
                await inference.ready()
    log.info("embedding again: finished")


async def _embed_batch(batch: list[tuple[int, str]], library: Library, pipeline: Pipeline) -> None:
    thumbnails = [await asyncio.to_thread(library.thumbnails.get, key) for _, key in batch]
    # One that is gone is an image that cannot be decoded.
    encoder_id, embeddings = await pipeline.embed([one or b"" for one in thumbnails])
    known = [
        (id_, embedding)
        for (id_, _), embedding in zip(batch, embeddings, strict=True)
        if embedding is not None
    ]
    if known:
        ids = [id_ for id_, _ in known]
        await library.add_embeddings(encoder_id, ids, np.stack([one for _, one in known]))

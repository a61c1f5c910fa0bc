"""The index that needs nothing else: Annoy's, in the inference process (``model.index``).

It knows ids alone, so the catalogue says which of them a scope has.
"""

import numpy as np
from numpy.typing import NDArray

from bot.catalogue import Catalogue
from bot.illustrations import Impression, Neighbour
from bot.index.engine import Index, IndexEngine
from bot.inference.client import InferenceClient, Query
from bot.places import Scope


class EmbeddedIndex(IndexEngine):
    """Each inference process has an index of its own."""

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__()
        self._catalogue = catalogue

    def of(self, client: InferenceClient) -> Index:
        """The process itself."""
        return client

    async def describe(
        self,
        client: InferenceClient,
        image: NDArray[np.uint8],
        scope: Scope,
        top: int,
        neighbours: int,
    ) -> Impression:
        """All in one question."""
        allowed = await self._catalogue.allowed_ids(scope.guild_id, scope.channels)
        query = Query(top, neighbours, allowed, scope.guild_id)
        (impression,) = await client.describe([image], query)
        return impression

    async def search(
        self,
        client: InferenceClient,
        embeddings: NDArray[np.float32],
        scope: Scope,
        neighbours: int,
        among: NDArray[np.int64] | None = None,
    ) -> list[tuple[Neighbour, ...]]:
        """Ask the process."""
        if among is None:
            among = await self._catalogue.allowed_ids(scope.guild_id, scope.channels)
        return await client.search(embeddings, Query(0, neighbours, among))

"""Where illustrations are found by their embeddings: the vector index of what was posted.

It follows the catalogue, and what it finds is looked up there before anybody sees it. The engines
are a file each; nothing else asks which one it is.
"""

import asyncio
import secrets

from bot.catalogue import Catalogue
from bot.config import IndexConfig
from bot.index.embedded import EmbeddedIndex
from bot.index.engine import Index, IndexEngine
from bot.index.milvus.engine import MilvusEngine
from bot.index.milvus.server import MilvusServer, check_driver
from bot.secrets import INDEX_TOKEN_VARIABLE, secret

__all__ = ["EmbeddedIndex", "Index", "IndexEngine", "index_engine"]

_OWNER = "index_owner"


async def index_engine(config: IndexConfig, catalogue: Catalogue) -> IndexEngine:
    """The configured engine of the index that follows a catalogue; no connection is made yet.

    Raises:
        StartError: If a package for it is not installed.
    """
    if not config.milvus:
        return EmbeddedIndex(catalogue)
    await asyncio.to_thread(check_driver)
    # Others may have theirs on the same server: what is not of this catalogue is never touched.
    owner = await catalogue.state.settled(_OWNER, secrets.token_hex(4))
    server = MilvusServer(config.milvus, secret(INDEX_TOKEN_VARIABLE))
    return MilvusEngine(catalogue, server, owner)

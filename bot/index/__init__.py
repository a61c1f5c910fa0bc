"""Where illustrations are found by their embeddings: the vector index of what was posted.

It follows the catalogue, and what it finds is looked up there before anybody sees it. The engines
are a file each; nothing else asks which one it is.
"""

from bot.index.embedded import EmbeddedIndex
from bot.index.engine import Index, IndexEngine

__all__ = ["EmbeddedIndex", "Index", "IndexEngine"]

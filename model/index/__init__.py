"""The vector index: immutable segments that Annoy searches, an exact tail for what came last.

    add ─▶ tail (exact, in memory) ─▶ segment (Annoy, mapped) ─▶ larger segments
                                         ▲ in the background, in a process of its own
    remove ─▶ a mask over all of them, and off the disk when a segment is written anew

Why this shape: Annoy answers a million embeddings in milliseconds but can neither add nor delete,
and exact search over some thousand embeddings is as fast. So the files grow like a log-structured
merge tree: what is new is written as a small segment, small ones are joined into larger ones, and
each is written once, under a name of its own.
"""

from model.exact import Neighbour
from model.index.vector_index import VectorIndex

__all__ = ["Neighbour", "VectorIndex"]

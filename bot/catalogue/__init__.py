"""The catalogue: the database of illustrations, their tags and embeddings."""

from bot.catalogue.catalogue import Catalogue, Page

__all__ = ["Catalogue", "Page"]

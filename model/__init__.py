"""Hoshizora's model: image → embedding → scores → neighbours, and the bundle that holds it all.

The names below load on first use, so that ``model.image`` can be imported by a decoder process
without dragging TensorFlow along.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from model.tagger import Description, Neighbour, Tag, Tagger

__all__ = ["Description", "Neighbour", "Tag", "Tagger"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the module protocol of PEP 562
    if name in __all__:
        return getattr(import_module("model.tagger"), name)
    raise AttributeError(f"module 'model' has no attribute {name!r}")

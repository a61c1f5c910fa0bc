"""Short keys that stand for tags where their names are too long, as in the ids of buttons."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Self

from bot.illustrations import VocabularyTag


class TagKeys:
    """The keys of some tags, above those that other tags have already.

    A key is eight hexadecimal digits. They come from the name alone, so they outlive the
    vocabulary: a tag gets the key of the tag below that it takes the place of. Only where two names
    give the same digits (of ten vocabularies of 30,000, one has such a pair) the second by alphabet
    gets others.
    """

    def __init__(self, tags: Iterable[VocabularyTag], below: Self | None = None) -> None:
        self._below = below
        self._keys: dict[str, str] = {}
        self._by_key: dict[str, VocabularyTag] = {}
        for tag in sorted(tags, key=lambda tag: tag.name):
            self._keys[tag.name] = self.key(tag.name)
            self._by_key[self._keys[tag.name]] = tag

    def key(self, name: str) -> str:
        """What stands for a tag; for an unknown one something that stands for no tag."""
        return self._known(name) or self._free(name)

    def tag(self, key: str) -> VocabularyTag | None:
        """The tag that a key stands for; None: there is none."""
        found = self._by_key.get(key)
        return self._below.tag(key) if found is None and self._below else found

    def _known(self, name: str) -> str | None:
        found = self._keys.get(name)
        return self._below._known(name) if found is None and self._below else found

    def _free(self, name: str) -> str:
        content = name
        while self.tag(key := _digits(content)) is not None:
            content += "\n"
        return key


NO_KEYS = TagKeys(())


def _digits(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()

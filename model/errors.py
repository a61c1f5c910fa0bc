"""Every error that the project raises on purpose.

    HoshizoraError
    ├── ImageError            the bytes are no image that we can describe (has a code)
    ├── BundleError           a bundle is missing, damaged, or does not fit
    │   └── BundleExistsError publishing would overwrite one
    ├── ConfigError           config.yaml or --set holds something unknown or impossible
    ├── DatasetError          a dataset directory cannot be read at all
    │   └── NothingToLearnError  there is no illustration that may be learnt from
    ├── DirectoryError        a directory cannot be written or another process holds it
    ├── StoreError            a store of files elsewhere is away or refuses (an OSError as well)
    ├── TrainingError         a step of training cannot go on
    │   └── NotBetterError    a new bundle has not shown that it is as good as the one it replaces
    ├── VersionMismatchError  embeddings of one encoder met those of another
    └── WidthMismatchError    an array has not the width that was fitted

A message says what happened, what was expected and what to do. The edges (a command line, an HTTP
answer, a Discord reply) print the message; a stack trace is for errors outside this tree.
"""

from typing import Literal

ImageErrorCode = Literal[
    "not_an_image", "unsupported_format", "too_large", "too_many_pixels", "truncated", "not_found"
]


class HoshizoraError(Exception):
    """The root: catch it where an answer is made of it."""


class ImageError(HoshizoraError):
    """An image that cannot be described; ``code`` is part of the public contract."""

    def __init__(self, code: ImageErrorCode, message: str) -> None:
        super().__init__(code, message)
        self.code: ImageErrorCode = code
        self.message = message

    def __str__(self) -> str:
        return self.message


class BundleError(HoshizoraError):
    """A bundle is missing, damaged, or not what its manifest says."""


class BundleExistsError(BundleError):
    """A bundle is immutable: publishing never overwrites one."""


class ConfigError(HoshizoraError):
    """A configuration holds an unknown key or a value of the wrong kind."""


class DatasetError(HoshizoraError):
    """A dataset directory cannot be read at all (single bad rows are reported, not raised)."""


class NothingToLearnError(DatasetError):
    """No illustration of a catalogue may be learnt from."""


class DirectoryError(HoshizoraError):
    """A directory cannot be written, or another process holds it."""


class StoreError(HoshizoraError, OSError):
    """A store of files elsewhere is away or refuses.

    Why an ``OSError`` too: to whoever writes, it is what a full disk is, and mostly passes.
    """


class TrainingError(HoshizoraError):
    """A step of training cannot go on."""


class NotBetterError(TrainingError):
    """A bundle was not published: it is worse than what it was to replace, or nothing tells."""


class VersionMismatchError(HoshizoraError):
    """Embeddings of different encoders must never be compared."""


class WidthMismatchError(HoshizoraError):
    """An array has another width than the one that was fitted."""

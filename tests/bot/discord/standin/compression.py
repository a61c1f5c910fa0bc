"""The gateway's transport compression: one stream for a whole connection."""

import importlib
import zlib
from typing import Any


class Compressor:
    """Compresses packets as the client asked for it in the gateway's URL.

    Args:
        kind: ``zlib-stream``, ``zstd-stream`` or nothing.
    """

    def __init__(self, kind: str) -> None:
        makers = {"": lambda: None, "zlib-stream": zlib.compressobj, "zstd-stream": _zstd}
        self._kind = kind
        self._stream: Any = makers[kind]()

    def compress(self, text: str) -> bytes | None:
        """One packet that the client can read at once; None: it goes as text."""
        data = text.encode()
        if self._kind == "zlib-stream":
            return self._stream.compress(data) + self._stream.flush(zlib.Z_SYNC_FLUSH)
        if self._kind == "zstd-stream":
            return self._stream(data)
        return None


def _zstd() -> Any:
    """Whichever implementation the client found, for it asks only where there is one."""
    try:
        zstandard = importlib.import_module("zstandard")
    except ImportError:
        zstd = importlib.import_module("compression.zstd")
        stream = zstd.ZstdCompressor()
        return lambda data: stream.compress(data, mode=stream.FLUSH_BLOCK)
    stream = zstandard.ZstdCompressor().compressobj()
    return lambda data: stream.compress(data) + stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)

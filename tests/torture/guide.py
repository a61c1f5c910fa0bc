"""``python -m tests.torture.guide CORPUS SEED RUNS``: hostile images, one frame each.

CORPUS is a directory in another that may be written to as well.

libFuzzer, through atheris, mutates the corpus and keeps what reaches new branches of Pillow's
parsers of headers, chunks, frames and metadata, and of ``model.image``. (The codecs beneath are
compiled and not instrumented; they are reached by the inputs alone.) Each input is told before it
is tried: one that ends this process has been told as well.

Mutated PNG and WebP files get right checksums and lengths again, half of the time: else nothing
behind a checksum would ever be reached.
"""

import random
import sys
import zlib

import atheris

with atheris.instrument_imports(include=["PIL", "model.image"]):
    from PIL import Image

    Image.init()
    from model import image as reading

from bot.decoding.process import limit_memory
from bot.processes.child import ParentPipe
from bot.processes.frames import Frame
from model.errors import ImageError

MAX_BYTES = 8192
# What is tried here is to be tried quickly; floods of pixels are the bombs' business.
LIMITS = reading.ImageLimits(max_bytes=MAX_BYTES, max_pixels=250_000)
SIZE_PX = 16
MEMORY_MIB = 1024
_PNG = b"\x89PNG\r\n\x1a\n"


def mended(data: bytes) -> bytes:
    """The file with the checksums of its PNG chunks, or the length of its RIFF, as they must be."""
    if data.startswith(_PNG):
        return _mended_png(data)
    if data.startswith(b"RIFF"):
        return b"RIFF" + (len(data) - 8).to_bytes(4, "little", signed=True) + data[8:]
    return data


def _mended_png(data: bytes) -> bytes:
    made, at = [_PNG], len(_PNG)
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        body = data[at + 4 : at + 8 + length]
        if at + 12 + length > len(data):
            break
        made += [data[at : at + 4], body, zlib.crc32(body).to_bytes(4, "big")]
        at += 12 + length
    return b"".join(made) + data[at:]


def mutate(data: bytes, max_size: int, seed: int) -> bytes:
    """libFuzzer's own mutation, mended half of the time."""
    mutated = bytes(atheris.Mutate(data, max_size))
    if random.Random(seed).random() < 0.5 and len(mutated) >= 12:
        return mended(mutated)[:max_size]
    return mutated


def main() -> None:
    """Tell and try inputs until the runs are over."""
    corpus, seed, runs = sys.argv[1:]
    pipe = ParentPipe.take_over()
    limit_memory(MEMORY_MIB)

    def attempt(data: bytes) -> None:
        pipe.answer(Frame({}, (data,)))
        try:
            reading.image_from_bytes(data, LIMITS, SIZE_PX)
        except ImageError:
            return
        except Exception as error:  # noqa: BLE001 - the contract knows ImageError alone
            pipe.answer(Frame({"surprise": repr(error)}, ()))

    options = [f"-seed={seed}", f"-runs={runs}", f"-max_len={MAX_BYTES}", "-len_control=0"]
    options += ["-rss_limit_mb=0", "-reload=0", "-detect_leaks=0", f"-artifact_prefix={corpus}/../"]
    atheris.Setup([sys.argv[0], *options, corpus], attempt, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

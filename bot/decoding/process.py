"""A decoder: ``python -m bot.decoding.process MEMORY_MIB CPU_SECONDS TIMEOUT_SECONDS``.

The only kind of process that touches untrusted bytes: it decodes images, and draws the pictures of
replies out of thumbnails. It imports Pillow and numpy alone, and lives under a limit of address
space. It ends by SIGPROF when one request has cost more work than it may (compiled code hears of
nothing gentler), and by an alarm should one keep it for ever while nobody is left to replace it.
"""

import io
import math
import resource
import signal
import sys
import warnings

from PIL import Image

from bot.decoding.grid import GridRequest
from bot.decoding.grid_drawing import draw_grid
from bot.processes.child import ParentPipe
from bot.processes.frames import Frame
from model.errors import ImageError, ImageErrorCode
from model.image import (
    FORMATS,
    THUMBNAIL_PX,
    ImageLimits,
    MiB,
    decode_image,
    decoding_px,
    prepare_image,
)

THUMBNAIL_QUALITY = 85


def decode(data: bytes, limits: ImageLimits, size_px: int) -> Frame:
    """Decode once; array and thumbnail come from the same picture.

    Returns:
        Header ``width_px`` and ``height_px`` of the original; blobs: the (size_px, size_px, 3)
        uint8 array and the thumbnail, a WebP of at most 256 px a side.

    Raises:
        ImageError: With the code that says why.
    """
    picture = decode_image(data, limits, decoding_px(size_px))
    width, height = _original_size(data, picture)
    prepared = prepare_image(picture, size_px)
    picture.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX), Image.Resampling.BICUBIC)
    thumbnail = io.BytesIO()
    picture.save(thumbnail, "WEBP", quality=THUMBNAIL_QUALITY)
    return Frame(
        {"width_px": width, "height_px": height}, (prepared.tobytes(), thumbnail.getvalue())
    )


def answer(request: Frame) -> Frame:
    """Decode or draw as asked; whatever goes wrong becomes an error code."""
    if request.header["operation"] == "draw":
        return _drawn(request)
    return _decoded(request)


def _drawn(request: Frame) -> Frame:
    try:
        return Frame({}, (draw_grid(GridRequest.of_frame(request)),))
    except Exception as error:  # noqa: BLE001 - a decoder's surprise must not end the service
        return Frame({"error": {"code": "not_drawn", "message": repr(error)}})


def _decoded(request: Frame) -> Frame:
    ask = request.header
    limits = ImageLimits(ask["max_bytes"], ask["max_pixels"])
    try:
        return decode(request.blobs[0], limits, ask["size_px"])
    except ImageError as error:
        return _refusal(error.code, error.message)
    except MemoryError:
        return _refusal(
            "too_many_pixels",
            "Decoding the image takes more memory than a decoder may use. Send a smaller version.",
        )
    except Exception as error:  # noqa: BLE001 - a decoder's surprise must not end the service
        print(f"decoder: {error!r}", file=sys.stderr)  # noqa: T201
        return _refusal("truncated", "The image is damaged inside. Save it again and retry.")


def _refusal(code: ImageErrorCode, message: str) -> Frame:
    return Frame({"error": {"code": code, "message": message}})


def _original_size(data: bytes, picture: Image.Image) -> tuple[int, int]:
    """Width and height as seen, after the EXIF orientation.

    Whether that swapped them shows in the decoded picture; asking a PNG for its EXIF would decode
    it a second time.
    """
    with Image.open(io.BytesIO(data), formats=FORMATS) as original:
        width, height = original.size
    if (width - height) * (picture.width - picture.height) < 0:
        return height, width
    return width, height


def limit_memory(memory_mib: int) -> None:
    """Limit this process's address space; a system that refuses (macOS does) is told of."""
    try:
        resource.setrlimit(resource.RLIMIT_AS, (memory_mib * MiB, memory_mib * MiB))
    except (OSError, ValueError) as error:
        print(f"decoder: goes on without a limit of memory: {error}", file=sys.stderr)  # noqa: T201


def _main() -> None:
    memory_mib = int(sys.argv[1])
    cpu_seconds, timeout_seconds = map(float, sys.argv[2:])
    pipe = ParentPipe.take_over()
    # model.image checks the pixel count against the limits of each request.
    Image.MAX_IMAGE_PIXELS = None
    # Pillow's remarks on odd metadata are nothing for the bot's log: strangers could fill it.
    warnings.simplefilter("ignore")
    Image.init()
    limit_memory(memory_mib)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pipe.answer(Frame({"ready": True}))
    for request in pipe.requests():
        signal.alarm(math.ceil(timeout_seconds) + 2)
        signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
        answered = answer(request)
        signal.setitimer(signal.ITIMER_PROF, 0)
        pipe.answer(answered)
        signal.alarm(0)


if __name__ == "__main__":
    _main()

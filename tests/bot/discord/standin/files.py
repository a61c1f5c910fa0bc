"""Files that people and the bot upload, and what Discord makes of them."""

import hashlib
import io
import re
import time
import warnings
from dataclasses import dataclass, field
from itertools import count

from PIL import Image

IS_SPOILER = 1 << 3
_serial = count()


@dataclass(frozen=True)
class File:
    """What somebody uploads.

    Attributes:
        name: The file's name; Discord cleans it, unless ``verbatim``.
        content_type: What Discord says that it is; it believes the uploader.
        verbatim: Keep a name that Discord would have cleaned.
    """

    name: str
    data: bytes
    content_type: str | None = "image/png"
    spoiler: bool = False
    description: str | None = None
    verbatim: bool = False


@dataclass(eq=False)
class Attachment:
    """A file that Discord keeps. Its URLs are signed and end."""

    id: int
    folder: int
    file: File
    ephemeral: bool = False
    gone: bool = False
    signatures: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        name = self.file.name
        cleaned = name if self.file.verbatim else clean(name)
        if self.file.spoiler and not cleaned.startswith("SPOILER_"):
            cleaned = f"SPOILER_{cleaned}"
        self.filename = cleaned
        self.title = None if cleaned.removeprefix("SPOILER_") == name else name.rpartition(".")[0]
        self.size_px = measure(self.file.data)

    @property
    def data(self) -> bytes:
        return self.file.data

    @property
    def is_spoiler(self) -> bool:
        return self.filename.startswith("SPOILER_")

    def sign(self, lifetime_seconds: float) -> str:
        """The query of a URL that holds for a while; every signature is another one."""
        issued = int(time.time())
        expires = int(issued + lifetime_seconds)
        seed = f"{self.id}:{expires}:{next(_serial)}"
        signature = hashlib.sha256(seed.encode()).hexdigest()
        self.signatures[signature] = expires
        return f"ex={expires:x}&is={issued:x}&hm={signature}&"

    def expire(self) -> None:
        """Let every URL handed out until now have ended; later ones hold."""
        self.signatures = dict.fromkeys(self.signatures, 0)


def clean(name: str) -> str:
    """A name as Discord keeps it: ASCII letters, digits, ``_``, ``-`` and ``.``."""
    name = name.replace("\\", "/").rpartition("/")[2]
    kept = re.sub(r"[^A-Za-z0-9_.-]", "", name.replace(" ", "_")).strip(".")
    return kept if kept.rpartition(".")[0] or "." not in name else f"unknown.{kept.lstrip('.')}"


def measure(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels by the header, None for what is no image."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data)) as image:
                return image.size
    except Exception:  # noqa: BLE001 - hostile files are what this is for
        return None

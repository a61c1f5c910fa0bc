"""What the tests of the local channel's page share: a service of its own, and a browser's visit."""

import io
import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from bot.gallery import draw

GALLERY = 24
STARTER = Path(__file__).resolve().parents[3] / "model" / "starter"
START = (
    "import sys; from bot.__main__ import main; "
    "sys.exit(main(sys.argv[1:], tagger='{tagger}') if __name__ == '__main__' else 0)"
)


@contextmanager
def running_service(directory: Path) -> Iterator[str]:
    """The address of a service, with its gallery filled."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = [f"bot.data_dir={directory / 'data'}", f"bot.gallery.count={GALLERY}"]
    options = [word for setting in settings for word in ("--set", setting)]
    tagger = (
        "model.tagger:Tagger" if (STARTER / "manifest.json").is_file() else "bot.fakes:FakeTagger"
    )
    command = [sys.executable, "-c", START.format(tagger=tagger), "--local", f"--port={port}"]
    with (directory / "log").open("w") as log:
        process = subprocess.Popen([*command, *options], stderr=log)
    found = f"http://127.0.0.1:{port}"
    try:
        wait_until_filled(found, process, directory / "log")
        yield found
    finally:
        process.terminate()
        process.wait(20)


def wait_until_filled(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/api/v1/status") as response:
                status = json.load(response)
            if status["state"] == "ready" and status["library"] >= GALLERY:
                return
        except OSError:
            pass
        time.sleep(0.1)
    pytest.fail(f"The service was not ready within 120 s. Its log:\n{log.read_text()}")


@dataclass
class Visit:
    """A browser tab; whatever its console complains of must be expected."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def post(self, *files: dict[str, Any]) -> None:
        self.page.set_input_files("#file", list(files))

    def post_and_wait(self, kind: str, seed: int, title: str) -> dict[str, Any]:
        """Post a drawing; returns what the server says of it."""
        self.post(drawing(kind, seed, title))
        expect(self.newest.get_by_role("heading", name=title)).to_be_visible()
        expect(self.newest.locator(".tag")).not_to_have_count(0, timeout=20_000)
        id_ = self.newest.get_attribute("data-id")
        return self.page.request.get(f"{self.address}/api/v1/posts/{id_}").json()

    @property
    def newest(self) -> Any:
        return self.page.locator(".posts > li").last

    def listen(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} {message.location.get('url')}")


def drawing(kind: str, seed: int, title: str = "") -> dict[str, Any]:
    """A picture that is not in the gallery, as a file to choose."""
    content = io.BytesIO()
    one = draw(kind, 5000 + seed)
    one.image.save(content, "PNG")
    name = f"{title or one.key}.png"
    return {"name": name, "mimeType": "image/png", "buffer": content.getvalue()}

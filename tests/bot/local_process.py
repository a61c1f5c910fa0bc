"""``python -m bot --local`` as a child process of a test, with the fake tagger."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
from bot.__main__ import main
sys.exit(main(sys.argv[1:], tagger="bot.fakes:FakeTagger"))
"""
BOUNDARY = "frontier"
START_SECONDS = 60.0


class RunningBot:
    """The bot as a child process of the test."""

    def __init__(
        self,
        data_dir: Path,
        log: Path,
        *arguments: str,
        local: bool = True,
        program: Sequence[str] = (sys.executable, "-c", PROGRAM),
    ) -> None:
        options = [f"bot.data_dir={data_dir}", "bot.gallery.count=0", "bot.decoders.processes=1"]
        command = [*program, "--port", "0", *arguments]
        if local:
            command.append("--local")
        for option in options:
            command += ["--set", option]
        self.log = log
        self.headers: dict[str, str] = {}
        with log.open("w") as output:
            self.process = subprocess.Popen(
                command,
                stdout=output,
                stderr=output,
                cwd=data_dir.parent,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )
        self.url = self._wait_for(r"the local channel is at (http://\S+)/\n")

    def _wait_for(self, pattern: str) -> str:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            if match := re.search(pattern, self.log.read_text()):
                return match[1] if match.groups() else match[0]
            time.sleep(0.02)
        self.process.kill()
        raise AssertionError(f"no {pattern} in:\n{self.log.read_text()}")

    def ready(self) -> "RunningBot":
        self._wait_for("inference is ready")
        return self

    def authorise(self, token: str) -> None:
        """Send this token with every request from now on."""
        self.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str) -> Any:
        return self.send("GET", path)

    def send(self, method: str, path: str, content: object = None) -> Any:
        body = None if content is None else json.dumps(content).encode()
        headers = {**self.headers, "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, body, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response) if response.status != 204 else None

    def post(self, data: bytes) -> dict[str, Any]:
        head = 'Content-Disposition: form-data; name="image"; filename="a.png"'
        body = (
            f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + data + f"\r\n--{BOUNDARY}--\r\n".encode()
        )
        headers = {
            **self.headers,
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        }
        request = urllib.request.Request(f"{self.url}/api/v1/posts", body, headers)
        with urllib.request.urlopen(request, timeout=30) as response:
            answer: dict[str, Any] = json.load(response)
            return answer

    def children(self) -> list[int]:
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(pid) for task in tasks for pid in task.read_text().split()]


@contextmanager
def running(tmp_path: Path, *arguments: str, local: bool = True) -> Iterator[RunningBot]:
    bot = RunningBot(tmp_path / "data", tmp_path / "log.txt", *arguments, local=local)
    try:
        yield bot
    finally:
        if bot.process.poll() is None:
            bot.process.kill()
        bot.process.wait()

"""The bot serves as an unprivileged user with nothing but its data directory to write into.

That is how deploy/ runs it. Here a mount namespace does what systemd and containers do: every file
system is read-only but for the data directory and a place in memory for temporary files, which
TensorFlow asks for, and the bot runs as ``nobody`` without any right.
"""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bot.local_process import ROOT, RunningBot

pytestmark = pytest.mark.system

NOBODY = 65534
UNPRIVILEGED = (
    *("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"),
    *("--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"),
)
# What the kernel shows of itself, and devices: containers have them writable too.
KERNELS_OWN = ("/proc", "/sys", "/dev")
NEEDED = (ROOT, Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve())


def private_home(directory: Path) -> Path | None:
    """The first directory on the way to one that others may not enter; None: they may."""
    way = [*reversed(directory.parents), directory]
    return next((one for one in way if not one.stat().st_mode & 0o001), None)


def writable_mounts() -> list[str]:
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    mounts = {fields[4]: fields[5].split(",") for fields in map(str.split, lines)}
    return [
        place
        for place, options in mounts.items()
        if "rw" in options and not place.startswith(KERNELS_OWN)
    ]


def sealing(place: Path) -> list[list[str]]:
    """The commands that make everything read-only but for ``data`` in a directory.

    A private home, in which Python itself may lie, is replaced by one that others may enter, with
    nothing in it but what is needed.
    """
    bind = ["mount", "--bind"]
    hidden = {one: home for one in NEEDED if (home := private_home(one))}
    kept = {one: place / f"kept-{number}" for number, one in enumerate(hidden)}
    commands = [["mkdir", "-p", str(one)] for one in kept.values()]
    commands += [[*bind, str(one), str(aside)] for one, aside in kept.items()]
    for home in set(hidden.values()):
        commands.append(["mount", "-t", "tmpfs", "-o", "mode=755", "none", str(home)])
    for one, aside in kept.items():
        commands += [["mkdir", "-p", str(one)], [*bind, str(aside), str(one)]]
    commands.append([*bind, str(place / "data"), str(place / "data")])
    commands.append(["mount", "-t", "tmpfs", "-o", "mode=1777", "none", str(place / "tmp")])
    read_only = [*writable_mounts(), *map(str, hidden.values()), *map(str, kept)]
    return commands + [["mount", "-o", "remount,bind,ro", one] for one in read_only]


def sealed(place: Path, *command: str) -> list[str]:
    """A command that may write into ``data`` of a directory and has no right of its own."""
    lines = ["set -e", *map(shlex.join, sealing(place)), f'exec {shlex.join(UNPRIVILEGED)} "$@"']
    enter = ["unshare", "--mount", "--propagation", "private", "sh", "-c", "\n".join(lines), "sh"]
    return [*enter, *command]


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that others may enter, with a data directory that belongs to ``nobody``."""
    if os.geteuid() != 0 or not (shutil.which("unshare") and shutil.which("setpriv")):
        pytest.skip("only root can give up its rights; unshare and setpriv are needed")
    with tempfile.TemporaryDirectory(prefix="hoshizora-") as directory:
        place = Path(directory)
        place.chmod(0o755)
        data = place / "data"
        data.mkdir(mode=0o700)
        os.chown(data, NOBODY, NOBODY)
        (place / "tmp").mkdir()
        tried = subprocess.run(
            sealed(place, sys.executable, "-c", f"open({str(data / 'x')!r}, 'w')"),
            capture_output=True,
            text=True,
            check=False,
        )
        if tried.returncode:
            pytest.skip(f"this machine does not let it be confined: {tried.stderr.strip()[-200:]}")
        (data / "x").unlink()
        yield place


def status_of(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def test_nothing_else_can_be_written(place: Path) -> None:
    program = f"open({str(place / 'other')!r}, 'w')"
    tried = subprocess.run(
        sealed(place, sys.executable, "-c", program),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "OSError: [Errno 30] Read-only file system" in tried.stderr


def test_the_bot_serves_with_its_data_directory_alone(
    place: Path, picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/nonexistent")
    for variable in ("TMPDIR", "MPLCONFIGDIR"):  # Matplotlib comes with what training needs.
        monkeypatch.setenv(variable, str(place / "tmp"))
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(place / "data" / "cache"))
    program = sealed(place, sys.executable, "-m", "bot")
    bot = RunningBot(place / "data", place / "log.txt", program=program)
    try:
        bot.ready()
        assert bot.post(picture())["tags"]
        assert bot.get("/healthz")["state"] == "ready"
        status = status_of(bot.process.pid)
        assert set(status["Uid"].split()) == {str(NOBODY)}
        assert int(status["CapEff"], 16) == 0
        assert (place / "data" / "catalogue.sqlite").is_file()
        assert list((place / "data" / "cache").rglob("*.nbi"))
        bot.process.send_signal(signal.SIGTERM)
        assert bot.process.wait(20) == 0
    finally:
        bot.process.kill()
        bot.process.wait()
    log = bot.log.read_text()
    assert not re.search(r"Traceback|Read-only|Permission denied| (ERROR|WARNING) ", log), log

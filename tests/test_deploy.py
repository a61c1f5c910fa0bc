"""The files of deploy/ name what there is, and give away no right that the bot does not need."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.__main__ import _parsed
from bot.config import BotConfig
from model.config import read_section, read_settings
from tests.bot.local_process import running
from tests.test_repository import PACKAGES, REPOSITORY

UNIT = REPOSITORY / "deploy" / "hoshizora.service"
CONTAINER = REPOSITORY / "deploy" / "Containerfile"
INSTALLED = "/opt/hoshizora"


def settings() -> dict[str, list[str]]:
    """What the unit sets, by name."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


def instructions() -> list[tuple[str, str]]:
    """The container file's instructions with what they say."""
    text = re.sub(r"^#.*\n", "", CONTAINER.read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return [
        (name, rest.strip()) for name, _, rest in (line.partition(" ") for line in lines if line)
    ]


def only(name: str) -> str:
    (found,) = [rest for instruction, rest in instructions() if instruction == name]
    return found


def data_dir_of(arguments: list[str]) -> str:
    """Where a bot with this command line would keep its data."""
    options = _parsed(arguments)
    return read_section(read_settings(None, options.set), "bot", BotConfig).data_dir


def test_the_unit_starts_the_bot_with_its_state_directory_as_its_data() -> None:
    (command,) = settings()["ExecStart"]
    program, *arguments = shlex.split(command)
    assert (program, arguments[:2]) == (f"{INSTALLED}/.venv/bin/python", ["-m", "bot"])
    (state,) = settings()["StateDirectory"]
    assert data_dir_of(arguments[2:]) == f"/var/lib/{state}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("User", "hoshizora"),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("PrivateTmp", "yes"),
        ("NoNewPrivileges", "yes"),
        ("CapabilityBoundingSet", ""),
        ("StateDirectoryMode", "0700"),
        ("UMask", "0077"),
        ("OOMPolicy", "continue"),
        ("RestartPreventExitStatus", "2"),
    ],
)
def test_the_unit_keeps_the_bot_confined(name: str, value: str) -> None:
    assert settings()[name] == [value]
    assert "ReadWritePaths" not in settings()


def test_no_secret_stands_in_the_unit_or_the_container() -> None:
    for file in (UNIT, CONTAINER):
        assert not re.search(r"^[^#\n]*_TOKEN=", file.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.system
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is missing")
    here = tmp_path / UNIT.name
    text = UNIT.read_text(encoding="utf-8").replace(f"{INSTALLED}/.venv/bin/python", sys.executable)
    here.write_text(text, encoding="utf-8")
    verified = subprocess.run(
        ["systemd-analyze", "verify", here], capture_output=True, text=True, check=False
    )
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, "", "")


def test_the_container_holds_what_the_bot_is_made_of() -> None:
    copied = [rest.split() for name, rest in instructions() if name == "COPY"]
    sources = {one for words in copied if "--from=build" not in words for one in words[:-1]}
    assert all((REPOSITORY / one).exists() for one in sources)
    assert {*PACKAGES, "Makefile", "pyproject.toml", "constraints.txt", "README.md", "LICENSE"} <= (
        sources
    )
    targets = re.findall(r"^RUN make (\S+)", CONTAINER.read_text(encoding="utf-8"), re.MULTILINE)
    assert targets
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    assert all(re.search(rf"^{re.escape(one)}:", makefile, re.MULTILINE) for one in targets)


def test_the_container_runs_as_nobody_in_particular_and_keeps_data_in_its_volume() -> None:
    uid, gid = only("USER").split(":")
    assert int(uid) > 0 < int(gid)
    assert f"--uid {uid} --gid {gid}" in CONTAINER.read_text(encoding="utf-8")
    _, *arguments = json.loads(only("ENTRYPOINT"))
    assert arguments[:2] == ["-m", "bot"]
    assert data_dir_of(arguments[2:]) == only("VOLUME")


def test_the_container_s_health_is_that_of_the_bot(tmp_path: Path) -> None:
    program, *arguments = json.loads(only("HEALTHCHECK").partition(" CMD ")[2])
    assert program == ".venv/bin/python"

    def healthy(port: str) -> bool:
        command = [one.replace(f":{only('EXPOSE')}/", f":{port}/") for one in arguments]
        run = subprocess.run([sys.executable, *command], capture_output=True, check=False)
        return run.returncode == 0

    with running(tmp_path) as bot:
        bot.ready()
        port = bot.url.rpartition(":")[2]
        assert healthy(port)
    assert not healthy(port)

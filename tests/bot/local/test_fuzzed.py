"""The HTTP API keeps what it promises in /api/v1/openapi.json, whatever is sent.

schemathesis reads the description and sends what it allows, what it forbids, and what follows from
earlier answers. A longer run, with another seed:

    HOSHIZORA_FUZZ_EXAMPLES=99 HOSHIZORA_FUZZ_SEED=7 python -m pytest tests/bot/local/test_fuzzed.py
"""

import os
import subprocess
import sys
from pathlib import Path

from tests.bot.local_process import ROOT, running

EXAMPLES = os.environ.get("HOSHIZORA_FUZZ_EXAMPLES", "8")
SEED = os.environ.get("HOSHIZORA_FUZZ_SEED", "1")
TEAL = [(10, 130 + shade, 140 + shade) for shade in (0, 6, 12)]
HERE = Path(__file__).parent
TOKEN = "a-token-that-no-answer-holds"


def test_every_answer_is_as_described_whatever_is_sent(tmp_path, picture, monkeypatch):
    monkeypatch.setenv("HOSHIZORA_API_TOKEN", TOKEN)
    # A rebuild that is asked for stops at once: training is not what is tested here.
    with running(tmp_path, "--set", "bot.rebuild.settings=['train.none=1']") as bot:
        bot.authorise(TOKEN)
        bot.ready()
        examples = [bot.post(picture(colour))["id"] for colour in TEAL]
        bot.send("POST", "/api/v1/tags", {"name": "teal", "examples": examples})
        finished = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "--config-file", HERE / "fuzzing.toml"),
                *("run", f"{bot.url}/api/v1/openapi.json", "--no-color", "--continue-on-failure"),
                *("--seed", SEED, "--max-examples", EXAMPLES, "--generation-database", "none"),
                *("--header", f"Authorization: Bearer {TOKEN}"),
                # A machine that is busy is no failure.
                *("--request-timeout", "60", "--suppress-health-check", "all"),
            ],
            cwd=tmp_path,
            env={
                **os.environ,
                "PYTHONPATH": str(HERE),
                "SCHEMATHESIS_HOOKS": "fuzzing_hooks",
                "HOSHIZORA_FUZZING_SECRETS": os.pathsep.join([str(tmp_path), str(ROOT), TOKEN]),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, finished.stdout + finished.stderr
        assert "27 selected / 27 total" in finished.stdout
        log = bot.log.read_text()
    assert "Traceback" not in log
    assert TOKEN not in log

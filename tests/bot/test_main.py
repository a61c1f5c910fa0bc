"""``python -m bot`` as a process: starts, refusals, kills and clean ends."""

import json
import re
import shutil
import signal
import socket
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.inference.supervisor import InferenceOptions
from tests.bot.local_process import running


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_posts_survive_kill_9_and_no_child_does(tmp_path, picture):
    with running(tmp_path) as bot:
        post = bot.ready().post(picture())
        children = bot.children()
        assert len(children) >= 2
        bot.process.kill()
        bot.process.wait()
        end = time.monotonic() + 5
        while not all(gone(pid) for pid in children) and time.monotonic() < end:
            time.sleep(0.02)
        assert [pid for pid in children if not gone(pid)] == []
    with running(tmp_path) as bot:
        assert bot.get("/api/v1/posts")["posts"] == [post]
        bot.ready()
        assert bot.post(picture())["similar"][0]["id"] == post["id"]


def test_sigterm_finishes_what_has_begun_and_ends_cleanly(tmp_path, picture, slow_png):
    with running(tmp_path) as bot:
        bot.ready().post(picture())
        children, answers = bot.children(), []
        asking = threading.Thread(target=lambda: answers.append(bot.post(slow_png)))
        asking.start()
        time.sleep(0.15)
        begun = time.monotonic()
        bot.process.send_signal(signal.SIGTERM)
        assert bot.process.wait(10) == 0
        assert time.monotonic() - begun < 10
        asking.join()
        assert answers[0]["width_px"] == 7000
        assert all(gone(pid) for pid in children)
        log = bot.log.read_text()
        assert "stopped" in log
        assert "Traceback" not in log
        assert "ERROR" not in log


def test_an_interrupt_ends_it_cleanly_also_while_it_is_starting(tmp_path):
    with running(tmp_path) as bot:
        bot.process.send_signal(signal.SIGINT)
        assert bot.process.wait(10) == 0
        assert "Traceback" not in bot.log.read_text()


def test_the_page_answers_while_the_model_is_still_loading(tmp_path, picture):
    with running(tmp_path) as bot:
        status = bot.get("/api/v1/status")
        assert set(status) == {"state", "library", "vocabulary", "import"}
        if status["state"] == "starting":
            with pytest.raises(urllib.error.HTTPError) as refused:
                bot.post(picture())
            assert refused.value.code == 503
            refused.value.close()
        bot.ready()


def test_each_post_leaves_one_line_with_its_timings(tmp_path, picture):
    with running(tmp_path) as bot:
        bot.ready().post(picture((220, 30, 30)))
        timings = r"decode \d+ ms, infer \d+ ms, store \d+ ms, total \d+ ms"
        lines = re.findall(rf"post 1: red 1\.00 \({timings}\)", bot.log.read_text())
        assert len(lines) == 1


def refused(capsys, *arguments: str, tagger: str = "bot.fakes:FakeTagger") -> str:
    """Run the bot in this process; it must refuse to start with one line."""
    assert main(["--local", *arguments], tagger=tagger) == 2
    error = capsys.readouterr().err
    line = error.splitlines()[-1]
    assert line.startswith("hoshizora: ")
    assert "Traceback" not in error
    return line


@pytest.fixture
def data(tmp_path, monkeypatch) -> list[str]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HOSHIZORA_API_TOKEN", raising=False)
    return ["--set", f"bot.data_dir={tmp_path / 'data'}", "--set", "bot.gallery.count=0"]


def test_a_port_in_use_is_told_in_one_line(capsys, data):
    with socket.create_server(("127.0.0.1", 0)) as other:
        line = refused(capsys, *data, "--port", str(other.getsockname()[1]))
    assert "Address already in use" in line
    assert "--port" in line


def test_an_address_that_is_not_ours_is_told_in_one_line(capsys, data, monkeypatch):
    monkeypatch.setenv("HOSHIZORA_API_TOKEN", "secret")
    assert "Cannot listen on no.such.host.invalid" in refused(
        capsys, *data, "--host", "no.such.host.invalid"
    )


def test_a_misspelt_key_is_told_by_its_name(capsys, data, tmp_path):
    assert "Did you mean port?" in refused(capsys, *data, "--set", "bot.http.prot=1")
    (tmp_path / "mine.yaml").write_text("bot:\n  max_queu: 3\n")
    line = refused(capsys, *data, "--config", "mine.yaml")
    assert "bot has no key 'max_queu'. Did you mean max_queue?" in line


def test_a_bundle_with_one_flipped_byte_is_told_in_one_line(capsys, data, tiny_bundle, tmp_path):
    damaged = shutil.copytree(tiny_bundle, tmp_path / "damaged")
    largest = max(damaged.glob("*.np?"), key=lambda file: file.stat().st_size)
    content = bytearray(largest.read_bytes())
    content[len(content) // 2] ^= 1
    largest.write_bytes(content)
    options = [*data, "--port", "0", "--set", f"model.bundle={damaged}"]
    line = refused(capsys, *options, tagger=InferenceOptions.tagger)
    assert f"The file {largest.name} of the bundle {damaged} is damaged" in line
    assert "Take the bundle again" in line


def test_a_bundle_that_is_not_there_is_told_in_one_line(capsys, data):
    line = refused(capsys, *data, "--port", "0", "--set", "model.bundle=/no/such/bundle")
    assert "There is no bundle /no/such/bundle" in line


def test_a_folder_that_is_not_there_is_told_in_one_line(capsys, data):
    line = refused(capsys, *data, "--port", "0", "--set", "bot.gallery.source=/no/such/folder")
    assert "There is no directory /no/such/folder" in line


def test_a_damaged_catalogue_is_told_in_one_line(capsys, data, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "catalogue.sqlite").write_bytes(b"not a database at all\n" * 100)
    assert "cannot be opened" in refused(capsys, *data, "--port", "0")


def test_beyond_loopback_a_token_is_required(capsys, data):
    assert "HOSHIZORA_API_TOKEN" in refused(capsys, *data, "--host", "0.0.0.0", "--port", "0")


def test_a_token_is_asked_for_and_never_logged(tmp_path, monkeypatch):
    monkeypatch.setenv("HOSHIZORA_API_TOKEN", "very-secret-token")
    with running(tmp_path, "--host", "0.0.0.0") as bot:
        port = bot.url.rpartition(":")[2]
        url = f"http://127.0.0.1:{port}/api/v1/status"
        with pytest.raises(urllib.error.HTTPError) as refusal:
            urllib.request.urlopen(url, timeout=10)
        assert refusal.value.code == 401
        refusal.value.close()
        headers = {"Authorization": "Bearer very-secret-token"}
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as response:
            assert response.status == 200
        assert "very-secret-token" not in bot.log.read_text()


def test_without_a_discord_token_both_ways_are_shown(capsys, data, monkeypatch):
    monkeypatch.setenv("DISCORD_TOKEN", " ")
    assert main(data) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "DISCORD_TOKEN is not set" in line
    assert "--local" in line


def test_while_discord_cannot_be_reached_the_bot_tries_again_and_never_logs_its_token(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("DISCORD_TOKEN", "very.secret.token")
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}"
    options = ["--set", f"bot.discord.api_url={nobody}"]
    with running(tmp_path, *options, local=False) as bot:
        bot.ready()
        bot._wait_for("Discord: it cannot be reached")
        with pytest.raises(urllib.error.HTTPError) as unwell:
            bot.get("/healthz")
        assert unwell.value.code == 503
        assert json.load(unwell.value)["parts"] == {"inference": True, "gateway": False}
        unwell.value.close()
        bot.process.send_signal(signal.SIGTERM)
        assert bot.process.wait(10) == 0
        log = bot.log.read_text()
        assert "very.secret.token" not in log
        assert "Traceback" not in log
        assert "ERROR" not in log


@pytest.mark.parametrize("shards", ["0-3", "3-1/4", "0-4/4", "a-b/c"])
def test_an_impossible_range_of_shards_is_refused(capsys, shards):
    with pytest.raises(SystemExit) as raised:
        main(["--shards", shards])
    assert raised.value.code == 2
    assert "must be A-B/N" in capsys.readouterr().err

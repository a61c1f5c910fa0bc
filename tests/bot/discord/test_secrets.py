"""The token stays with the bot's own process, and out of everything that it says."""

from pathlib import Path

import pytest

from bot.config import BotConfig
from bot.settings import Settings
from model.config import ModelConfig
from tests.bot.discord.process import BotProcess


def environments(pids: list[int]) -> list[bytes]:
    return [Path(f"/proc/{pid}/environ").read_bytes() for pid in pids]


def test_settings_do_not_show_their_secrets() -> None:
    settings = Settings(BotConfig(), ModelConfig(), token="s3cret", discord_token="t0ken")
    assert not {"s3cret", "t0ken"} & set(repr(settings).replace("'", " ").split())
    assert "s3cret" not in f"{settings}"


async def test_no_child_has_the_token_and_no_line_of_the_log(discord, tmp_path, monkeypatch):
    monkeypatch.setenv("HOSHIZORA_API_TOKEN", "the-token-of-the-api")
    bot = BotProcess(discord, tmp_path, "bot.decoders.processes=1", "bot.gallery.count=0")
    await bot.start()
    try:
        children = bot.children()
        assert {"bot.inference.process", "bot.decoding.process"} <= set(children)
        for environment in environments([pid for some in children.values() for pid in some]):
            assert b"PATH=" in environment
            assert discord.token.encode() not in environment
            assert b"the-token-of-the-api" not in environment
        await bot.stop()
    finally:
        await bot.kill()
    assert discord.token not in bot.log()


async def test_a_token_that_is_refused_is_not_repeated(discord, tmp_path):
    bot = BotProcess(discord, tmp_path, "bot.decoders.processes=1")
    bot.token = "not.the.token"
    try:
        with pytest.raises(AssertionError, match="Discord refuses the token"):
            await bot.start()
    finally:
        await bot.kill()
    assert "not.the.token" not in bot.log()

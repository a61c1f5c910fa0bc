"""Under load and with faults each post is answered exactly once; the figures are printed.

In full, with the starter bundle:

    HOSHIZORA_LOAD_POSTS=300 HOSHIZORA_LOAD_TAGGER=model.tagger:Tagger \
        python -m pytest tests/bot/discord/test_load.py -s
"""

import os

import pytest

from tests.bot.discord.load import Load, run_load
from tests.bot.discord.process import FAKE_TAGGER, BotProcess

POSTS = int(os.environ.get("HOSHIZORA_LOAD_POSTS", "60"))
POSTS_PER_SECOND = 10
# In a short run more goes wrong, so that every kind does.
FAULTS = 0.05 if POSTS >= 300 else 0.2
TAGGER = os.environ.get("HOSHIZORA_LOAD_TAGGER", FAKE_TAGGER)


@pytest.mark.timeout(900)
async def test_each_post_is_answered_exactly_once_under_load_and_faults(discord, tmp_path):
    discord.expect_failures = True
    bot = BotProcess(discord, tmp_path, "bot.autotag.default=reply", tagger=TAGGER)
    try:
        load = Load(POSTS, POSTS / POSTS_PER_SECOND, FAULTS)
        figures = await run_load(discord, bot, load)
        print(f"\n{figures.line()}\n{figures.table()}")
        await bot.stop()
    finally:
        await bot.kill()
    assert (figures.answered, figures.answered_twice, figures.lost) == (POSTS, 0, 0)
    assert figures.interactions_left_thinking == 0
    assert bot.troubles() == []

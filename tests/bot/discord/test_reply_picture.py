"""What a reply looks like: the real bot's answers, shown as a chat shows them.

The picture in the README is made here. To make it again, with Chromium and the fonts for Japanese
and emoji (``apt-get install chromium fonts-noto-cjk fonts-noto-color-emoji``):

    HOSHIZORA_SCREENSHOTS=screenshots .venv/bin/python -m pytest tests/bot/discord/test_reply_picture.py
    cp screenshots/discord-reply.webp docs/pictures/
"""

import asyncio
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from bot.gallery import Drawing, draw, draw_gallery
from bot.supervisor import InferenceOptions
from tests.bot.browser import chromium, chromium_path, screenshots_directory
from tests.bot.discord.chat_page import chat_page
from tests.bot.discord.community import Community, running, settings_for
from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.messages import Message
from tests.bot.discord.standin.server import StandIn
from tests.bot.discord.standin.world import Guild

pytestmark = pytest.mark.browser

GALLERY = 40
# The starter bundle is right about these, so the picture shows what it can, not what it cannot.
NIGHT = ("night-sky", 5031)
PORTRAIT = ("portrait", 5042)
SEVERAL = (("city", 5042), ("portrait", 5055), ("starry-sky", 5020))
SCALE = 1.4
MOST_BYTES = 150_000
ENGLISH, JAPANESE = ("en-US", ("night-skies", "portraits"), ("sketches", "mira", "sota", "aino"))


@dataclass(frozen=True)
class Answered:
    """A post, what the bot replied, and whatever else was posted before."""

    drawings: tuple[Drawing, ...]
    post: Message
    reply: Message
    earlier: tuple[Message, ...]

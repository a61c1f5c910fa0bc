"""Every error becomes one sentence in the language of the person who asked."""

from types import SimpleNamespace

import discord as library
import pytest
from discord import app_commands

from bot.catalogue import DatabaseTroubleError
from bot.discord.errors import NOT_ALLOWED, NOT_UNDERSTOOD, RefusalError, answered, sentence, tell
from bot.discord.trouble import passes
from bot.errors import BusyError
from bot.texts import Text
from model.errors import ImageError, StoreError

HELLO = Text(en="Hello {name}.", ja="こんにちは、{name}。")


class Asker:
    """An interaction that remembers what was said."""

    def __init__(self, locale=library.Locale.american_english, done=False, code=None):
        self.locale = locale
        self.said = []
        self.extras = {}
        self.response = SimpleNamespace(is_done=lambda: done, send_message=self._say("response"))
        self.followup = SimpleNamespace(send=self._say("followup"))
        self._code = code

    def _say(self, way):
        async def say(text, *, ephemeral):
            if self._code is not None:
                raise failure(400, self._code)
            assert ephemeral
            self.said.append((way, text))

        return say


def failure(status, code=0):
    kinds = {403: library.Forbidden, 404: library.NotFound}
    kind = kinds.get(status, library.HTTPException if status < 500 else library.DiscordServerError)
    return kind(SimpleNamespace(status=status, reason="x"), {"code": code, "message": "x"})


@pytest.mark.parametrize(
    ("error", "english", "japanese"),
    [
        (RefusalError(HELLO, name="Mira"), "Hello Mira.", "こんにちは、Mira。"),
        (app_commands.MissingPermissions(["ban_members"]), NOT_ALLOWED.en, NOT_ALLOWED.ja),
        (app_commands.CommandNotFound("x", []), NOT_UNDERSTOOD.en, NOT_UNDERSTOOD.ja),
        (ImageError("not_an_image", "These bytes are no image."), "These bytes", "画像"),
        (BusyError("32 images are in work."), "32 images", "混み合って"),
    ],
    ids=["refusal", "permissions", "unknown", "image", "busy"],
)
def test_an_error_is_a_sentence_in_both_languages(error, english, japanese):
    assert english in sentence(error, "en")
    assert japanese in sentence(error, "ja")


def test_an_unexpected_error_is_logged_and_told_without_particulars(caplog):
    assert "secret" not in sentence(KeyError("secret"), "en")
    assert "KeyError" in caplog.text


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (
            DatabaseTroubleError("INSERT INTO secret", {}, Exception("database or disk is full")),
            "the catalogue is in trouble: database or disk is full",
        ),
        (StoreError("s3://bucket cannot be used: reset."), "s3://bucket cannot be used: reset."),
    ],
    ids=["disk", "store"],
)
def test_trouble_with_what_is_kept_is_told_as_what_passes_and_logged_in_one_line(
    error, line, caplog
):
    told = sentence(error, "en")
    assert "Try again in a minute" in told
    assert "bucket" not in told
    (logged,) = caplog.records
    assert logged.getMessage() == line
    assert logged.exc_info is None


async def test_it_is_told_to_the_person_alone_by_the_way_that_is_still_open():
    for done, way in ((False, "response"), (True, "followup")):
        asker = Asker(library.Locale.japanese, done=done)
        wrapped = app_commands.CommandInvokeError(
            SimpleNamespace(name="x", qualified_name="x"), RefusalError(HELLO, name="Mira")
        )
        await tell(asker, wrapped)
        assert asker.said == [(way, "こんにちは、Mira。")]


@pytest.mark.parametrize("code", [10062, 40060])
async def test_an_interaction_that_is_over_is_left_alone(code):
    asker = Asker()
    await tell(asker, failure(404, code))
    assert asker.said == []


async def test_an_error_that_cannot_be_told_does_not_raise(caplog):
    await tell(Asker(code=50035), RefusalError(HELLO, name="Mira"))
    assert "could not be told" in caplog.text


async def test_a_failing_callback_answers_too():
    class Button:
        @answered
        async def callback(self, interaction):
            raise RefusalError(HELLO, name="Mira")

    asker = Asker()
    await Button().callback(asker)
    assert asker.said == [("response", "Hello Mira.")]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (failure(500), True),
        (failure(502), True),
        (failure(429), True),
        (ConnectionResetError(), True),
        (TimeoutError(), True),
        (library.RateLimited(3.0), True),
        (failure(400, 50035), False),
        (failure(403, 50013), False),
        (failure(404, 10008), False),
        (failure(429, 20028), True),
        (failure(401), True),
        (failure(403), True),
        (failure(404), True),
    ],
)
def test_trouble_passes_and_a_refusal_in_discords_own_words_does_not(error, expected):
    assert passes(error) is expected

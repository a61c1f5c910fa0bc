"""What a person hears when a command, a button or a select could not do what was asked."""

import functools
import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import aiohttp
import discord
from discord import app_commands

from bot.discord.escaping import safe
from bot.errors import TeachingFailedError
from bot.posts import Language
from bot.replies import error_text, log_if_unexpected
from bot.teaching.errors import TeachingError
from bot.texts import Text
from model.errors import HoshizoraError

log = logging.getLogger(__name__)
T = TypeVar("T")

NOT_IN_DIRECT_MESSAGES = Text(
    en="This works only on a server.", ja="これはサーバーの中でのみ使えます。"
)
NOT_ALLOWED = Text(en="You may not do this here.", ja="この操作をする権限がありません。")
NOT_UNDERSTOOD = Text(
    en="I did not understand what was asked. Discord may show an old version of my commands: "
    "try again in a minute, or reload Discord.",
    ja="入力を理解できませんでした。コマンドの表示が古いかもしれません。"
    "少し待つか、Discordを再読み込みしてからもう一度お試しください。",
)
DISCORD_FAILED = Text(
    en="Discord did not take my answer. Try again in a moment.",
    ja="Discordに返信を送れませんでした。少し待ってからもう一度お試しください。",
)
# The particulars are for whoever runs the bot.
TEACHING_FAILED = Text(
    en="What you said is kept, but I could not learn from it; my log says why. Try again later.",
    ja="回答は記録しましたが、学習できませんでした（詳細はボットのログにあります）。"
    "あとでもう一度お試しください。",
)
# What sending an answer may end with.
NOT_TAKEN = (discord.HTTPException, aiohttp.ClientError, ConnectionError)
# From error to sentence; the first that fits.
_SENTENCES: tuple[tuple[type[Exception], Text], ...] = (
    (app_commands.NoPrivateMessage, NOT_IN_DIRECT_MESSAGES),
    (app_commands.MissingPermissions, NOT_ALLOWED),
    (app_commands.CheckFailure, NOT_ALLOWED),
    (app_commands.CommandNotFound, NOT_UNDERSTOOD),
    (app_commands.CommandSignatureMismatch, NOT_UNDERSTOOD),
    (app_commands.TransformerError, NOT_UNDERSTOOD),
    *((kind, DISCORD_FAILED) for kind in NOT_TAKEN),
    (TeachingFailedError, TEACHING_FAILED),
)
# Of a name in a sentence.
MOST_WORD_UNITS = 60
UNKNOWN_INTERACTION, ALREADY_ANSWERED = 10062, 40060
# Among an interaction's extras: Discord has its acknowledgement, which discord.py does not know.
ACKNOWLEDGED = "acknowledged"


class RefusalError(HoshizoraError):
    """A wish that cannot be granted, with the sentence that says why."""

    def __init__(self, text: Text, **values: object) -> None:
        super().__init__(text.en)
        self.text = text
        self.values = values


def sentence(error: Exception, language: Language) -> str:
    """What to tell about an error; an unexpected one is logged and told without particulars."""
    if isinstance(error, RefusalError):
        return error.text(language, **error.values)
    if isinstance(error, TeachingError):
        return error.text(language, **{key: _shown(one) for key, one in error.values.items()})
    for kind, text in _SENTENCES:
        if isinstance(error, kind):
            return text(language)
    told = error_text(error)
    log_if_unexpected(error, told)
    return told.message_ja if language == "ja" else told.message


def _shown(value: object) -> object:
    """A value of a sentence; words are those of strangers."""
    return safe(value, MOST_WORD_UNITS) if isinstance(value, str) else value


async def tell(interaction: discord.Interaction, error: Exception) -> None:
    """Tell the person who asked, and nobody else, what went wrong."""
    if isinstance(error, app_commands.CommandInvokeError):
        error = error.original
    if isinstance(error, discord.InteractionResponded):
        return  # it came twice, and is being answered
    if isinstance(error, NOT_TAKEN):
        log.warning("an answer was not taken: %r", error)
    if getattr(error, "code", 0) in (UNKNOWN_INTERACTION, ALREADY_ANSWERED):
        return
    language: Language = "ja" if interaction.locale is discord.Locale.japanese else "en"
    text = sentence(error, language)
    try:
        if interaction.response.is_done() or ACKNOWLEDGED in interaction.extras:
            await interaction.followup.send(text, ephemeral=True)
        else:
            await interaction.response.send_message(text, ephemeral=True)
    except NOT_TAKEN as failure:
        log.warning("an error could not be told: %r", failure)


def answered(
    callback: Callable[[T, discord.Interaction], Coroutine[Any, Any, None]],
) -> Callable[[T, discord.Interaction], Coroutine[Any, Any, None]]:
    """A button's or a select's callback that always answers: errors become sentences."""

    @functools.wraps(callback)
    async def wrapper(item: T, interaction: discord.Interaction) -> None:
        try:
            await callback(item, interaction)
        except Exception as error:  # noqa: BLE001 - it is told, and logged where unexpected
            await tell(interaction, error)

    return wrapper

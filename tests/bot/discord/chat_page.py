"""Shows messages that arrived at the stand-in as a chat would: for pictures of replies.

The layout is our own and only resembles Discord's; what is said and shown comes from the messages.
"""

import base64
import html
import re
from collections.abc import Iterable
from pathlib import Path
from string import Template
from typing import Any

from tests.bot.discord.standin.files import Attachment
from tests.bot.discord.standin.messages import Message

TEMPLATE = Path(__file__).with_suffix(".html")
STAR = Path(__file__).parents[3] / "bot" / "local" / "page" / "star.svg"
# What the client, not the bot, writes: beside a bot's name, and on what is covered.
CLIENT = {"ja": ("アプリ", "ネタバレ")}
ENGLISH = ("APP", "SPOILER")
COLOURS = ("#b4508c", "#3d8f83", "#c2763a", "#6b62c9")
LARGEST_PX = 210
# What is escaped comes first: it is no formatting.
FORMATTING = re.compile(
    r"\\(?P<escaped>[^\w\s])|`(?P<code>[^`]+)`|\*\*(?P<bold>.+?)\*\*"
    r"|\[(?P<label>[^\]]+)\]\((?P<url>[^)\s]+)\)|\|\|(?P<covered>.+?)\|\|",
    re.DOTALL,
)


def chat_page(*channels: Iterable[Message]) -> str:
    """A page with a column for each channel.

    Args:
        channels: Messages of one channel each, oldest first.
    """
    columns = "".join(_channel(list(messages)) for messages in channels)
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(channels=columns)


def formatted(text: str) -> str:
    """Discord's markdown as HTML, as far as the bot writes it."""
    parts, ended = [], 0
    for match in FORMATTING.finditer(text):
        parts += [html.escape(text[ended : match.start()]), _format(match)]
        ended = match.end()
    return "".join([*parts, html.escape(text[ended:])])


def _format(match: re.Match[str]) -> str:
    said = {name: text for name, text in match.groupdict().items() if text is not None}
    match said:
        case {"escaped": text}:
            return html.escape(text)
        case {"code": text}:
            return f"<code>{html.escape(text)}</code>"
        case {"bold": text}:
            return f"<b>{formatted(text)}</b>"
        case {"label": text, "url": url}:
            return f'<a href="{html.escape(url)}">{formatted(text)}</a>'
    return f"<s>{formatted(said['covered'])}</s>"


def _channel(messages: list[Message]) -> str:
    channel = messages[0].channel
    locale = channel.guild.locale
    shown = "".join(_message(one, CLIENT.get(locale, ENGLISH)) for one in messages)
    return (
        f'<section class="channel" lang="{locale}"><h1>{html.escape(channel.name)}</h1>'
        f"{shown}</section>"
    )


def _message(message: Message, client: tuple[str, str]) -> str:
    app, covered = client
    badge = f"<i>{app}</i>" if message.author.is_bot else ""
    answered = ""
    if message.referenced is not None:
        asked = message.referenced
        name, said = html.escape(_name(asked)), html.escape(asked.content)
        answered = f'<div class="answered">{_avatar(asked)}<b>{name}</b><span>{said}</span></div>'
    return (
        f'<article class="message{" reply" if answered else ""}">{answered}{_avatar(message)}'
        f'<div class="body"><div class="author"><b>{html.escape(_name(message))}</b>{badge}'
        f"<time>{message.created_at:%H:%M}</time></div>"
        f"<p>{formatted(message.content)}</p>"
        f"{''.join(_embed(one, message, covered) for one in message.embeds)}"
        f"{_pictures(message.files, covered)}{_buttons(message)}</div></article>"
    )


def _name(message: Message) -> str:
    return message.author.display_name or message.author.name


def _avatar(message: Message) -> str:
    if message.author.is_bot:
        star = base64.b64encode(STAR.read_bytes()).decode()
        return f'<div class="avatar"><img src="data:image/svg+xml;base64,{star}"></div>'
    name = _name(message)
    colour = COLOURS[sum(map(ord, name)) % len(COLOURS)]
    return f'<div class="avatar" style="--colour:{colour}">{html.escape(name[0].upper())}</div>'


def _embed(embed: dict[str, Any], message: Message, covered: str) -> str:
    fields = "".join(
        f"<h3>{formatted(one['name'])}</h3><p>{formatted(one['value'])}</p>"
        for one in embed.get("fields") or []
    )
    shown = (embed.get("image") or {}).get("attachment")
    pictures = "".join(_picture(one, covered) for one in message.attachments if one.id == shown)
    return (
        f'<div class="embed" style="--colour:#{embed["color"]:06x}">'
        f"<h2>{formatted(embed['title'])}</h2><p>{formatted(embed.get('description') or '')}</p>"
        f"{fields}{pictures}</div>"
    )


def _pictures(attachments: list[Attachment], covered: str) -> str:
    if not attachments:
        return ""
    many = " many" if len(attachments) > 1 else ""
    shown = "".join(_picture(one, covered) for one in attachments)
    return f'<div class="pictures{many}" style="--height:{LARGEST_PX}px">{shown}</div>'


def _picture(attachment: Attachment, covered: str) -> str:
    content = base64.b64encode(attachment.data).decode()
    cover = f' data-covered="{covered}"' if attachment.is_spoiler else ""
    return (
        f'<span class="picture{" covered" if cover else ""}"{cover}>'
        f'<img src="data:{attachment.file.content_type};base64,{content}"></span>'
    )


def _buttons(message: Message) -> str:
    shown = "".join(
        f'<span class="style-{one["style"]}"><em>{(one.get("emoji") or {}).get("name", "")}</em>'
        f"{html.escape(one.get('label') or '')}</span>"
        for one in message.parts
        if one["type"] == 2
    )
    return f'<div class="buttons">{shown}</div>' if shown else ""

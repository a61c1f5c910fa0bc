"""Routes of interactions: the first answer, and everything that the token allows afterwards."""

from typing import TYPE_CHECKING, Any

from tests.bot.discord.standin.acting import reply_to
from tests.bot.discord.standin.api import Routes
from tests.bot.discord.standin.errors import (
    ALREADY_ACKNOWLEDGED,
    INVALID_TOKEN,
    UNKNOWN_INTERACTION,
    UNKNOWN_MESSAGE,
    UNKNOWN_WEBHOOK,
)
from tests.bot.discord.standin.interactions import (
    AUTOCOMPLETE,
    CHOICES,
    COMMAND,
    COMPONENT,
    DEFERRED,
    DEFERRED_UPDATE,
    MODAL,
    MODAL_SUBMIT,
    SENT,
    UPDATED,
    Interaction,
)
from tests.bot.discord.standin.limits import broken, too_long
from tests.bot.discord.standin.messages import (
    CHAT_COMMAND,
    EPHEMERAL,
    LOADING,
    MENU_COMMAND,
    ORDINARY,
    Message,
)
from tests.bot.discord.standin.posting import fill
from tests.bot.discord.standin.requests import Request

if TYPE_CHECKING:
    from tests.bot.discord.standin.server import StandIn

Json = dict[str, Any]
routes = Routes()

# Which first answers fit which interaction.
_ALLOWED = {
    COMMAND: {SENT, DEFERRED, MODAL},
    COMPONENT: {SENT, DEFERRED, DEFERRED_UPDATE, UPDATED, MODAL},
    AUTOCOMPLETE: {CHOICES},
    MODAL_SUBMIT: {SENT, DEFERRED, DEFERRED_UPDATE, UPDATED},
}


@routes("POST", "/interactions/{interaction_id}/{interaction_token}/callback")
async def respond(standin: "StandIn", request: Request) -> Json | None:
    one = standin.by_token.get(request.match["interaction_token"])
    if one is None or one.id != request.id("interaction_id") or one.failed:
        raise UNKNOWN_INTERACTION
    if one.kind is not None:
        raise ALREADY_ACKNOWLEDGED
    kind, data = request.body["type"], request.body.get("data") or {}
    if kind not in _ALLOWED[one.type]:
        raise broken("type", "INTERACTION_CALLBACK_TYPE_INVALID", f"{kind} is no answer to this")
    if kind in (SENT, DEFERRED):
        _first_message(standin, one, kind, request, data)
    elif kind == UPDATED:
        _update_source(standin, one, request, data)
    elif kind == CHOICES:
        one.choices = _checked(data.get("choices") or [])
    elif kind == MODAL:
        _check_modal(data)
        one.modal = data
    one.acknowledge(kind)
    if request.query.get("with_response") in ("1", "true"):
        return _callback(one)
    return None


def _first_message(
    standin: "StandIn", one: Interaction, kind: int, request: Request, data: Json
) -> None:
    message = _new(standin, one, hidden=bool((data.get("flags") or 0) & EPHEMERAL))
    if kind == DEFERRED:
        message.flags |= LOADING
    else:
        fill(message, data, request.files, standin.cdn)
    one.ephemeral = message.ephemeral
    one.original = message
    if one.type == MODAL_SUBMIT or one.source is None:
        message.type = MENU_COMMAND if one.data.get("type") in (2, 3) else CHAT_COMMAND
    else:
        reply_to(message, one.source)
    _publish(message)


def _new(standin: "StandIn", one: Interaction, *, hidden: bool) -> Message:
    message = Message(standin.world.snowflakes.make(), one.channel, standin.world.bot)
    message.interaction = one.metadata()
    if hidden:
        message.flags |= EPHEMERAL
        message.ephemeral_for = one.user
    return message


def _publish(message: Message) -> None:
    if not message.ephemeral:
        message.channel.put(message)
        message.channel.tell("MESSAGE_CREATE", message)


def _update_source(standin: "StandIn", one: Interaction, request: Request, data: Json) -> None:
    message = one.source
    if message is None:
        raise broken("type", "INTERACTION_CALLBACK_TYPE_INVALID", "there is no message to update")
    if message.deleted:
        raise UNKNOWN_MESSAGE
    _rewrite(standin, message, request, data)
    one.original = message


def _rewrite(standin: "StandIn", message: Message, request: Request, data: Json) -> None:
    was_loading = message.loading
    message.flags &= ~LOADING
    try:
        fill(message, data, request.files, standin.cdn)
    except Exception:
        message.flags |= LOADING if was_loading else 0
        raise
    if not was_loading:
        message.touch()
    if not message.ephemeral:
        message.channel.tell("MESSAGE_UPDATE", message)


def _checked(choices: list[Json]) -> list[Json]:
    if len(choices) > 25:
        raise broken("data.choices", "BASE_TYPE_BAD_LENGTH", f"25 at most: {len(choices)}")
    for number, one in enumerate(choices):
        too_long(f"data.choices.{number}.name", one.get("name"), 100, least=1)
        if isinstance(one.get("value"), str):
            too_long(f"data.choices.{number}.value", one["value"], 100, least=1)
    return choices


def _check_modal(data: Json) -> None:
    too_long("data.title", data.get("title"), 45, least=1)
    too_long("data.custom_id", data.get("custom_id"), 100, least=1)
    rows = data.get("components") or []
    if not 1 <= len(rows) <= 5:
        raise broken("data.components", "BASE_TYPE_BAD_LENGTH", f"1 to 5: {len(rows)}")


def _callback(one: Interaction) -> Json:
    about: Json = {"id": str(one.id), "type": one.type}
    written: Json = {"interaction": about}
    message = one.original
    if message is not None and one.kind in (SENT, DEFERRED, UPDATED):
        about |= {
            "response_message_id": str(message.id),
            "response_message_loading": message.loading,
            "response_message_ephemeral": message.ephemeral,
        }
    if message is not None and one.kind in (SENT, UPDATED):
        written["resource"] = {"type": one.kind, "message": message.payload()}
    return written


# --- afterwards


def _by_token(standin: "StandIn", request: Request) -> Interaction:
    one = standin.by_token.get(request.match["webhook_token"])
    if one is None or request.id("webhook_id") != standin.world.application_id:
        raise UNKNOWN_WEBHOOK
    if not one.token_valid:
        raise INVALID_TOKEN
    if one.kind is None:
        raise UNKNOWN_WEBHOOK
    return one


def _message(one: Interaction, which: str) -> Message:
    if which == "@original":
        message = one.original or one.source
    else:
        made = [one.original, one.source, *one.followups]
        message = next((each for each in made if each and str(each.id) == which), None)
    if message is None or message.deleted:
        raise UNKNOWN_MESSAGE
    return message


@routes("POST", "/webhooks/{webhook_id}/{webhook_token}")
async def follow_up(standin: "StandIn", request: Request) -> Json:
    one = _by_token(standin, request)
    body = request.body or {}
    first = one.original
    if one.kind == DEFERRED and first is not None and first.loading and not first.deleted:
        # The first message after a deferral takes the place of "thinking", and its visibility.
        _rewrite(standin, first, request, body)
        one.changed()
        return first.payload()
    message = _new(standin, one, hidden=bool((body.get("flags") or 0) & EPHEMERAL))
    message.type = ORDINARY
    fill(message, body, request.files, standin.cdn)
    target = first or one.source
    if target is not None and not target.deleted:
        reply_to(message, target)
    one.followups.append(message)
    _publish(message)
    one.changed()
    return message.payload()


_MESSAGE = "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
_ORIGINAL = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"


@routes("GET", _MESSAGE)
@routes("GET", _ORIGINAL)
async def get_answer(standin: "StandIn", request: Request) -> Json:
    one = _by_token(standin, request)
    return _message(one, request.match.get("message_id", "@original")).payload()


@routes("PATCH", _MESSAGE)
@routes("PATCH", _ORIGINAL)
async def edit_answer(standin: "StandIn", request: Request) -> Json:
    one = _by_token(standin, request)
    message = _message(one, request.match.get("message_id", "@original"))
    _rewrite(standin, message, request, request.body or {})
    if message is one.source:
        one.original = message
    one.changed()
    return message.payload()


@routes("DELETE", _MESSAGE)
@routes("DELETE", _ORIGINAL)
async def delete_answer(standin: "StandIn", request: Request) -> None:
    one = _by_token(standin, request)
    message = _message(one, request.match.get("message_id", "@original"))
    if message.ephemeral:
        message.vanish()
    else:
        message.channel.forget(message)
    one.changed()

"""The gateway: sessions that outlive their connections, and everything that can befall those."""

import asyncio
import json
import secrets
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from tests.bot.discord.standin import payloads
from tests.bot.discord.standin.compression import Compressor
from tests.bot.discord.standin.greeting import member_chunks, ready
from tests.bot.discord.standin.intents import (
    GUILDS,
    KNOWN,
    MEMBERS,
    MESSAGE_CONTENT,
    PRESENCES,
    shows_content,
    wanted,
)
from tests.bot.discord.standin.messages import Message
from tests.bot.discord.standin.sessions import Connection, Session

if TYPE_CHECKING:
    from tests.bot.discord.standin.server import StandIn
    from tests.bot.discord.standin.world import Guild

Json = dict[str, Any]

HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME, RECONNECT = 1, 2, 3, 4, 6, 7
REQUEST_MEMBERS, INVALID_SESSION, HELLO, ACK = 8, 9, 10, 11


class Gateway:
    """Takes connections, and lets tests end them in every way.

    Attributes:
        heartbeat_seconds: What HELLO asks for.
        connections: All that there were, the open ones included.
        identifies: What each IDENTIFY carried.
        resumes: What each RESUME carried, with ``replayed``, or None where it was refused.
        duplicates: With what probability an event is sent twice (same sequence number).
    """

    def __init__(self, standin: "StandIn") -> None:
        self._standin = standin
        self.heartbeat_seconds = 5.0
        self.connections: list[Connection] = []
        self.identifies: list[Json] = []
        self.resumes: list[Json] = []
        self._sessions: dict[str, Session] = {}
        self._duplicate_next = 0

    # --- what tests do and ask

    @property
    def open_connections(self) -> list[Connection]:
        return [one for one in self.connections if one.ended is None]

    @property
    def ready(self) -> bool:
        """Whether somebody is connected with a session."""
        return any(one.session is not None for one in self.open_connections)

    def drop(self, *, resumable: bool = True) -> None:
        """Cut every connection; ``resumable=False``: the sessions are lost as well."""
        for connection in self.open_connections:
            if not resumable and connection.session is not None:
                self._sessions.pop(connection.session.id, None)
            connection.cut()

    def reconnect(self) -> None:
        """Op 7: go elsewhere and resume there."""
        for connection in self.open_connections:
            connection.send({"op": RECONNECT, "d": None})

    def invalidate(self, *, resumable: bool) -> None:
        """Op 9."""
        for connection in self.open_connections:
            if not resumable and connection.session is not None:
                self._sessions.pop(connection.session.id, None)
                connection.session.connection = None
            connection.send({"op": INVALID_SESSION, "d": resumable})

    def silence(self, seconds: float) -> None:
        """Neither answer heartbeats nor send events for a while, on the open connections."""
        for connection in self.open_connections:
            connection.silent_until = time.monotonic() + seconds

    def duplicate(self, times: int = 1) -> None:
        """Send each of the next events twice."""
        self._duplicate_next += times

    def heartbeat_gaps(self) -> list[float]:
        """The longest time without a heartbeat of each connection, in seconds."""
        return [one.longest_gap() for one in self.connections]

    # --- events

    def emit(self, event: str, what: "Json | Message", guild: "Guild | None") -> None:
        """Send an event to the session of its shard, if its intents ask for it."""
        if guild is not None and not guild.has_bot:
            return
        if guild is not None and not guild.available and event != "GUILD_DELETE":
            return
        for session in list(self._sessions.values()):
            if not session.owns(guild.id if guild else None):
                continue
            if not wanted(event, what, session.intents, self._standin.world.bot.id, guild):
                continue
            data = self._written(event, what, session.intents)
            session.dispatch(event, data)
            if self._duplicate_next and session.connection is not None:
                self._duplicate_next -= 1
                session.connection.send(session.sent[-1][1])

    def send(self, event: str, data: Json, guild_id: int | None) -> bool:
        """Send an event that needs no intent; False: nobody is there to take it."""
        for session in self._sessions.values():
            if session.owns(guild_id):
                session.dispatch(event, data)
                if session.connection is not None:
                    return True
        return False

    def _written(self, event: str, what: "Json | Message", intents: int) -> Json:
        if isinstance(what, Message):
            shown = shows_content(what, intents)
            return what.event(content=shown, nonce=event == "MESSAGE_CREATE")
        if event == "GUILD_CREATE" and not intents & MEMBERS:
            bot = str(self._standin.world.bot.id)
            mine = [one for one in what["members"] if one["user"]["id"] == bot]
            return what | {"members": mine}
        return what

    # --- connections

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Play one connection, from HELLO to its end."""
        socket = web.WebSocketResponse(autoping=True, max_msg_size=4096, compress=False)
        await socket.prepare(request)
        connection = Connection(socket, request, Compressor(request.query.get("compress", "")))
        if (request.query.get("v"), request.query.get("encoding")) != ("10", "json"):
            self._standin.violations.append(f"gateway: v=10&encoding=json expected, {request.url}")
        self.connections.append(connection)
        writer = asyncio.ensure_future(connection.write())
        interval_ms = int(self.heartbeat_seconds * 1000)
        connection.send({"op": HELLO, "d": {"heartbeat_interval": interval_ms}})
        try:
            async for received in socket:
                if received.type is WSMsgType.TEXT:
                    self._take(connection, json.loads(received.data))
        finally:
            writer.cancel()
            self._ended(connection)
        return socket

    async def close(self) -> None:
        """Close what is open."""
        for connection in self.open_connections:
            await connection.socket.close(code=1001)

    def _ended(self, connection: Connection) -> None:
        connection.ended = time.monotonic()
        session = connection.session
        if session is not None and session.connection is connection:
            session.connection = None
            if connection.socket.close_code in (1000, 1001):  # said goodbye: nothing to resume
                self._sessions.pop(session.id, None)

    def _take(self, connection: Connection, packet: Json) -> None:
        takers: dict[int, Callable[[Connection, Any], None]] = {
            HEARTBEAT: self._heartbeat,
            IDENTIFY: self._identify,
            RESUME: self._resume,
            REQUEST_MEMBERS: self._request_members,
            PRESENCE: lambda *_: None,
            VOICE: lambda *_: None,
        }
        taker = takers.get(packet.get("op", -1))
        if taker is None:
            self._standin.violations.append(f"gateway: unknown opcode in {packet}")
            connection.close(4001)
            return
        if connection.session is None and packet["op"] not in (HEARTBEAT, IDENTIFY, RESUME):
            connection.close(4003)
            return
        taker(connection, packet.get("d"))

    def _heartbeat(self, connection: Connection, _: Any) -> None:
        connection.beats.append(time.monotonic())
        if not connection.is_silent:
            connection.send({"op": ACK})

    def _identify(self, connection: Connection, data: Json) -> None:
        self.identifies.append(data)
        if connection.session is not None:
            connection.close(4005)
            return
        refusal = self._refusal(data)
        if refusal:
            connection.close(refusal)
            return
        number, count = data.get("shard", [0, 1])
        shard = (number, count)
        for other in [one for one in self._sessions.values() if one.shard == shard]:
            del self._sessions[other.id]
        session = Session(secrets.token_hex(16), shard, data["intents"], connection=connection)
        connection.session = session
        self._sessions[session.id] = session
        self._greet(session)

    def _refusal(self, data: Json) -> int:
        """The close code, 0 when all is well."""
        intents = data.get("intents")
        if data.get("token", "").removeprefix("Bot ") != self._standin.token:
            return 4004
        if not isinstance(intents, int) or intents & ~KNOWN:
            return 4013
        allowed = {
            MESSAGE_CONTENT: self._standin.message_content,
            MEMBERS: self._standin.server_members,
            PRESENCES: False,
        }
        if any(intents & intent and not given for intent, given in allowed.items()):
            return 4014
        number, count = data.get("shard", [0, 1])
        return 0 if 0 <= number < count else 4010

    def _greet(self, session: Session) -> None:
        standin = self._standin
        guilds = [
            one for one in standin.world.guilds.values() if one.has_bot and session.owns(one.id)
        ]
        session.dispatch("READY", ready(standin, session, guilds))
        for guild in guilds:
            if guild.available and session.intents & GUILDS:
                data = payloads.guild_create(guild)
                told = self._written("GUILD_CREATE", data, session.intents)
                session.dispatch("GUILD_CREATE", told)

    def _resume(self, connection: Connection, data: Json) -> None:
        session = self._sessions.get(data.get("session_id", ""))
        if session is None or data.get("token") != self._standin.token:
            self.resumes.append(data | {"replayed": None})
            connection.send({"op": INVALID_SESSION, "d": False})
            return
        missed = [packet for number, packet in session.sent if number > (data["seq"] or 0)]
        self.resumes.append(data | {"replayed": [packet["t"] for packet in missed]})
        if session.connection is not None:
            session.connection.close(4000)
        session.connection, connection.session = connection, session
        for packet in missed:
            connection.send(packet)
        session.dispatch("RESUMED", {"_trace": []})

    def _request_members(self, connection: Connection, data: Json) -> None:
        session = connection.session
        assert session is not None
        guild = self._standin.world.guilds.get(int(data["guild_id"]))
        if guild is None or not guild.has_bot:
            return
        asks_for_all = not data.get("user_ids") and not data.get("query")
        if asks_for_all and not session.intents & MEMBERS:
            self._standin.violations.append("gateway: all members asked for without the intent")
            return
        for chunk in member_chunks(guild, data):
            session.dispatch("GUILD_MEMBERS_CHUNK", chunk)

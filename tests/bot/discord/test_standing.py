"""The facts of real discord.py objects, made from what the gateway sends."""

import asyncio
import random

import aiohttp
import discord
import pytest

from bot.discord import standing
from bot.discord.facts import ChannelFacts, Overwrite, Person
from bot.discord.standing import guild_facts, person, place_of, threads_of
from bot.discord.visibility import Audience, may_show
from bot.places import Place

BOT, OWNER, ANN = 9, 7, 21
GUILD = 1
VIEW, SEND, HISTORY, CONNECT, ADMINISTRATOR = (1 << bit for bit in (10, 11, 16, 20, 3))
TEXT, VOICE, CATEGORY, NEWS, STAGE, FORUM = 0, 2, 4, 5, 13, 15


def role(role_id: int, permissions: int = 0, **more: object) -> dict:
    return {
        "id": str(role_id),
        "name": f"role {role_id}",
        "permissions": str(permissions),
        "position": 0 if role_id == GUILD else 1,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "color": 0,
        "hoist": False,
        "managed": False,
        "mentionable": False,
        **more,
    }


def said(who: int, allow: int = 0, deny: int = 0) -> dict:
    return {
        "id": str(who),
        "type": int(who < 100 and who != GUILD),
        "allow": str(allow),
        "deny": str(deny),
    }


def channel(channel_id: int, *overwrites: dict, kind: int = TEXT, nsfw: bool = False) -> dict:
    return {
        "id": str(channel_id),
        "type": kind,
        "name": "art",
        "position": 0,
        "permission_overwrites": list(overwrites),
        "nsfw": nsfw,
        "bitrate": 64000,
        "user_limit": 0,
    }


def thread(thread_id: int, parent_id: int, kind: int) -> dict:
    return {
        "id": str(thread_id),
        "parent_id": str(parent_id),
        "owner_id": str(ANN),
        "type": kind,
        "name": "wip",
        "message_count": 0,
        "member_count": 1,
        "thread_metadata": {
            "archived": False,
            "auto_archive_duration": 60,
            "archive_timestamp": "2026-01-01T00:00:00+00:00",
        },
    }


def user(user_id: int) -> dict:
    return {"id": str(user_id), "username": "ann", "discriminator": "0", "avatar": None}


def received(payload: dict) -> discord.Guild:
    """A guild as a client knows it that has just received it."""
    state = discord.Client(intents=discord.Intents(guilds=True))._connection
    state.user = discord.ClientUser(state=state, data=user(BOT))
    return discord.Guild(data=payload, state=state)


def guild(roles=(), channels=(), threads=(), **more: object) -> discord.Guild:
    payload = {
        "id": str(GUILD),
        "name": "guild",
        "owner_id": str(OWNER),
        "roles": [role(GUILD, VIEW | HISTORY | CONNECT), *roles],
        "channels": list(channels),
        "threads": list(threads),
        **more,
    }
    return received(payload)


def member(of: discord.Guild, user_id: int, *roles: int) -> discord.Member:
    payload = {"user": user(user_id), "roles": [str(one) for one in roles], "joined_at": None}
    return discord.Member(data={**payload, "flags": 0}, guild=of, state=of._state)


def test_the_facts_of_a_guild_are_its_owner_and_what_its_roles_give():
    facts = guild_facts(guild([role(101, SEND), role(102, VIEW)]))
    assert (facts.id, facts.owner_id) == (GUILD, OWNER)
    assert facts.roles == {GUILD: VIEW | HISTORY | CONNECT, 101: SEND, 102: VIEW}


def test_the_facts_of_a_channel_are_what_it_says_of_reading():
    spoken = [said(GUILD, deny=VIEW | SEND), said(101, allow=VIEW), said(ANN, deny=HISTORY)]
    facts = guild_facts(guild([role(101)], [channel(200, *spoken, said(102, deny=SEND))]))
    assert facts.channels[200] == ChannelFacts(
        200,
        frozenset(
            [
                Overwrite(GUILD, False, 0, VIEW),
                Overwrite(101, False, VIEW, 0),
                Overwrite(ANN, True, 0, HISTORY),
            ]
        ),
        nsfw=False,
        voice=False,
    )


@pytest.mark.parametrize(
    ("kind", "voice"), [(TEXT, False), (NEWS, False), (FORUM, False), (VOICE, True), (STAGE, True)]
)
@pytest.mark.parametrize("nsfw", [True, False])
def test_every_kind_of_channel_says_whether_it_is_voice_and_age_restricted(kind, voice, nsfw):
    facts = guild_facts(guild(channels=[channel(200, kind=kind, nsfw=nsfw)])).channels[200]
    assert (facts.voice, facts.nsfw) == (voice, nsfw)


def test_the_channels_of_a_guild_are_those_that_exist():
    channels = guild_facts(guild(channels=[channel(200), channel(201, kind=CATEGORY)])).channels
    assert set(channels) == {200, 201}
    assert len(channels) == 2
    assert channels.get(202) is None


def test_a_channel_is_looked_at_once_for_an_answer_and_anew_for_the_next():
    of = guild(channels=[channel(200)])
    before = guild_facts(of)
    assert not before.channels[200].overwrites
    of.get_channel(200)._update(of, channel(200, said(GUILD, deny=VIEW)))
    assert not before.channels[200].overwrites
    assert guild_facts(of).channels[200].overwrites


def test_the_bot_counts_as_no_reader_whether_let_in_by_its_role_or_by_name():
    own = role(101, VIEW, managed=True, tags={"bot_id": str(BOT)})
    another = role(102, VIEW, managed=True, tags={"bot_id": "8"})
    hidden = channel(200, said(GUILD, deny=VIEW), said(101, allow=VIEW), said(BOT, allow=VIEW))
    other = channel(201, said(GUILD, deny=VIEW))
    facts = guild_facts(guild([own, another], [hidden, other]))
    assert set(facts.roles) == {GUILD, 102}
    assert may_show(facts, Audience(Place(GUILD, 200)), Place(GUILD, 201))


def test_another_application_is_a_reader():
    another = role(102, managed=True, tags={"bot_id": "8"})
    hidden = channel(200, said(GUILD, deny=VIEW), said(102, allow=VIEW))
    other = channel(201, said(GUILD, deny=VIEW))
    facts = guild_facts(guild([another], [hidden, other]))
    assert not may_show(facts, Audience(Place(GUILD, 200)), Place(GUILD, 201))


def test_of_a_guild_of_which_hardly_anything_is_known_nothing_shows():
    facts = guild_facts(received({"id": str(GUILD), "channels": [channel(200)]}))
    here = Place(GUILD, 200)
    assert not may_show(facts, Audience(here), here)
    assert not may_show(facts, Audience(here, Person(ANN, frozenset())), here)


def test_of_a_guild_whose_owner_is_unknown_nobody_is_taken_for_the_owner():
    of = guild(channels=[channel(200), channel(201, said(GUILD, deny=VIEW))], owner_id=None)
    assert not may_show(guild_facts(of), Audience(Place(GUILD, 200)), Place(GUILD, 201))


@pytest.mark.parametrize(
    ("kind", "private"), [(10, False), (11, False), (12, True)], ids=["news", "public", "private"]
)
def test_a_thread_stands_in_its_parent(kind, private):
    of = guild(channels=[channel(200)], threads=[thread(300, 200, kind)])
    assert place_of(of.get_thread(300)) == Place(GUILD, 300, 200, private)


def test_a_channel_stands_in_none():
    assert place_of(guild(channels=[channel(200)]).get_channel(200)) == Place(GUILD, 200)


def test_a_person_is_a_member_with_their_roles_and_threads():
    of = guild([role(101), role(102)])
    ann = person(member(of, ANN, 102), frozenset([300]))
    assert ann == Person(ANN, frozenset([GUILD, 102]), frozenset([300]))


def some_permissions(chance: random.Random) -> int:
    return chance.choice([0, 0, VIEW, HISTORY, CONNECT, VIEW | HISTORY])


def a_channel_of_any_kind(chance: random.Random) -> dict:
    overwrites = []
    for one in chance.sample([GUILD, 101, 102, 103, ANN, OWNER], chance.randint(0, 5)):
        denied = some_permissions(chance)
        overwrites.append(said(one, some_permissions(chance) & ~denied, denied))
    return channel(201, *overwrites, kind=chance.choice([TEXT, VOICE, FORUM]))


def test_a_person_is_shown_just_what_discord_py_says_that_they_may_read():
    chance = random.Random(5)
    decided = set()
    for _ in range(1500):
        administrator = chance.choice([0] * 20 + [ADMINISTRATOR])
        roles = [role(one, some_permissions(chance) | administrator) for one in (101, 102, 103)]
        of = guild(roles, [channel(200), a_channel_of_any_kind(chance)])
        asker = member(of, chance.choice([ANN] * 9 + [OWNER]), *chance.sample([101, 102, 103], 2))
        here, source = of.get_channel(200), of.get_channel(201)
        voice = isinstance(source, discord.VoiceChannel)
        needed = discord.Permissions(VIEW | HISTORY | CONNECT * voice)
        allowed = needed <= source.permissions_for(asker)
        audience = Audience(place_of(here), person(asker))
        assert may_show(guild_facts(of), audience, place_of(source)) == allowed
        decided.add((type(source), allowed))
    assert len(decided) == 6


class FakeHttp:
    """Knows who is in which private thread."""

    def __init__(self, inside: dict[int, object]) -> None:
        self.inside = inside
        self.asked = []
        self.at_once = self.most_at_once = 0

    async def get_thread_member(self, thread_id: int, user_id: int) -> dict:
        self.asked.append((thread_id, user_id))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        answer = self.inside.get(thread_id, failure(discord.NotFound, 404))
        if isinstance(answer, Exception):
            raise answer
        if answer == "never":
            await asyncio.Event().wait()
        return {"id": str(thread_id), "user_id": str(user_id)}


class Response:
    """As much of an HTTP response as an error of discord.py takes."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.reason = "said the test"


def failure(kind: type[discord.HTTPException], status: int) -> discord.HTTPException:
    return kind(Response(status), "said the test")


def asking(inside: dict[int, object]) -> tuple[discord.Guild, FakeHttp]:
    of = guild(channels=[channel(200)])
    of._state.http = http = FakeHttp(inside)
    return of, http


def den(thread_id: int, guild_id: int = GUILD) -> Place:
    return Place(guild_id, thread_id, 200, private=True)


async def test_discord_is_asked_which_private_threads_of_the_guild_a_person_is_in():
    of, http = asking({300: "in", 302: "in", 303: "in"})
    places = [Place(GUILD, 200), Place(GUILD, 303, 200), den(300), den(301), den(302), den(300)]
    assert await threads_of(of, ANN, [*places, den(304, guild_id=2)]) == {300, 302}
    assert http.asked == [(300, ANN), (301, ANN), (302, ANN)]


async def test_without_private_threads_discord_is_not_asked():
    of, http = asking({})
    assert await threads_of(of, ANN, [Place(GUILD, 200)]) == frozenset()
    assert http.asked == []


async def test_discord_is_asked_about_at_most_20_threads_at_once():
    of, http = asking(dict.fromkeys(range(300, 350), "in"))
    inside = await threads_of(of, ANN, map(den, range(300, 350)))
    assert inside == set(range(300, 320))
    assert http.most_at_once == 20


@pytest.mark.parametrize(
    "error",
    [
        failure(discord.Forbidden, 403),
        failure(discord.DiscordServerError, 502),
        failure(discord.HTTPException, 429),
        discord.RateLimited(30.0),
        aiohttp.ServerDisconnectedError(),
        ConnectionResetError(),
    ],
    ids=repr,
)
async def test_in_a_thread_about_which_discord_does_not_answer_the_person_is_not(error):
    of, _ = asking({300: error, 301: "in"})
    assert await threads_of(of, ANN, [den(300), den(301)]) == {301}


async def test_a_thread_about_which_discord_is_silent_keeps_nobody_waiting(monkeypatch):
    monkeypatch.setattr(standing, "PATIENCE_SECONDS", 0.02)
    of, _ = asking({300: "never", 301: "in"})
    assert await threads_of(of, ANN, [den(300), den(301)]) == {301}

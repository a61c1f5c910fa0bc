"""Who may see what: one table of 150 cases.

A row says what shows, in what kind of guild, to which audience, from which source, and whether.

- A guild: ``#art`` is a channel, ``#art!`` an age-restricted one, ``#art~`` a voice channel. In
  brackets its overwrites: who (``@`` everyone, ``mod`` a role, ``Ann`` a member, ``?old`` a role
  that no longer exists), ``+`` what is allowed, ``-`` what is denied. ``mod=vh`` is what a role
  gives in every channel; everyone has ``vhc`` unless it is said otherwise.
- Permissions: ``v`` View Channel, ``h`` Read Message History, ``c`` Connect, ``t`` Manage Threads,
  ``a`` Administrator.
- A place: ``art`` is a channel, ``art/wip`` a thread, ``art/*den`` a private one, ``other:art`` is
  in another guild.
- An audience: ``all in PLACE``, or one person, ``Ann(roles){private thread} in PLACE``.
"""

import re
import zlib
from typing import NamedTuple

import pytest

from bot.discord.facts import ChannelFacts, GuildFacts, Overwrite, Person
from bot.discord.visibility import Audience, may_show, visible_channels
from bot.places import Place

BITS = {"v": 1 << 10, "h": 1 << 16, "c": 1 << 20, "t": 1 << 34, "a": 1 << 3}


class Case(NamedTuple):
    rule: str
    guild: str
    audience: str
    source: str
    shows: bool


PLAIN = "#art #gallery"
STAFF = "#art #staff[@-v,mod+v]"
HIDDEN = "#art[@-v,mod+v] #gallery[@-v,mod+v]"
NO_HISTORY = "#art[@-h] #gallery"
BOSS = "boss=a #art #den[@-v,boss+v] #vault[@-v,boss-v,Ann-v]"
ADULT = "boss=a #art #adult! #late! #club![@-v,mod+v]"
MODS = "mod=t #art #staff[@-v]"

PUBLIC = [
    Case("what everyone may read", PLAIN, "all in art", "gallery", True),
    Case("the channel's own posts", PLAIN, "all in art", "art", True),
    Case("a hidden channel in an open one", STAFF, "all in art", "staff", False),
    Case("an open channel in a hidden one", STAFF, "all in staff", "art", True),
    Case("a hidden channel in itself", STAFF, "all in staff", "staff", True),
    Case("two channels of one role", HIDDEN, "all in art", "gallery", True),
    Case("two channels of two roles", "#a[@-v,mod+v] #b[@-v,vip+v]", "all in a", "b", False),
    Case("fewer roles to more", "#a[@-v,mod+v] #b[@-v,mod+v,vip+v]", "all in a", "b", True),
    Case("more roles to fewer", "#a[@-v,mod+v,vip+v] #b[@-v,mod+v]", "all in a", "b", False),
    Case("a role is kept out", "#art #gallery[muted-v]", "all in art", "gallery", False),
    Case("kept out of both", "#art[muted-v] #gallery[muted-v]", "all in art", "gallery", True),
    Case("kept out of the answer", "#art[muted-v] #gallery", "all in art", "gallery", True),
    Case(
        "one role lets in, another keeps out",
        "#art[@-v,mod+v] #gallery[muted-v]",
        "all in art",
        "gallery",
        False,
    ),
    Case(
        "whom a role lets in, no other role keeps out",
        "#art[@-v,mod+v] #gallery[@-v,mod+v,muted-v]",
        "all in art",
        "gallery",
        True,
    ),
    Case(
        "one of two roles that let in is kept out",
        "#art[@-v,mod+v,vip+v] #gallery[mod+v,vip-v]",
        "all in art",
        "gallery",
        False,
    ),
    Case(
        "two roles that are kept out, one from each",
        "#art[muted-v] #gallery[guest-v]",
        "all in art",
        "gallery",
        False,
    ),
    Case("by what roles give", "@= mod=vh #art #gallery", "all in art", "gallery", True),
    Case("roles that give no history", "@= mod=v #art #gallery", "all in art", "gallery", False),
    Case("history by another role", "@=v mod=h #art #gallery", "all in art", "gallery", False),
    Case(
        "one role gives a look, one the history",
        "@= mod=v vip=h #art #gallery",
        "all in art",
        "gallery",
        False,
    ),
    Case(
        "a role given everywhere, kept out here",
        "@= mod=vh #art #gallery[mod-v]",
        "all in art",
        "gallery",
        False,
    ),
    Case(
        "a role given everywhere, kept out with another",
        "@= mod=vh vip=vh #art #gallery[vip-v]",
        "all in art",
        "gallery",
        False,
    ),
    Case(
        "what a channel denies everyone, roles do not give",
        "mod=vh #art #gallery[@-v]",
        "all in art",
        "gallery",
        False,
    ),
    Case(
        "what a channel allows everyone, roles need not give",
        "@= #art[@+v] #gallery[@+vh]",
        "all in art",
        "gallery",
        True,
    ),
    Case(
        "allowed to everyone in one only", "@= #art[@+v] #gallery", "all in art", "gallery", False
    ),
    Case(
        "open to all but a role that is let in elsewhere",
        "@= mod=v #art #gallery[@+vh,mod-v]",
        "all in art",
        "gallery",
        False,
    ),
    Case("a channel without history", NO_HISTORY, "all in gallery", "art", False),
    Case("its own posts without history", NO_HISTORY, "all in art", "art", False),
    Case("from one without history", NO_HISTORY, "all in art", "gallery", True),
    Case("its own posts, history for some", "#art[@-h,mod+h]", "all in art", "art", False),
    Case("its own posts, all have history", "#art[@-vh,mod+vh]", "all in art", "art", True),
    Case("one role without history", "#art #gallery[muted-h]", "all in art", "gallery", False),
    Case(
        "whoever is let in has history",
        "@=v #art[@-v,mod+v] #gallery[mod+h]",
        "all in art",
        "gallery",
        True,
    ),
    Case("other permissions", "#art #gallery[@-ct,mod-c]", "all in art", "gallery", True),
    Case("a role of the past let in", "#art[@-v,?old+v] #den[@-v]", "all in art", "den", True),
    Case("a role of the past kept out", "#art #gallery[?old-v]", "all in art", "gallery", True),
]

SPECIAL_MEMBERS = [
    Case("a member is kept out", "#art #gallery[Ann-v]", "all in art", "gallery", False),
    Case(
        "kept out of both, a member", "#art[Ann-v] #gallery[Ann-v]", "all in art", "gallery", True
    ),
    Case("a member is let in", "#art[@-v,Ann+v] #gallery[@-v]", "all in art", "gallery", False),
    Case("let into both, a member", "#a[@-v,Ann+v] #b[@-v,Ann+v]", "all in a", "b", True),
    Case("without history, a member", "#a[@-v,Ann+v] #b[@-v,Ann+v-h]", "all in a", "b", False),
    Case("another member is let in", "#a[@-v,Ann+v] #b[@-v,Bob+v]", "all in a", "b", False),
    Case("a member, and a role", "#a[@-v,Ann+v] #b[@-v,mod+v]", "all in a", "b", False),
    Case("a role, and a member", "#a[@-v,mod+v] #b[@-v,Ann+v]", "all in a", "b", False),
    Case(
        "a member of the role is kept out",
        "#a[@-v,mod+v] #b[@-v,mod+v,Ann-v]",
        "all in a",
        "b",
        False,
    ),
    Case(
        "a member of the role is kept out of both",
        "#a[@-v,mod+v,Ann-v] #b[@-v,mod+v,Ann-v]",
        "all in a",
        "b",
        True,
    ),
    Case(
        "a member is let in, and not kept out with the role",
        "#a[Ann+v,muted-v] #b[Ann+v,muted-v]",
        "all in a",
        "b",
        True,
    ),
    Case(
        "a member is let in, but kept out with the role",
        "#a[Ann+v,muted-v] #b[muted-v]",
        "all in a",
        "b",
        False,
    ),
    Case("a member of another channel", "#art #gallery #c[Ann-v]", "all in art", "gallery", True),
    Case("the owner is let in", "#art[@-v,Owner+v] #den[@-v]", "all in art", "den", True),
    Case("the owner is kept out", "#art #gallery[Owner-v]", "all in art", "gallery", True),
    Case("administrators only", BOSS, "all in den", "vault", True),
    Case("administrators in an open channel", BOSS, "all in art", "vault", False),
    Case("everyone is an administrator", "@=a #art #den[@-v]", "all in art", "den", True),
    Case(
        "a role beside administrators",
        "boss=a #den[@-v,boss+v,mod+v] #vault[@-v]",
        "all in den",
        "vault",
        False,
    ),
]

VOICE = [
    Case("a voice channel", "#art #lounge~", "all in art", "lounge", True),
    Case("a voice channel for nobody", "@=vh #art #lounge~", "all in art", "lounge", False),
    Case("one for a role", "#art #lounge~[@-c,mod+c]", "all in art", "lounge", False),
    Case("in one for a role", "#art #lounge~[@-c,mod+c]", "all in lounge", "art", True),
    Case("one for a role in itself", "#lounge~[@-c,mod+c]", "all in lounge", "lounge", True),
    Case("from voice to voice", "@=vh mod=c #a~ #b~", "all in a", "b", True),
    Case("from voice to another's", "@=vh #a~[mod+c] #b~[vip+c]", "all in a", "b", False),
    Case("a text channel takes no Connect", "@=vh #art #gallery", "all in art", "gallery", True),
    Case(
        "two roles open a voice channel, a third is kept out",
        "@= #a~[seer+v,caller+c] #b[@+vh,muted-v]",
        "all in a",
        "b",
        False,
    ),
    Case(
        "two roles open a voice channel, one is let in",
        "@= #a~[seer+v,caller+c] #b[@-vh,seer+vh]",
        "all in a",
        "b",
        True,
    ),
    Case("to a person who may not connect", "@=vh #art #b~", "Ann in art", "b", False),
    Case("to a person who may connect", "@=vh mod=c #art #b~", "Ann(mod) in art", "b", True),
]

THREADS = [
    Case("a thread of an open channel", PLAIN, "all in art", "gallery/wip", True),
    Case("a thread of a hidden channel", STAFF, "all in art", "staff/wip", False),
    Case("a thread in its parent", STAFF, "all in staff", "staff/wip", True),
    Case("in a thread", PLAIN, "all in art/wip", "gallery", True),
    Case("a hidden channel in a thread", STAFF, "all in art/wip", "staff", False),
    Case("a parent in its thread", STAFF, "all in staff/wip", "staff", True),
    Case("another thread", PLAIN, "all in art/wip", "art/old", True),
    Case("a thread in itself", PLAIN, "all in art/wip", "art/wip", True),
    Case("a thread in itself without history", NO_HISTORY, "all in art/wip", "art/wip", False),
    Case("a private thread in its parent", PLAIN, "all in art", "art/*den", False),
    Case("a private thread in another channel", PLAIN, "all in gallery", "art/*den", False),
    Case("a private thread in a thread", PLAIN, "all in art/wip", "art/*den", False),
    Case("a parent in its private thread", PLAIN, "all in art/*den", "art", True),
    Case("a private thread in itself", PLAIN, "all in art/*den", "art/*den", True),
    Case("another private thread", PLAIN, "all in art/*den", "art/*cave", False),
    Case("a hidden channel in a private thread", STAFF, "all in art/*den", "staff", False),
    Case("a hidden parent in its private thread", STAFF, "all in staff/*den", "staff", True),
    Case("a private thread without history", NO_HISTORY, "all in art/*den", "art/*den", False),
    Case("a private thread of managers", "#a[@-v,mod+vt]", "all in a", "a/*den", False),
    Case("a private thread of administrators", BOSS, "all in den", "den/*cave", False),
    Case("a thread of a channel that is gone", PLAIN, "all in art", "gone/wip", False),
    Case("in a thread of a channel that is gone", PLAIN, "all in gone/wip", "art", False),
]

EPHEMERAL = [
    Case("to a person, an open channel", PLAIN, "Ann in art", "gallery", True),
    Case("to a person, a hidden channel", STAFF, "Ann in art", "staff", False),
    Case("to a person with the role", STAFF, "Ann(mod) in art", "staff", True),
    Case("to a person with another role", STAFF, "Ann(vip) in art", "staff", False),
    Case("to a person with a role of the past", "#a #b[@-v,?old+v]", "Ann(?old) in a", "b", False),
    Case("let in without history", "#a #b[@-vh,mod+v]", "Ann(mod) in a", "b", False),
    Case("where they ask, without history", NO_HISTORY, "Ann in art", "art", False),
    Case("where they ask does not count", "#art[@-v] #gallery", "Ann in art", "gallery", True),
    Case("asked where others may read less", "#a #b[muted-v]", "Ann in a", "b", True),
    Case("kept out by a role", "#a #b[muted-v]", "Ann(muted) in a", "b", False),
    Case("in by one role, out by one", "#a #b[mod+v,muted-v]", "Ann(mod,muted) in a", "b", True),
    Case("open to all but a role", "@= #a #b[@+vh,muted-v]", "Ann(muted) in a", "b", False),
    Case("let in by name", "#a #b[@-v,Ann+v]", "Ann in a", "b", True),
    Case("kept out by name in spite of a role", "#a #b[mod+v,Ann-v]", "Ann(mod) in a", "b", False),
    Case("let in by name in spite of a role", "#a #b[mod-v,Ann+v]", "Ann(mod) in a", "b", True),
    Case("another is kept out by name", "#a #b[Bob-v]", "Ann in a", "b", True),
    Case("given by a role", "@= mod=vh #a #b", "Ann(mod) in a", "b", True),
    Case("given by two roles", "@= mod=v vip=h #a #b", "Ann(mod,vip) in a", "b", True),
    Case("given by a role that they lack", "@= mod=vh #a #b", "Ann in a", "b", False),
    Case("to an administrator", BOSS, "Ann(boss) in art", "vault", True),
    Case("to the owner", BOSS, "Owner in art", "vault", True),
    Case("to a thread's asker, its parent", STAFF, "Ann(mod) in art/wip", "staff/wip", True),
    Case("a private thread of others", PLAIN, "Ann in art", "art/*den", False),
    Case("a private thread of theirs", PLAIN, "Ann{den} in art", "art/*den", True),
    Case("a private thread, being in another", PLAIN, "Ann{cave} in art", "art/*den", False),
    Case("a private thread, asked in it", PLAIN, "Ann in art/*den", "art/*den", True),
    Case("another one, asked in a private thread", PLAIN, "Ann in art/*den", "art/*cave", False),
    Case("a private thread to a manager", MODS, "Ann(mod) in art", "art/*den", True),
    Case("to a manager of this channel", "#a[mod+t] #b", "Ann(mod) in b", "a/*den", True),
    Case("to a manager of another channel", "#a #b[mod+t]", "Ann(mod) in b", "a/*den", False),
    Case("to a manager who was denied it", "mod=t #a[Ann-t]", "Ann(mod) in a", "a/*den", False),
    Case("to a manager who cannot look", MODS, "Ann(mod) in art", "staff/*den", False),
    Case("theirs, in a channel closed to them", MODS, "Ann{den} in art", "staff/*den", False),
    Case("theirs, without history", NO_HISTORY, "Ann{den} in gallery", "art/*den", False),
    Case("a private thread to an administrator", BOSS, "Ann(boss) in art", "vault/*x", True),
    Case("a private thread to the owner", BOSS, "Owner in art", "vault/*x", True),
]

AGE = [
    Case("age-restricted in an open channel", ADULT, "all in art", "adult", False),
    Case("age-restricted in itself", ADULT, "all in adult", "adult", True),
    Case("age-restricted in another such", ADULT, "all in adult", "late", True),
    Case("unrestricted in an age-restricted", ADULT, "all in adult", "art", True),
    Case("age-restricted and hidden", ADULT, "all in adult", "club", False),
    Case("an age-restricted thread", ADULT, "all in art", "adult/wip", False),
    Case("in an age-restricted thread", ADULT, "all in adult/wip", "late/wip", True),
    Case("age-restricted to a person", ADULT, "Ann in art", "adult", False),
    Case("to a person who asks in one", ADULT, "Ann in late", "adult", True),
    Case("age-restricted to an administrator", ADULT, "Ann(boss) in art", "adult", False),
    Case("age-restricted to the owner", ADULT, "Owner in art", "adult", False),
    Case("a private age-restricted thread", ADULT, "Ann{den} in art", "adult/*den", False),
]

ELSEWHERE = [
    Case("in a direct message", PLAIN, "all in DM", "art", False),
    Case("to a person in a direct message", PLAIN, "Ann in DM", "art", False),
    Case("to the owner in a direct message", PLAIN, "Owner in DM", "art", False),
    Case("from another guild", PLAIN, "all in art", "other:art", False),
    Case("from another guild to the owner", PLAIN, "Owner in art", "other:gallery", False),
    Case("in another guild", PLAIN, "all in other:art", "art", False),
    Case("in another guild, from there", PLAIN, "all in other:art", "other:art", False),
    Case("from a channel that is gone", PLAIN, "all in art", "gone", False),
    Case("from a channel that is gone, to the owner", PLAIN, "Owner in art", "gone", False),
    Case("from such a channel to itself", PLAIN, "all in gone", "gone", False),
    Case("in a channel that is gone", PLAIN, "Ann in gone", "art", False),
    Case("before the guild's roles are known", "@? #art #gallery", "all in art", "gallery", False),
    Case("the same to the owner", "@? #art #gallery", "Owner in art", "gallery", False),
]

CASES = [*PUBLIC, *SPECIAL_MEMBERS, *VOICE, *THREADS, *EPHEMERAL, *AGE, *ELSEWHERE]


def number(name: str) -> int:
    return zlib.crc32(name.encode())


GUILD = number("guild")


def bits(letters: str) -> int:
    return sum(BITS[letter] for letter in letters)


def overwrite(text: str) -> Overwrite:
    name, allow, deny = re.fullmatch(r"([@?]?\w*)(?:\+(\w+))?(?:-(\w+))?", text).groups("")
    who = GUILD if name == "@" else number(name)
    return Overwrite(who, name[:1].isupper(), bits(allow), bits(deny))


def guild(text: str) -> GuildFacts:
    given = {"@": "vhc"}
    channels = []
    for part in text.split():
        if channel := re.fullmatch(r"#(\w+)([!~]?)(?:\[(.+)])?", part):
            name, kind, overwrites = channel.groups("")
            each = [one for one in overwrites.split(",") if one]
            said = frozenset(overwrite(one) for one in each)
            channels.append(ChannelFacts(number(name), said, kind == "!", kind == "~"))
            for one in each:
                if role := re.match(r"[a-z]\w*", one):
                    given.setdefault(role[0], "")
        elif part == "@?":
            del given["@"]
        else:
            role, _, letters = part.partition("=")
            given[role] = letters
    roles = {GUILD if role == "@" else number(role): bits(of) for role, of in given.items()}
    return GuildFacts(GUILD, number("Owner"), roles, {one.id: one for one in channels})


def place(text: str) -> Place | None:
    if text == "DM":
        return None
    elsewhere, channel, thread = re.fullmatch(r"(other:)?(\w+)(?:/(\*?\w+))?", text).groups("")
    guild_id = number("other") if elsewhere else GUILD
    if not thread:
        return Place(guild_id, number(channel))
    return Place(guild_id, number(thread), number(channel), private=thread.startswith("*"))


def audience(text: str) -> Audience:
    pattern = r"(\w+)(?:\((.+)\))?(?:{(\w+)})? in (.+)"
    name, roles, thread, where = re.fullmatch(pattern, text).groups("")
    if name == "all":
        return Audience(place(where))
    threads = frozenset([number(f"*{thread}")]) if thread else frozenset()
    role_ids = frozenset(number(role) for role in roles.split(",") if role)
    return Audience(place(where), Person(number(name), role_ids, threads))


@pytest.mark.parametrize("case", CASES, ids=[case.rule for case in CASES])
def test_what_shows_in_an_answer(case):
    assert may_show(guild(case.guild), audience(case.audience), place(case.source)) is case.shows


def test_every_case_of_the_table_is_another_one():
    assert len({case.rule for case in CASES}) == len({case[1:4] for case in CASES}) == len(CASES)
    assert f"one table of {len(CASES)} cases." in __doc__


def test_the_visible_channels_are_those_that_may_show():
    sources = {one.channel_id: one for one in (place(case.source) for case in CASES)}.values()
    for case in CASES:
        facts, whom = guild(case.guild), audience(case.audience)
        one_by_one = {one.channel_id for one in sources if may_show(facts, whom, one)}
        assert visible_channels(facts, whom, sources) == one_by_one


class Counting(frozenset):
    """Overwrites that count how often somebody goes through them."""

    looks = 0

    def __iter__(self):
        Counting.looks += 1
        return super().__iter__()


def looks_at(count: int, person: Person | None) -> int:
    """How often overwrites are gone through to decide about so many channels that are alike."""
    said = [Overwrite(role, False, bits("v"), bits("h")) for role in range(2, 101)]
    channels = {one: ChannelFacts(one, Counting(said), False, False) for one in range(1000, 1500)}
    facts = GuildFacts(1, 0, {role: bits("vh") for role in range(1, 101)}, channels)
    sources = [Place(1, one) for one in channels]
    before = Counting.looks
    visible_channels(facts, Audience(sources[0], person), sources[:count])
    return Counting.looks - before


@pytest.mark.parametrize("person", [None, Person(5, frozenset([7]))])
def test_of_500_channels_that_are_alike_only_one_is_decided(person):
    assert 0 < looks_at(500, person) == looks_at(1, person)


def test_nothing_shows_of_no_sources():
    assert visible_channels(guild(PLAIN), audience("all in art"), []) == frozenset()

"""What the stand-in works out by itself, beside the library or beside Discord's description."""

import random
import time
import zlib

import discord as library
import pytest

from tests.bot.discord.standin import conformance
from tests.bot.discord.standin.commands import check_command
from tests.bot.discord.standin.compression import Compressor
from tests.bot.discord.standin.faults import Faults
from tests.bot.discord.standin.files import File, clean
from tests.bot.discord.standin.limits import BrokenLimitError, MiB, check_message
from tests.bot.discord.standin.permissions import EVERYONE, P, in_channel
from tests.bot.discord.standin.server import StandIn
from tests.bot.discord.standin.snowflakes import Snowflakes, moment
from tests.bot.discord.standin.trial_bot import trial_bot
from tests.bot.discord.standin.world import Channel

COMPARED = [
    (P.VIEW_CHANNEL, "view_channel"),
    (P.SEND_MESSAGES, "send_messages"),
    (P.READ_MESSAGE_HISTORY, "read_message_history"),
    (P.ATTACH_FILES, "attach_files"),
    (P.EMBED_LINKS, "embed_links"),
    (P.ADD_REACTIONS, "add_reactions"),
    (P.MANAGE_MESSAGES, "manage_messages"),
    (P.MENTION_EVERYONE, "mention_everyone"),
    (P.MANAGE_GUILD, "manage_guild"),
]


def some(chance: random.Random, of: int) -> int:
    """Each of some bits with the chance of one in three."""
    return of & sum(1 << bit for bit in range(53) if chance.random() < 0.33)


async def test_permissions_are_those_that_the_library_works_out(discord: StandIn) -> None:
    chance = random.Random(4)
    guild = discord.add_guild("Art")
    asked = int(sum(bit for bit, _ in COMPARED))
    guild.everyone.permissions = EVERYONE | P.VIEW_CHANNEL
    roles = [guild.add_role(f"role {n}", some(chance, asked)) for n in range(5)]
    roles += [guild.add_role("admin", P.ADMINISTRATOR)]
    holders = [[], *([one] for one in roles), roles[:2], roles[2:5]]
    members = [guild.add_member(f"member {n}", roles=held) for n, held in enumerate(holders)]
    channels = []
    for number in range(30):
        whom = chance.sample([guild.everyone, *roles, *members], 5)
        overwrites = {one: (some(chance, asked), some(chance, asked)) for one in whom}
        channels.append(guild.add_channel(f"channel-{number}", overwrites=overwrites))
    async with trial_bot(discord) as bot:
        theirs = bot.get_guild(guild.id)
        compared = 0
        for member in [*members, guild.owner]:
            known = await theirs.fetch_member(member.id)
            for channel in channels:
                want = theirs.get_channel(channel.id).permissions_for(known)
                got = in_channel(member, channel)
                for bit, name in COMPARED if want.view_channel else COMPARED[:1]:
                    assert bool(got & bit) == getattr(want, name), (member.name, channel.name, name)
                    compared += 1
    assert compared > 1000


async def test_a_thread_is_written_in_by_those_who_may_write_in_threads(discord: StandIn) -> None:
    guild = discord.add_guild("Art")
    channel = guild.add_channel("sketches", overwrites={guild.everyone: (0, P.SEND_MESSAGES)})
    thread = channel.add_thread("wip")
    async with trial_bot(discord) as bot:
        with pytest.raises(library.Forbidden):
            await bot.get_channel(channel.id).send("no")
        await bot.get_channel(thread.id).send("yes")
    assert len(thread.bot_messages()) == 1


def test_ids_are_in_order_and_say_when_they_were_made() -> None:
    made = Snowflakes()
    ids = [made.make() for _ in range(5000)]
    assert ids == sorted(set(ids))
    assert abs(moment(ids[-1]).timestamp() - time.time()) < 1


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("cat.png", "cat.png"),
        ("my cat (2).png", "my_cat_2.png"),
        ("猫.png", "unknown.png"),
        ("@everyone **bold**.png", "everyone_bold.png"),
        ("../../etc/passwd", "passwd"),
    ],
)
def test_file_names_are_cleaned(name: str, kept: str) -> None:
    assert clean(name) == kept


def test_a_fault_strikes_as_often_as_it_says() -> None:
    faults = Faults()
    rule = faults.http(method="POST", path="/x", status=502, times=2)
    struck = [faults.of_request("POST", "/x") is rule for _ in range(4)]
    assert struck == [True, True, False, False]
    assert faults.of_request("GET", "/x") is None
    faults.clear()
    faults.http(path="/y", status=500, probability=0.3, seed=1)
    struck = [faults.of_request("GET", "/y") is not None for _ in range(1000)]
    assert 250 < sum(struck) < 350


def button(number: int, **more: object) -> dict:
    return {"type": 2, "style": 1, "label": "x", "custom_id": str(number)} | more


def select(count: int, **more: object) -> dict:
    options = [{"label": str(number), "value": str(number)} for number in range(count)]
    return {"type": 3, "custom_id": "s", "options": options} | more


def rows(*parts: list[dict]) -> dict:
    return {"components": [{"type": 1, "components": part} for part in parts]}


def command(**more: object) -> dict:
    return {"name": "tags", "description": "Tags", "type": 1} | more


FULL = {"name": "n" * 256, "value": "v" * 1024}
ALLOWED_BODIES = [
    {"content": "x" * 2000},
    {"embeds": [{"description": "x" * 4096, "title": "x" * 256, "footer": {"text": "x" * 1648}}]},
    {"embeds": [{"fields": [{"name": "n", "value": "v"}] * 25}]},
    rows(*([button(5 * row + number) for number in range(5)] for row in range(5))),
    rows([button(1, custom_id="x" * 100, label="x" * 80)]),
    rows([select(25, max_values=25)]),
    rows([{"type": 2, "style": 5, "label": "x", "url": "https://example.test"}]),
]
REFUSED_BODIES = [
    {"content": "x" * 2001},
    {"embeds": [{"description": "x" * 4097}]},
    {"embeds": [{"title": "x" * 257}]},
    {"embeds": [{"fields": [{"name": "n", "value": "v"}] * 26}]},
    {"embeds": [{"fields": [{"name": "n", "value": "v" * 1025}]}]},
    {"embeds": [{"fields": [{"name": "", "value": "v"}]}]},
    {"embeds": [{"fields": [FULL] * 5}]},
    {"embeds": [{"description": "x" * 3001}] * 2},
    {"embeds": [{"title": "x"}] * 11},
    rows(*([button(number)] for number in range(6))),
    rows([button(number) for number in range(6)]),
    rows([button(1, custom_id="x" * 101)]),
    rows([button(1, label="x" * 81)]),
    rows([button(1), button(1)]),
    rows([button(1, label=None)]),
    rows([button(1), select(1)]),
    rows([select(26)]),
    rows([select(0)]),
    rows([select(2, max_values=3)]),
    rows([select(1, placeholder="x" * 151)]),
]


def test_what_is_within_the_limits_of_messages_is_taken() -> None:
    for body in ALLOWED_BODIES:
        check_message(body, [])
    check_message({}, [File("a", b"x" * MiB)] * 10)


@pytest.mark.parametrize("body", REFUSED_BODIES)
def test_what_is_beyond_the_limits_of_messages_is_refused(body: dict) -> None:
    with pytest.raises(BrokenLimitError):
        check_message(body, [])


@pytest.mark.parametrize("files", [[b"x"] * 11, [b"x" * (10 * MiB + 1)]])
def test_too_many_and_too_large_files_are_refused(files: list[bytes]) -> None:
    with pytest.raises(BrokenLimitError):
        check_message({}, [File("a", one) for one in files])


def test_commands_within_the_limits_are_taken() -> None:
    named = {"name": "name", "description": "d" * 100, "type": 3}
    check_command(command(name="x" * 32, name_localizations={"ja": "タグ"}), "0")
    check_command(command(options=[named | {"required": True}, named | {"name": "other"}]), "0")
    check_command({"name": "Find similar", "type": 3}, "0")


@pytest.mark.parametrize(
    "wrong",
    [
        command(name="Tags"),
        command(name="two words"),
        command(name="x" * 33),
        command(description=""),
        command(description="x" * 101),
        command(name_localizations={"ja": "二 語"}),
        command(name_localizations={"jp": "タグ"}),
        command(description_localizations={"ja": "説" * 101}),
        command(options=[{"name": "a", "description": "a", "type": 3}] * 2),
        command(
            options=[
                {"name": "a", "description": "a", "type": 3},
                {"name": "b", "description": "b", "type": 3, "required": True},
            ]
        ),
        {"name": "x" * 33, "type": 3},
        {"name": "menu", "description": "has none", "type": 3},
    ],
)
def test_commands_beyond_the_limits_are_refused(wrong: dict) -> None:
    with pytest.raises(BrokenLimitError):
        check_command(wrong, "0")


def test_a_compressed_stream_can_be_read_packet_by_packet() -> None:
    compressor, reader = Compressor("zlib-stream"), zlib.decompressobj()
    for packet in ("{}", "星空" * 1000, "x"):
        compressed = compressor.compress(packet)
        assert compressed is not None
        assert compressed.endswith(b"\x00\x00\xff\xff")
        assert reader.decompress(compressed).decode() == packet
    assert Compressor("").compress("{}") is None


# --- against Discord's description


@pytest.mark.data
def test_checking_a_request_takes_milliseconds() -> None:
    body = {
        "content": "done",
        "embeds": [{"type": "rich", "title": "x", "fields": [{"name": "a", "value": "b"}] * 10}],
        "components": [
            {
                "type": 1,
                "components": [
                    {"type": 2, "style": 2, "label": str(number), "custom_id": str(number)}
                    for number in range(5)
                ],
            }
        ],
        "attachments": [{"id": 0, "filename": "a.png"}],
        "allowed_mentions": {"parse": []},
        "message_reference": {"message_id": 1, "channel_id": 2, "fail_if_not_exists": False},
    }
    started = time.perf_counter()
    for _ in range(100):
        problems = conformance.check(
            "POST",
            "/channels/{channel_id}/messages",
            path={"channel_id": "1"},
            query={},
            body=body,
            is_form=True,
        )
        assert problems == []
    assert (time.perf_counter() - started) / 100 < 0.02


@pytest.mark.data
@pytest.mark.parametrize(
    ("where", "body", "word"),
    [
        ("/channels/{channel_id}/messages", {"embeds": "none"}, "embeds"),
        ("/channels/{channel_id}/messages", {"components": [{"type": 99}]}, "components.0"),
        ("/interactions/{interaction_id}/{interaction_token}/callback", {"type": 77}, "77"),
        ("/users/@me/channels", {"recipient": "1"}, "recipient: not in the description"),
    ],
)
def test_a_wrong_body_is_named_with_its_place(where: str, body: dict, word: str) -> None:
    ids = {"channel_id": "1", "interaction_id": "1", "interaction_token": "x"}
    problems = conformance.check("POST", where, path=ids, query={}, body=body, is_form=False)
    assert word in "\n".join(problems)


@pytest.mark.data
def test_a_wrong_query_is_named() -> None:
    problems = conformance.check(
        "GET",
        "/channels/{channel_id}/messages",
        path={"channel_id": "x"},
        query={"limit": "101", "page": "2"},
        body=None,
        is_form=False,
    )
    assert [one.split(":")[0] for one in problems] == ["?page", "path channel_id", "query limit"]


@pytest.mark.data
async def test_what_is_answered_fits_the_description(discord: StandIn) -> None:
    """Beside the answers that the other tests have held against it."""
    discord.check_answers()
    guild = discord.add_guild("Art")
    place: Channel = guild.add_channel("place", kind="category")
    kinds = ("text", "voice", "forum", "announcement", "stage")
    channels = [guild.add_channel(kind, kind=kind, parent=place) for kind in kinds]
    thread = channels[0].add_thread("wip", members=[guild.me])
    channels[0].add_thread("old", archived=True)
    mira = guild.add_member("mira")
    post = await mira.post(thread, "hello")
    await mira.react(post, "⭐")
    async with trial_bot(discord) as bot:
        for channel in [*channels, place, thread]:
            await bot.fetch_channel(channel.id)
        theirs = await bot.fetch_guild(guild.id)
        assert len(await theirs.fetch_roles()) == 2
        assert len(await theirs.fetch_channels()) == 6
        assert len(await theirs.active_threads()) == 1
        text = bot.get_channel(channels[0].id)
        assert [one.name async for one in text.archived_threads()] == ["old"]
        message = await bot.get_channel(thread.id).fetch_message(post.id)
        await message.add_reaction("⭐")
        await message.remove_reaction("⭐", bot.user)
        assert [one.id async for one in message.reactions[0].users()] == [mira.id]
        assert (await bot.application_info()).owner.name == "operator"
        assert [one.id async for one in bot.fetch_guilds()] == [guild.id]
        await bot.fetch_user(mira.id)
        await bot.tree.fetch_commands()

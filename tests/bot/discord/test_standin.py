"""The stand-in of Discord, by the real discord.py: what a bot and its people do."""

import asyncio
import io
from datetime import UTC, datetime, timedelta

import discord as library
import pytest
from PIL import Image

from tests.bot.discord.standin.commands import NotOfferedError
from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.permissions import P
from tests.bot.discord.standin.server import StandIn
from tests.bot.discord.standin.trial_bot import Buttons, trial_bot
from tests.bot.discord.standin.world import Channel


def png(colour: str = "navy", side: int = 40) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def sketches(discord: StandIn) -> Channel:
    """A channel of a Japanese guild, with answers held against the description."""
    discord.check_answers()
    return discord.add_guild("Art", locale="ja").add_channel("sketches")


@pytest.fixture
def mira(sketches: Channel):
    return sketches.guild.add_member("mira", locale="ja")


# --- posts and replies


async def test_a_post_reaches_the_bot_with_its_attachments_in_full(discord, sketches, mira) -> None:
    async with trial_bot(discord) as bot:
        await mira.post(sketches, "my cat", files=[File("my cat.png", png(), spoiler=True)])
        await discord.wait_for(lambda: bot.seen)
        (message,) = bot.seen
        (attachment,) = message.attachments
        assert message.guild.preferred_locale is library.Locale.japanese
        assert message.author.name == "mira"
        assert abs(library.utils.utcnow() - message.created_at) < timedelta(seconds=5)
        assert (attachment.filename, attachment.title) == ("SPOILER_my_cat.png", "my cat")
        assert (attachment.width, attachment.height, attachment.size) == (40, 40, len(png()))
        assert attachment.content_type == "image/png"
        assert attachment.is_spoiler()
        assert await attachment.read() == png()


async def test_a_reply_carries_embed_file_and_buttons(discord, sketches, mira) -> None:
    async with trial_bot(discord) as bot:
        post = await mira.post(sketches, "my cat")
        await discord.wait_for(lambda: bot.seen)
        embed = library.Embed(title="Tags", description="cat").set_image(url="attachment://g.png")
        grid = library.File(io.BytesIO(png("red")), "g.png", description="a grid")
        reply = await bot.seen[0].reply("done", embed=embed, file=grid, view=Buttons())
        assert reply.reference.resolved.content == "my cat"
        assert reply.attachments == []  # Discord leaves out what an embed shows
        async with bot.http._HTTPClient__session.get(reply.embeds[0].image.url) as download:
            assert await download.read() == png("red")
    (answer,) = sketches.bot_messages()
    assert answer.referenced is post
    assert answer.text == "done\nTags\ncat"
    assert answer.labels == ["More", "Later"]
    assert [(one.data, one.file.description) for one in answer.attachments] == [
        (png("red"), "a grid")
    ]
    assert answer.files == []


async def test_an_edit_replaces_what_it_names_and_keeps_the_rest(discord, sketches, mira) -> None:
    async with trial_bot(discord) as bot:
        channel = bot.get_channel(sketches.id)
        files = [library.File(io.BytesIO(png(one)), f"{one}.png") for one in ("red", "blue")]
        sent = await channel.send("two", files=files, view=Buttons())
        new = library.File(io.BytesIO(png("green")), "green.png")
        edited = await sent.edit(content="other two", attachments=[sent.attachments[1], new])
        assert [one.filename for one in edited.attachments] == ["blue.png", "green.png"]
        (message,) = sketches.bot_messages()
        assert message.text == "other two"
        assert message.labels == ["More", "Later"]
        await sent.delete()
    assert sketches.messages == []
    assert message.deleted


async def test_history_pages_in_both_directions(discord, sketches, mira) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=400)
    posts = [
        await mira.post(sketches, str(number), at=long_ago + timedelta(minutes=number))
        for number in range(230)
    ]
    async with trial_bot(discord) as bot:
        channel = bot.get_channel(sketches.id)
        texts = [one.content async for one in channel.history(limit=None)]
        assert texts == [str(number) for number in reversed(range(230))]
        after = library.Object(posts[200].id)
        newer = [one.content async for one in channel.history(after=after, oldest_first=True)]
        assert newer == [str(number) for number in range(201, 230)]
        one = await channel.fetch_message(posts[5].id)
        assert one.created_at.date() == long_ago.date()


async def test_deletes_edits_and_reactions_are_events(discord, sketches, mira) -> None:
    guild = sketches.guild
    async with trial_bot(discord) as bot:
        posts = [await mira.post(sketches, str(number)) for number in range(4)]
        await mira.edit(posts[0], "0 edited", keep=[])
        await mira.react(posts[0], "⭐")
        await mira.unreact(posts[0], "⭐")
        await mira.delete(posts[0])
        await guild.bulk_delete(sketches, posts[1:3])
        thread = sketches.add_thread("wip")
        guild.delete_channel(thread)
        guild.delete_channel(sketches)
        guild.add_role("New")
        discord.make_unavailable(guild)
        discord.make_available(guild)
        discord.kick_bot(guild)
        await discord.wait_for(lambda: bot.heard.count("GUILD_DELETE") == 2)
        assert bot.heard[bot.heard.index("MESSAGE_UPDATE") :] == [
            "MESSAGE_UPDATE",
            "MESSAGE_REACTION_ADD",
            "MESSAGE_REACTION_REMOVE",
            "MESSAGE_DELETE",
            "MESSAGE_DELETE_BULK",
            "THREAD_CREATE",
            "THREAD_DELETE",
            "CHANNEL_DELETE",
            "GUILD_ROLE_CREATE",
            "GUILD_DELETE",
            "GUILD_CREATE",
            "GUILD_DELETE",
        ]
        assert not bot.guilds


async def test_a_forward_holds_a_copy(discord, sketches, mira) -> None:
    elsewhere = sketches.guild.add_channel("elsewhere")
    async with trial_bot(discord) as bot:
        post = await mira.post(sketches, "look", files=[File("a.png", png())])
        await mira.forward(post, elsewhere)
        await discord.wait_for(lambda: len(bot.seen) == 2)
        forwarded = bot.seen[1]
        (snapshot,) = forwarded.message_snapshots
        assert forwarded.reference.type is library.MessageReferenceType.forward
        assert (forwarded.content, forwarded.attachments) == ("", [])
        assert snapshot.content == "look"
        assert await snapshot.attachments[0].read() == png()


async def test_direct_messages_go_both_ways_unless_they_are_closed(discord, sketches, mira) -> None:
    async with trial_bot(discord) as bot:
        await mira.user.dm("hello", files=[File("a.png", png())])
        await discord.wait_for(lambda: bot.seen)
        assert bot.seen[0].guild is None
        await bot.seen[0].author.send("hello yourself")
        assert [one.text for one in mira.dms] == ["hello yourself"]
        described = await mira.user.dm_command("describe", image=File("a.png", png()))
        await described.settled()
        mira.user.dms_open = False
        with pytest.raises(library.Forbidden, match="50007"):
            await bot.seen[0].author.send("still there?")


async def test_a_mention_pings_only_where_it_is_allowed(discord, sketches, mira) -> None:
    text = f"@everyone {mira.mention}"
    none = library.AllowedMentions.none()
    async with trial_bot(discord) as bot:
        post = await mira.post(sketches, "hello")
        await discord.wait_for(lambda: bot.seen)
        await bot.get_channel(sketches.id).send(text)
        await bot.get_channel(sketches.id).send(text, allowed_mentions=none)
        await bot.seen[0].reply("hi", mention_author=False)
        await bot.seen[0].reply("hi")
    loud, quiet, silent, reply = sketches.bot_messages()
    assert post.author is mira.user
    assert loud.pinged == {"everyone", mira.id}
    assert (quiet.pinged, silent.pinged, reply.pinged) == (set(), set(), {mira.id})


async def test_an_expired_url_is_refused_and_a_fresh_one_is_in_the_message(
    discord, sketches, mira
) -> None:
    async with trial_bot(discord) as bot:
        post = await mira.post(sketches, files=[File("a.png", png())])
        await discord.wait_for(lambda: bot.seen)
        post.attachments[0].expire()
        with pytest.raises(library.NotFound):
            await bot.seen[0].attachments[0].read()
        again = await bot.seen[0].fetch()
        assert await again.attachments[0].read() == png()


# --- interactions


async def test_a_command_defers_and_follows_up(discord, sketches, mira) -> None:
    async with trial_bot(discord):
        result = await mira.command(sketches, "describe", image=File("a.png", png()))
        assert (result.deferred, result.ephemeral) == (True, True)
        assert result.acked_after_seconds < 1
        await result.settled()
        assert result.text == f"a.png: {len(png())} bytes"
        assert sketches.messages == []  # ephemeral
        public = await mira.command(sketches, "describe", image=File("a.png", png()), public=True)
        await public.settled()
        assert sketches.bot_messages() == public.messages


async def test_buttons_selects_and_dialogues_answer(discord, sketches, mira) -> None:
    async with trial_bot(discord):
        result = await mira.command(sketches, "describe", image=File("a.png", png()), public=True)
        await result.settled()
        clicked = await mira.click(result, "More")
        assert clicked.text == result.messages[0].text == "more of it"
        later = await mira.click(result, "later:")
        assert (await later.settled()).text == "here it is"
        assert later.messages[0].ephemeral_for is mira.user
        chosen = await mira.select(result, "tags:", ["star", "sun"])
        assert chosen.text == "star sun"
        opened = await mira.command(sketches, "name")
        assert (await mira.submit(opened, {"name": "Sirius"})).text == "called Sirius"
        with pytest.raises(AssertionError, match="More"):
            await mira.click(result, "Less")


async def test_autocomplete_and_message_menus_answer(discord, sketches, mira) -> None:
    async with trial_bot(discord):
        choices = await mira.autocomplete(sketches, "tags info", "name", "sta")
        assert [one["value"] for one in choices] == ["star", "stairs"]
        post = await mira.post(sketches, files=[File("a.png", png())])
        assert (await mira.menu(sketches, "Find similar", post)).text == "1 images"


async def test_only_what_is_registered_and_allowed_is_offered(discord, sketches, mira) -> None:
    owner = sketches.guild.owner
    async with trial_bot(discord):
        with pytest.raises(NotOfferedError, match="not registered"):
            await mira.command(sketches, "search")
        with pytest.raises(NotOfferedError, match="needs permissions"):
            await mira.command(sketches, "settings", channel=sketches)
        with pytest.raises(NotOfferedError, match="direct messages"):
            await mira.user.dm_command("settings", channel=sketches)
        with pytest.raises(NotOfferedError, match="needs"):
            await mira.command(sketches, "tags info")
        answer = await owner.command(sketches, "settings", channel=sketches)
        assert answer.text == f"{sketches.mention} True"


async def test_a_guild_opens_and_closes_commands_to_its_roles(discord, sketches, mira) -> None:
    guild, teachers = sketches.guild, sketches.guild.add_role("teachers")
    mira.set_roles(teachers)
    async with trial_bot(discord) as bot:
        discord.commands.permit(guild, "settings", teachers)
        answer = await mira.command(sketches, "settings", channel=sketches)
        assert answer.text == f"{sketches.mention} False"
        (told,) = await bot.http.get_guild_application_command_permissions(
            bot.application_id, guild.id
        )
        assert told["id"] == discord.commands.get("settings")["id"]
        assert told["permissions"] == [{"id": str(teachers.id), "type": 1, "permission": True}]
        discord.commands.permit(guild, "settings", mira, allowed=False)
        with pytest.raises(NotOfferedError, match="needs permissions"):
            await mira.command(sketches, "settings", channel=sketches)


async def test_who_does_not_answer_within_three_seconds_has_failed(discord, sketches, mira) -> None:
    discord.expect_failures = True
    discord.interaction_seconds = 0.1
    async with trial_bot(discord) as bot:
        result = await mira.command(sketches, "silent")
        assert result.failed
        await discord.wait_for(lambda: bot.errors)
        assert bot.errors[0].original.code == 10062


async def test_a_token_ends(discord, sketches, mira) -> None:
    async with trial_bot(discord) as bot:
        result = await mira.command(sketches, "tags info", name="star")
        result.expire()
        route = library.http.Route(
            "PATCH",
            "/webhooks/{webhook_id}/{webhook_token}/messages/@original",
            webhook_id=bot.application_id,
            webhook_token=result.token,
        )
        with pytest.raises(library.HTTPException, match="50027"):
            await bot.http.request(route, json={"content": "still here"})


async def test_a_second_first_answer_is_refused(discord, sketches, mira) -> None:
    async with trial_bot(discord) as bot:
        result = await mira.command(sketches, "tags info", name="star")
        route = library.http.Route(
            "POST",
            "/interactions/{webhook_id}/{webhook_token}/callback",
            webhook_id=result.id,
            webhook_token=result.token,
        )
        with pytest.raises(library.HTTPException, match="40060"):
            await bot.http.request(route, json={"type": 4, "data": {"content": "again"}})


# --- refusals


async def test_the_bot_is_refused_what_it_has_no_permission_for(discord, sketches, mira) -> None:
    everyone, me = sketches.guild.everyone, sketches.guild.bot_role
    post = await mira.post(sketches, "hello")
    picture = File("a.png", png())
    async with trial_bot(discord) as bot:
        channel = bot.get_channel(sketches.id)
        message = channel.get_partial_message(post.id)
        attempts = [
            (P.SEND_MESSAGES, 50013, lambda: channel.send("hi")),
            (P.ATTACH_FILES, 50013, lambda: channel.send(file=_upload(picture))),
            (P.EMBED_LINKS, 50013, lambda: channel.send(embed=library.Embed(title="hi"))),
            (P.READ_MESSAGE_HISTORY, 160002, lambda: message.reply("hi")),
            (P.READ_MESSAGE_HISTORY, 50001, message.fetch),
            (P.ADD_REACTIONS, 50013, lambda: message.add_reaction("⭐")),
            (P.VIEW_CHANNEL, 50001, lambda: channel.send("hi")),
            (P.MANAGE_MESSAGES, 50013, message.delete),
            (P.MANAGE_MESSAGES, 50005, lambda: message.edit(content="not mine")),
        ]
        for permission, code, attempt in attempts:
            sketches.overwrite(me, deny=permission)
            with pytest.raises(library.Forbidden) as refused:
                await attempt()
            assert (permission, refused.value.code) == (permission, code)
            sketches.overwrite(me)
        sketches.overwrite(everyone, deny=P.READ_MESSAGE_HISTORY)
        me.deny(P.READ_MESSAGE_HISTORY)
        assert [one async for one in channel.history()] == []


def _upload(file: File) -> library.File:
    return library.File(io.BytesIO(file.data), file.name)


async def test_what_is_unknown_is_said_to_be(discord, sketches, mira) -> None:
    post = await mira.post(sketches, "hello")
    await mira.delete(post)
    sketches.guild.remove_member(mira)
    async with trial_bot(discord) as bot:
        channel = bot.get_channel(sketches.id)
        with pytest.raises(library.NotFound, match="10008"):
            await channel.fetch_message(post.id)
        with pytest.raises(library.NotFound, match="10003"):
            await bot.fetch_channel(1)
        with pytest.raises(library.NotFound, match="10007"):
            await channel.guild.fetch_member(mira.id)
        with pytest.raises(library.HTTPException, match="50035"):
            await channel.send(
                "hi",
                reference=library.MessageReference.from_message(
                    channel.get_partial_message(post.id)
                ),
            )
        lenient = channel.get_partial_message(post.id).to_reference(fail_if_not_exists=False)
        await channel.send("hi", reference=lenient)
    assert sketches.bot_messages()[0].referenced is None


async def test_private_threads_are_for_those_who_are_in_them(discord, sketches, mira) -> None:
    thread = sketches.add_thread("secret", private=True, members=[mira])
    async with trial_bot(discord) as bot:
        assert bot.get_channel(thread.id) is None
        with pytest.raises(library.Forbidden, match="50001"):
            await bot.fetch_channel(thread.id)
        await mira.post(thread, "unheard")
        thread.add_to_thread(sketches.guild.me)
        await mira.post(thread, "heard")
        await discord.wait_for(lambda: bot.seen)
        assert bot.texts == ["heard"]
        members = [await bot.get_channel(thread.id).fetch_member(mira.id)]
        assert members[0].id == mira.id


async def test_a_nonce_makes_one_message_of_a_request_that_came_twice(discord, sketches) -> None:
    discord.faults.http(
        method="POST", path=r"/channels/\d+/messages", status=502, took_effect=True, times=1
    )
    async with trial_bot(discord) as bot:
        sent = await bot.get_channel(sketches.id).send("once", nonce=12345)
        assert len(discord.asked("POST", "/messages")) == 2
    assert [one.id for one in sketches.bot_messages()] == [sent.id]


async def test_a_rate_limit_is_waited_for(discord, sketches) -> None:
    discord.faults.http(
        method="POST", path=r"/channels/\d+/messages", status=429, retry_after=0.2, times=1
    )
    async with trial_bot(discord) as bot:
        started = asyncio.get_running_loop().time()
        await bot.get_channel(sketches.id).send("slowly")
        assert asyncio.get_running_loop().time() - started > 0.2
        discord.rate_limits.limit = 2
        discord.rate_limits.window_seconds = 0.2
        channel = bot.get_channel(sketches.id)
        await asyncio.gather(*(channel.send(str(number)) for number in range(7)))
    statuses = [one.status for one in discord.asked("POST", "/messages")]
    assert statuses.count(200) == 8
    assert len(sketches.bot_messages()) == 8


@pytest.mark.parametrize("kind", ["slow", "truncated", "wrong_length", "not_found", "expired"])
async def test_downloads_fail_in_every_way(discord, sketches, mira, kind: str) -> None:
    fault = discord.faults.cdn(kind, times=1, seconds=0.2)
    async with trial_bot(discord) as bot:
        await mira.post(sketches, files=[File("a.png", png())])
        await discord.wait_for(lambda: bot.seen)
        attachment = bot.seen[0].attachments[0]
        if kind == "slow":
            assert await attachment.read() == png()
        else:
            with pytest.raises(Exception):  # noqa: B017, PT011 - of aiohttp or of the library
                await attachment.read()
        assert fault.hits == 1
        again = await bot.seen[0].fetch()
        assert await again.attachments[0].read() == png()


async def test_a_download_can_hang(discord, sketches, mira) -> None:
    discord.faults.cdn("hang")
    async with trial_bot(discord) as bot:
        await mira.post(sketches, files=[File("a.png", png())])
        await discord.wait_for(lambda: bot.seen)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await bot.seen[0].attachments[0].read()


async def test_messages_are_deleted_in_bulk_by_who_may(discord, sketches, mira) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=15)
    posts = [await mira.post(sketches, str(number)) for number in range(3)]
    old = await mira.post(sketches, "old", at=long_ago)
    sketches.guild.bot_role.allow(P.MANAGE_MESSAGES)
    async with trial_bot(discord) as bot:
        channel = bot.get_channel(sketches.id)
        with pytest.raises(library.HTTPException, match="50034"):
            await channel.delete_messages([library.Object(one.id) for one in (old, posts[0])])
        await channel.delete_messages([library.Object(one.id) for one in posts])
        await discord.wait_for(lambda: "MESSAGE_DELETE_BULK" in bot.heard)
    assert sketches.messages == [old]


async def test_a_channel_that_opens_shows_its_threads(discord, sketches, mira) -> None:
    everyone, me = sketches.guild.everyone, sketches.guild.me
    me.set_roles()
    hidden = sketches.guild.add_channel("hidden", overwrites={everyone: (0, P.VIEW_CHANNEL)})
    thread = hidden.add_thread("wip")
    async with trial_bot(discord) as bot:
        assert bot.get_channel(thread.id) is None
        hidden.overwrite(me, allow=P.VIEW_CHANNEL)
        await discord.wait_for(lambda: bot.get_channel(thread.id))


# --- violations


@pytest.mark.data
async def test_a_wrong_request_is_a_violation(discord, sketches, mira) -> None:
    discord.expect_violations = True
    async with trial_bot(discord) as bot:
        assert discord.checks_requests
        channel = bot.get_channel(sketches.id)
        route = library.http.Route(
            "POST", "/channels/{channel_id}/messages", channel_id=sketches.id
        )
        with pytest.raises(library.HTTPException, match="50035"):
            await bot.http.request(route, json={"content": 5})
        await bot.http.request(route, json={"content": "hi", "surprise": 1})
        await bot.http.request(route, json={"embeds": [{"title": "x", "titel": "y"}]})
        found = "\n".join(discord.violations)
        assert len(discord.violations) == 3
        assert "surprise: not in the description" in found
        assert "embeds.0.titel: not in the description" in found
        discord.violations.clear()
        refused = {
            "content": lambda: channel.send("x" * 2001),
            "embeds": lambda: channel.send(embeds=[library.Embed(description="x" * 4000)] * 2),
            "custom id": lambda: channel.send(view=_twice()),
        }
        for attempt in refused.values():
            with pytest.raises(library.HTTPException, match="50035"):
                await attempt()
        assert len(discord.violations) == len(refused)
        discord.violations.clear()
        with pytest.raises(library.NotFound):
            await bot.http.request(library.http.Route("GET", "/nowhere"))
        assert "is not in Discord's API" in discord.violations[0]


def _twice() -> library.ui.View:
    view = library.ui.View()
    for _ in range(2):
        view.add_item(library.ui.Button(label="x", custom_id="x"))
    return view

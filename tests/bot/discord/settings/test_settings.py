"""/settings in a guild: it takes effect, and says what it means and what is missing."""

import pytest

from tests.bot.discord.community import running, settings_for
from tests.bot.discord.standin.commands import NotOfferedError
from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.permissions import P

RED = (220, 30, 30)


@pytest.fixture
async def bot(discord, tmp_path):
    """A bot that answers nowhere unasked until an admin says otherwise."""
    async with running(settings_for(discord, tmp_path / "data", "off"), discord) as started:
        yield started


@pytest.fixture
def guild(discord):
    made = discord.add_guild("Art")
    made.sketches = made.add_channel("sketches")
    made.mira = made.add_member("mira")
    return made


async def ask(member, channel, command, /, **options):
    result = await (await member.command(channel, command, **options)).settled()
    assert result.ephemeral
    return result.text


async def test_auto_tagging_that_is_turned_on_answers_from_then_on(bot, discord, guild, picture):
    sketches, mira = guild.sketches, guild.mira
    await mira.post(sketches, files=[File("before.png", picture(RED))])
    text = await ask(guild.owner, sketches, "settings autotag", channel=sketches, mode="reply")
    assert sketches.mention in text
    assert "lack" not in text
    await mira.post(sketches, files=[File("after.png", picture(RED))])
    await discord.wait_for(lambda: sketches.bot_messages(), 15)
    assert [one.reference["message_id"] for one in sketches.bot_messages()] == [
        str(sketches.messages[1].id)
    ]


async def test_quiet_says_that_it_means_a_reaction_and_does_that(bot, discord, guild, picture):
    sketches = guild.sketches
    text = await ask(guild.owner, sketches, "settings autotag", channel=sketches, mode="quiet")
    assert "⭐" in text
    message = await guild.mira.post(sketches, files=[File("red.png", picture(RED))])
    await discord.wait_for(lambda: "⭐" in message.reactions, 15)
    assert sketches.bot_messages() == []


@pytest.mark.parametrize(
    ("mode", "expected"), [("reply", "Send Messages, Embed Links, Attach Files"), ("off", "")]
)
async def test_what_the_bot_lacks_in_a_channel_is_said_at_once(bot, guild, mode, expected):
    closed = guild.add_channel("closed", overwrites={guild.bot_role: (0, P.SEND_MESSAGES)})
    text = await ask(guild.owner, guild.sketches, "settings autotag", channel=closed, mode=mode)
    assert ("lack" in text) is bool(expected)
    assert expected in text
    assert (await bot.catalogue.guilds.settings(guild.id)).modes[closed.id].mode == mode


async def test_a_channel_that_the_bot_does_not_even_see_can_be_named(bot, guild):
    hidden = guild.add_channel("hidden", overwrites={guild.everyone: (0, P.VIEW_CHANNEL)})
    text = await ask(guild.owner, guild.sketches, "settings autotag", channel=hidden, mode="reply")
    assert "View Channel" in text


async def test_whoever_chooses_again_is_told_again_what_is_missing(bot, discord, guild, picture):
    owner, mira = guild.owner, guild.mira
    closed = guild.add_channel("closed", overwrites={guild.bot_role: (0, P.SEND_MESSAGES)})
    for count in (1, 2):
        await ask(owner, guild.sketches, "settings autotag", channel=closed, mode="reply")
        for _ in range(2):
            await mira.post(closed, files=[File("red.png", picture(RED))])
        await discord.wait_for(lambda count=count: len(owner.dms) == count, 15)
    posts = await bot.catalogue.posts.ids_of(channel_id=closed.id)
    assert len(posts) == 4
    assert len(owner.dms) == 2


@pytest.mark.parametrize("kind", ["forum", "voice", "stage", "announcement"])
async def test_every_kind_of_channel_with_posts_can_be_chosen(bot, guild, kind):
    channel = guild.add_channel("place", kind=kind)
    text = await ask(guild.owner, guild.sketches, "settings autotag", channel=channel, mode="reply")
    assert "lack" not in text


async def test_in_a_forum_it_is_answering_in_threads_that_counts(bot, guild):
    forum = guild.add_channel(
        "forum", kind="forum", overwrites={guild.bot_role: (0, P.SEND_IN_THREADS)}
    )
    text = await ask(guild.owner, guild.sketches, "settings autotag", channel=forum, mode="reply")
    assert "**Send Messages in Threads**" in text
    forum.overwrite(guild.bot_role, allow=0, deny=P.SEND_MESSAGES)
    text = await ask(guild.owner, guild.sketches, "settings autotag", channel=forum, mode="reply")
    assert "lack" not in text


@pytest.mark.parametrize("archived", [False, True])
async def test_a_thread_can_have_a_mode_of_its_own_even_when_it_is_archived(bot, guild, archived):
    thread = guild.sketches.add_thread("wip", archived=archived)
    text = await ask(guild.owner, guild.sketches, "settings autotag", channel=thread, mode="reply")
    assert thread.mention in text
    assert thread.id in (await bot.catalogue.guilds.settings(guild.id)).modes


async def test_a_thread_that_the_bot_is_not_in_is_refused_in_words(bot, guild):
    thread = guild.sketches.add_thread("secret", private=True, archived=True)
    text = await ask(guild.owner, guild.sketches, "settings autotag", channel=thread, mode="reply")
    assert "cannot see" in text


async def test_without_the_intent_it_is_stored_and_said_that_nothing_will_come_of_it(
    discord, guild, tmp_path
):
    discord.message_content = False
    async with running(settings_for(discord, tmp_path / "data", "off"), discord) as bot:
        for mode, is_said in (("reply", True), ("off", False)):
            text = await ask(
                guild.owner, guild.sketches, "settings autotag", channel=guild.sketches, mode=mode
            )
            assert ("Message Content" in text) is is_said
            modes = (await bot.catalogue.guilds.settings(guild.id)).modes
            assert modes[guild.sketches.id].mode == mode


async def test_thresholds_are_chosen_and_taken_back(bot, guild):
    async def rules():
        return (await bot.catalogue.guilds.settings(guild.id)).rules

    owner, sketches = guild.owner, guild.sketches
    assert "60%" in await ask(owner, sketches, "settings threshold", value=60)
    assert (await rules()).threshold == 0.6
    assert "25%" in await ask(owner, sketches, "settings threshold", value=25, tag="夜空")
    assert (await rules()).thresholds == {"night sky": 0.25}
    await ask(owner, sketches, "settings threshold", tag="night sky")
    await ask(owner, sketches, "settings threshold")
    assert (await rules()).thresholds == {}
    assert (await rules()).threshold is None


async def test_an_unknown_tag_changes_nothing_and_is_answered_with_what_may_be_meant(bot, guild):
    text = await ask(guild.owner, guild.sketches, "settings threshold", value=25, tag="nigth sky")
    assert "night sky" in text
    assert (await bot.catalogue.guilds.settings(guild.id)).rules.thresholds == {}


async def test_tags_are_offered_while_one_types(bot, guild):
    choices = await guild.owner.autocomplete(
        guild.sketches, "settings threshold", "tag", "star", value=5
    )
    assert choices[0]["value"] == "starry sky"


async def test_the_language_of_public_answers_is_chosen(bot, guild):
    owner, sketches = guild.owner, guild.sketches
    for chosen, kept, named in (("ja", "ja", "日本語"), ("server", "", "English")):
        assert named in await ask(owner, sketches, "settings language", language=chosen)
        assert (await bot.catalogue.guilds.settings(guild.id)).language == kept


async def test_show_shows_what_was_chosen_in_the_language_of_who_asks(bot, guild):
    admins = guild.add_role("admins", P.MANAGE_GUILD)
    hana = guild.add_member("hana", roles=[admins], locale="ja")
    await ask(hana, guild.sketches, "settings threshold", value=60)
    assert "**夜空** は" in await ask(
        hana, guild.sketches, "settings threshold", value=25, tag="night sky"
    )
    await ask(hana, guild.sketches, "settings autotag", channel=guild.sketches, mode="quiet")
    text = await ask(hana, guild.sketches, "settings show")
    for expected in (
        "このサーバーの設定",
        "60%",
        "夜空：25%",
        f"{guild.sketches.mention}：リアクションのみ",
    ):
        assert expected in text


async def test_only_those_who_manage_the_server_are_offered_it(bot, guild):
    with pytest.raises(NotOfferedError, match="permissions"):
        await guild.mira.command(guild.sketches, "settings show")

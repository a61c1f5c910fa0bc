"""/privacy: everyone sees what is kept of them, takes it along, and makes it go."""

import asyncio
from datetime import UTC, datetime

import pytest
import yaml

from tests.bot.discord.standin.files import File

RED, CRIMSON, BLUE = (220, 30, 30), (215, 32, 30), (30, 60, 200)


@pytest.fixture
def guild(discord):
    made = discord.add_guild("Art")
    made.sketches = made.add_channel("sketches")
    made.mira, made.theo = made.add_member("mira"), made.add_member("theo")
    return made


async def post(discord, member, channel, colour, picture):
    """Post an image; the post, and the bot's reply to it."""
    message = await member.post(channel, files=[File("Night.png", picture(colour))])

    def replies():
        return [
            one
            for one in channel.bot_messages()
            if (one.reference or {}).get("message_id") == str(message.id)
        ]

    await discord.wait_for(replies, 15)
    return message, replies()[0]


async def ask(member, channel, command, /, **options):
    result = await (await member.command(channel, command, **options)).settled()
    assert result.ephemeral
    return result


async def test_status_counts_what_is_kept(community, discord, guild, picture):
    await post(discord, guild.mira, guild.sketches, RED, picture)
    result = await ask(guild.mira, guild.sketches, "privacy status")
    assert "illustrations **1** · posts **1**" in result.text
    assert "not allowed" in result.text
    result = await ask(guild.theo, guild.sketches, "privacy status")
    assert "illustrations **0**" in result.text


async def test_consent_is_given_and_taken_back_for_every_server(community, discord, guild):
    other = discord.add_guild("Photo")
    there = other.add_channel("photos")
    mira = other.add_member("mira")
    await ask(guild.mira, guild.sketches, "privacy opt-in")
    assert await community.catalogue.people.consent(mira.id) is not None
    assert "You allow me" in (await ask(mira, there, "privacy status")).text
    result = await ask(mira, there, "privacy opt-out")
    assert "every server" in result.text
    assert await community.catalogue.people.consent(mira.id) is None


async def test_an_export_is_a_readable_file_that_only_its_person_sees(
    community, discord, guild, picture
):
    message, _ = await post(discord, guild.mira, guild.sketches, RED, picture)
    await ask(guild.mira, guild.sketches, "privacy opt-in")
    result = await ask(guild.mira, guild.sketches, "privacy export")
    (file,) = [one for message in result.messages for one in message.attachments]
    assert file.filename == f"hoshizora-privacy-{datetime.now(UTC):%Y-%m-%d}.yaml"
    export = yaml.safe_load(file.data.decode())
    assert export["about"]["user"] == guild.mira.id
    assert export["consent_to_learning_since"] is not None
    assert export["posts"][0]["message"] == message.jump_url
    assert export["posts"][0]["images"][0]["tags"][0]["name"] == "red"


async def test_delete_asks_first_and_then_everything_goes_with_the_replies(
    community, discord, guild, picture
):
    mira, theo, sketches = guild.mira, guild.theo, guild.sketches
    other = discord.add_guild("Photo")
    photos, mira_there = other.add_channel("photos"), other.add_member("mira")
    mine = await post(discord, mira, sketches, RED, picture)
    abroad = await post(discord, mira_there, photos, RED, picture)
    theirs = await post(discord, theo, sketches, CRIMSON, picture)
    assert str(mine[0].id) in theirs[1].text
    (kept,) = (await community.catalogue.posts.get(theirs[0].id)).illustration_ids
    await community.catalogue.marks.put(kept, mira.id, {"red": True})
    await ask(mira, sketches, "privacy opt-in")

    question = await ask(mira, sketches, "privacy delete")
    assert not mine[1].deleted
    assert len(await community.catalogue.posts.ids_of(author_id=mira.id)) == 2
    await (await mira.click(question, "privacy:delete")).settled()
    await discord.wait_for(lambda: mine[1].deleted and abroad[1].deleted, 15)
    await discord.wait_for(lambda: str(mine[0].id) not in theirs[1].text, 15)

    answer = question.messages[0]
    assert (
        "illustrations **2** · posts **2** · answers on right and wrong tags **1**" in answer.text
    )
    assert answer.parts == []
    assert not mine[0].deleted
    export = await community.catalogue.people.export(mira.id)
    assert (export["posts"], export["marks"]) == ([], [])
    assert await community.catalogue.people.consent(mira.id) is None
    assert await community.catalogue.posts.ids_of(author_id=theo.id) == [theirs[0].id]
    assert not theirs[1].deleted


async def test_the_button_works_after_a_restart_and_for_its_person_alone(
    community, discord, guild, picture
):
    mira, theo, sketches = guild.mira, guild.theo, guild.sketches
    await post(discord, mira, sketches, RED, picture)
    question = await ask(mira, sketches, "privacy delete")
    await community.restart()
    (button,) = question.messages[0].parts
    button["custom_id"] = f"privacy:delete:{theo.id}"
    refused = await (await mira.click(question, "privacy:delete")).settled()
    assert "may not" in refused.text
    assert len(await community.catalogue.posts.ids_of(author_id=mira.id)) == 1
    button["custom_id"] = f"privacy:delete:{mira.id}"
    await (await mira.click(question, "privacy:delete")).settled()
    assert await community.catalogue.posts.ids_of(author_id=mira.id) == []


async def test_it_works_in_direct_messages_in_the_language_of_the_person(
    community, discord, picture
):
    guild = discord.add_guild("Art")
    sketches, hana = guild.add_channel("sketches"), guild.add_member("hana", locale="ja")
    _, reply = await post(discord, hana, sketches, BLUE, picture)
    result = await (await hana.user.dm_command("privacy status")).settled()
    assert "作品**1**点" in result.text
    result = await (await hana.user.dm_command("privacy export")).settled()
    assert result.messages[0].attachments
    question = await (await hana.user.dm_command("privacy delete")).settled()
    await (await hana.user.dm_click(question, "privacy:delete")).settled()
    await discord.wait_for(lambda: reply.deleted, 15)
    assert "削除しました" in question.messages[0].text


async def test_what_is_posted_after_a_deletion_is_treated_as_before(
    community, discord, guild, picture
):
    question = await ask(guild.mira, guild.sketches, "privacy delete")
    await (await guild.mira.click(question, "privacy:delete")).settled()
    wish = await community.catalogue.tombstones.wished_at(guild.mira.id)
    assert wish is not None
    await asyncio.sleep(0.01)
    await post(discord, guild.mira, guild.sketches, RED, picture)
    export = await ask(guild.mira, guild.sketches, "privacy export")
    text = export.messages[0].attachments[0].data.decode()
    assert yaml.safe_load(text)["you_had_everything_deleted_at"] == wish

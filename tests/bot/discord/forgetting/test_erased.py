"""Deletion is real: a day later no file of the data directory holds anything of what was deleted.

Each test searches twice with the same search: before, everything is found; after, nothing of the
one person, and all of the other.
"""

from dataclasses import replace

import pytest

from bot.config import IndexConfig
from tests.bot.discord.asking import ask
from tests.bot.discord.community import running, settings_for
from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.permissions import P
from tests.bot.remains import (
    begin_at_high_ids,
    forms_of_id,
    pass_a_day,
    remains,
    traces_of_models,
    traces_of_posts,
)

POSTS, TAIL_LIMIT = 3, 2
# What teaches starts a process of its own: on a busy machine that takes long.
PATIENCE_SECONDS = 60


@pytest.fixture
async def community(discord, tmp_path):
    """A bot whose index lies in segments on the disk from the third illustration on."""
    settings = settings_for(discord, tmp_path / "data")
    few = replace(settings.bot, index=IndexConfig(tail_limit=TAIL_LIMIT))
    async with running(replace(settings, bot=few), discord) as started:
        await begin_at_high_ids(started.bot.library)
        yield started


@pytest.fixture
def studio(community, discord, noise):
    return Studio(community, discord, noise)


class Studio:
    """A guild where mira, who is an admin, and theo post by turns."""

    def __init__(self, community, discord, noise):
        self.community, self.discord, self.noise = community, discord, noise
        self.guild = discord.add_guild("Art")
        self.sketches, self.old = map(self.guild.add_channel, ("sketches", "old"))
        admins = self.guild.add_role("admins", P.MANAGE_GUILD)
        self.mira = self.guild.add_member("mira", roles=[admins])
        self.theo = self.guild.add_member("theo")
        self.messages = {self.mira.id: [], self.theo.id: []}

    def file(self):
        return File("noise.png", self.noise())

    async def live(self):
        for _ in range(POSTS):
            await self.post(self.mira)
            await self.post(self.theo)

    async def post(self, member):
        message = await member.post(self.sketches, files=[self.file()])
        self.messages[member.id].append(message)
        await self.discord.wait_for(lambda: self.answered(message.id), PATIENCE_SECONDS)

    async def answered(self, post_id):
        post = await self.community.catalogue.posts.get(post_id)
        return post is not None and post.state == "answered"

    async def act_as_admin(self):
        """Let mira do everything that leaves a name behind."""
        asked = [
            ("privacy opt-in", {}),
            ("settings autotag", {"channel": self.old, "mode": "quiet"}),
            ("describe", {"image": self.file(), "public": True}),
            ("library import", {"channel": self.old}),
            ("tag-admin register", {"name": "noise", "example1": self.file()}),
            ("tag-admin retrain", {}),
        ]
        for command, options in asked:
            await ask(self.mira, self.sketches, command, **options)
        marked = (await self.posts(self.theo))[0].illustration_ids[0]
        await self.community.catalogue.marks.put(marked, self.mira.id, {"red": True})
        await self.discord.wait_for(self.at_rest, PATIENCE_SECONDS)

    async def at_rest(self):
        """Whether nothing is left to do."""
        catalogue = self.community.catalogue
        waiting = [await catalogue.errands.pending(), await catalogue.taught.pending_refits()]
        jobs = await catalogue.jobs.of_guild(self.guild.id, 9)
        return not any(waiting) and all(job.state == "done" for job in jobs)

    async def posts(self, member):
        catalogue = self.community.catalogue
        return await catalogue.posts.some(await catalogue.posts.ids_of(author_id=member.id))

    async def have_everything_deleted(self):
        question = await ask(self.mira, self.sketches, "privacy delete")
        await (await self.mira.click(question, "privacy:delete")).settled()

    async def delete_messages(self):
        for message in self.messages[self.mira.id]:
            await self.mira.delete(message)

    async def leave(self):
        self.guild.remove_member(self.mira)
        # The daily check finds it out.
        checking = self.community.connection._client.get_cog("Checking")
        checking._due.update(self.community.connection._client.shards)
        await checking._run.coro(checking)


@pytest.fixture
def erased_a_day_after(community, discord, until, tmp_path):
    """Searches the files before something is deleted, right after, and a day later."""
    data, library = tmp_path / "data", community.bot.library

    async def check(studio, way, more):
        # The highest id that was ever given is remembered: it is to be theo's.
        await studio.post(studio.theo)
        gone = await traces_of_posts(library, await studio.posts(studio.mira)) | more
        kept = await traces_of_posts(library, await studio.posts(studio.theo))
        kept["theo"] = forms_of_id(studio.theo.id)
        before = remains(data, gone | kept)
        assert before.keys() == gone.keys() | kept.keys()
        assert any("segment-" in file for files in before.values() for file in files)

        await way()
        await discord.wait_for(lambda: nothing_left(studio), PATIENCE_SECONDS)
        await discord.wait_for(studio.at_rest, PATIENCE_SECONDS)
        assert remains(data, gone), "what is forgotten is still in the files at first"
        await pass_a_day(library, data, until)
        assert remains(data, gone) == {}
        assert remains(data, kept).keys() == kept.keys()

    return check


async def nothing_left(studio):
    return not await studio.posts(studio.mira)


async def test_everything_about_a_person_who_wished_it_is_off_the_disk_a_day_later(
    studio, community, erased_a_day_after
):
    await studio.live()
    await studio.act_as_admin()
    more = await traces_of_models(community.bot.library)
    assert more
    more["mira"] = forms_of_id(studio.mira.id)
    await erased_a_day_after(studio, studio.have_everything_deleted, more)


@pytest.mark.parametrize("way", ["delete_messages", "leave"])
async def test_posts_that_were_deleted_or_whose_author_left_are_off_the_disk_a_day_later(
    studio, erased_a_day_after, way
):
    await studio.live()
    await erased_a_day_after(studio, getattr(studio, way), {})

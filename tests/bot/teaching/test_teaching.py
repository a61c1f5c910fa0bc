"""Teaching a tag, from the first examples to the answer that says it."""

import os
import signal

import numpy as np
import pytest

from bot.catalogue import NewVersion
from bot.errors import TeachingFailedError
from bot.illustrations import LOCAL_GUILD
from bot.inference.client import BundleFacts
from bot.pipeline import Candidate
from bot.places import Scope
from bot.running import started
from bot.teaching.teacher import Fitted
from tests.bot.teaching.lessons import OTHERS, PURPLES, TEACHER, Guild


async def test_a_registered_tag_is_said_of_the_next_image_and_after_a_restart(settings, picture):
    async with started(settings) as bot:
        await bot.inference.ready()
        guild = Guild(bot, picture, 7)
        examples = await guild.posted(PURPLES[:3])
        await guild.posted(OTHERS)
        registered = await bot.teaching.register(7, "grape", "ぶどう", examples, TEACHER)
        version = await bot.teaching.live(registered.tag_id)
        assert (version.number, version.positives, version.negatives) == (1, 3, 0)
        said = (await guild.tags(PURPLES[3]))["grape"]
        assert said.name_ja == "ぶどう"
        assert said.score > (await guild.tags(OTHERS[0]))["grape"].score
        job = await bot.library.catalogue.jobs.get(registered.job_id)
        assert (job.kind, job.state, job.progress) == ("teach", "done", 1.0)
        assert bot.service.tags_of(7).exact("ぶどう").name == "grape"
    async with started(settings) as bot:
        await bot.inference.ready()
        guild = Guild(bot, picture, 7)
        assert (await guild.tags(PURPLES[3]))["grape"] == said
        assert await bot.teaching.live(registered.tag_id) == version


async def test_what_was_wished_and_not_refitted_before_the_end_is_refitted_after_it(
    settings, picture
):
    async with started(settings) as bot:
        await bot.inference.ready()
        guild = Guild(bot, picture, 7)
        examples = await guild.posted(PURPLES[:2])
        registered = await bot.teaching.register(7, "grape", "", examples, TEACHER)
        # The bot ends at once.
    async with started(settings) as bot:
        await bot.inference.ready()
        assert (await bot.teaching.live(registered.tag_id)).positives == 2


async def test_teaching_goes_on_when_its_process_or_inference_is_lost(settings, picture, until):
    async with started(settings) as bot:
        await bot.inference.ready()
        guild = Guild(bot, picture, 7)
        registered, _ = await guild.taught()
        more = await guild.posted(PURPLES[3:], author_id=TEACHER)
        os.kill(bot.teacher.pid, signal.SIGKILL)
        await bot.teaching.hand_in(7, "grape", more, TEACHER)
        os.kill(bot.inference.client.pid, signal.SIGKILL)
        assert (await bot.teaching.live(registered.tag_id)).positives == 4
        await until(lambda: bot.inference.restarts)
        await bot.inference.ready()
        assert bot.service.overlay.live(registered.tag_id).number == 2
        assert "grape" in await guild.tags(PURPLES[0])


async def test_in_the_local_channel_everything_may_be_learnt_from(settings, picture):
    async with started(settings) as bot:
        await bot.inference.ready()
        post = bot.service.pipeline.post
        ids = [
            await post(Candidate(picture(one), LOCAL_GUILD, "posted", "t"))
            for one in [*PURPLES, *OTHERS]
        ]
        registered = await bot.teaching.register(LOCAL_GUILD, "grape", "", ids[:2], 0)
        await bot.teaching.live(registered.tag_id)
        asked = await bot.teaching.round(LOCAL_GUILD, "grape", Scope(LOCAL_GUILD), 0, 4)
        assert {one.id for one in asked.illustrations} <= set(ids[2:])
        assert asked.remaining == len(ids) - 2
        await bot.teaching.mark(LOCAL_GUILD, "grape", 0, {ids[2]: True, ids[5]: False})
        version = await bot.teaching.live(registered.tag_id)
        assert (version.positives, version.negatives) == (3, 1)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_tag_whose_newest_version_is_of_another_bundle_is_fitted_for_the_served_one(guild):
    registered, _ = await guild.taught()
    taught, tag_id = guild.catalogue.taught, registered.tag_id
    foreign = NewVersion(tag_id, "bundle", "another bundle", 0.5, b"model")
    await taught.publish(foreign, await taught.examples(tag_id), [])
    await guild.teaching.switched()
    version = await guild.teaching.live(tag_id)
    assert (version.number, version.reason, version.positives) == (3, "bundle", 3)
    await guild.teaching.switched()
    assert await guild.teaching.live(tag_id) == version


@pytest.mark.asyncio(loop_scope="module")
async def test_for_a_bundle_that_is_not_served_tags_are_fitted_until_there_are_none(guild):
    registered, examples = await guild.taught()
    teacher, bundle = Fits(), BundleFacts("next", "next", 4, 16, ())
    await guild.catalogue.add_embeddings("next", examples, np.ones((3, 4), np.float32))
    teacher.refusal = TeachingFailedError("It is damaged.")
    with pytest.raises(TeachingFailedError):
        await guild.teaching.refit_for(bundle, teacher)
    teacher.refusal = None
    assert await guild.teaching.refit_for(bundle, teacher) >= 1
    assert await guild.teaching.refit_for(bundle, teacher) == 0
    current = await guild.catalogue.taught.current(registered.tag_id, "next")
    assert (current.model, current.version.positives) == (b"of next", 3)
    assert (await guild.teaching.current(registered.tag_id)).number == 1
    await guild.teaching.mark(guild.id, "grape", TEACHER, {examples[0]: False})
    await guild.teaching.live(registered.tag_id)
    assert await guild.teaching.refit_for(bundle, teacher) == 1
    # What the other tests of this file teach goes on for the encoder that is served.
    await guild.teaching.remove(guild.id, "grape", TEACHER)


class Fits:
    """A teacher of another bundle, which it may refuse."""

    refusal: Exception | None = None

    async def warm_up(self):
        if self.refusal is not None:
            raise self.refusal

    async def fit(self, prior_id, positives, negatives):
        return Fitted(f"of {prior_id}".encode(), 0.4, len(positives))

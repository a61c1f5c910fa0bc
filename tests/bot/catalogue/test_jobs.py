"""Jobs: long work that goes on after a restart."""

from datetime import UTC, datetime

from bot.catalogue import Catalogue, NewJob

IMPORT = NewJob("import", guild_id=7, channel_id=70, asker_id=5, notice_channel_id=72)


async def test_a_new_job_is_queued_and_has_done_nothing(catalogue):
    before = datetime.now(UTC)
    job = await catalogue.jobs.get(await catalogue.jobs.add(IMPORT))
    assert (job.kind, job.guild_id, job.channel_id) == ("import", 7, 70)
    assert (job.asker_id, job.notice_channel_id) == (5, 72)
    assert (job.state, job.progress, job.message) == ("queued", 0.0, "")
    assert (job.cursor, job.notice) == ("", None)
    assert before <= job.created_at == job.updated_at
    assert await catalogue.jobs.get(999) is None


async def test_an_update_changes_what_it_names(catalogue):
    id_ = await catalogue.jobs.add(IMPORT)
    await catalogue.jobs.update(id_, state="running", notice=88)
    await catalogue.jobs.update(id_, progress=0.5, message="half", cursor="123")
    await catalogue.jobs.update(id_, message="")
    job = await catalogue.jobs.get(id_)
    assert (job.state, job.progress, job.message) == ("running", 0.5, "")
    assert (job.cursor, job.notice) == ("123", 88)
    assert job.updated_at >= job.created_at


async def test_what_is_not_finished_is_found_again_after_a_restart(url):
    first = await Catalogue.open(url)
    ids = [await first.jobs.add(IMPORT) for _ in range(5)]
    await first.jobs.add(NewJob("teach", 7, 70, 5, 70))
    for id_, state in zip(ids, ("running", "done", "failed", "cancelled"), strict=False):
        await first.jobs.update(id_, state=state)
    await first.close()
    again = await Catalogue.open(url)
    assert [job.id for job in await again.jobs.open_("import")] == [ids[0], ids[4]]
    await again.close()


async def test_a_guild_sees_its_own_jobs_newest_first(catalogue):
    ids = [await catalogue.jobs.add(IMPORT) for _ in range(3)]
    await catalogue.jobs.add(NewJob("import", 8, 80, 5, 80))
    assert [job.id for job in await catalogue.jobs.of_guild(7, 2)] == [ids[2], ids[1]]

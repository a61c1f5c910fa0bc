"""/tag-admin retrain and jobs: long work is started, watched and cancelled."""

from bot.catalogue import NewJob
from bot.discord.jobs import boards
from bot.jobs import JobRunningError
from tests.bot.discord.asking import ask, turn
from tests.bot.discord.standin.permissions import P


async def test_retraining_learns_from_members_too_and_is_shown_in_a_message_edited_in_place(
    community, discord, school, monkeypatch
):
    monkeypatch.setattr(boards, "SHOW_SECONDS", 0.1)
    ids = await school.fill(community)
    nothing = await ask(school.owner, school.sketches, "tag-admin retrain")
    assert "No tag was taught here yet" in nothing.text
    assert "No jobs yet" in (await ask(school.owner, school.sketches, "tag-admin jobs")).text
    await school.register()
    for id_ in ids[:2]:
        await community.catalogue.marks.put(id_, school.theo.id, {"teal": True})
    before = len(school.sketches.bot_messages())
    result = await ask(school.owner, school.sketches, "tag-admin retrain")
    assert "A message in this channel shows how far it is." in result.text
    (board,) = school.sketches.bot_messages()[before:]
    await discord.wait_for(lambda: "✅" in board.text, 20)
    assert board.labels == []
    newest, *_ = await community.bot.teaching.history(school.guild.id, "teal")
    assert (newest.reason, newest.positives) == ("retrained", 4)
    for _ in range(12):  # They have a list of their own, and take no place in this one.
        of_channel = NewJob("import", school.guild.id, school.sketches.id, 0, 0)
        await community.catalogue.jobs.update(
            await community.catalogue.jobs.add(of_channel), state="done"
        )
    listed = await ask(school.owner, school.sketches, "tag-admin jobs")
    assert "✅ Learning this server's tags again: done" in listed.text
    assert "✅ Learning a new tag: done" in listed.text
    assert not any(message.pinged for message in listed.messages)

    # Where the bot may not write, progress is asked for.
    silent = school.guild.add_channel(
        "silent", overwrites={school.guild.everyone: (0, P.SEND_MESSAGES)}
    )
    result = await ask(school.owner, silent, "tag-admin retrain")
    assert "`/tag-admin jobs` shows how far it is" in result.text
    assert silent.bot_messages() == []


async def test_only_the_operator_rebuilds_everything_and_hears_why_it_cannot_begin(
    community, school, monkeypatch
):
    refused = await ask(school.owner, school.sketches, "tag-admin retrain", everything=True)
    assert "Only the operator" in refused.text
    admins = school.guild.add_role("admins", P.MANAGE_GUILD)
    operator = school.guild.add_member("operator", roles=[admins])
    job = await community.catalogue.jobs.add(NewJob("rebuild", 0, 0, 0, 0))
    running = JobRunningError(await community.catalogue.jobs.get(job))

    async def start(*_args):
        raise running

    monkeypatch.setattr(community.bot.rebuilding, "start", start)
    result = await ask(operator, school.sketches, "tag-admin retrain", everything=True)
    assert "under way already" in result.text
    listed = await ask(operator, school.sketches, "tag-admin jobs")
    assert "⏳ Rebuilding the whole model: waiting\n-# It begins" in listed.text
    assert "Rebuilding" not in (await ask(school.owner, school.sketches, "tag-admin jobs")).text


async def test_a_job_is_cancelled_in_its_message_or_in_the_list_by_whoever_may_start_it(
    community, discord, school
):
    await school.register()
    jobs, sketches = community.catalogue.jobs, school.sketches
    job = await jobs.add(NewJob("retrain", school.guild.id, 0, school.owner.id, sketches.id))
    client = community.connection._client
    boards = client.get_cog("TagAdmin")._boards
    await boards.open(job)
    (board,) = sketches.bot_messages()
    assert "⏳" in board.text
    refused = await turn(school.theo, board, "Cancel")
    assert "Only people who may use" in refused.text
    await community.restart()
    await turn(school.owner, board, "Cancel")
    await discord.wait_for(lambda: "⏹️" in board.text, 10)
    assert board.labels == []

    job = await community.catalogue.jobs.add(
        NewJob("retrain", school.guild.id, 0, school.owner.id, 0)
    )
    listed = await ask(school.owner, sketches, "tag-admin jobs")
    older = await ask(school.owner, sketches, "tag-admin jobs")
    result = await turn(school.owner, listed, f"Cancel {job}")
    assert f"**{job}** · ⏹️ Learning this server's tags again: cancelled at 0%" in result.text
    assert "over already" in (await turn(school.owner, older, f"Cancel {job}")).text

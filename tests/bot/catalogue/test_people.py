"""People: consent, and everything that is kept about them."""

from datetime import UTC, datetime

import sqlalchemy as sa
import yaml

from bot.catalogue import Examples, NewAnswer, NewJob, NewVersion
from bot.places import AttachmentKey, Place


async def test_nobody_consents_without_saying_so(catalogue):
    assert await catalogue.people.consent(5) is None
    await catalogue.people.opt_in(5)
    assert await catalogue.people.consent(6) is None


async def test_consent_counts_from_the_first_time_and_ends_at_once(catalogue):
    before = datetime.now(UTC)
    await catalogue.people.opt_in(5)
    since = await catalogue.people.consent(5)
    assert before <= since <= datetime.now(UTC)
    await catalogue.people.opt_in(5)
    assert await catalogue.people.consent(5) == since
    await catalogue.people.opt_out(5)
    await catalogue.people.opt_out(5)
    assert await catalogue.people.consent(5) is None


async def test_only_a_persons_own_marks_are_forgotten(catalogue, posted):
    (id_,) = await posted(1, "a")
    await catalogue.marks.put(id_, 9, {"sea": True, "sky": True})
    await catalogue.marks.put(id_, 8, {"sea": True})
    assert await catalogue.people.forget_marks(9) == 2
    assert await catalogue.people.forget_marks(9) == 0
    assert [mark.user_id for mark in await catalogue.marks.of(id_)] == [8]


async def test_what_somebody_did_as_an_admin_stays_and_is_nobodys(catalogue, taught, published):
    await catalogue.guilds.set_mode(7, 70, "reply", 9)
    await catalogue.guilds.set_mode(7, 71, "quiet", 8)
    assert (await catalogue.guilds.settings(7)).modes[70].changed_by == 9
    job_id = await catalogue.jobs.add(NewJob("import", 7, 72, 9, 70))
    tag_id = await taught("dusk", by=9)
    await published(tag_id)
    await catalogue.taught.request_refits(7, "retrained", 9)
    await catalogue.people.forget_name(9)
    modes = (await catalogue.guilds.settings(7)).modes
    assert {id_: (mode.mode, mode.changed_by) for id_, mode in modes.items()} == {
        70: ("reply", 0),
        71: ("quiet", 8),
    }
    assert (await catalogue.jobs.get(job_id)).asker_id == 0
    assert [one.created_by for one in await catalogue.taught.versions(tag_id)] == [0]
    assert [one.asked_by for one in await catalogue.taught.pending_refits()] == [0]
    found = await catalogue.people.export(9)
    assert not any(value for key, value in found.items() if key != "about")


async def test_who_is_forgotten_while_a_tag_is_fitted_is_not_named_by_its_version(
    catalogue, taught
):
    tag_id = await taught("dusk", by=9)
    waiting = [one.id for one in await catalogue.taught.pending_refits()]
    await catalogue.people.forget_name(9)
    new = NewVersion(tag_id, "taught", "enc", 0.5, None, 9)
    assert await catalogue.taught.publish(new, Examples((), ()), waiting) == 1
    assert [one.created_by for one in await catalogue.taught.versions(tag_id)] == [0]


async def test_an_export_holds_everything_about_one_person_and_nothing_about_others(
    catalogue, posted
):
    (mine,) = await posted(1, "夜空", author=5, channel_id=71, parent_id=70)
    (theirs,) = await posted(2, "a secret", author=6)
    await catalogue.posts.note_error(AttachmentKey(1, 99, 1, "broken", spoiler=False), "truncated")
    await catalogue.marks.put(theirs, 5, {"sea": False})
    await catalogue.marks.put(mine, 6, {"sky": True})
    await catalogue.answers.add(NewAnswer(77, Place(7, 70), 5), [])
    await catalogue.guilds.set_mode(7, 70, "reply", 5)
    await catalogue.jobs.add(NewJob("import", 7, 72, 5, 70))
    await catalogue.people.opt_in(5)

    export = await catalogue.people.export(5)
    assert export["about"]["user"] == 5
    assert export["consent_to_learning_since"] == await catalogue.people.consent(5)
    (post,) = export["posts"]
    assert post == {
        "message": "https://discord.com/channels/7/71/1",
        "posted_at": datetime(2025, 5, 5, 5, 5, tzinfo=UTC),
        "images": [
            {
                "title": "夜空",
                "width_px": 640,
                "height_px": 480,
                "tags": [{"name": "starry sky", "score": 0.9}, {"name": "sea", "score": 0.2}],
                "given_tags": ["moon"],
            },
            {"title": "broken", "error": "truncated"},
        ],
    }
    (mark,) = export["marks"]
    assert (mark["message"], mark["tag"], mark["right"]) == (
        "https://discord.com/channels/7/70/2",
        "sea",
        False,
    )
    assert [answer["message"][-2:] for answer in export["answers_to_your_commands"]] == ["77"]
    assert [mode["channel"] for mode in export["channel_modes_you_chose"]] == [70]
    assert [job["channel"] for job in export["jobs_you_started"]] == [72]
    assert "a secret" not in str(export)


async def test_an_export_can_be_written_as_it_is_and_read_by_people(catalogue, posted):
    await posted(1, "夜空", author=5)
    await catalogue.people.opt_in(5)
    export = await catalogue.people.export(5)
    text = yaml.safe_dump(export, allow_unicode=True, sort_keys=False)
    assert "夜空" in text
    assert yaml.safe_load(text) == export


async def test_an_export_of_a_stranger_is_empty(catalogue, posted):
    await posted(1, "a", author=5)
    export = await catalogue.people.export(6)
    assert export.pop("about")["user"] == 6
    assert not any(export.values())


async def test_an_export_takes_as_many_statements_for_many_posts_as_for_one(catalogue, posted):
    statements: list[str] = []

    def count(_connection, _cursor, statement, *_more):
        statements.append(statement)

    await posted(1, "a", author=5)
    sa.event.listen(catalogue._database._engine.writers.sync_engine, "before_cursor_execute", count)
    await catalogue.people.export(5)
    for_one = len(statements)
    for post_id in range(2, 12):
        await posted(post_id, "a", "b", author=5)
    statements.clear()
    assert len((await catalogue.people.export(5))["posts"]) == 11
    assert len(statements) == for_one


async def test_what_is_kept_of_a_person_is_counted_as_the_export_has_it(
    catalogue, posted, monkeypatch
):
    monkeypatch.setattr("bot.catalogue.personal_data.POSTS_AT_ONCE", 2)
    for post_id in range(1, 6):
        await posted(post_id, "a", "b", author=5)
    await posted(9, "theirs", author=6)
    await catalogue.posts.note_error(AttachmentKey(1, 99, 2, "broken", spoiler=False), "truncated")
    (id_,) = (await catalogue.posts.get(9)).illustration_ids
    await catalogue.marks.put(id_, 5, {"sea": True})
    totals, export = await catalogue.people.totals(5), await catalogue.people.export(5)
    assert (totals.posts, totals.illustrations, totals.marks) == (5, 10, 1)
    assert len(export["posts"]) == totals.posts
    images = [image for post in export["posts"] for image in post["images"]]
    assert sum("error" not in image for image in images) == totals.illustrations
    assert len(export["marks"]) == totals.marks
    nobody = await catalogue.people.totals(4)
    assert (nobody.consent, nobody.posts, nobody.illustrations, nobody.marks) == (None, 0, 0, 0)

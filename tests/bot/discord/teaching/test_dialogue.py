"""The dialogue: a grid, what teachers say of it, and the next one."""

from bot.discord.teaching import dialogue, grid
from bot.errors import UnavailableError
from tests.bot.discord.asking import ask, pictures, turn
from tests.bot.discord.buttons.art import menu
from tests.bot.discord.standin.permissions import P
from tests.bot.discord.teaching.school import RUST, School, grid_ids, has_grid, selected, version

TEACH = "tag-admin teach"


async def said_by(community, user_id, ids, name="teal"):
    """What a person said of some illustrations, as far as they said anything."""
    said = {id_: await community.catalogue.marks.verdicts_of(id_, user_id) for id_ in ids}
    return {id_: one[name] for id_, one in said.items() if name in one}


async def test_a_tag_is_known_right_after_it_was_registered_and_every_click_teaches(
    community, school
):
    ids = await school.fill(community)
    result = await school.register("teal", name_ja="青緑")
    assert result.ephemeral
    assert "**teal** is a tag of this server now. Examples: 2." in result.text
    assert version(result) == 1
    first, second, third, *_ = asked = grid_ids(result)
    assert len(asked) == 9
    assert set(asked) <= set(ids)
    await school.listen_closely(community)
    _, reply = await school.post((2, 126, 126))
    assert "teal" in reply.text

    # Each click is kept, and may be changed.
    owner = school.owner
    result = await school.select(owner, result, "teach-right", str(first), str(second))
    assert await said_by(community, owner.id, asked) == {first: True, second: True}
    result = await school.select(owner, result, "teach-wrong", str(second), str(third))
    assert await said_by(community, owner.id, asked) == {first: True, second: False, third: False}
    assert (selected(result, "right"), selected(result, "wrong")) == ({first}, {second, third})
    result = await school.select(owner, result, "teach-wrong")
    assert await said_by(community, owner.id, asked) == {first: True}
    assert grid_ids(result) == asked  # the same grid all the while

    # The next grid comes after what was said is learnt.
    result = await turn(owner, result, "The others do not: next")
    assert version(result) > 1
    assert "learnt from 3 right and 8 wrong" in result.text
    assert set(grid_ids(result)).isdisjoint(asked)
    assert pictures(result) == ["similar.webp"]  # the new one alone


async def test_it_goes_on_after_a_restart_and_asks_again_only_when_nothing_else_is_left(
    community, school
):
    ids = await school.fill(community, 12)
    result = await school.register()
    asked = first = grid_ids(result)
    await community.restart()
    for _ in range(4):
        found = grid_ids(result := await turn(school.owner, result, "Next"))
        if set(found) & set(asked):
            break
        asked = [*asked, *found]
    assert set(asked) == set(ids)
    assert set(found) & set(first)
    assert await community.catalogue.marks.of(first[0]) == []

    result = await school.select(school.owner, result, "teach-right", str(found[0]))
    assert selected(result, "right") == {found[0]}
    result = await turn(school.owner, result, "Done")
    assert "`/tag-admin teach`" in result.text
    assert not has_grid(result)
    assert pictures(result) == []
    result = await ask(school.owner, school.sketches, TEACH, name="teal")
    assert version(result) == 2
    assert found[0] not in grid_ids(result)


async def test_two_teachers_keep_both_their_marks_until_one_may_not_teach_any_more(
    community, discord, school, monkeypatch
):
    monkeypatch.setattr("bot.discord.teachers.REMEMBERED_SECONDS", 0.0)
    await school.fill(community)
    teachers, theo, owner = school.guild.add_role("teachers"), school.theo, school.owner
    discord.commands.permit(school.guild, "tag-admin", teachers)
    theo.set_roles(teachers)
    mine = await school.register()
    theirs = await ask(theo, school.sketches, TEACH, name="teal")
    (first, second), other = grid_ids(mine)[:2], grid_ids(theirs)[2]
    await school.select(owner, mine, "teach-right", str(first))
    await school.select(theo, theirs, "teach-wrong", str(other))
    await school.select(owner, mine, "teach-right", str(first), str(second))
    asked = {first, second, other}
    assert await said_by(community, owner.id, asked) == {first: True, second: True}
    assert await said_by(community, theo.id, asked) == {other: False}
    theirs = await turn(theo, theirs, "Next")
    assert "learnt from 4 right and 1 wrong" in theirs.text

    discord.commands.permit(school.guild, "tag-admin", teachers, allowed=False)
    more = grid_ids(theirs)
    refused = await school.select(theo, theirs, "teach-right", str(more[0]))
    assert "Only people who may use" in refused.text
    assert await said_by(community, theo.id, more) == {}


async def test_only_what_the_teacher_may_see_and_what_may_be_learnt_from_is_asked(
    community, discord, school
):
    everyone, me = school.guild.everyone, school.guild.me
    shown, hidden = (P.VIEW_CHANNEL, 0), (0, P.VIEW_CHANNEL)
    staff = school.guild.add_channel(
        "staff", overwrites={everyone: hidden, school.mira: shown, me: shown}
    )
    await school.post((90, 10, 200))
    nothing = await school.register("rust", RUST)
    assert not has_grid(nothing)  # Mira has not opted in.
    assert "whose authors let me learn from them" in nothing.text

    await community.catalogue.people.opt_in(school.mira.id)
    seen, _ = await school.post((200, 180, 20), spoiler=True)
    secret, _ = await school.post((120, 200, 40), channel=staff)
    ids = {}
    for post in (seen, secret):
        (ids[post],) = (await community.catalogue.posts.get(post.id)).illustration_ids
    teachers, theo = school.guild.add_role("teachers"), school.theo
    discord.commands.permit(school.guild, "tag-admin", teachers)
    theo.set_roles(teachers)
    result = await ask(theo, school.sketches, TEACH, name="rust")
    assert ids[seen] in grid_ids(result)
    assert ids[secret] not in grid_ids(result)
    # What its author covered is covered here too.
    assert pictures(result) == ["SPOILER_similar.webp"]
    described = [one.get("description") for one in menu(result, "teach-right")["options"]]
    assert described[grid_ids(result).index(ids[seen])] == "Spoiler"
    result = await ask(school.owner, school.sketches, TEACH, name="rust")
    assert set(ids.values()) <= set(grid_ids(result))


async def test_what_is_done_is_said_also_when_nothing_can_be_asked_now(
    community, discord, school, monkeypatch
):
    await school.fill(community, 3)

    async def away(*_args):
        raise UnavailableError("The teaching process is starting.")

    monkeypatch.setattr(grid, "LEARNING_PATIENCE_SECONDS", 0.0)
    late = await school.register()
    assert "**teal** is a tag of this server now" in late.text
    assert "I am still learning" in late.text
    monkeypatch.setattr(dialogue, "next_grid", away)
    result = await school.register("rust", RUST)
    assert "**rust** is a tag of this server now" in result.text
    assert "The teaching process is starting" in result.text
    monkeypatch.undo()
    assert has_grid(await turn(school.owner, result, "Next"))

    await community.bot.teaching.remove(school.guild.id, "teal", school.owner.id)
    assert "This tag was removed" in (await turn(school.owner, late, "Next")).text
    discord.kick_bot(school.guild)
    taught, overlay = community.catalogue.taught, community.bot.service.overlay

    async def gone():
        return await taught.every() == [] and overlay.own(school.guild.id) == ()

    await discord.wait_for(gone, 15)


async def test_it_speaks_japanese(community, discord, picture):
    school = School(discord, picture, locale="ja")
    school.owner.user.locale = "ja"
    await school.fill(community, 12)
    result = await school.register("teal", name_ja="青緑")
    assert "**青緑** をこのサーバーのタグとして登録しました（例：2点）。" in result.text
    assert "青緑 · teal" in result.original.embeds[0]["title"]
    assert menu(result, "teach-right")["placeholder"] == "当てはまるもの"
    count = len(grid_ids(result))
    result = await turn(school.owner, result, "残りは当てはまらない（次へ）")
    assert f"当てはまらない例{count}点" in result.text

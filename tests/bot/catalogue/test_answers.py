"""Answers of commands: what they showed, and that they go with what they showed."""

from datetime import UTC, datetime

from bot.catalogue import NewAnswer
from bot.illustrations import Neighbour
from bot.places import Place

PLACE = Place(7, 71, 70, private=True)


async def kinds(catalogue):
    return [(one.kind, one.message_id, one.post_id) for one in await catalogue.errands.pending()]


async def test_an_answer_is_kept_with_what_it_shows_in_order(catalogue, posted):
    moon, sun = await posted(1, "moon", "sun")
    before = datetime.now(UTC)
    rows = [Neighbour(sun, 0.25), Neighbour(moon, 0.5)]
    await catalogue.answers.add(NewAnswer(55, PLACE, 5), rows)
    answer, shown = await catalogue.answers.get(55)
    assert (answer.id, answer.place, answer.asker_id) == (55, PLACE, 5)
    assert before <= answer.created_at <= datetime.now(UTC)
    assert shown == tuple(rows)
    assert await catalogue.answers.get(56) is None
    assert await kinds(catalogue) == []


async def test_what_was_forgotten_is_no_longer_part_of_an_answer(catalogue, posted):
    moon, sun = await posted(1, "moon", "sun")
    await catalogue.answers.add(
        NewAnswer(55, PLACE, 5), [Neighbour(moon, 0.25), Neighbour(sun, 0.5)]
    )
    await catalogue.remove([moon])
    _, shown = await catalogue.answers.get(55)
    assert shown == (Neighbour(sun, 0.5),)
    assert await kinds(catalogue) == [("render", 55, None)]


async def test_an_answer_that_shows_something_gone_from_the_start_is_rendered_again(catalogue):
    await catalogue.answers.add(NewAnswer(55, PLACE, 5), [Neighbour(999, 0.25)])
    assert await kinds(catalogue) == [("render", 55, None)]
    (errand,) = await catalogue.errands.pending()
    assert (errand.guild_id, errand.channel_id) == (7, 71)


async def test_an_answer_that_is_gone_leaves_nothing_to_do(catalogue):
    await catalogue.answers.add(NewAnswer(55, PLACE, 5), [Neighbour(999, 0.25)])
    await catalogue.answers.remove(55)
    await catalogue.answers.remove(56)
    assert await catalogue.answers.get(55) is None
    assert await kinds(catalogue) == []


async def test_a_persons_answers_go_with_their_messages(catalogue):
    for message, asker in ((55, 5), (56, 5), (57, 6)):
        await catalogue.answers.add(NewAnswer(message, PLACE, asker), [])
    assert await catalogue.answers.forget_asker(5) == 2
    assert await kinds(catalogue) == [("delete", 55, None), ("delete", 56, None)]
    assert await catalogue.answers.get(57) is not None

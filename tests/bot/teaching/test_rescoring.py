"""What a taught tag says of what was there before it."""

import asyncio
from contextlib import asynccontextmanager
from types import SimpleNamespace

import numpy as np
import pytest

from bot.catalogue import Catalogue, DatabaseTroubleError
from bot.errors import UnavailableError
from bot.illustrations import Impression
from bot.teaching import rescoring
from bot.teaching.rescoring import Rescoring
from tests.bot.postgresql import on_postgresql

GUILD, ELSEWHERE, WITH_ITS_OWN = 7, 8, 9


class Teacher:
    """A tag's score is the first number of the embedding, once per model."""

    def __init__(self) -> None:
        self.asked: list[tuple[bytes, int]] = []
        self.errors: list[Exception] = []

    async def score(self, model, embeddings):
        if self.errors:
            raise self.errors.pop()
        self.asked.append((model, len(embeddings)))
        return embeddings[:, 0]


class Around:
    """Inference that is there, and no refit that waits."""

    facts = SimpleNamespace(encoder_id="enc", prior_id="enc")

    async def ready(self):
        """At once."""

    async def idle(self):
        """Always."""

    async def calm(self):
        """Nobody waits for an answer."""


@asynccontextmanager
async def working(catalogue, teacher):
    around = Around()
    made = Rescoring(catalogue, around, teacher)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rescoring, "PAUSE_SECONDS", 0.001)
        task = asyncio.create_task(made.run(around))
        try:
            yield made
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def looks(score):
    """An illustration that a tag has with this score."""
    vector = np.array([score, 0, 0, 0], np.float32)
    return {"impression": Impression(vector, (), ()), "given_tags": ()}


async def tagged(catalogue, guild_id=GUILD, name="dusk"):
    return (await catalogue.tagged(guild_id, None, [name], 100))[0]


async def test_a_search_finds_a_new_tag_on_what_was_posted_before(
    catalogue, posted, taught, published, until
):
    (example,) = await posted(1, "a", changes=looks(0.9))
    (old,) = await posted(2, "b", changes=looks(0.8))
    await posted(3, "c", changes=looks(0.1))
    tag_id = await taught("dusk", example)
    await published(tag_id)
    teacher = Teacher()
    async with working(catalogue, teacher) as made:
        made.ask(tag_id)

        async def found() -> bool:
            return await tagged(catalogue) == [old, example]

        await until(found)
        assert teacher.asked == [(b"model", 3)]


async def test_a_start_scores_only_with_versions_that_it_was_not_scored_with(
    catalogue, posted, taught, published, until
):
    (example,) = await posted(1, "a", changes=looks(0.9))
    tag_id = await taught("dusk", example)
    await published(tag_id)
    first, second, third = Teacher(), Teacher(), Teacher()

    async def noted() -> bool:
        return await catalogue.state.get(f"scored-with-tag-{tag_id}") is not None

    async with working(catalogue, first) as made:
        await made.ask_all()
        await until(noted)
    async with working(catalogue, second) as made:
        await made.ask_all()
        await asyncio.sleep(0.02)
    await published(tag_id, model=b"newer")
    async with working(catalogue, third) as made:
        await made.ask_all()
        await until(lambda: third.asked)
    assert (len(first.asked), second.asked, third.asked) == (1, [], [(b"newer", 1)])


async def test_a_promoted_tag_is_found_everywhere_but_where_an_own_one_is_called_so(
    catalogue, posted, taught, published, until
):
    (example,) = await posted(1, "a", changes=looks(0.9))
    (there,) = await posted(2, "b", guild=ELSEWHERE, changes=looks(0.8))
    own, _ = await posted(3, "c", "d", guild=WITH_ITS_OWN, changes=looks(0.8))
    tag_id = await taught("dusk", example)
    await published(tag_id)
    await taught("dusk", own, guild=WITH_ITS_OWN)
    await catalogue.taught.set_promoted(tag_id, promoted=True)
    async with working(catalogue, Teacher()) as made:
        made.ask(tag_id)

        async def found() -> bool:
            return await tagged(catalogue, ELSEWHERE) == [there]

        await until(found)
        assert await tagged(catalogue, WITH_ITS_OWN) == [own]  # its own example


async def test_a_lost_teaching_process_is_waited_for(catalogue, posted, taught, published, until):
    (example,) = await posted(1, "a", changes=looks(0.9))
    tag_id = await taught("dusk", example)
    await published(tag_id)
    teacher = Teacher()
    teacher.errors = [UnavailableError("lost"), ValueError("unexpected")]
    async with working(catalogue, teacher) as made:
        made.ask(tag_id)
        await until(lambda: len(teacher.errors) < 2)
        made.ask(tag_id)
        await until(lambda: teacher.asked)


async def test_what_could_not_be_written_on_a_full_disk_is_scored_later(
    catalogue, posted, taught, published, until, monkeypatch, caplog
):
    (example,) = await posted(1, "a", changes=looks(0.9))
    (old,) = await posted(2, "b", changes=looks(0.8))
    tag_id = await taught("dusk", example)
    await published(tag_id)
    write, failures = catalogue.rescored.write, iter(range(2))

    async def failing(*arguments):
        if next(failures, None) is not None:
            raise DatabaseTroubleError("INSERT", {}, Exception("database or disk is full"))
        await write(*arguments)

    monkeypatch.setattr(catalogue.rescored, "write", failing)
    async with working(catalogue, Teacher()) as made:
        made.ask(tag_id)

        async def found() -> bool:
            return old in await tagged(catalogue)

        await until(found)
    assert "Traceback" not in caplog.text


async def test_a_tag_without_a_model_is_found_no_longer(
    catalogue, posted, taught, published, until
):
    example, other = await posted(1, "a", "b", changes=looks(0.9))
    tag_id = await taught("dusk", example)
    await published(tag_id)
    async with working(catalogue, Teacher()) as made:
        made.ask(tag_id)

        async def found() -> bool:
            return await tagged(catalogue) == [other, example]

        await until(found)
        await catalogue.remove([example])
        await published(tag_id, model=None)
        made.ask(tag_id)

        async def gone() -> bool:
            return await tagged(catalogue) == []

        await until(gone)


async def test_a_tag_that_is_removed_while_the_library_is_scored_is_on_nothing_of_it(
    catalogue, posted, taught, published, until
):
    (example,) = await posted(1, "a", changes=looks(0.9))
    (other,) = await posted(2, "b", changes=looks(0.8))
    tag_id = await taught("dusk", example)
    await published(tag_id)

    class Removing(Teacher):
        async def score(self, model, embeddings):
            if not self.asked:
                await catalogue.taught.remove(tag_id)
            return await super().score(model, embeddings)

    teacher = Removing()
    async with working(catalogue, teacher) as made:
        made.ask(tag_id)
        await until(lambda: teacher.asked)
        next_id = await taught("dawn", other)
        await published(next_id)
        made.ask(next_id)
        await until(lambda: len(teacher.asked) == 2)
        assert await tagged(catalogue) == []


@on_postgresql
async def test_of_two_processes_one_scores_the_library_with_a_version(
    catalogue, url, posted, taught, published, until, monkeypatch
):
    monkeypatch.setattr("bot.catalogue.turns.LOOK_SECONDS", 0.01)
    (example,) = await posted(1, "a", changes=looks(0.9))
    tag_id = await taught("dusk", example)
    await published(tag_id)
    others = await Catalogue.open(url, "other")
    first, second = Teacher(), Teacher()
    async with working(catalogue, first) as one, working(others, second) as two:
        await asyncio.gather(one.ask_all(), two.ask_all())

        async def noted() -> bool:
            return await catalogue.state.get(f"scored-with-tag-{tag_id}") is not None

        await until(noted)
        await asyncio.sleep(0.2)
    await others.close()
    assert len(first.asked) + len(second.asked) == 1

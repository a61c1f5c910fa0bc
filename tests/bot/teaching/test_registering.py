"""Registering a new tag."""

import pytest

from bot.errors import UnknownPostError
from bot.teaching.bringing import ExampleImage
from bot.teaching.errors import TeachingError
from bot.teaching.registering import MOST_EXAMPLES
from model.errors import ImageError
from tests.bot.teaching.lessons import OTHERS, PURPLES, TEACHER

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def refused(wish):
    """The code that a wish is refused with."""
    with pytest.raises(TeachingError) as error:
        await wish
    return error.value.code


async def test_a_name_is_taught_once_also_where_it_has_no_model_any_more(guild):
    registered, examples = await guild.taught()
    teaching = guild.teaching
    assert (
        await refused(teaching.register(guild.id, "Grape", "", examples, TEACHER)) == "tag_exists"
    )
    await guild.bot.library.forget(examples)
    assert await teaching.live(registered.tag_id) is None
    assert await refused(teaching.check_name(guild.id, "ＧＲＡＰＥ")) == "tag_exists"


async def test_a_name_of_the_bundle_is_taken_and_one_of_another_guild_is_free(guild):
    (example,) = await guild.posted(PURPLES[:1])
    assert await refused(guild.teaching.check_name(guild.id, "red")) == "tag_exists"
    await guild.teaching.register(guild.id, "plum", "", [example], TEACHER)
    assert await guild.teaching.check_name(guild.id + 1, "plum") == ("plum", "")


async def test_without_examples_or_with_too_many_there_is_no_tag(guild):
    teaching = guild.teaching
    assert await refused(teaching.register(guild.id, "fig", "", [], TEACHER)) == "no_examples"
    many = range(MOST_EXAMPLES + 1)
    assert await refused(teaching.register(guild.id, "fig", "", many, TEACHER)) == (
        "too_many_examples"
    )
    assert await teaching.own(guild.id) == []


async def test_what_is_not_of_this_guild_or_was_forgotten_is_no_example(guild):
    (own,) = await guild.posted(PURPLES[:1])
    for missing in (10**9, own):
        with pytest.raises(UnknownPostError):
            await guild.teaching.register(guild.id + 1, "fig", "", [missing], TEACHER)
    assert await guild.teaching.own(guild.id + 1) == []


async def test_examples_that_are_the_same_picture_count_once(guild):
    ids = await guild.posted([PURPLES[0]] * 3)
    registered = await guild.teaching.register(guild.id, "fig", "", ids, TEACHER)
    assert (len(registered.examples), registered.distinct) == (3, 1)
    assert await guild.teaching.live(registered.tag_id)
    assert "fig" in await guild.tags(PURPLES[0])


async def test_a_tag_that_the_examples_have_already_and_a_name_a_typo_away_are_told(guild):
    ids = await guild.posted([(30, 60, 200), (32, 62, 200), (30, 60, 205)])
    registered = await guild.teaching.register(guild.id, "sunsets", "", ids, TEACHER)
    assert registered.likeness.tag.name == "blue"
    assert registered.likeness.share == 1.0
    assert [tag.name for tag in registered.close] == ["sunset"]


async def test_an_own_tag_that_the_examples_have_is_told_unless_it_is_hidden(guild):
    _, examples = await guild.taught()
    registered = await guild.teaching.register(guild.id, "fig", "", examples, TEACHER)
    assert registered.likeness.tag.name == "grape"
    await guild.teaching.remove(guild.id, "fig", TEACHER)
    await guild.catalogue.guilds.set_tag(guild.id, "grape", hidden=True)
    registered = await guild.teaching.register(guild.id, "fig", "", examples, TEACHER)
    assert registered.likeness is None or registered.likeness.tag.name != "grape"


async def test_images_become_examples_that_nobody_sees(guild):
    images = [
        ExampleImage(guild.picture(PURPLES[0]), "one", 5),
        ExampleImage(b"no image", "two", 6),
        ExampleImage(guild.picture(PURPLES[1]), "three", 7),
    ]
    registered = await guild.teaching.register_images(guild.id, "fig", "", images, TEACHER, 901)
    assert len(registered.examples) == 2
    ((place, error),) = registered.errors
    assert (place, error.code) == (1, "not_an_image")
    assert (await guild.teaching.live(registered.tag_id)).positives == 2
    near = await guild.bot.service.describe(guild.picture(PURPLES[0]), guild.scope, 5, 5)
    assert near.similar == ()
    await guild.teaching.remove(guild.id, "fig", TEACHER)
    assert await guild.catalogue.posts.get(901) is None


async def test_of_images_for_a_tag_that_is_refused_nothing_is_kept(guild):
    image, broken = ExampleImage(guild.picture(OTHERS[0])), ExampleImage(b"no image")
    register = guild.teaching.register_images
    assert await refused(register(guild.id, "red", "", [image], TEACHER, 902)) == "tag_exists"
    with pytest.raises(ImageError):
        await register(guild.id, "fig", "", [broken], TEACHER, 903)
    assert await guild.catalogue.posts.some([902, 903]) == []
    assert await guild.teaching.own(guild.id) == []


async def test_a_registration_that_is_cancelled_before_it_is_live_leaves_no_tag(guild):
    images = [ExampleImage(guild.picture(PURPLES[0]))]
    registered = await guild.teaching.register_images(guild.id, "fig", "", images, TEACHER, 904)
    assert await guild.teaching.cancel(registered.job_id, guild.id + 1) is False
    cancelled = await guild.teaching.cancel(registered.job_id, guild.id)
    await guild.teaching.live(registered.tag_id)
    job = await guild.catalogue.jobs.get(registered.job_id)
    if cancelled:
        assert job.state == "cancelled"
        assert await guild.teaching.own(guild.id) == []
        assert await guild.catalogue.posts.get(904) is None
    else:  # it was live already
        assert job.state == "done"
    assert await guild.teaching.cancel(registered.job_id, guild.id) is False

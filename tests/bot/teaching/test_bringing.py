"""Images that are handed in as examples."""

from types import SimpleNamespace

import pytest

from bot.errors import UnavailableError, UnknownPostError
from bot.illustrations import LOCAL_GUILD
from bot.index import EmbeddedIndex
from bot.library import Library
from bot.teaching.bringing import Bringing, ExampleImage
from bot.thumbnails import Thumbnails
from tests.bot.teaching.lessons import PURPLES, TEACHER

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def bringing(bot):
    """Brings into the running bot's library."""
    return Bringing(bot.library, bot.service.pipeline)


async def test_in_a_guild_they_are_of_a_post_that_stands_nowhere(bringing, guild):
    images = [
        ExampleImage(guild.picture(PURPLES[0]), "one", 55, spoiler=True),
        ExampleImage(b"no image"),
        ExampleImage(guild.picture(PURPLES[1])),
    ]
    found = await bringing.bring(guild.id, images, TEACHER, 800)
    assert [(place, error.code) for place, error in found.errors] == [(1, "not_an_image")]
    post = await guild.catalogue.posts.get(800)
    assert (post.state, post.author_id, post.illustration_ids) == ("example", TEACHER, found.ids)
    assert [(one.attachment_id, one.spoiler) for one in post.attachments] == [
        (55, True),
        (2, False),
    ]
    with pytest.raises(UnknownPostError):
        await bringing.bring(guild.id, images, TEACHER, 800)
    await bringing.take_back(guild.id, found, 800)
    assert await guild.catalogue.posts.get(800) is None
    assert await guild.catalogue.illustrations(found.ids) == []


async def test_if_inference_is_lost_meanwhile_nothing_is_kept(guild):
    class Lost:
        async def ingest(self, candidates):
            raise UnavailableError("lost")

    bringing = Bringing(guild.bot.library, Lost())
    with pytest.raises(UnavailableError):
        await bringing.bring(guild.id, [ExampleImage(b"")], TEACHER, 801)
    assert await guild.catalogue.posts.get(801) is None


async def test_in_the_local_channel_they_are_posts_like_any_other(bringing, guild):
    found = await bringing.bring(LOCAL_GUILD, [ExampleImage(guild.picture(PURPLES[0]))], 0, 0)
    (kept,) = await guild.catalogue.illustrations(found.ids)
    assert (kept.guild_id, kept.origin) == (LOCAL_GUILD, "posted")
    await bringing.take_back(LOCAL_GUILD, found, 0)
    assert await guild.catalogue.illustrations(found.ids) == []


@pytest.mark.asyncio(loop_scope="function")
async def test_a_start_forgets_what_was_stored_and_not_handed_in(
    catalogue, posted, taught, tmp_path
):
    (wanted,) = await posted(1, "a", channel_id=0)
    await posted(2, "b", channel_id=0)
    await posted(3, "c")
    await posted(4, "d", channel_id=0, guild=8)
    await taught("dusk", wanted)
    library = Library(catalogue, Thumbnails(tmp_path / "thumbnails"), EmbeddedIndex(catalogue))
    await Bringing(library, SimpleNamespace()).tidy(lambda guild_id: guild_id == 7)
    kept = [post.id for post in await catalogue.posts.some([1, 2, 3, 4])]
    assert kept == [1, 3, 4], "guild 8 is another process's, which may be about to use it"

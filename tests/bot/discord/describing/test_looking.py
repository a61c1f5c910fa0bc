"""Looking at images: each gets its finding, whatever happens to it."""

import asyncio
from contextlib import contextmanager
from datetime import UTC, datetime

import aiohttp
import pytest

from bot.discord.describing.images import SentImage
from bot.discord.describing.looking import DESCRIPTION, SIMILAR_ONES, Looking, Sight, still_shown
from bot.errors import BusyError, UnavailableError
from bot.illustrations import ScoredTag, SimilarIllustration
from bot.inference.client import InferenceFailedError
from bot.pipeline import Description
from bot.places import Place, Scope
from bot.posts import Attachment, Post
from model.errors import ImageError

SCOPE = Scope(7, frozenset({70}))
RED = ScoredTag("red", "赤", 0.9, 0.5)


def image(name="moon", **changes):
    given = {"url": f"https://cdn/{name}", "size_bytes": 1, "title": name, "spoiler": False}
    return SentImage(**(given | changes))


def near(id_, post_id):
    return SimilarIllustration(id_, 0.1, "near", "", "key", False, Place(7, 70), post_id)


class Downloads:
    """Hands out the address as the file, or fails as it was told to."""

    def __init__(self, **errors):
        self.errors = errors

    async def fetch(self, url, size_bytes, refresh):
        name = url.rpartition("/")[2]
        await asyncio.sleep(60 if name == "hanging" else 0.001)
        if name in self.errors:
            raise self.errors[name]
        return name.encode()


class Service:
    """Finds as many similar illustrations as it is asked for, the first one in message 1."""

    def __init__(self, error=None):
        self.error = error
        self.admitted = 0
        self.asked = []

    @contextmanager
    def admit(self):
        self.admitted += 1
        yield

    async def similar(self, ids, scope, neighbours):
        return {}  # none has an embedding of the encoder that is served

    async def describe(self, data, scope, top, neighbours):
        self.asked.append((data, scope, neighbours))
        if self.error:
            raise self.error
        found = (near(id_, id_ + 1) for id_ in range(neighbours))
        return Description((RED,), tuple(found))


class FullService(Service):
    """Has no place in its queue."""

    def admit(self):
        raise BusyError("full")


class Catalogue:
    """Knows nothing of any illustration."""

    async def illustrations(self, ids):
        return []


def look(sight, wish=DESCRIPTION, scope=SCOPE, service=None, **errors):
    made = Looking(service or Service(), Catalogue(), Downloads(**errors), 0.2)
    return made.look(sight, wish, scope)


async def test_a_description_has_tags_and_five_similar_ones():
    (found,) = await look(Sight([image()]))
    assert found.tags == (RED,)
    assert len(found.similar) == 5


async def test_who_wants_similar_ones_gets_ten_and_no_tags():
    (found,) = await look(Sight([image()]), SIMILAR_ONES)
    assert found.tags is None
    assert len(found.similar) == 10


async def test_of_many_images_each_shows_fewer_similar_ones():
    found = await look(Sight([image(str(number)) for number in range(5)]))
    assert [len(one.similar) for one in found] == [3] * 5


async def test_without_a_scope_nothing_similar_is_searched_or_mentioned():
    service = Service()
    (found,) = await look(Sight([image()]), scope=None, service=service)
    assert found.similar is None
    assert found.tags == (RED,)
    assert [scope.channels for _, scope, _ in service.asked] == [frozenset()]


async def test_what_stands_in_the_message_itself_is_not_similar_to_it():
    (found,) = await look(Sight([image()], message_id=1))
    assert len(found.similar) == 5
    assert all(one.post_id != 1 for one in found.similar)


async def test_one_command_takes_one_place_in_the_queue():
    service = Service()
    await look(Sight([image(), image("sun")]), service=service)
    assert service.admitted == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ImageError("too_large", "Too large."), "too_large"),
        (ImageError("not_found", "Gone."), "not_found"),
        (aiohttp.ClientPayloadError("cut off"), "not_found"),
        (TimeoutError(), "not_found"),
    ],
)
async def test_an_image_that_cannot_be_fetched_leaves_the_others_alone(error, code):
    images = [image("bad", spoiler=True), image("good")]
    bad, good = await look(Sight(images), bad=error)
    assert (bad.error, bad.spoiler, bad.title) == (code, True, "bad")
    assert good.tags == (RED,)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ImageError("truncated", "Cut off."), "truncated"),
        (InferenceFailedError("no"), "internal"),
    ],
)
async def test_an_image_that_cannot_be_described_says_why(error, code):
    (found,) = await look(Sight([image()]), service=Service(error))
    assert found.error == code


async def test_downloads_that_take_too_long_all_together_are_given_up():
    images = [image("good"), image("hanging"), image("late")]
    found = await look(Sight(images))
    assert [one.error for one in found] == ["", "not_found", "not_found"]


@pytest.mark.parametrize(("channels", "shown"), [({70}, 5), ({71}, 0), (set(), 0)])
async def test_what_may_not_be_shown_any_more_is_taken_out_again(channels, shown):
    (found,) = await look(Sight([image()]))
    assert len(still_shown(found, Scope(7, frozenset(channels))).similar) == shown
    assert still_shown(found, None).similar is None


async def test_what_is_no_image_or_nowhere_any_more_is_not_fetched():
    service = Service()
    found = await look(Sight([image(error="not_an_image"), image(url="")]), service=service)
    assert [one.error for one in found] == ["not_an_image", "not_found"]
    assert service.asked == []


async def test_a_known_image_that_cannot_be_compared_yet_is_fetched_where_that_is_possible():
    attachments = tuple(
        Attachment(1, 10 + place, place, "moon", False, 100 + place, "") for place in range(2)
    )
    post = Post(1, Place(7, 70), 5, datetime.now(UTC), "answered", None, attachments)
    images = [image(attachment_id=10), image(attachment_id=11, url="")]
    fetched, gone = await look(Sight(images, post.id, post))
    assert fetched.tags == (RED,)
    assert gone.error == "not_found"


async def test_without_a_model_the_whole_command_is_refused():
    with pytest.raises(UnavailableError):
        await look(Sight([image()]), service=Service(UnavailableError("starting")))


async def test_without_a_place_in_the_queue_nothing_is_fetched():
    service = FullService()
    with pytest.raises(BusyError):
        await look(Sight([image()]), service=service)
    assert service.asked == []

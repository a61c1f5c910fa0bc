"""What answers follows the catalogue, whatever overlaps."""

import asyncio
from types import SimpleNamespace

import pytest

from bot.errors import UnavailableError
from bot.teaching.swapping import Swapping


class Overlay:
    """Remembers what is live, by encoder and tag."""

    def __init__(self) -> None:
        self.live: dict[tuple[str, int], int] = {}

    async def swap(self, tags=(), gone=(), prior_id=None):
        await asyncio.sleep(0)
        for key in list(self.live):
            if key[1] in gone and prior_id in (None, key[0]):
                del self.live[key]
        self.live |= {(one.prior_id, one.tag.tag_id): one.tag.number for one in tags}


class Inference:
    """Serves an encoder, or has not started yet."""

    started = True

    @property
    def facts(self):
        if not self.started:
            raise UnavailableError("not yet")
        return SimpleNamespace(prior_id="enc")


@pytest.fixture
def swapping(catalogue):
    made = Swapping(catalogue, Overlay(), Inference())
    return made, made._overlay, made._inference


async def test_the_newest_version_answers_for_each_encoder(
    catalogue, posted, taught, published, swapping
):
    made, overlay, _ = swapping
    (example,) = await posted(1, "a")
    tag_id = await taught("dusk", example)
    await made.refresh([tag_id])
    assert overlay.live == {}
    await published(tag_id)
    await published(tag_id)
    await published(tag_id, prior_id="next")
    await made.refresh([tag_id])
    assert overlay.live == {("enc", tag_id): 2, ("next", tag_id): 3}
    await published(tag_id, model=None)
    await made.refresh([tag_id])
    assert overlay.live[("next", tag_id)] == 3


async def test_what_was_removed_does_not_come_back_with_a_refit_that_ends_then(
    catalogue, posted, taught, published, swapping
):
    made, overlay, _ = swapping
    (example,) = await posted(1, "a")
    tag_id = await taught("dusk", example)
    await published(tag_id)
    refit = asyncio.create_task(made.refresh([tag_id]))
    await asyncio.sleep(0)
    await catalogue.taught.remove(tag_id)
    await made.drop([tag_id])
    await refit
    assert overlay.live == {}


async def test_before_the_first_start_nobody_is_told(catalogue, posted, taught, swapping):
    made, overlay, inference = swapping
    inference.started = False
    (example,) = await posted(1, "a")
    await made.refresh([await taught("dusk", example)])
    assert overlay.live == {}

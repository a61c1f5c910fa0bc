"""What every button has in common: an id that says what it is about, and nothing else."""

from datetime import UTC, datetime

import discord as library
import pytest

from bot.discord.buttons import reply_buttons
from bot.discord.buttons.similar import SimilarPageButton
from bot.discord.clickable import CLICKABLE
from bot.places import Place
from bot.posts import Attachment, Post

LONGEST = 2**63 - 1
EXAMPLES = (
    f"similar:{LONGEST}",
    f"similar-image:{LONGEST}",
    SimilarPageButton(LONGEST, LONGEST // 10, 9).custom_id,
    f"marking:{LONGEST}",
    f"marking-image:{LONGEST}",
    f"marking-right:{LONGEST}:1",
    f"marking-wrong:{LONGEST}:1",
    f"why:{LONGEST}",
    f"why-image:{LONGEST}",
    f"why-tag:{LONGEST}:1",
    f"delete:{LONGEST}",
    f"forget:{LONGEST}",
)


def kinds_of(custom_id):
    return [one for one in CLICKABLE if one.__discord_ui_compiled_template__.fullmatch(custom_id)]


def post(*illustration_ids):
    attachments = tuple(
        Attachment(1, 10 + place, place, "title", False, id_, "" if id_ else "truncated")
        for place, id_ in enumerate(illustration_ids)
    )
    return Post(1, Place(7, 70), 5, datetime.now(UTC), "answered", 2, attachments)


@pytest.mark.parametrize("custom_id", EXAMPLES)
def test_every_id_is_of_one_kind_and_within_discords_bounds(custom_id):
    assert len(kinds_of(custom_id)) == 1
    assert len(custom_id) <= 100


def test_every_kind_of_this_package_is_known_by_an_id():
    own = {kind for kind in CLICKABLE if kind.__module__.startswith("bot.discord.buttons.")}
    assert {kind for one in EXAMPLES for kind in kinds_of(one)} == own


async def test_below_a_reply_all_buttons_carry_the_post_and_never_expire():
    view = reply_buttons(post(3, None), "en")
    assert view.is_persistent()
    assert [one.custom_id for one in view.children] == [
        "similar:1",
        "marking:1",
        "why:1",
        "delete:1",
    ]
    assert all(isinstance(one, library.ui.DynamicItem) for one in view.children)


async def test_where_nothing_could_be_read_there_is_only_something_to_delete():
    view = reply_buttons(post(None), "ja")
    assert [one.item.label for one in view.children] == ["削除"]


async def test_a_reply_to_what_could_not_be_read_can_be_deleted(community, art, discord):
    message = await art.mira.post(art.sketches, files=[art.broken("a.png")])
    await discord.wait_for(art.sketches.bot_messages, 15)
    (reply,) = art.sketches.bot_messages()
    assert reply.labels == ["Delete"]
    result = await art.click(art.mira, reply, "Delete")
    assert result.text == "My reply is deleted."
    assert (await community.catalogue.posts.get(message.id)).state == "silent"


async def test_a_click_on_an_old_button_of_a_post_that_is_known_no_more_is_answered(community, art):
    post_, reply = await art.post((220, 30, 30))
    await community.bot.library.forget_posts([post_.id])
    for label in ("Similar", "Right / Wrong", "Why?", "Delete"):
        if not reply.deleted:
            result = await art.click(art.mira, reply, label)
            assert "This post was deleted or forgotten" in result.text


async def test_a_button_of_another_guilds_post_says_nothing_of_it(community, art, discord):
    _, reply = await art.post((220, 30, 30))
    other = discord.add_guild("Elsewhere")
    channel, eve = other.add_channel("den"), other.add_member("eve")
    copy = await eve.post(channel, "look")
    copy.components = reply.components
    result = await (await eve.click(copy, "Similar")).settled()
    assert "This post was deleted or forgotten" in result.text

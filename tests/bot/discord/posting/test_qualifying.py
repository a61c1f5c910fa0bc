"""What is a post, what is an image, what it is called."""

from types import SimpleNamespace

import discord as library
import pytest

from bot.discord.posting.qualifying import images_of, should_tag, title_of


def attachment(filename="a.png", content_type="image/png", title=None):
    return SimpleNamespace(filename=filename, content_type=content_type, title=title)


def message(**changes):
    made = {
        "guild": object(),
        "author": SimpleNamespace(bot=False),
        "webhook_id": None,
        "type": library.MessageType.default,
        "message_snapshots": [],
        "attachments": [attachment()],
    }
    return SimpleNamespace(**made | changes)


@pytest.mark.parametrize(
    ("changes", "qualifies"),
    [
        ({}, True),
        ({"type": library.MessageType.reply}, True),
        ({"guild": None}, False),
        ({"author": SimpleNamespace(bot=True)}, False),
        ({"webhook_id": 5}, False),
        ({"type": library.MessageType.pins_add}, False),
        ({"message_snapshots": [object()]}, False),
        ({"attachments": []}, False),
        ({"attachments": [attachment("a.txt", "text/plain")]}, False),
        ({"attachments": [attachment("a.txt", "text/plain"), attachment()]}, True),
    ],
)
def test_a_post_is_an_ordinary_message_of_a_person_with_an_image(changes, qualifies):
    assert should_tag(message(**changes)) is qualifies


@pytest.mark.parametrize(
    ("filename", "content_type", "is_image"),
    [
        ("a.png", "image/png", True),
        ("a.bin", "image/webp", True),
        ("a.png", "IMAGE/PNG; charset=binary", True),
        ("a.PNG", None, True),
        ("a.jpeg", "", True),
        ("a", None, False),
        ("a.svg", "image/svg+xml", False),
        ("a.svg", None, False),
        ("a.mp4", "video/mp4", False),
        ("a.png", "text/plain", False),
    ],
)
def test_an_image_is_what_claims_to_be_one(filename, content_type, is_image):
    assert bool(images_of([attachment(filename, content_type)])) is is_image


@pytest.mark.parametrize(
    ("filename", "title", "called"),
    [
        ("Moon.png", None, "Moon"),
        ("SPOILER_Moon.png", None, "Moon"),
        ("unknown.png", "星空", "星空"),
        ("a_b.png", "a.b", "a.b"),
        (".png", None, ".png"),
    ],
)
def test_an_attachment_is_called_as_its_author_named_it(filename, title, called):
    assert title_of(attachment(filename, title=title)) == called

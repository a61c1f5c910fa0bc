"""Which images of a message somebody means."""

from types import SimpleNamespace

import discord
import pytest

from bot.discord.describing.images import message_images, option_image

PROXY = "https://images-ext-1.discordapp.net/external/abc/https/art.test/moon.png"


def attachment(id_=1, filename="moon.png", content_type="image/png", **changes):
    given = {
        "id": id_,
        "filename": filename,
        "content_type": content_type,
        "title": None,
        "url": f"https://cdn.discordapp.com/attachments/1/{id_}/{filename}?ex=1",
        "size": 100,
        "is_spoiler": lambda: filename.startswith("SPOILER_"),
    }
    return SimpleNamespace(**(given | changes))


def embed(kind="image", proxy_url=PROXY, url="https://art.test/moon.png", title="Moon"):
    part = {"url": "http://169.254.169.254/", "proxy_url": proxy_url, "width": 1, "height": 1}
    return discord.Embed.from_dict({"title": title, "url": url, kind: part})


def message(attachments=(), embeds=(), snapshots=(), content=""):
    return SimpleNamespace(
        attachments=list(attachments),
        embeds=list(embeds),
        message_snapshots=list(snapshots),
        content=content,
    )


def test_images_are_taken_in_the_order_in_which_they_show():
    forwarded = SimpleNamespace(attachments=[attachment(3)], embeds=[], content="")
    found = message_images(message([attachment(1), attachment(2)], [embed()], [forwarded]))
    assert [one.attachment_id for one in found] == [1, 2, 0, 3]


def test_what_is_no_image_is_passed_over():
    files = [
        attachment(1, "notes.txt", "text/plain"),
        attachment(2, "clip.mp4", "video/mp4"),
        attachment(3, "drawing.svg", "image/svg+xml"),
    ]
    assert message_images(message(files, [discord.Embed(title="words")])) == []


@pytest.mark.parametrize("kind", ["image", "thumbnail"])
def test_an_embedded_image_is_fetched_from_discords_own_proxy_and_nowhere_else(kind):
    (found,) = message_images(message(embeds=[embed(kind)]))
    assert found.url == PROXY
    assert found.title == "Moon"


def test_an_embedded_image_without_an_address_at_discord_is_not_fetched():
    assert message_images(message(embeds=[embed(proxy_url=None), embed(proxy_url="")])) == []


def test_an_embedded_image_without_a_title_is_called_like_its_file():
    (found,) = message_images(message(embeds=[embed(title=None)]))
    assert found.title == "moon"


def test_the_same_image_twice_is_one():
    assert len(message_images(message(embeds=[embed(), embed()]))) == 1


def test_at_most_ten_images_are_looked_at():
    files = [attachment(number) for number in range(1, 11)]
    found = message_images(message(files, [embed()]))
    assert [one.attachment_id for one in found] == list(range(1, 11))


def test_a_covered_attachment_is_known_as_covered():
    (found,) = message_images(message([attachment(filename="SPOILER_moon.png")]))
    assert found.spoiler
    assert found.title == "moon"


@pytest.mark.parametrize(
    ("content", "covered"),
    [
        ("||https://art.test/moon.png||", True),
        ("look: ||\nhttps://art.test/moon.png\n|| nice", True),
        ("https://art.test/moon.png", False),
        ("||no|| https://art.test/moon.png ||no||", False),
        ("", False),
    ],
)
def test_the_preview_of_a_covered_link_is_known_as_covered(content, covered):
    (found,) = message_images(message(embeds=[embed()], content=content))
    assert found.spoiler == covered


def test_a_japanese_file_name_is_the_title_that_discord_keeps_beside_the_name():
    (found,) = message_images(message([attachment(filename="png", title="星空")]))
    assert found.title == "星空"


@pytest.mark.parametrize(
    ("filename", "content_type", "error"),
    [
        ("moon.png", "image/png", ""),
        ("moon.PNG", None, ""),
        ("notes.txt", "text/plain", "not_an_image"),
        ("archive.zip", "application/zip", "not_an_image"),
        ("nothing", None, "not_an_image"),
    ],
)
def test_what_does_not_even_claim_to_be_an_image_is_not_looked_at(filename, content_type, error):
    assert option_image(attachment(1, filename, content_type)).error == error

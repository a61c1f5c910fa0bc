"""The local channel's page in a real browser, in front of the real service.

The starter bundle tags when it is there; without it the fake that sees colours does.
Screenshots go to $HOSHIZORA_SCREENSHOTS, or to a temporary directory.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.bot.page.visiting import GALLERY, Visit, drawing

pytestmark = pytest.mark.browser

PAGE = Path(__file__).resolve().parents[3] / "bot" / "local" / "page"
NO_IMAGE = {"name": "notes.png", "mimeType": "image/png", "buffer": b"Buy more pencils."}


def test_a_posted_illustration_gets_its_tags_and_similar_ones(
    visit: Visit, screenshots: Path
) -> None:
    said = visit.post_and_wait("starry-sky", 7, "My night")
    names = visit.newest.locator(".tag-main").all_inner_texts()
    assert names == [tag["name"] or tag["name_ja"] for tag in said["tags"]]
    assert len(visit.newest.locator(".bar").all()) == len(said["tags"])
    tiles = visit.newest.locator(".tile")
    expect(tiles).to_have_count(5)
    nearest = said["similar"][0]
    assert nearest["title"] in tiles.first.inner_text()
    assert f"{nearest['distance']:.3g}"[:4] in tiles.first.inner_text()
    expect(visit.page.get_by_role("status")).to_contain_text("My night")
    visit.page.locator(".picture img").first.evaluate("image => image.decode()")
    visit.page.wait_for_load_state("networkidle")
    visit.page.screenshot(path=screenshots / "post-light.png")
    visit.page.emulate_media(color_scheme="dark")
    visit.page.screenshot(path=screenshots / "post-dark.png")


def test_several_illustrations_are_posted_in_their_order(visit: Visit) -> None:
    visit.post(*(drawing("cat", seed, f"Cat {seed}") for seed in range(3)))
    expect(visit.page.locator(".post[data-id]")).to_have_count(3, timeout=20_000)
    assert visit.page.locator(".post-title").all_inner_texts() == ["Cat 0", "Cat 1", "Cat 2"]


def test_the_language_can_be_switched_and_is_remembered(visit: Visit, screenshots: Path) -> None:
    # Not every tag has a name in both languages: post until the newest reply has one that has.
    replies = (visit.post_and_wait(kind, 2, kind) for kind in ("sea", "moon", "heart", "portrait"))
    tags = (tag for said in replies for tag in said["tags"])
    both = next(tag for tag in tags if tag["name_ja"] not in (None, "", tag["name"]))
    expect(visit.newest.get_by_text(both["name"], exact=True)).to_have_class("tag-main")
    visit.page.get_by_role("button", name="日本語").click()
    for moment in ("at once", "after a reload"):
        if moment == "after a reload":
            visit.page.reload()
        expect(visit.newest.get_by_text(both["name_ja"], exact=True)).to_have_class("tag-main")
        expect(visit.newest.get_by_text(both["name"], exact=True)).to_have_class("tag-other")
        expect(visit.page.locator("html")).to_have_attribute("lang", "ja")
    visit.page.wait_for_load_state("networkidle")
    visit.page.screenshot(path=screenshots / "japanese.png")


def test_a_japanese_browser_is_greeted_in_japanese(chromium: Browser, address: str) -> None:
    with chromium.new_context(locale="ja-JP") as context:
        page = context.new_page()
        page.goto(address)
        expect(page.get_by_role("tab", name="ギャラリー")).to_be_visible()


def test_posts_survive_a_reload_and_are_deleted_by_keyboard_alone(visit: Visit) -> None:
    visit.post_and_wait("heart", 3, "Valentine")
    visit.page.reload()
    expect(visit.page.get_by_role("heading", name="Valentine")).to_be_visible()
    remove = visit.page.get_by_role("button", name="Delete Valentine")
    remove.focus()
    visit.page.keyboard.press("Enter")
    expect(visit.page.get_by_role("alertdialog")).to_be_visible()
    visit.page.keyboard.press("Escape")
    expect(remove).to_be_focused()
    visit.page.keyboard.press("Enter")
    expect(visit.page.get_by_role("button", name="Keep")).to_be_focused()
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Enter")
    expect(visit.page.get_by_role("heading", name="Valentine")).to_have_count(0)
    expect(visit.page.get_by_text("Show me an illustration")).to_be_visible()
    visit.page.reload()
    expect(visit.page.get_by_text("Show me an illustration")).to_be_visible()


def test_a_late_event_of_an_earlier_closing_does_not_delete_again(visit: Visit) -> None:
    visit.post_and_wait("heart", 5, "Once")
    deletions: list[str] = []
    visit.page.on(
        "request", lambda one: deletions.append(one.url) if one.method == "DELETE" else None
    )
    visit.page.get_by_role("button", name="Delete Once").click()
    visit.page.locator("#confirm-delete").click()
    visit.page.evaluate("document.getElementById('confirm').dispatchEvent(new Event('close'))")
    expect(visit.page.get_by_role("heading", name="Once")).to_have_count(0)
    assert len(deletions) == 1


def test_a_post_that_is_deleted_twice_takes_no_other_with_it(visit: Visit) -> None:
    visit.expected = ["404"]
    for number in (1, 2):
        visit.post_and_wait("heart", 20 + number, f"Heart {number}")
    held: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.method == "DELETE":
            held.append(route)
        else:
            route.fallback()

    visit.page.route("**/api/v1/posts/*", hold)
    for _ in range(2):
        visit.page.get_by_role("button", name="Delete Heart 1").click()
        visit.page.locator("#confirm-delete").click()
    while len(held) < 2:
        visit.page.wait_for_timeout(20)
    for route in held:
        with visit.page.expect_response("**/api/v1/posts/*"):
            route.continue_()
    expect(visit.page.get_by_role("heading", name="Heart 1")).to_have_count(0)
    visit.page.get_by_role("button", name="日本語").click()  # draws all that is left anew
    expect(visit.page.get_by_role("heading", name="Heart 2")).to_have_count(1)


def test_a_file_that_is_no_image_is_refused_readably_in_both_languages(visit: Visit) -> None:
    visit.expected = ["415"]
    visit.post(NO_IMAGE, drawing("moon", 4, "Moon"))
    expect(visit.page.locator(".failed .problem")).to_contain_text("not an image")
    expect(visit.page.get_by_role("button", name="Try again")).to_have_count(0)
    expect(visit.page.locator(".post[data-id]")).to_have_count(1, timeout=20_000)
    visit.page.get_by_role("button", name="日本語").click()
    expect(visit.page.locator(".failed .problem")).to_contain_text("画像")
    visit.page.get_by_role("button", name="閉じる").click()
    expect(visit.page.locator(".failed")).to_have_count(0)


@pytest.mark.parametrize("trouble", ["busy", "network"])
def test_a_post_that_found_the_service_busy_or_gone_can_be_tried_again(
    visit: Visit, trouble: str
) -> None:
    visit.expected = ["503", "ERR_FAILED"]

    def refuse(route: Route) -> None:
        if route.request.method != "POST":
            route.fallback()
        elif trouble == "busy":
            error = {"code": "busy", "message": "Full.", "message_ja": "満員"}
            route.fulfill(status=503, json={"error": error})
        else:
            route.abort()

    visit.page.route("**/api/v1/posts", refuse)
    visit.post(drawing("tree", 5, "Oak"))
    says = {"busy": "in a moment", "network": "did not answer"}[trouble]
    expect(visit.page.locator(".failed .problem")).to_contain_text(says)
    visit.page.unroute("**/api/v1/posts")
    visit.page.get_by_role("button", name="Try again").press("Enter")
    expect(visit.page.locator(".post[data-id]")).to_have_count(1, timeout=20_000)


def test_what_people_write_is_never_markup(visit: Visit) -> None:
    title = "<img src=x onerror=alert(1)> & <b>bold<b>"
    visit.post_and_wait("flower", 6, title)
    expect(visit.newest.locator("b")).to_have_count(0)


@pytest.mark.parametrize("way", ["paste", "drop"])
def test_illustrations_can_be_pasted_and_dropped_anywhere(visit: Visit, way: str) -> None:
    file = drawing("planet", 7)
    visit.page.evaluate(
        """([way, bytes]) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], "Saturn.png", {type: "image/png"}));
            const event = way === "paste"
                ? new ClipboardEvent("paste", {clipboardData: data, bubbles: true})
                : new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true});
            document.body.dispatchEvent(event);
        }""",
        [way, list(file["buffer"])],
    )
    expect(visit.page.locator(".post[data-id]")).to_have_count(1, timeout=20_000)
    expect(visit.newest).to_contain_text("Saturn")


def test_the_gallery_is_browsed_by_keyboard_alone(visit: Visit, screenshots: Path) -> None:
    page = visit.page
    page.get_by_role("tab", name="Channel").focus()
    page.keyboard.press("ArrowRight")
    tiles = page.locator("#gallery-tiles .tile")
    expect(tiles).to_have_count(GALLERY)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=screenshots / "gallery.png")
    tiles.first.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("1 of 24")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(dialog.get_by_text("2 of 24")).to_be_visible()
    dialog.locator(".tile").first.press("Enter")
    expect(dialog.get_by_text("1 of 5")).to_be_visible()
    dialog.get_by_role("button", name="Back").press("Enter")
    expect(dialog.get_by_text("2 of 24")).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=screenshots / "viewer.png")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(tiles.first).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_everything_without_scrolling_sideways(
    visit: Visit, screenshots: Path, scheme: Any
) -> None:
    page = visit.page
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 360, "height": 740})
    visit.post_and_wait("portrait", 8, "A-very-long-name-" * 5)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=screenshots / f"phone-{scheme}.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    visit.newest.locator(".tile").first.click()
    expect(page.locator("#viewer .tag")).not_to_have_count(0)
    assert page.locator("#viewer").evaluate("viewer => viewer.scrollWidth") <= 360
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    brightness = sum(map(int, re.findall(r"\d+", background)[:3]))
    assert (brightness < 150) == (scheme == "dark")


def test_progress_is_shown_while_the_library_is_filled(visit: Visit) -> None:
    filling = {
        "state": "ready",
        "library": 60,
        "vocabulary": 9,
        "import": {"done": 60, "total": 240},
    }
    visit.page.route("**/api/v1/status", lambda route: route.fulfill(json=filling))
    visit.page.reload()
    expect(visit.page.locator("#strip")).to_contain_text("60 of 240")
    assert visit.page.locator("#strip-progress").evaluate("bar => bar.value") == 0.25
    visit.page.unroute("**/api/v1/status")
    expect(visit.page.locator("#strip")).to_be_hidden()


def test_older_posts_come_when_asked_for(visit: Visit) -> None:
    file = drawing("snow", 9)
    for number in range(23):
        sent = {"image": {**file, "name": f"Snow {number}.png"}}
        assert (
            visit.page.request.post(f"{visit.address}/api/v1/posts", multipart=sent).status == 201
        )
    visit.page.reload()
    expect(visit.page.locator(".post")).to_have_count(20)
    visit.page.get_by_role("button", name="Older posts").click()
    expect(visit.page.locator(".post")).to_have_count(23)
    titles = visit.page.locator(".post-title").all_inner_texts()
    assert titles == [f"Snow {number}" for number in range(23)]
    expect(visit.page.get_by_role("button", name="Older posts")).to_be_hidden()


def test_every_text_exists_in_both_languages() -> None:
    english, japanese = (PAGE / "texts.js").read_text(encoding="utf-8").split("\n  ja: {")
    keys = re.compile(r"^    (\w+):", re.MULTILINE)
    assert keys.findall(english) == keys.findall(japanese.split("\n};")[0])

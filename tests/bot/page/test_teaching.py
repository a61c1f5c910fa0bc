"""The tab "Teaching" in a real browser: teach a tag, answer a round, look at what there is."""

from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.bot.page.visiting import Visit, drawing

pytestmark = pytest.mark.browser

PATIENCE_MS = 30_000
SOURCES = "pictures => pictures.map((one) => one.getAttribute('src'))"


def test_a_tag_is_taught_asked_about_and_known(visit: Visit, screenshots: Path) -> None:
    page = visit.page
    page.get_by_role("tab", name="Teaching").click()
    with page.expect_file_chooser() as choosing:
        page.get_by_role("button", name="Add from this computer").click()
    choosing.value.set_files([drawing("cat", seed, f"Cat {seed}") for seed in (1, 2, 3)])
    expect(page.locator("#picker-count")).to_have_text("3 chosen", timeout=PATIENCE_MS)
    page.get_by_label("Name", exact=True).fill("paw prints")
    page.get_by_label("Japanese name").fill("肉球")
    page.get_by_role("button", name="Teach it").click()
    dialogue = page.locator("#dialogue")
    expect(dialogue.get_by_role("heading")).to_contain_text("paw prints", timeout=PATIENCE_MS)
    expect(dialogue.locator(".question")).not_to_have_count(0, timeout=PATIENCE_MS)
    expect(page.locator("#taught")).to_contain_text("version 1 · 3 right, 0 wrong")
    dialogue.get_by_role("button", name="1: ").first.click()
    expect(dialogue.locator('[aria-pressed="true"]')).to_have_count(1)
    page.wait_for_load_state("networkidle")
    expect(dialogue.get_by_role("heading")).to_be_in_viewport()
    head = page.locator("header.top").bounding_box()
    assert dialogue.bounding_box()["y"] >= head["y"] + head["height"]  # not covered by it
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=screenshots / "teaching.png", full_page=True)
    dialogue.get_by_role("button", name="The others do not have it").click()
    dialogue.get_by_role("button", name="Learn, and ask the next").click()
    expect(dialogue).to_contain_text("learnt from 4 right and 8 wrong", timeout=PATIENCE_MS)
    expect(page.locator("#taught")).to_contain_text("version 2 · 4 right, 8 wrong")

    # What is passed over is not asked about again at once.
    asked = dialogue.locator(".question img").evaluate_all(SOURCES)
    dialogue.get_by_role("button", name="Learn, and ask the next").click()
    expect(dialogue.locator(f'img[src="{asked[0]}"]')).to_have_count(0)
    expect(dialogue.locator(".question")).not_to_have_count(0, timeout=PATIENCE_MS)
    assert not set(asked) & set(dialogue.locator(".question img").evaluate_all(SOURCES))

    page.get_by_role("button", name="日本語").click()
    expect(dialogue.get_by_role("heading")).to_contain_text("肉球")
    page.get_by_role("button", name="English").click()
    dialogue.get_by_role("button", name="Finish").click()
    expect(dialogue).to_be_hidden()

    history = page.get_by_role("button", name="History paw prints")
    history.focus()
    page.keyboard.press("Enter")
    row = page.locator("#taught .row")
    expect(row.locator(".history li")).not_to_have_count(0)
    expect(history).to_be_focused()
    row.get_by_role("button", name="Go back to it").last.click()
    expect(row.locator(".row-name")).to_contain_text("3 right, 0 wrong", timeout=PATIENCE_MS)
    expect(page.locator("#jobs")).to_contain_text("Learning a tag")

    row.get_by_role("button", name="Remove… paw prints").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Remove").click()
    expect(page.locator("#taught")).to_contain_text("No tag was taught here yet.")


def test_everything_is_rebuilt_only_after_asking(visit: Visit) -> None:
    page = visit.page
    asked_for: list[dict[str, bool]] = []

    def note(route: Route) -> None:
        """The service would begin to train, for hours."""
        asked_for.append(route.request.post_data_json)
        route.fulfill(status=202, json={"job": 1})

    page.route("**/api/v1/retrain", note)
    page.get_by_role("tab", name="Teaching").click()
    page.get_by_role("button", name="Rebuild everything…").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("busy for hours")
    dialog.get_by_role("button", name="Not now").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="日本語").click()
    page.get_by_role("button", name="モデル全体を作り直す…").click()
    expect(dialog).to_contain_text("数時間かかり")
    assert asked_for == []
    with page.expect_response("**/api/v1/retrain"):
        dialog.get_by_role("button", name="作り直す").click()
    assert asked_for == [{"everything": True}]
    page.get_by_role("button", name="English").click()


def test_a_name_that_is_taken_is_refused_where_it_was_typed(visit: Visit) -> None:
    visit.expected.append("409")
    page = visit.page
    page.get_by_role("tab", name="Teaching").click()
    page.locator("#picker .tile").first.click()
    name = page.request.get(f"{visit.address}/api/v1/tags").json()["tags"][0]["name"]
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Teach it").click()
    expect(page.locator("#teach-outcome")).to_contain_text("already means a tag here")
    expect(page.get_by_label("Name", exact=True)).to_have_value(name)


def test_a_file_that_is_no_image_is_named_and_the_others_are_examples(visit: Visit) -> None:
    visit.expected.append("415")
    page = visit.page
    page.get_by_role("tab", name="Teaching").click()
    with page.expect_file_chooser() as choosing:
        page.get_by_role("button", name="Add from this computer").click()
    text = {"name": "notes.png", "mimeType": "image/png", "buffer": b"no image"}
    choosing.value.set_files([text, drawing("cat", 7, "Mikan")])
    picker = page.locator("#picker")
    expect(page.locator("#picker-count")).to_have_text("1 chosen", timeout=PATIENCE_MS)
    expect(picker).to_contain_text("notes.png was not posted")
    expect(picker.locator(".tile")).not_to_have_count(0)
    page.get_by_role("tab", name="Channel").click()
    expect(visit.newest.get_by_role("heading", name="Mikan")).to_be_visible()


def test_a_tag_is_hidden_and_shown_again(visit: Visit) -> None:
    page = visit.page
    tag = page.request.get(f"{visit.address}/api/v1/tags").json()["tags"][0]
    page.get_by_role("tab", name="Teaching").click()
    page.get_by_label("Any tag").fill(tag["name_ja"] or tag["name"])
    page.get_by_role("button", name="Hide", exact=True).click()
    expect(page.locator("#rules")).to_contain_text(tag["name"])
    page.get_by_role("button", name=f"Show again {tag['name']}").click()
    expect(page.locator("#rules")).to_contain_text("No tag is hidden")


def test_the_tabs_are_walked_by_arrows(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("tab", name="Channel").focus()
    for name in ("Gallery", "Teaching", "Channel"):
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("tab", name=name)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("tab", name="Teaching")).to_be_focused()

"""A service with its page, and a browser that visits it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.bot.browser import chromium as running_chromium
from tests.bot.browser import chromium_path, screenshots_directory
from tests.bot.page.visiting import Visit, running_service


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with running_chromium(chromium_path()) as browser:
        yield browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service of its own, with its gallery filled."""
    with running_service(tmp_path_factory.mktemp("service")) as found:
        yield found


@pytest.fixture(scope="module")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return screenshots_directory(tmp_path_factory.mktemp("shots"))


@pytest.fixture
def visit(chromium: Browser, address: str) -> Iterator[Visit]:
    context = chromium.new_context(viewport={"width": 1180, "height": 860}, locale="en-GB")
    one = Visit(context.new_page(), address)
    one.page.on("console", one.listen)
    one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
    one.page.goto(address)
    expect(one.page.locator("#library")).to_contain_text("illustrations")
    yield one
    # Closed first: a page that still loads thumbnails would miss what is deleted now.
    one.page.close()
    posts = context.request.get(f"{address}/api/v1/posts?origin=posted&limit=200").json()["posts"]
    for post in posts:
        context.request.delete(f"{address}/api/v1/posts/{post['id']}")
    context.close()
    unexpected = [text for text in one.complaints if not any(part in text for part in one.expected)]
    assert unexpected == []

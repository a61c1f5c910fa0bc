"""Chromium for tests that look at a page, and where their pictures go."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)


def chromium_path() -> str:
    """Where Chromium is; without it the test is skipped."""
    path = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if path is None:
        pytest.skip("Chromium is missing: apt-get install chromium")
    return path


@contextmanager
def chromium(path: str) -> Iterator[Browser]:
    """A running browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


def screenshots_directory(otherwise: Path) -> Path:
    """What $HOSHIZORA_SCREENSHOTS names, or else a directory of the test's own."""
    directory = Path(os.environ.get("HOSHIZORA_SCREENSHOTS") or otherwise)
    directory.mkdir(parents=True, exist_ok=True)
    return directory

"""Headless Chromium for tests of pages."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from evals.environment.printing import find_chromium


@contextmanager
def open_chromium() -> Iterator[Browser]:
    """Start Chromium. Skip the test if it is not installed.

    Expectations of Playwright fail after a minute instead of five seconds, because a machine may stall that long.
    """
    expect.set_options(timeout=60_000)
    chromium = find_chromium()
    if chromium is None:
        pytest.skip("Chromium is not installed: apt-get install chromium-headless-shell")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
        )
        yield browser
        browser.close()

"""Headless Chromium for tests of pages."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from evals.environment.printing import find_chromium

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
RULES_OF_COLOUR = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""Nothing else of a page depends on its theme."""

RULES_OF_LAYOUT = {"type": "rule", "values": ["color-contrast", "target-size", "scrollable-region-focusable"]}
"""With the same elements in the same colours and fonts, nothing else of a page depends on its width."""

LOOK = """within => [...document.querySelectorAll(`${within}, ${within} *`)].map((each) => {
  if (!each.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) return "";
  const { color, backgroundColor, backgroundImage, opacity, fontSize, fontWeight } = getComputedStyle(each);
  return [color, backgroundColor, backgroundImage, opacity, fontSize, fontWeight].join();
}).join("|")"""
"""Returns which elements of a part of the page are shown, and in which colours and fonts."""


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


def find_violations(page: Page, rules: Mapping[str, object] = RULES, *, within: str = "html") -> list[str]:
    """Return the rule, the element and the summary of each violation of WCAG 2.2 AA that axe-core finds on the page, or
    within the element of the selector `within`.
    """
    # In the page's own world, the content security policy forbids `eval`, which axe does not use.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    run = "([within, rules]) => axe.run(within, {runOnly: rules, resultTypes: ['violations']})"
    found = page.evaluate(run, [within, rules])
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


def find_faults(page: Page, widths: Iterable[int], *, within: str = "html") -> list[str]:
    """Return the violations within an element at each width in both themes, and the widths at which the page scrolls
    sideways.

    All rules run again only for a look that the page had at no other width. The page's context needs reduced motion:
    otherwise, axe would measure a colour on its way from one theme to the other.
    """
    found, seen = [], set()
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{width}: the page scrolls sideways")
        for theme, rules, again in (("light", RULES, RULES_OF_LAYOUT), ("dark", RULES_OF_COLOUR, None)):
            page.emulate_media(color_scheme=theme)
            look = page.evaluate(LOOK, within)
            chosen = again if look in seen else rules
            seen.add(look)
            violations = find_violations(page, chosen, within=within) if chosen else []
            found += [f"{width} {theme}: {each}" for each in violations]
    return found

"""Reports in Chromium fit a phone's width, send no network request, and follow the reader's colour scheme."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from app.evaluations.comparison import compare_runs
from app.evaluations.records import CaseTiming, RunRecord
from evals.reports.html import render_comparison, render_run
from tests.browser import open_chromium

pytestmark = pytest.mark.browser
LONG_WORD = "unbreakable" * 20


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with open_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def reports(record_of, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return a run's report and a comparison's report, with words too long for one line."""

    def lengthen(record: RunRecord) -> RunRecord:
        trace = {
            "question": LONG_WORD,
            "retrieved": [{"rank": 1, "documents": [LONG_WORD], "page": 1, "kind": "text", "heading": LONG_WORD}],
            "claims": [{"text": LONG_WORD, "citations": [{"documents": [LONG_WORD], "page": 1, "quote": LONG_WORD}]}],
            LONG_WORD: LONG_WORD,
        }
        changes = {"reason": LONG_WORD, "trace": trace, "kind": LONG_WORD}
        cases = [case.model_copy(update={**changes, "id": f"{LONG_WORD}{case.id}"}) for case in record.cases]
        manifest = record.manifest.model_copy(
            update={"by_kind": {LONG_WORD: {"m": 0.5}, "other": {"m": 0.25}}, "purpose": LONG_WORD}
        )
        timings = tuple(CaseTiming(id=case.id, seconds=0.1, times={LONG_WORD: 0.2}) for case in cases)
        return RunRecord(manifest=manifest, cases=tuple(cases), timings=timings)

    before, after = (lengthen(record_of(scores, run_id=name)) for name, scores in (("b", [1, 1]), ("a", [0, 1])))
    folder = tmp_path_factory.mktemp("reports")
    texts = {"run": render_run(before), "comparison": render_comparison(compare_runs(before, after), before, after)}
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text)
    return {name: folder / f"{name}.html" for name in texts}


@pytest.mark.parametrize("name", ["run", "comparison"])
@pytest.mark.parametrize("width", [360, 1440])
def test_report_fits_its_window_and_sends_no_request(chromium, reports, name, width):
    page = chromium.new_page(viewport={"width": width, "height": 900})
    asked: list[str] = []
    reported: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: reported.append(message.text))
    page.goto(reports[name].as_uri())
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert asked == [reports[name].as_uri()]
    assert reported == []
    drawing = page.get_by_role("img").first.bounding_box()
    assert drawing is not None
    assert 250 < drawing["width"] <= width
    page.close()


def test_report_follows_the_readers_dark_colour_scheme(chromium, reports):
    seen = {}
    for scheme in ("light", "dark"):
        page = chromium.new_page(color_scheme=scheme)
        page.goto(reports["run"].as_uri())
        seen[scheme] = page.evaluate(
            "[getComputedStyle(document.querySelector('main')).backgroundColor, "
            "getComputedStyle(document.querySelector('svg text')).fill]"
        )
        page.close()
    assert seen["light"] == ["rgb(255, 255, 255)", "rgb(20, 32, 43)"]
    assert seen["dark"] == ["rgb(24, 32, 41)", "rgb(230, 235, 240)"]

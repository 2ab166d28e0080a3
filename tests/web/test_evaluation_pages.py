"""Tests the content and permissions of the evaluation pages over HTTP, and their use in Chromium at two widths."""

import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from app.client.api import ApiClient
from app.evaluations.records import RunRecord
from tests.web.made_runs import ODD_ID, QUOTE, make_run


@pytest.fixture(scope="module")
def runs(site) -> tuple[RunRecord, RunRecord]:
    """Two published runs of the same 24 cases. In the second run, two scores are worse and most are better."""
    ids = [ODD_ID, *(f"case-{number}" for number in range(1, 24))]
    before = make_run(
        "20260301-answers-before", {name: -1.0 if place % 4 else 1.0 for place, name in enumerate(ids)}, day=0
    )
    scores: dict[str, float | None] = dict.fromkeys(ids, 1.0) | {ODD_ID: -1.0, "case-4": None, "case-8": -1.0}
    after = make_run("20260302-answers-after", scores, day=1)
    with ApiClient(url=site.url, key=site.engineer_key) as client:
        for run in (before, after):
            client.publish_run(run.manifest.id, run.model_dump(mode="json"))
    return before, after


@pytest.fixture
def signed_in(site):
    """Return a function that signs in with an API key and returns an HTTP client with the session cookie."""
    opened: list[httpx.Client] = []

    def make(key: str) -> httpx.Client:
        client = httpx.Client(base_url=site.url, trust_env=False, timeout=60)
        client.post("/sign-in", data={"key": key})
        opened.append(client)
        return client

    yield make
    for client in opened:
        client.close()


def read(client: httpx.Client, path: str, **query: Any) -> str:
    answer = client.get(path, params=query or None)
    assert answer.status_code == 200, answer.text
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert "<script>document" not in answer.text
    assert " style=" not in answer.text
    return answer.text


def paths(runs: tuple[RunRecord, RunRecord]) -> list[str]:
    before, after = (run.manifest.id for run in runs)
    return [
        "/evaluations",
        f"/evaluations/{after}",
        f"/evaluations/{after}/case?case=case-1",
        f"/evaluations/compare?before={before}&after={after}",
    ]


def test_list_shows_figures_and_links_of_each_run(site, runs, signed_in):
    page = read(signed_in(site.engineer_key), "/evaluations")
    for run in runs:
        assert f'href="/evaluations/{run.manifest.id}"' in page
    assert page.index(runs[1].manifest.id) < page.index(runs[0].manifest.id)
    assert "right <strong>21</strong>" in page
    found = read(signed_in(site.engineer_key), "/evaluations", q="QUESTIONS after")
    assert runs[1].manifest.id in found
    assert runs[0].manifest.id not in found
    assert "No run has these words." in read(signed_in(site.engineer_key), "/evaluations", q="zzz")


def test_run_page_shows_figures_by_kind_and_cases_with_low_scores_first(site, runs, signed_in):
    client = signed_in(site.engineer_key)
    page = read(client, f"/evaluations/{runs[1].manifest.id}")
    for text in (
        "figure (12)",
        "passage (12)",
        "0123456789ab (uncommitted changes)",
        "24, 1 unscored",
        "temperature 0.0",
        "2026-03-02 00:00 UTC",
    ):
        assert text in page
    cases = page[page.index('<ol class="cases">') :]
    assert cases.index("case-4<") < cases.index("case-8<") < cases.index("case-1<")
    figures = read(client, f"/evaluations/{runs[1].manifest.id}", kind="figure")
    assert "case-1<" in figures
    assert "case-8<" not in figures


def test_case_page_shows_full_trace_for_any_case_id(site, runs, signed_in):
    page = read(signed_in(site.engineer_key), f"/evaluations/{runs[1].manifest.id}/case", case=ODD_ID)
    for text in (
        "notes/2031#4 &lt;b&gt;&amp;?",
        "What was the long-term debt of year 0?",
        QUOTE,
        "quote-not-found",
        "a-rather-long-name-0.pdf p. 3",
        "<strong>evidence</strong>",
        "long-term debt&#34;",
        "0.250 s",
    ):
        assert text in page


def test_comparison_shows_intervals_and_both_traces_of_changed_cases(site, runs, signed_in):
    before, after = (run.manifest.id for run in runs)
    page = read(signed_in(site.engineer_key), "/evaluations/compare", before=before, after=after)
    assert "24 cases in both: 18 better, 2 worse, 3 the same." in page
    assert "Better beyond noise: right, wrong, citation_precision; nothing is worse." in page
    assert "▲ better" in page
    (count,) = re.findall(r"<tr><th scope=\"row\">right</th>.*?</tr>", page)
    assert [re.sub("<.*?>", "", cell) for cell in re.findall("<td.*?</td>", count)][1:5] == ["6", "21", "+15", "–"]
    (rate,) = re.findall(r"<tr><th scope=\"row\">citation_precision</th>.*?</tr>", page)
    assert "n 24" in rate
    assert "n 23" in rate
    assert page.count('<article class="flip">') == 10
    first = page[page.index('<article class="flip">') : page.index("</article>")]
    assert "notes/2031#4" in first
    assert first.count(QUOTE) == 2
    rest = read(signed_in(site.engineer_key), "/evaluations/compare", before=before, after=after, **{"from": 20})
    assert rest.count('<article class="flip">') == 1


def test_runs_that_share_nothing_to_compare_say_so(site, runs, signed_in):
    unscored = make_run("20260227-answers-unscored", {"case-1": None, "case-2": None}, day=-2)
    with ApiClient(url=site.url, key=site.engineer_key) as client:
        client.publish_run(unscored.manifest.id, unscored.model_dump(mode="json"))
    ids = {"before": runs[0].manifest.id, "after": unscored.manifest.id}
    page = read(signed_in(site.engineer_key), "/evaluations/compare", **ids)
    assert "These two runs share nothing to compare" in page
    assert "Metrics of both runs" not in page


def test_home_of_an_engineer_shows_newest_runs_and_what_changed(site, runs, signed_in):
    page = read(signed_in(site.engineer_key), "/")
    part = page[page.index("Latest runs") :]
    part = part[: part.index("</section>")]
    assert "right <strong>" in part
    assert "Latest runs" not in signed_in(site.key).get("/").text


def test_only_engineers_can_see_runs(site, runs, signed_in):
    analyst = signed_in(site.key)
    for path in paths(runs):
        refused = analyst.get(path)
        assert refused.status_code == 404
        assert runs[1].manifest.id not in refused.text
    assert "/evaluations" not in analyst.get("/").text
    assert 'href="/evaluations"' in signed_in(site.engineer_key).get("/").text


def test_visitor_without_session_is_redirected_to_sign_in(site, runs):
    for path in paths(runs):
        answer = httpx.get(f"{site.url}{path}")
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in?back=%2Fevaluations")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/evaluations/none", 404),
        ("/evaluations/compare?before=none&after=none", 404),
        ("/evaluations/none/case?case=x", 404),
        ("/evaluations?cursor=x", 422),
    ],
)
def test_missing_run_or_case_returns_an_error_page(site, signed_in, path, status):
    answer = signed_in(site.engineer_key).get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert "Back to the home page" in answer.text


@pytest.mark.browser
def test_run_comparison_and_case_page_work_on_a_phone_with_keyboard_only(engineer_page, site, runs):
    engineer_page.set_viewport_size({"width": 360, "height": 800})

    def follow(name: str, *, role: str = "link") -> None:
        link = engineer_page.get_by_role(role, name=name).first
        link.focus()
        expect(link).to_be_focused()
        with engineer_page.expect_navigation():
            engineer_page.keyboard.press("Enter")
        assert engineer_page.evaluate("document.documentElement.scrollWidth") <= 360

    menu = engineer_page.locator(".narrow-only summary")
    menu.focus()
    engineer_page.keyboard.press("Enter")
    follow("Evaluations")
    for name, run in zip(("before", "after"), runs, strict=True):
        row = engineer_page.locator(".runs li", has_text=run.manifest.id)
        row.get_by_role("radio", name=f"{name} {run.manifest.id}").focus()
        engineer_page.keyboard.press("Space")
    follow("Compare selected runs", role="button")
    expect(engineer_page.get_by_role("heading", name="answers: comparison of two runs")).to_be_visible()
    metrics = engineer_page.get_by_role("region", name="Metrics of both runs")
    metrics.focus()
    expect(metrics).to_be_focused()
    follow("Full case notes/2031#4 <b>&?, after")
    expect(engineer_page.get_by_role("heading", name=ODD_ID)).to_be_visible()
    follow(runs[1].manifest.id)
    expect(engineer_page.get_by_role("heading", name=runs[1].manifest.id)).to_be_visible()
    follow("figure (12)")
    expect(engineer_page.locator(".cases li")).to_have_count(12)

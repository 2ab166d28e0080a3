"""The pages of published runs: what they show over HTTP, to whom, and in headless Chromium at two widths."""

from datetime import datetime, timedelta, timezone
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from app.client.api import ApiClient
from app.evaluations.metrics import Aggregate, Better, MetricSpec
from app.evaluations.records import (
    CaseRecord,
    CaseTiming,
    Conditions,
    EvalRunStatus,
    RunManifest,
    RunRecord,
    Selection,
)
from evals.running.runner import summarise

METRICS = (
    MetricSpec(name="right", of=("right",), how=Aggregate.SUM),
    MetricSpec(name="wrong", of=("wrong",), how=Aggregate.SUM, better=Better.LOWER),
    MetricSpec(name="citation_precision", of=("precision",)),
)
ODD_ID = "notes/2031#4 <b>&?"
QUOTE = "Total long-term debt was $412 million"
HOSTILE = "<script>document.title='taken'</script>"


def make_case(case_id: str, place: int, score: float | None) -> CaseRecord:
    right = None if score is None else float(score > 0)
    documents = [f"an-annual-report-of-a-rather-long-name-{place}.pdf"]
    return CaseRecord(
        id=case_id,
        kind="figure" if place % 2 else "passage",
        score=score,
        reason=f"the answer is {'right' if right else 'not right'} {HOSTILE}",
        measures={"right": right, "wrong": None if right is None else 1 - right, "precision": right},
        details={"verdict": "right" if right else "wrong", "evidence": [[documents[0], 3]]},
        trace={
            "question": f"What was the long-term debt of year {place}?",
            "status": "answered",
            "understood": {"metric": "long-term debt", "year": 2000 + place},
            "retrieved": [
                {"rank": rank, "documents": documents, "page": rank + 1, "kind": "table", "heading": "Borrowings"}
                for rank in range(1, 6)
            ],
            "claims": [
                {
                    "text": "Long-term debt was $412 million.",
                    "citations": [{"documents": documents, "page": 3, "from": 0, "to": 37, "quote": QUOTE}],
                }
            ],
            "dropped": [{"text": f"Debt fell {HOSTILE}", "reason": "quote-not-found"}],
        },
    )


def make_run(run_id: str, scores: dict[str, float | None], *, day: int) -> RunRecord:
    manifest = RunManifest(
        id=run_id,
        suite="answers",
        suite_version="1",
        purpose="right, wrong and declined answers",
        status=EvalRunStatus.DONE,
        started_at=datetime(2026, 3, 1, 5, tzinfo=timezone(timedelta(hours=5))) + timedelta(days=day),
        selection=Selection(),
        conditions=Conditions(
            commit="0123456789abcdef",
            dirty=True,
            data_digest="d" * 64,
            data_name="questions",
            settings_digest="s" * 64,
            embedding_space="wordllama-l2-supercat/256/1",
            model="a-model",
            parameters={"temperature": 0.0},
            cores=2,
        ),
        metrics=METRICS,
    )
    cases = tuple(make_case(case_id, place, score) for place, (case_id, score) in enumerate(scores.items()))
    timings = tuple(CaseTiming(id=case.id, seconds=0.5, times={"answer": 0.25}) for case in cases)
    return RunRecord(manifest=summarise(manifest, EvalRunStatus.DONE, cases, timings), cases=cases, timings=timings)


@pytest.fixture(scope="module")
def runs(site) -> tuple[RunRecord, RunRecord]:
    """Two published runs of the same 24 cases; in the later one most are better and two are worse."""
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
    """An HTTP session as the holder of a key."""
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


def test_the_list_tells_each_runs_figures_and_leads_to_it(site, runs, signed_in):
    page = read(signed_in(site.engineer_key), "/evaluations")
    for run in runs:
        assert f'href="/evaluations/{run.manifest.id}"' in page
    assert page.index(runs[1].manifest.id) < page.index(runs[0].manifest.id)
    assert "right <strong>21</strong>" in page


def test_a_run_tells_its_figures_by_kind_its_conditions_and_its_lowest_cases_first(site, runs, signed_in):
    client = signed_in(site.engineer_key)
    page = read(client, f"/evaluations/{runs[1].manifest.id}")
    for told in (
        "figure (12)",
        "passage (12)",
        "0123456789ab with changes",
        "24, 1 unscored",
        "temperature 0.0",
        "2026-03-02 00:00 UTC",
    ):
        assert told in page
    cases = page[page.index('<ol class="cases">') :]
    assert cases.index("case-4<") < cases.index("case-8<") < cases.index("case-1<")
    figures = read(client, f"/evaluations/{runs[1].manifest.id}", kind="figure")
    assert "case-1<" in figures
    assert "case-8<" not in figures


def test_a_case_shows_its_whole_trace_whatever_its_id(site, runs, signed_in):
    page = read(signed_in(site.engineer_key), f"/evaluations/{runs[1].manifest.id}/case", case=ODD_ID)
    for told in (
        "notes/2031#4 &lt;b&gt;&amp;?",
        "What was the long-term debt of year 0?",
        QUOTE,
        "quote-not-found",
        "a-rather-long-name-0.pdf p. 3",
        "<strong>evidence</strong>",
        "long-term debt&#34;",
        "0.250 s",
    ):
        assert told in page


def test_a_comparison_tells_metrics_with_their_intervals_and_flips_with_both_traces(site, runs, signed_in):
    before, after = (run.manifest.id for run in runs)
    page = read(signed_in(site.engineer_key), "/evaluations/compare", before=before, after=after)
    assert "24 cases in both: 18 better, 2 worse, 3 the same." in page
    assert "Better beyond noise: right, wrong, citation_precision; nothing is worse." in page
    assert "▲ better" in page
    assert page.count('<article class="flip">') == 10
    first = page[page.index('<article class="flip">') : page.index("</article>")]
    assert "notes/2031#4" in first
    assert first.count(QUOTE) == 2
    rest = read(signed_in(site.engineer_key), "/evaluations/compare", before=before, after=after, **{"from": 20})
    assert rest.count('<article class="flip">') == 1


def test_nobody_but_engineers_learns_of_runs(site, runs, signed_in):
    analyst = signed_in(site.key)
    for path in paths(runs):
        refused = analyst.get(path)
        assert refused.status_code == 404
        assert runs[1].manifest.id not in refused.text
    assert "/evaluations" not in analyst.get("/").text
    assert 'href="/evaluations"' in signed_in(site.engineer_key).get("/").text


def test_whoever_is_not_signed_in_is_sent_to_sign_in(site, runs):
    for path in paths(runs):
        answer = httpx.get(f"{site.url}{path}")
        assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/evaluations/none", 404),
        ("/evaluations/compare?before=none&after=none", 404),
        ("/evaluations/none/case?case=x", 404),
        ("/evaluations?cursor=x", 422),
    ],
)
def test_what_is_not_there_is_told_in_a_sentence(site, signed_in, path, status):
    answer = signed_in(site.engineer_key).get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert "Back to the desk" in answer.text


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1440])
def test_two_runs_are_chosen_compared_and_followed_to_a_case_by_keyboard(engineers_desk, site, runs, width):
    desk = engineers_desk
    desk.set_viewport_size({"width": width, "height": 800})

    def follow(name: str, *, role: str = "link") -> None:
        link = desk.get_by_role(role, name=name).first
        link.focus()
        expect(link).to_be_focused()
        with desk.expect_navigation():
            desk.keyboard.press("Enter")
        assert desk.evaluate("document.documentElement.scrollWidth") <= width

    follow("Evaluations")
    for name, run in zip(("before", "after"), runs, strict=True):
        row = desk.locator(".runs li", has_text=run.manifest.id)
        row.get_by_role("radio", name=f"{name} {run.manifest.id}").focus()
        desk.keyboard.press("Space")
    follow("Compare the two chosen", role="button")
    expect(desk.get_by_role("heading", name="answers, two runs side by side")).to_be_visible()
    metrics = desk.get_by_role("region", name="Metrics of both runs")
    metrics.focus()
    expect(metrics).to_be_focused()
    follow("Whole case notes/2031#4 <b>&?, after")
    expect(desk.get_by_role("heading", name=ODD_ID)).to_be_visible()
    follow(runs[1].manifest.id)
    expect(desk.get_by_role("heading", name=runs[1].manifest.id)).to_be_visible()
    follow("figure (12)")
    expect(desk.locator(".cases li")).to_have_count(12)

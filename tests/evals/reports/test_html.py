"""HTML reports show a run or comparison, escape texts, and load no other file."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from decimal import Decimal

import pytest
from lxml import html
from typer.testing import CliRunner

from app.evaluations.comparison import compare_runs
from app.evaluations.metrics import Aggregate, Better, MetricSpec
from app.evaluations.records import CaseRecord, CaseTiming, EvalRunStatus, RunRecord
from evals.cli import commands
from evals.environment.provenance import ROOT
from evals.reports.html import TRACED_CASES, TRACED_FLIPS, render_comparison, render_run
from evals.running.records import RunFiles
from evals.running.runner import summarise

HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(1)></svg></style>{{ 7 * 7 }}$\\frac$\x07\u202e"'
METRICS = (
    *(MetricSpec(name=f"{own}recall@{k}", of=(f"recall@{k}",)) for own in ("", "own_") for k in (1, 5, 10)),
    MetricSpec(name="right", of=("right",), how=Aggregate.SUM),
    MetricSpec(name="wrong", of=("wrong",), how=Aggregate.SUM, better=Better.LOWER, hard=True),
    MetricSpec(name="p95_ms", of=("ms",), how=Aggregate.PERCENTILE, percentile=95, better=Better.LOWER),
)
TRACE = {
    "question": "Who audits the statements?",
    "retrieved": [
        {"rank": 1, "documents": ["made-2031-10k"], "page": 4, "kind": "text", "heading": "Item 7"},
        {"rank": 2, "documents": ["made-2031-10k"], "page": 9, "kind": "text", "heading": "Item 8"},
    ],
    "claims": [
        {
            "text": "Brandt & Sons audit them.",
            "citations": [{"documents": ["made-2031-10k"], "page": 9, "quote": "audited by Brandt & Sons"}],
        }
    ],
    "dropped": [{"text": "They are large.", "reason": "the quote is not on the page"}],
    "writer": "extractive",
}


def rich_case(place: int, right: float, **changes: object) -> CaseRecord:
    measures = {"recall@1": 0.0, "recall@5": right, "recall@10": 1.0, "right": right, "wrong": 1 - right, "ms": 90.5}
    case = CaseRecord(
        id=f"case-{place}",
        kind=("narrative", "numeric")[place % 2],
        score=right,
        reason="as it should be" if right else "wrong",
        measures={**measures, "confidence": 0.1 * (place % 10)},
        details={"evidence": [["made-2031-10k", 9]]},
        trace=TRACE,
        tokens_in=100,
        tokens_out=7,
        cost_usd=Decimal("0.002"),
    )
    return case.model_copy(update=changes)


@pytest.fixture(scope="module")
def rich(record_of):
    """Return a function that makes a run of given cases, with a time for each case."""

    def make(cases: Sequence[CaseRecord], *, run_id: str = "before", **conditions: object) -> RunRecord:
        bare = record_of([1.0], run_id=run_id).manifest
        manifest = bare.model_copy(
            update={"metrics": METRICS, "conditions": bare.conditions.model_copy(update=conditions)}
        )
        timings = tuple(
            CaseTiming(id=case.id, seconds=0.2 + 0.01 * place, times={"answer": 0.1})
            for place, case in enumerate(cases)
        )
        return RunRecord(
            manifest=summarise(manifest, EvalRunStatus.DONE, tuple(cases), timings), cases=tuple(cases), timings=timings
        )

    return make


@pytest.fixture(scope="module")
def before(rich):
    return rich([rich_case(place, 1.0) for place in range(12)])


@pytest.fixture(scope="module")
def after(rich):
    return rich([rich_case(place, float(place > 2)) for place in range(12)], run_id="after", data_digest="other")


@pytest.fixture(scope="module")
def run_page(before):
    return render_run(before)


@pytest.fixture(scope="module")
def comparison_page(before, after):
    return compared(before, after)


def compared(before: RunRecord, after: RunRecord) -> str:
    return render_comparison(compare_runs(before, after), before, after)


def titles(page: str) -> list[str]:
    return html.fromstring(page).xpath("//figure[@class='drawing']/figcaption/text()")


def test_run_with_all_data_has_every_plot(run_page):
    assert titles(run_page) == [
        "Metrics by type of question: shares",
        "Metrics by type of question: counts",
        "Metrics by type of question: values",
        "Recall against k",
        "Calibration",
        "Times per case",
        "Tokens and cost",
    ]


def test_run_with_only_scores_has_no_plots_and_explains_why(record_of):
    page = render_run(record_of([1.0, 0.5])).replace("&#39;", "'")
    assert titles(page) == []
    assert "Calibration can't be drawn: no case has both" in page
    assert "Times can't be drawn" in page
    assert "all cases are of one type" in page


def test_run_without_cases_is_rendered(record_of):
    page = html.fromstring(render_run(record_of([])))
    assert page.xpath("//h1/text()") == ["before"]
    assert "Nothing was measured." in page.text_content()


def test_drawings_have_their_figures_as_alternative_text(run_page):
    reported = html.fromstring(run_page).xpath("//*[@role='img']/@aria-label")
    assert len(reported) == 7
    assert any("recall: 0.000 at 1, 1.000 at 5, 1.000 at 10" in words for words in reported)
    assert any("numeric: 600 tokens in, 42 out, $0.0120" in words for words in reported)
    assert any("confidence 0.8 to 1.0: 2 of 2 right" in words for words in reported)
    assert any("answer: half within 100 ms" in words for words in reported)


def test_ticks_of_a_logarithmic_time_axis_are_plain_numbers(rich):
    run = rich([rich_case(0, 1.0), rich_case(1, 1.0)])
    timings = tuple(CaseTiming(id=f"case-{place}", seconds=seconds) for place, seconds in enumerate((0.00004, 12.8)))
    page = render_run(
        run.model_copy(
            update={"manifest": summarise(run.manifest, EvalRunStatus.DONE, run.cases, timings), "timings": timings}
        )
    )
    (drawing,) = html.fromstring(page).xpath("//figure[figcaption = 'Times per case']//svg")
    assert {"0.1", "10,000"} <= set(drawing.xpath(".//text/text()"))
    assert "mathdefault" not in page


def test_counts_of_zero_have_an_axis_of_whole_numbers(rich):
    first, second = (
        rich([rich_case(place, 0.0, measures={"wrong": 0.0}) for place in range(4)], run_id=name)
        for name in ("before", "after")
    )
    for page, title in (
        (render_run(first), "Metrics by type of question: counts"),
        (compared(first, second), "Differences: counts"),
    ):
        (drawing,) = html.fromstring(page).xpath(f"//figure[figcaption = '{title}']//svg")
        ticks = drawing.xpath(".//text[not(contains(., 'wrong'))]/text()")
        assert {"0", "1"} <= set(ticks)
        assert not [tick for tick in ticks if "." in tick]


def test_plot_shows_the_commonest_types_and_the_table_all_types(rich):
    kinds = [f"type-{number:02}" for number in range(1, 11) for _ in range(number)]
    page = html.fromstring(render_run(rich([rich_case(place, 1.0, kind=kind) for place, kind in enumerate(kinds)])))
    (drawn,) = page.xpath("//figure[figcaption = 'Metrics by type of question: shares']")
    assert "type-03" in drawn.text_content()
    assert "type-02" not in drawn.text_content()
    assert "The 8 commonest of 10 types; the table has all." in drawn.text_content()
    assert len(page.xpath("//section[h2 = 'Figures']//thead//th")) == 12


def test_legend_contains_a_type_beginning_with_an_underscore(rich):
    page = html.fromstring(render_run(rich([rich_case(place, 1.0, kind=("_own", "other")[place]) for place in (0, 1)])))
    (drawing,) = page.xpath("//figure[figcaption = 'Metrics by type of question: shares']//svg")
    assert {"all", "other", " _own"} <= set(drawing.xpath(".//text/text()"))


def test_each_case_expands_to_its_trace_with_evidence_and_quotes(run_page):
    case = html.fromstring(run_page).xpath("//details[@class='case']")[0]
    assert case.xpath(".//*[@class='question']/text()") == ["Who audits the statements?"]
    assert case.xpath(".//blockquote/text()") == ["audited by Brandt & Sons"]
    assert case.xpath(".//*[@class='why']/text()") == ["the quote is not on the page"]
    (marked,) = case.xpath(".//li[@class='evidence']")
    assert "made-2031-10k p. 9 evidence" in marked.text_content()


def test_only_the_lowest_scored_of_many_cases_are_shown(rich):
    run = rich([rich_case(place, 0.0 if place == TRACED_CASES + 4 else 1.0) for place in range(TRACED_CASES + 5)])
    page = html.fromstring(render_run(run))
    shown = page.xpath("//details[@class='case']//span[@class='id']/text()")
    assert (len(shown), shown[0]) == (TRACED_CASES, f"case-{TRACED_CASES + 4}")
    assert "5 more cases" in page.text_content()


def test_comparison_shows_differences_counts_warnings_and_verdicts(comparison_page):
    page = html.fromstring(comparison_page)
    reported = " ".join(page.text_content().split())
    assert page.xpath("//dl[@class='tiles']//dd/text()") == ["12", "0", "3", "9"]
    assert "Worse beyond noise: wrong." in reported
    assert "The two runs differ in the data." in reported
    (row,) = page.xpath("//tr[th[starts-with(., 'wrong')]]")
    cells = [cell.text_content() for cell in row.xpath("./td")]
    assert cells[:3] == ["0", "3", "+3"]
    assert cells[5] == "▼ worse"
    assert titles(comparison_page) == [
        "Differences: shares",
        "Differences: counts",
        "Differences: values",
        "Recall against k",
    ]


def test_flipped_case_shows_both_traces(comparison_page):
    flips = html.fromstring(comparison_page).xpath("//details[@class='case']")
    assert [flip.xpath("./summary/span[@class='id']/text()")[0] for flip in flips] == ["case-0", "case-1", "case-2"]
    sides = flips[0].xpath(".//div[@class='trace']")
    assert [side.xpath("normalize-space(./h3)") for side in sides] == ["before 1.000", "after 0.000"]
    assert all(side.xpath(".//li[@class='evidence']") and side.xpath(".//blockquote") for side in sides)


def test_only_the_greatest_losses_and_gains_of_many_flips_are_shown(rich):
    places = range(TRACED_FLIPS + 10)
    first = rich([rich_case(place, 0.0, score=0.0) for place in places])
    second = rich([rich_case(place, 0.0, score=(place - 100) / 1000 or 0.5) for place in places], run_id="after")
    page = html.fromstring(compared(first, second))
    shown = page.xpath("//details[@class='case']//span[@class='id']/text()")
    assert (len(shown), shown[0], shown[-1]) == (TRACED_FLIPS, "case-0", "case-100")
    assert "10 in the middle are not shown" in page.text_content()


def test_case_that_lost_its_score_is_marked_no_longer_scored(record_of):
    page = html.fromstring(compared(record_of([1.0, 1.0]), record_of([None, 1.0], run_id="after")))
    assert page.xpath("//summary/span[contains(@class, 'unscored')]/text()") == ["no longer scored"]


def test_hostile_texts_are_escaped(rich):
    trace = {
        "question": HOSTILE,
        "retrieved": [{"rank": 1, "documents": [HOSTILE], "page": 1, "kind": HOSTILE, "heading": HOSTILE}],
        "claims": [{"text": HOSTILE, "citations": [{"documents": [HOSTILE], "page": 1, "quote": HOSTILE}]}],
        "dropped": [{"text": HOSTILE, "reason": HOSTILE}],
        HOSTILE: {HOSTILE: HOSTILE},
    }
    changes = {"trace": trace, "reason": HOSTILE, "details": {HOSTILE: HOSTILE}, "measures": {HOSTILE: 0.25}}
    sides = []
    for run_id, score in (("before", 1.0), ("after", 0.0)):
        cases = [
            rich_case(place, score, id=f"{HOSTILE}{place}", kind=f"{HOSTILE}{place % 2}", **changes)
            for place in range(4)
        ]
        run = rich(cases, run_id=run_id, data_name=HOSTILE, model=HOSTILE)
        metric = MetricSpec(name=HOSTILE, of=(HOSTILE,))
        manifest = run.manifest.model_copy(update={"metrics": (metric,), "purpose": HOSTILE})
        sides.append(
            run.model_copy(update={"manifest": summarise(manifest, EvalRunStatus.DONE, run.cases, run.timings)})
        )
    for page in (render_run(sides[0]), compared(*sides)):
        tree = html.fromstring(page)
        assert not tree.xpath("//script | //img | //iframe | //object | //link | //form")
        assert not [name for element in tree.iter() for name in element.attrib if name.startswith("on")]
        assert len(tree.xpath("//style")) == 1
        assert "alert(1)</script>" not in page
        assert "{{ 7 * 7 }}" in tree.xpath("string(//*[@class='question'])")
        assert "<script>alert(1)" in tree.xpath("string(//svg)")


def test_report_loads_no_other_file(run_page, comparison_page):
    for page in (run_page, comparison_page):
        tree = html.fromstring(page)
        assert "://" not in page
        assert "@import" not in page
        assert re.findall(r"url\((?!#)", page) == []
        links = tree.xpath("//@href | //@src | //@srcset | //@data | //@action | //@*[name()='xlink:href']")
        assert {link[0] for link in links} == {"#"}


def test_each_id_referenced_by_a_drawing_exists_once(run_page):
    ids = re.findall(r'\bid="([^"]+)"', run_page)
    assert len(ids) == len(set(ids))
    assert {*re.findall(r"url\(#([^)]+)\)", run_page), *re.findall(r'href="#([^"]+)"', run_page)} <= set(ids)


def test_drawings_use_the_pages_colours(run_page, comparison_page):
    for page in (run_page, comparison_page):
        drawings = " ".join(re.findall(r"<svg.*?</svg>", page, re.DOTALL))
        assert set(re.findall(r"#[0-9a-f]{6}\b", drawings)) == set()
        used = set(re.findall(r"var\((--[a-z0-9-]+)\)", drawings))
        assert used <= set(re.findall(r"(--[a-z0-9-]+):", page))


def test_same_record_renders_to_the_same_bytes_in_another_process(before, tmp_path):
    run, out = tmp_path / "run", tmp_path / "run.html"
    run.mkdir()
    RunFiles(run).finish(before)
    (tmp_path / "matplotlibrc").write_text("font.size: 30\nsvg.fonttype: path\n")
    subprocess.run(
        [sys.executable, "-m", "app.cli", "eval", "show", str(run), "--markdown", os.devnull, "--html", str(out)],
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "7", "MATPLOTLIBRC": str(tmp_path / "matplotlibrc")},
    )
    assert out.read_text() == render_run(before)


def test_compare_writes_the_file_and_exits_with_3_on_a_regression(before, after, tmp_path):
    for run in (before, after):
        folder = tmp_path / run.manifest.id
        folder.mkdir()
        RunFiles(folder).finish(run)
    out = tmp_path / "deep" / "compared.html"
    ended = CliRunner().invoke(commands, ["compare", "before", "after", "--runs", str(tmp_path), "--html", str(out)])
    assert ended.exit_code == 3
    assert out.read_text() == compared(before, after)

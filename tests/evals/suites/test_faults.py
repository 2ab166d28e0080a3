"""The faults suite decides checks on documents that a running Footnote stores."""

import json

import pytest

from app.evaluations.records import Selection
from app.settings import Settings
from evals.running.records import RunFolder
from evals.running.runner import Runner, RunRequest
from evals.suites.faults import SUITE
from tests.evals.conftest import Silent

PAGE = "<html><body><h1>Annual report</h1><p>{}</p></body></html>"
DEBT = "Saltmarsh Energy had total debt of $412 million at December 31, 2031."
SALES = "Saltmarsh Energy had net sales of ${} million in 2031."
CASES = (
    {
        "file": "debt.html", "fault": "marks",
        "checks": [
            {"kind": "text", "must_contain": ["debt of $412 million"], "must_not_contain": ["$4126"]},
            {"kind": "question", "ask": "What was Saltmarsh Energy's total debt?", "expect_value": "412", "unit": "USD",
             "scale": 6},
            {"kind": "question", "ask": "What was Saltmarsh Energy's total debt?", "expect_value": "413", "unit": "USD",
             "scale": 6},
            {"kind": "cell", "row_label": "Total debt", "column_label": "2031", "value": "412"},
        ],
    },
    {
        "files": ["before.html", "after.html"], "fault": "replaced",
        "load": "the first, then the second under the same name, as report.html",
        "checks": [{"kind": "question", "ask": "What were Saltmarsh Energy's net sales in 2031?", "expect_value": "777",
                    "unit": "USD", "scale": 6}],
    },
)  # fmt: skip


@pytest.fixture(scope="module")
def record(tmp_path_factory, homes, stacks):
    folder = tmp_path_factory.mktemp("faults")
    data = folder / "faults"
    data.mkdir()
    (data / "debt.html").write_text(PAGE.format(DEBT))
    (data / "before.html").write_text(PAGE.format(SALES.format(900)))
    (data / "after.html").write_text(PAGE.format(SALES.format(777)))
    (data / "cases.jsonl").write_text("".join(json.dumps(case) + "\n" for case in CASES))
    runner = Runner(
        runs=RunFolder(folder / "runs"),
        homes=homes,
        cassettes=folder / "cassettes",
        stacks=stacks,
        settings=Settings(_env_file=None),
        notify=lambda _: None,
    )
    return runner.run(SUITE, RunRequest(data=data, selection=Selection()), Silent())


def test_each_check_is_a_case_with_what_was_seen(record):
    verdicts = {case.id: case.details["verdict"] for case in record.cases}
    assert verdicts["debt/1-text"] == "right"
    assert verdicts["debt/2-question"] == "right"
    assert verdicts["debt/3-question"] == "wrong"
    assert verdicts["debt/4-cell"] == "missed"
    (wrong,) = [case for case in record.cases if case.id == "debt/3-question"]
    assert "$412 million" in wrong.reason


def test_users_of_a_case_see_no_other_case(record):
    asked = next(case for case in record.cases if case.id == "before/1-question")
    pages = {name for passage in asked.trace["retrieved"] for name in passage["documents"]}
    assert pages <= {"before"}


def test_figures_are_shares_of_checks_and_given_by_fault(record):
    figures = record.manifest.figures
    assert (figures["right"] + figures["wrong"] + figures["missed"], record.manifest.n) == (5, 5)
    assert figures["wrong_share"] == pytest.approx(figures["wrong"] / 5)
    assert set(record.manifest.by_kind) == {"marks", "replaced"}

"""The extraction suite joins labelled contracts and the lines of tagged filings."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.facts.items.standard import load_items
from app.facts.model import StatementKind
from app.quantities.periods import Period
from evals.datasets.contracts.writing import write_contracts
from evals.datasets.filings import load_filings
from evals.datasets.tagged import TaggedFact
from evals.environment.filed_reports import FiledCase
from evals.learning.made_facts import write_made_facts
from evals.scoring.report_fields import JudgedLine, Line, Outcome, Which
from evals.suites.extraction import SUITE
from evals.suites.filed_fields import LineCase, case_of, judge_filed

YEAR = Period(date(2031, 12, 31), date(2031, 1, 1))
TAGGED = TaggedFact.of(
    document="made", statement=StatementKind.INCOME, line_item="Revenues", period=YEAR, unit="USD",
    value=Decimal(5000000), decimals=-6,
)  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_made_facts(tmp_path_factory.mktemp("made"))


def line_case(made: Path) -> LineCase:
    filing = load_filings(made)[0]
    return LineCase(f"{filing.name}/revenue", "revenue", FiledCase(filing.name, "annual-report", filing))


def judged(outcome, confidence, *, is_absent=False, stated=(TAGGED,)):
    line = Line(load_items()["Revenue"], which=Which.CURRENT, period=YEAR, stated=stated, elsewhere=())
    return JudgedLine("revenue", line, outcome, confidence, is_absent=is_absent)


@pytest.mark.parametrize(
    ("line", "score", "confidence"),
    [
        (judged(Outcome.RIGHT, 0.995), 1.0, 0.995),
        (judged(Outcome.WRONG, 0.6), 0.0, 0.6),
        (judged(Outcome.MISSED, 0.9, is_absent=True), 0.0, 0.9),
        (judged(Outcome.MISSED, 0.0), 0.0, None),
        (judged(Outcome.NOTHING, 0.9, is_absent=True, stated=()), 1.0, 0.9),
        (judged(Outcome.NOTHING, 0.0, stated=()), None, None),
    ],
    ids=["right", "wrong", "absent but tagged", "unread but tagged", "absent and not tagged", "nobody states it"],
)
def test_line_is_scored_and_calibrated_where_something_is_known(made, line, score, confidence):
    case = case_of(line_case(made), line)
    assert case.score == score
    assert case.measures.get("confidence") == confidence


def test_approved_values_count_apart(made):
    measures = case_of(line_case(made), judged(Outcome.WRONG, 0.995)).measures
    assert (measures["line_approved"], measures["line_approved_wrong"], measures["line_missed"]) == (1.0, 1.0, 1.0)


def test_folder_of_filings_has_a_case_per_line(made):
    cases = SUITE.load(made)
    assert {case.kind for case in cases} >= {"revenue", "revenue_prior", "total_assets", "operating_cash_flow"}
    assert len({case.id for case in cases}) == len(cases)


def test_own_data_has_contracts_and_filings(tmp_path, made):
    folder = write_contracts(tmp_path)
    alone = len(SUITE.load(folder))
    (folder / "filings").symlink_to(made)
    assert len(SUITE.load(folder)) == alone + len(SUITE.load(made))


def test_filing_is_read_without_its_tags_and_its_lines_are_right(made, tmp_path):
    filing = next(each for each in load_filings(made) if each.name == "small_device_company")
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / f"{filing.name}.html").write_bytes(filing.read_plain())
    found = judge_filed(tmp_path / "plain", FiledCase(filing.name, "annual-report", filing))
    assert isinstance(found, dict)
    counts = JudgedLine.count(list(found.values()), approved=0.99)
    assert counts["approved_wrong"] == 0
    assert counts["right"] > 0.9 * counts["tagged"] > 30

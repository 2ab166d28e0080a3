"""The facts suite scores proposed facts, also on a running Footnote."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.documents.content.statements import Statement
from app.evaluations.records import Selection
from app.facts.line_items import Measure
from app.facts.proposals import ProposedFact
from app.quantities.periods import Period
from app.settings import Settings
from evals.datasets.files import DataMissingError
from evals.datasets.filings import Filing
from evals.datasets.tagged import TaggedFact
from evals.environment.context import SuiteContext
from evals.environment.printing import PdfPrinter, PrintingFailedError, find_chromium
from evals.running.records import RunFolder
from evals.running.runner import Runner, RunRequest
from evals.scoring.facts import Fault, compare_facts
from evals.suites import facts as suite_module
from evals.suites.facts import SUITE, FilingCase, judge_facts
from tests.evals.conftest import Silent, write_filing

YEAR, BEFORE = Period(date(2031, 12, 31), date(2031, 1, 1)), Period(date(2030, 12, 31), date(2030, 1, 1))


def tagged(line_item="Revenues", value="4210000000", *, period=YEAR, decimals=-6):
    return TaggedFact.of(
        document="made",
        statement=Statement.INCOME,
        line_item=line_item,
        period=period,
        unit="USD",
        value=Decimal(value),
        decimals=decimals,
    )


def proposed(line_item="Revenues", value="4210000000", *, period=YEAR):
    return ProposedFact(
        line_item=line_item,
        label="as shown",
        statement=Statement.INCOME,
        period=period,
        value=Decimal(value),
        measure=Measure.MONEY,
        scale=6,
        currency="USD",
        page_number=1,
        char_start=0,
        char_end=5,
    )


def test_fact_is_right_at_the_tagged_precision():
    assert compare_facts([tagged()], [proposed(value="4210000000.4")]).right
    assert compare_facts([tagged()], [proposed(value="4210499999")]).right
    assert not compare_facts([tagged()], [proposed(value="4210500000")]).right
    assert not compare_facts([tagged(decimals=None)], [proposed(value="4210000001")]).right


@pytest.mark.parametrize(
    ("fact", "fault"),
    [
        (proposed(value="-4210000000"), Fault.SIGN),
        (proposed(value="4210000"), Fault.SCALE),
        (proposed(value="4210"), Fault.SCALE),
        (proposed(value="4200000000"), Fault.VALUE),
        (proposed(period=BEFORE), Fault.PERIOD),
        (proposed(line_item="SalesRevenueNet"), Fault.ITEM),
        (proposed(line_item="Goodwill", value="7"), Fault.NOT_TAGGED),
    ],
)
def test_wrong_fact_is_classified_by_its_fault(fact, fault):
    compared = compare_facts([tagged()], [fact])
    assert [wrong.fault for wrong in compared.wrong] == [fault]
    assert compared.missed == (tagged(),)


def test_repeated_fact_counts_once_and_a_second_value_counts_as_wrong():
    assert len(compare_facts([tagged()], [proposed(), proposed()]).right) == 1
    both = compare_facts([tagged()], [proposed(), proposed(value="1")])
    assert (len(both.right), len(both.wrong), len(both.missed)) == (1, 1, 0)


def test_measures_of_a_filing_are_counts_and_its_score_is_f1():
    filing = Filing(
        Path("made.html"), (tagged(), tagged("GrossProfit", "1"), tagged("NetIncomeLoss", "2")), tagged=True
    )
    case = judge_facts(FilingCase("made/html", "html", filing), [proposed(), proposed("GrossProfit", "-1000000")])
    assert [case.measures[name] for name in ("right", "wrong", "missed", "proposed", "tagged")] == [1, 1, 2, 2, 3]
    assert case.score == pytest.approx(2 / 5)
    assert case.trace["wrong"][0]["label"] == "as shown"
    assert [missed["line_item"] for missed in case.trace["missed"]] == ["GrossProfit", "NetIncomeLoss"]


def test_folder_without_filings_is_rejected(tmp_path):
    with pytest.raises(DataMissingError, match=r"no facts\.jsonl"):
        SUITE.load(tmp_path)


@pytest.fixture(scope="module")
def record(tmp_path_factory, homes, stacks):
    """Return a run on one filing with tagged statements and one without, each as HTML and as PDF."""
    folder = tmp_path_factory.mktemp("facts")
    data = folder / "filings"
    data.mkdir()
    (data / "jtw-10k.html").write_text(write_filing())
    (data / "untagged.html").write_text(write_filing().replace("us-gaap:", "jtw:"))
    runner = Runner(
        runs=RunFolder(folder / "runs"),
        homes=homes,
        cassettes=folder / "cassettes",
        stacks=stacks,
        settings=Settings(_env_file=None),
        notify=lambda _: None,
    )
    return runner.run(SUITE, RunRequest(data=data, selection=Selection()), Silent())


def test_facts_read_without_tags_are_measured_against_the_tags(record):
    case = next(case for case in record.cases if case.id == "jtw-10k/html")
    # The missing facts belong to a line whose label Footnote does not know.
    assert [missed["line_item"] for missed in case.trace["missed"]] == ["OtherCostAndExpenseOperating"] * 2
    assert (case.measures["right"], case.measures["wrong"]) == (30, 0)
    assert record.manifest.figures["precision"] == 1
    assert record.manifest.figures["recall"] == pytest.approx(30 / 32)


def test_filing_without_tagged_statements_is_unscored(record):
    case = next(case for case in record.cases if case.id == "untagged/html")
    assert (case.score, case.reason) == (None, "the filing tags no primary statement")


def test_filing_is_read_from_pdf_too(record):
    case = next(case for case in record.cases if case.id == "jtw-10k/pdf")
    if find_chromium() is None:
        assert (case.score, case.reason) == (None, "Chromium is not installed, so no PDF can be printed")
    else:
        assert case.measures["right"] == 30


def test_without_chromium_pdf_cases_are_unscored_with_the_reason(record, filings, homes, stacks, monkeypatch):
    monkeypatch.setattr(suite_module, "find_chromium", lambda: None)
    cases = [case for case in SUITE.load(filings) if case.kind == "pdf"]
    digest = record.manifest.conditions.data_digest
    context = SuiteContext(data=filings, data_digest=digest, homes=homes, stacks=stacks, notify=lambda _: None)
    with SUITE.open(context, cases) as scoring:
        [case] = [scoring.score(case) for case in cases]
    assert (case.score, case.reason) == (None, "Chromium is not installed, so no PDF can be printed")


def test_failed_print_is_reported(tmp_path):
    with pytest.raises(PrintingFailedError):
        PdfPrinter("false").print_page(b"<html/>", tmp_path / "out.pdf")
    assert list(tmp_path.iterdir()) == []

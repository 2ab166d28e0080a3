"""The facts suite scores the facts that are read from filings without their tags."""

import dataclasses
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.evaluations.records import Selection
from app.facts.model import Fact, Measure, Method, Place, StatementKind
from app.quantities.periods import Period
from app.quantities.values import Kind, Quantity
from app.settings import Settings
from app.tables.model import Cell, CellKind, Table
from evals.datasets.files import DataMissingError
from evals.datasets.filings import Filing
from evals.datasets.tagged import TaggedFact
from evals.environment.printing import PdfPrinter, PrintingFailedError, find_chromium
from evals.running.records import RunFolder
from evals.running.runner import Runner, RunRequest
from evals.scoring.adding_up import find_sums
from evals.scoring.facts import BY_CONCEPT, Fault, by_item, compare_facts, items_of
from evals.scoring.printed_rows import find_printed
from evals.scoring.whole_statements import Failure, find_failures
from evals.suites.facts import LEVELS, SUITE, FilingCase, judge_facts
from evals.suites.statement_checks import ReportCase, judge_statements
from tests.evals.conftest import Silent, write_filing

YEAR, BEFORE = Period(date(2031, 12, 31), date(2031, 1, 1)), Period(date(2030, 12, 31), date(2030, 1, 1))


def tagged(line_item="Revenues", value="4210000000", *, period=YEAR, decimals=-6, statement=StatementKind.INCOME):
    return TaggedFact.of(
        document="made",
        statement=statement,
        line_item=line_item,
        period=period,
        unit="USD",
        value=Decimal(value),
        decimals=decimals,
    )


def read(concept="Revenues", value="4210000000", *, period=YEAR, item=None, **changes):
    fact = Fact(
        label="as shown",
        label_path=("as shown",),
        period=period,
        value=Decimal(value),
        measure=Measure.MONEY,
        scale=6,
        currency="USD",
        method=Method.STATEMENT,
        place=Place(page=1, char_start=0, char_end=5),
        confidence=0.99,
        statement=StatementKind.INCOME,
        concept=concept,
        item=item,
        concept_confidence=0.98,
    )
    return dataclasses.replace(fact, **changes)


def compare(tagged_facts, facts, level=BY_CONCEPT, **more):
    return compare_facts(tagged_facts, facts, level, **more)


def test_fact_is_right_at_the_tagged_precision():
    assert compare([tagged()], [read(value="4210000000.4")]).right
    assert compare([tagged()], [read(value="4210499999")]).right
    assert not compare([tagged()], [read(value="4210500000")]).right
    assert not compare([tagged(decimals=None)], [read(value="4210000001")]).right


@pytest.mark.parametrize(
    ("fact", "fault"),
    [
        (read(value="-4210000000"), Fault.SIGN),
        (read(value="4210000"), Fault.SCALE),
        (read(value="4210"), Fault.SCALE),
        (read(value="4200000000"), Fault.VALUE),
        (read(period=BEFORE), Fault.PERIOD),
        (read("SalesRevenueNet"), Fault.ITEM),
        (read("Goodwill", "7"), Fault.NOT_TAGGED),
    ],
)
def test_wrong_fact_is_classified_by_its_fault(fact, fault):
    compared = compare([tagged()], [fact])
    assert [wrong.fault for wrong in compared.wrong] == [fault]
    assert compared.missed == (tagged(),)


def test_repeated_fact_counts_once_and_a_second_value_counts_as_wrong():
    assert len(compare([tagged()], [read(), read()]).right) == 1
    both = compare([tagged()], [read(), read(value="1")])
    assert (len(both.right), len(both.wrong), len(both.missed)) == (1, 1, 0)


def test_concepts_of_one_item_are_compared_by_the_item():
    sales = tagged("RevenueFromContractWithCustomerExcludingAssessedTax")
    assert items_of(sales.line_item, sales.statement) == items_of("Revenues", sales.statement) == {"Revenue"}
    fact = read("Revenues", item="Revenue")
    assert compare([sales], [fact], by_item([sales])).found == (sales,)
    assert compare([sales], [fact]).missed == (sales,)
    assert [wrong.fault for wrong in compare([sales], [fact]).wrong] == [Fault.ITEM]


def test_net_income_is_one_item_unless_there_are_noncontrolling_interests():
    income, fact = tagged("ProfitLoss"), read("NetIncomeLoss", item="NetIncome")
    share = tagged("NetIncomeLossAttributableToNoncontrollingInterest", "5")
    assert compare([income], [fact], by_item([income])).found == (income,)
    assert compare([income, share], [fact], by_item([income, share])).missed == (income, share)


def test_tagged_concepts_without_an_item_are_not_asked_by_item():
    compared = compare([tagged("CommonStockSharesAuthorized", "1000")], [], by_item([]))
    assert (compared.found, compared.missed) == ((), ())


def test_facts_of_other_tables_and_with_dimensions_are_not_counted():
    others = [
        read(value="1", method=Method.TABLE),
        read(value="2", statement=StatementKind.DEBT),
        read(value="3", dimensions=(("segment", "Tools"),)),
        read(None, "4"),
    ]
    compared = compare([tagged()], others)
    assert (compared.right, compared.wrong) == ((), ())


def test_dash_is_wrong_only_in_place_of_a_tagged_figure():
    dash = {"value": "0", "decimals": None}
    compared = compare([tagged()], [read("Goodwill", **dash)])
    assert (compared.right, compared.wrong) == ((), ())
    assert [wrong.fault for wrong in compare([tagged()], [read(**dash)]).wrong] == [Fault.VALUE]
    printed = compare([tagged()], [read("Goodwill", "0", decimals=-6)])
    assert [wrong.fault for wrong in printed.wrong] == [Fault.NOT_TAGGED]


def test_values_of_an_item_are_compared_in_the_direction_of_its_preferred_concept():
    flow = {"statement": StatementKind.CASH_FLOW}
    payable = tagged("IncreaseDecreaseInAccruedIncomeTaxesPayable", "5000000", **flow)
    receivable = tagged("IncreaseDecreaseInIncomeTaxesReceivable", "-5000000", **flow)
    [item] = items_of(payable.line_item, payable.statement)
    assert items_of(receivable.line_item, receivable.statement) == {item}
    fact = read(None, "5000000", item=item, **flow)
    assert compare([payable], [fact], by_item([payable])).right
    assert compare([receivable], [fact], by_item([receivable])).right
    assert [
        wrong.fault
        for wrong in compare(
            [receivable], [dataclasses.replace(fact, value=Decimal(-5000000))], by_item([receivable])
        ).wrong
    ] == [Fault.SIGN]


def test_fact_on_two_statements_has_the_items_of_both():
    tag = tagged("DepreciationDepletionAndAmortization", "9000000")
    [own] = items_of(tag.line_item, StatementKind.INCOME)
    [other] = items_of(tag.line_item, StatementKind.CASH_FLOW)
    assert own != other
    both = tag.model_copy(update={"also": (StatementKind.CASH_FLOW,)})
    fact = read(None, "9000000", item=other, statement=StatementKind.CASH_FLOW)
    assert compare([both], [fact], by_item([both])).right
    assert compare([tag], [fact], by_item([tag])).missed == (tag,)


def test_fact_tagged_elsewhere_is_right_but_cannot_be_missed():
    note = tagged("Goodwill", "7", statement=StatementKind.OTHER)
    assert len(compare([tagged()], [read("Goodwill", "7")], elsewhere=[note]).right) == 1
    assert compare([tagged()], [], elsewhere=[note]).missed == (tagged(),)


@given(st.lists(st.tuples(st.sampled_from(["Revenues", "GrossProfit", None]), st.integers(-3, 3)), max_size=8))
def test_every_tagged_fact_is_found_or_missed_and_every_distinct_fact_right_or_wrong(claims):
    truth = [tagged(value="1", decimals=0), tagged("GrossProfit", "2", decimals=0)]
    compared = compare(truth, [read(concept, str(value)) for concept, value in claims])
    assert {*compared.found, *compared.missed} == set(truth)
    assert not set(compared.found) & set(compared.missed)
    assert len(compared.right) + len(compared.wrong) == len({claim for claim in claims if claim[0] is not None})


STATEMENT = [
    tagged(name, str(value)) for name, value in (("Revenues", 4_210), ("GrossProfit", 1_610), ("Costs", 2_600))
]


@pytest.mark.parametrize(
    ("facts", "failure"),
    [
        ([read(None, str(fact.value)) for fact in STATEMENT], None),
        ([read(None, str(fact.value), period=BEFORE) for fact in STATEMENT], Failure.PERIOD),
        ([read(None, str(fact.value * 1000)) for fact in STATEMENT], Failure.SCALE),
        ([read(None, "77")], Failure.UNRECOGNISED),
        ([read(None, str(fact.value), method=Method.TABLE) for fact in STATEMENT], Failure.UNRECOGNISED),
    ],
)
def test_statement_fails_as_a_whole_by_period_scale_or_not_recognised(facts, failure):
    exact = [fact.model_copy(update={"decimals": None}) for fact in STATEMENT]
    assert find_failures(exact, facts).get(StatementKind.INCOME) == failure


def test_measures_of_a_filing_are_counts_and_its_score_is_f1_by_item():
    truth = (tagged(), tagged("GrossProfit", "1"), tagged("NetIncomeLoss", "2"))
    filing = Filing(Path("made.html"), truth, tagged=True)
    facts = [
        read(item="Revenue"),
        read("GrossProfit", "-1000000", item="GrossProfit", confidence=0.5),
        read("Goodwill", "5", confidence=0.5),
    ]
    case = judge_facts(FilingCase("made/html", "html", filing), facts)
    counts = ("right", "wrong", "missed", "read", "tagged", "mistaken", "declined", "approved")
    assert [case.measures[name] for name in counts] == [1, 2, 2, 3, 3, 1, 1, 1]
    assert [case.measures[f"item_{name}"] for name in counts] == [1, 1, 2, 2, 3, 1, 1, 1]
    assert case.score == pytest.approx(2 / 5)
    assert case.trace["wrong"][0]["label"] == ["as shown"]
    assert [missed["line_item"] for missed in case.trace["missed"]] == ["GrossProfit", "NetIncomeLoss"]


def test_figures_of_a_model_that_has_not_seen_the_company_stand_beside_the_others():
    filing = Filing(Path("made.html"), (tagged(),), tagged=True)
    case = judge_facts(FilingCase("made/html", "html", filing), [read(item="Revenue")], [read("GrossProfit")])
    assert (case.measures["right"], case.measures["left_out_right"]) == (1, 0)
    assert (case.measures["item_found"], case.measures["left_out_item_found"]) == (1, 0)
    assert {"left_out_item_precision", "left_out_recall"} <= {metric.name for metric in SUITE.metrics}


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
    assert case.measures["found"] + case.measures["missed"] == case.measures["tagged"] == 32
    assert (case.measures["found"] >= 24, case.measures["failed"]) == (True, 0)
    assert record.manifest.figures["item_precision"] > 0.9
    assert record.manifest.figures["precision"] > 0.8  # filers tag alike rows with several concepts


def test_every_metric_that_can_be_computed_has_a_figure(record):
    missing = {metric.name for metric in SUITE.metrics} - record.manifest.figures.keys()
    assert {name for name in missing if not name.startswith("left_out_")} <= {
        f"{prefix}approved_precision" for prefix in LEVELS
    }


def test_filing_without_tagged_statements_is_unscored(record):
    case = next(case for case in record.cases if case.id == "untagged/html")
    assert (case.score, case.reason) == (None, "the filing tags no primary statement")


def test_filing_is_read_from_pdf_too(record):
    case = next(case for case in record.cases if case.id == "jtw-10k/pdf")
    if find_chromium() is None:
        assert (case.score, case.reason) == (None, "Chromium is not installed, so no PDF can be printed")
    else:
        assert case.measures["found"] >= 24


def test_failed_print_is_reported(tmp_path):
    with pytest.raises(PrintingFailedError):
        PdfPrinter("false").print_page(b"<html/>", tmp_path / "out.pdf")
    assert list(tmp_path.iterdir()) == []


def cell(row, column, value):
    quantity = Quantity(Kind.AMOUNT, Decimal(value))
    return Cell(row, column, 1, 1, value, 1, ((0, 1),), CellKind.FIGURE, value=quantity)


def test_checks_use_printed_figures_of_the_cells_that_facts_name():
    rows = [("Net income", "14"), ("Purchases", "-8"), ("Net cash provided by operating activities", "6")]
    table = Table(1, (1,), len(rows), 2, tuple(cell(row, 1, value) for row, (_, value) in enumerate(rows)))
    facts = [
        read(
            None, str(abs(int(value))), label=label, statement=StatementKind.CASH_FLOW, place=Place(1, 0, 1, 1, row, 1)
        )
        for row, (label, value) in enumerate(rows)
    ]
    [printed] = find_printed(StatementKind.CASH_FLOW, facts, [table])
    assert [row.values for row in printed] == [(Decimal(14),), (Decimal(-8),), (Decimal(6),)]
    assert find_sums(printed).explained == (printed[2],)


def test_statement_that_is_not_found_does_not_add_up():
    case = judge_statements(ReportCase("made", "", Path("made.pdf")), [], [])
    assert [case.measures[name] for name in ("statements", "found", "adding_up")] == [3, 0, 0]


def test_option_checks_reads_annual_reports(tmp_path):
    (tmp_path / "pdfs").mkdir()
    (tmp_path / "pdfs" / "a.pdf").write_bytes(b"")
    (tmp_path / "documents.jsonl").write_text('{"doc_name": "a", "doc_type": "10k"}\n{"doc_name": "b"}\n')
    [case] = SUITE.with_options(["checks"]).load(tmp_path)
    assert (case.id, case.path.name) == ("a", "a.pdf")

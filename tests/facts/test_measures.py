"""Tests of the registry: its measures over ten fictional issuers, against values worked by hand."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from app.facts.fiscal import parse_label
from app.facts.formulas.evaluation import evaluate
from app.facts.formulas.registry import MEASURES, standard_vocabulary
from app.facts.formulas.units import UnitKind
from app.facts.ledger import Ledger
from tests.facts.ledgers import read_ledger
from tests.facts.worked_measures import ISSUERS

MILLION = 10**6


def worked() -> Iterator[tuple[str, str, str, str]]:
    """Yield the issuer, the measure, the working and its result."""
    for issuer, case in ISSUERS.items():
        for line in filter(None, map(str.strip, case.working.splitlines())):
            measure, working, result = (part.strip() for part in line.split("|"))
            yield issuer, measure, working, result


@pytest.fixture(scope="module")
def ledgers() -> dict[str, Ledger]:
    return {
        name: read_ledger(case.statements, ends=case.ends, currency=case.currency) for name, case in ISSUERS.items()
    }


@pytest.mark.parametrize(("issuer", "measure", "working", "result"), list(worked()))
def test_measure_is_as_worked_by_hand(ledgers, issuer, measure, working, result):
    computed = evaluate(measure, ledgers[issuer], parse_label(ISSUERS[issuer].period))
    assert computed.problem is None, computed.problem
    is_money = computed.unit.kind is UnitKind.MONEY
    assert round(computed.value / MILLION if is_money else computed.value, 4) == Decimal(result), working
    assert computed.unit.currency in (None, ISSUERS[issuer].currency)


def test_every_measure_of_the_registry_is_worked_by_hand():
    assert {measure for _, measure, _, _ in worked()} == {measure.name for measure in MEASURES}


def test_every_result_is_that_of_its_working():
    for _, measure, working, result in worked():
        arithmetic = working.replace(",", "").replace("^", "**")
        assert abs(eval(arithmetic, {"__builtins__": {}}) - float(result)) <= 0.00005001, measure


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_measure_without_facts_declines(measure):
    computed = evaluate(measure.name, Ledger([]))
    assert (computed.value, computed.problem.code) == (None, "no-facts")


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_measure_is_found_by_each_of_its_words(measure):
    vocabulary = standard_vocabulary()
    for words in (measure.title, *measure.words):
        assert vocabulary.find_name(words) == measure.name
    assert measure.definition.endswith(".")
    assert measure.source


@pytest.mark.parametrize("measure", ["NetIncomeGrowth", "Leverage", "FCFConversion", "CashFlowQuality"])
def test_multiple_of_a_loss_has_no_meaning(ledgers, measure):
    assert evaluate(measure, ledgers["loss-maker"]).problem.code == "negative-base"


def test_issuer_without_inventory_has_no_days_of_inventory(ledgers):
    computed = evaluate("days inventory outstanding", ledgers["software"])
    assert computed.problem.code == "missing-input"
    assert {missing.name for missing in computed.missing} == {"Inventories"}


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("return on average equity", "ReturnOnEquity"),
        ("return on average shareholders' equity", "ReturnOnEquity"),
        ("return on average assets", "ReturnOnAssets"),
        ("return on average tangible common equity", "ReturnOnTangibleEquity"),
    ],
)
def test_average_in_the_name_of_a_return_is_the_same_measure(words, name):
    assert standard_vocabulary().find_name(words) == name

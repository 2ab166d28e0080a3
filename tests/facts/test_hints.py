"""Hints for a formula without a value."""

from uuid import UUID

from app.facts.formulas.evaluation import evaluate
from app.facts.formulas.hints import list_hints
from app.facts.formulas.parsing import parse_expression
from app.facts.formulas.registry import standard_vocabulary
from app.facts.ledger import Ledger
from app.facts.model import FactSource, FiscalLabel, StoredFact
from tests.facts.made_facts import make_fact
from tests.speed import within_cpu_seconds

SOURCE = FactSource(UUID(int=1), UUID(int=2), "juniper", "Juniper", "10-K", "10-K", "2032-02-01")
WORDS = standard_vocabulary()


def list_for(formula, *labels, periods=1):
    made = [make_fact(label, item=None, concept=None) for label in labels]
    ledger = Ledger([StoredFact(fact, number, SOURCE) for number, fact in enumerate(made, 1)])
    expression = parse_expression(formula, WORDS)
    results = [evaluate(expression, ledger, FiscalLabel(2031 - n), vocabulary=WORDS) for n in range(periods)]
    return lambda: list_hints(results, ledger, WORDS)


def test_each_period_without_a_figure_has_the_hints():
    hints = list_for('"fleet upkeep, all of it"', "Fleet upkeep", "Rent", periods=2)()
    assert [found[-1] for found in hints] == ["Rows with similar labels: “Fleet upkeep”."] * 2


def test_time_for_hints_does_not_grow_with_the_periods():
    rows = [f"Row {number} of upkeep" for number in range(10_000)]
    within_cpu_seconds(0.5, list_for('"upkeep a" + "upkeep b" + "upkeep c"', *rows, periods=20))

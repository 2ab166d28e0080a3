"""The registry: all measures and line items, the vocabulary for them, and their formulas parsed."""

from functools import cache
from typing import Final

from app.facts.formulas.definitions import MeasureDefinition
from app.facts.formulas.expressions import Expression, Label, Name, parts_of
from app.facts.formulas.line_items import line_items
from app.facts.formulas.measures.balance import BALANCE_MEASURES
from app.facts.formulas.measures.credit import CREDIT_MEASURES
from app.facts.formulas.measures.income import INCOME_MEASURES
from app.facts.formulas.measures.returns import RETURN_MEASURES
from app.facts.formulas.measures.sectors import SECTOR_MEASURES
from app.facts.formulas.parsing import parse_expression
from app.facts.formulas.vocabulary import Vocabulary
from app.facts.sought import Sought

MEASURES: Final[tuple[MeasureDefinition, ...]] = (
    *INCOME_MEASURES, *BALANCE_MEASURES, *CREDIT_MEASURES, *RETURN_MEASURES, *SECTOR_MEASURES,
)  # fmt: skip
OF_SECTORS: Final = frozenset(measure.name for measure in SECTOR_MEASURES)
"""Measures of banks, insurers and REITs. Issuers compute them with items of their own: a printed one counts more."""


@cache
def standard_vocabulary() -> Vocabulary:
    """Return the vocabulary of the registry."""
    return Vocabulary.of(MEASURES, line_items().values())


@cache
def formula_of(measure: MeasureDefinition) -> Expression:
    """Return a measure's formula, parsed."""
    return parse_expression(measure.formula, standard_vocabulary())


def needed_items(expression: Expression, vocabulary: Vocabulary | None = None) -> tuple[str, ...]:
    """Return the names of all items that an expression can need, in order, through the measures that it names."""
    vocabulary = vocabulary or standard_vocabulary()
    found: dict[str, None] = {}
    queue, seen = [expression], set[str]()
    while queue:
        inner = queue.pop(0)
        queue = [*parts_of(inner), *queue]
        if isinstance(inner, Name):
            measure = vocabulary.measure(inner.name)
            if measure is None:
                found[inner.name] = None
            elif inner.name not in seen:
                seen.add(inner.name)
                queue = [formula_of(measure), *queue]
    return tuple(found)


def list_sought(expression: Expression, vocabulary: Vocabulary) -> list[Sought]:
    """List all that an expression can look up in a ledger, through the measures and own definitions that it names."""
    found: dict[Sought, None] = {}
    queue, seen = [expression], set[str]()
    while queue:
        inner = queue.pop()
        queue += parts_of(inner)
        if isinstance(inner, Label):
            found[Sought(names=(inner.words,), labels=(inner.words,))] = None
        elif isinstance(inner, Name) and inner.name not in seen:
            seen.add(inner.name)
            own, measure = vocabulary.own_definition(inner.name), vocabulary.measure(inner.name)
            item = vocabulary.item(inner.name)
            queue += [own.expression] if own is not None else []
            queue += [formula_of(measure)] if measure is not None else []
            found[Sought(names=(inner.name,)) if item is None else item.sought] = None
    return list(found)

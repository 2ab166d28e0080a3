"""A question for a figure, with all its readings, and the issuers that it is about."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.answers.computing import patterns
from app.answers.computing.currencies import find_asked_currency
from app.answers.computing.grammar import read_requests
from app.answers.computing.ledger_figures import names_of, sought_of
from app.answers.computing.measures import find_measure
from app.answers.computing.readings import Reader
from app.answers.computing.requests import Asked, FigureRequest, list_items
from app.facts.formulas.expressions import At, Label, Name
from app.facts.formulas.registry import standard_vocabulary
from app.facts.formulas.units import MONEY
from app.retrieval.questions.understanding import Understanding

CALENDAR_ITEMS = ("Revenue", "NetIncome", "Assets")
"""Items that almost all issuers report: their facts show the fiscal calendar."""

_FORMERLY = re.compile(r"\b(?:formerly|previously|f/k/a|fka|now known as|renamed)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FigureQuestion:
    """The readings of a question for a figure: over the ledger, where names of measures stand for their formulas, and
    over tables, where they may be the names of rows. `currency` is that which the question names.
    """

    text: str
    of_ledger: tuple[FigureRequest, ...]
    of_tables: tuple[FigureRequest, ...]
    currency: str | None = None

    @classmethod
    def of(cls, question: str, understanding: Understanding) -> "FigureQuestion | None":
        """Read a question; None if it asks for no figure."""
        names = [*understanding.issuer_names, *(form for forms in understanding.issuer_forms for form in forms)]
        of_ledger = read_requests(question, names=names, measures=find_measure)
        of_tables = read_requests(question, names=names)
        currency = find_asked_currency(question)
        return cls(question, tuple(of_ledger), tuple(of_tables), currency) if of_ledger else None

    def is_line_item(self) -> bool:
        """Return whether the question asks for a line item, a total, a margin or another measure."""
        request = self.of_ledger[0]
        item = leaf_of(request.asked)
        if item is None or isinstance(item, Name) or patterns.MARGIN.match(request.name):
            return True
        if Reader().is_over_periods(request.name) or patterns.SUM.match(request.name):
            return True
        return bool(sought_of(item).names)

    def names(self) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
        """Return the names and labels of the facts that the ledger needs."""
        return names_of(item for request in self.of_ledger for item in list_items(request.asked))


def leaf_of(asked: Asked) -> Label | Name | None:
    """Return the only item of a request that asks for no arithmetic."""
    item = asked.of if isinstance(asked, At) else asked
    return item if isinstance(item, Label | Name) else None


def is_arithmetic(request: FigureRequest) -> bool:
    """Return whether a request is for arithmetic over several figures. A comparison can also be answered in words."""
    item = leaf_of(request.asked)
    measure = standard_vocabulary().measure(item.name) if isinstance(item, Name) else None
    is_ratio = measure is not None and measure.unit != MONEY
    return not request.is_comparison and (item is None or is_ratio)


@dataclass(frozen=True, slots=True)
class NamedIssuer:
    """An issuer that a question names, by the keys of all its names."""

    name: str
    keys: tuple[str, ...]


def named_issuers(question: str, understanding: Understanding) -> tuple[NamedIssuer, ...]:
    """Return the issuers that a question names, in order.

    Two names are of the same issuer if they share a form, or if the question says so ("formerly known as").
    """
    groups: list[tuple[str, list[str], set[str]]] = []
    keys = understanding.issuer_keys
    names = (*understanding.issuer_names, *keys[len(understanding.issuer_names) :])
    named = zip(names, keys, understanding.issuer_forms, strict=False)
    is_renamed = _FORMERLY.search(question) is not None
    for name, key, forms in named:
        same = next((group for group in groups if is_renamed or group[2] & forms), None)
        if same is None:
            groups.append((name, [key], set(forms)))
        else:
            same[1].append(key)
            same[2].update(forms)
    return tuple(NamedIssuer(name, tuple(found)) for name, found, _ in groups)

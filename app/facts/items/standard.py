"""Standard items and the concepts that they group.

A standard item ("Revenue") groups concepts that companies choose between for the same line. Names and most groups are
those of `gaap_mappings.json` of edgartools 5.62.1 (MIT licence, `LICENSE-edgartools` in this folder); docs/items.md
says what differs and why. Concepts of an item are in order of preference. A concept may stand for one item in one
statement and for another elsewhere: depreciation and amortization is `DepreciationAmortizationCF` in the statement of
cash flows and `DepreciationExpense` in the income statement.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from app.facts.model import StatementKind

IFRS = "ifrs-full:"


@dataclass(frozen=True, slots=True)
class StandardItem:
    """A standard item. `section` is the part of the statement that it belongs to ("" for totals), and `concepts` are
    names of the us-gaap or IFRS taxonomy without prefix, the preferred one first.
    """

    name: str
    title: str
    statement: StatementKind
    section: str
    concepts: tuple[str, ...]


@cache
def load_items() -> Mapping[str, StandardItem]:
    """Return all standard items by name."""
    text = files("app.facts.items").joinpath("standard_items.json").read_text(encoding="utf-8")
    return {
        item["name"]: StandardItem(
            name=item["name"],
            title=item["title"],
            statement=StatementKind(item["statement"]),
            section=item["section"],
            concepts=tuple(item["concepts"]),
        )
        for item in json.loads(text)
    }


def find_item(concept: str, statement: StatementKind) -> str | None:
    """Return the standard item of a concept in a statement, or None. A company's own concept has none."""
    name = concept.removeprefix(IFRS)
    by_statement = _by_concept().get(name)
    if by_statement is None:
        return None
    return by_statement.get(statement) or next(iter(by_statement.values()))


def concept_of(item: str | None) -> str | None:
    """Return the preferred concept of a standard item."""
    found = None if item is None else load_items().get(item)
    return found.concepts[0] if found is not None and found.concepts else None


@cache
def _by_concept() -> Mapping[str, Mapping[StatementKind, str]]:
    found: dict[str, dict[StatementKind, str]] = {}
    for item in load_items().values():
        for concept in item.concepts:
            found.setdefault(concept, {}).setdefault(item.statement, item.name)
    return found

"""Find a measure as documents print it, where issuers compute it with items of their own."""

import re
from dataclasses import replace
from decimal import Decimal

from app.answers.claims import PageTexts
from app.answers.computing.computed import Computed, compute
from app.answers.computing.found import Missing
from app.answers.computing.question import FigureQuestion, leaf_of
from app.answers.computing.requests import list_items, list_measures
from app.answers.computing.table_figures import TableFigures
from app.facts.formulas.expressions import At, Label
from app.facts.formulas.registry import OF_SECTORS
from app.facts.formulas.units import UnitKind
from app.quantities.periods import Period


def find_printed(question: FigureQuestion, computed: Computed, rows: TableFigures) -> Computed | Missing | None:
    """Return what tables print for a measure of a sector that was computed by its textbook formula; None if they do not
    print it, or if the question asks for something else. `Missing` states that they print several figures.
    """
    if OF_SECTORS.isdisjoint(list_measures(computed.request.asked)):
        return None
    for request in question.of_tables:
        printed = compute(replace(request, verdict=computed.request.verdict), rows)
        if isinstance(printed, Computed):
            return printed if printed.is_certain() else None
        if any(isinstance(item, Label) and rows.has(item) for item in list_items(request.asked)):
            return printed
    return None


def is_stated_otherwise(question: FigureQuestion, computed: Computed, pages: PageTexts) -> bool:
    """Return whether a sentence states another value for a computed ratio, by the question's name and for its period:
    issuers define their ratios in their own ways.
    """
    item = leaf_of(question.of_tables[0].asked)
    value = computed.result.value
    if not isinstance(item, Label) or not isinstance(computed.expression, At) or computed.is_single or value is None:
        return False
    when = computed.expression.when
    day = when.end if isinstance(when, Period) else None
    named = f"{day:%B} {day.day}, {day.year}" if day is not None else str(getattr(when, "year", ""))
    stated = re.compile(
        rf"\b{re.escape(item.words)} (?:was|were|is|of|stood at) (?:approximately )?"
        r"(\d{1,4}(?:\.\d{1,4})?) ?(%|x\b)",
        re.IGNORECASE,
    )
    found = [
        Decimal(match[1]).scaleb(-2 if match[2] == "%" else 0)
        for text in pages.values()
        for line in [" ".join(text.split())]
        for match in stated.finditer(line)
        if named and named in line[max(0, match.start() - _BEFORE) : match.end() + _AFTER]
    ]
    return bool(found) and _is_ratio(computed) and all(abs(each - value) > _ROUNDING for each in found)


_BEFORE, _AFTER = 60, 40  # characters of a sentence that name the period of its figure
_ROUNDING = Decimal("0.0051")


def is_percent(computed: Computed) -> bool:
    """Return whether a value is a percentage."""
    unit = computed.result.unit
    return unit is not None and unit.kind is UnitKind.PERCENT


def _is_ratio(computed: Computed) -> bool:
    unit = computed.result.unit
    return unit is not None and unit.kind in (UnitKind.PERCENT, UnitKind.RATIO)

"""Facts of the ledger as values of fields, with their cells as evidence."""

from collections.abc import Iterable
from decimal import Decimal

from app.facts.model import Fact, Measure
from app.review.evidence import Evidence, evidence_at
from app.review.values import QuantityValue, plain_decimal
from workers.extraction.fields.reader import ReadDocument


def quantity_of(fact: Fact, value: Decimal | None = None) -> QuantityValue:
    """Return a fact as a quantity with its period. `value` replaces its value. A fact's percentage is a fraction."""
    number = fact.value if value is None else value
    if fact.measure is Measure.PERCENT:
        number = number.scaleb(2)
    return QuantityValue(plain_decimal(number), unit_of(fact), fact.period)


def unit_of(fact: Fact) -> str | None:
    match fact.measure:
        case Measure.MONEY | Measure.PER_SHARE:
            return fact.currency
        case Measure.SHARES:
            return "shares"
        case Measure.PERCENT:
            return "%"
        case Measure.RATIO:
            return "x"
        case Measure.NUMBER:
            return None


def evidence_of(document: ReadDocument, facts: Iterable[Fact]) -> tuple[Evidence, ...]:
    """Return the cells that state facts, each once."""
    texts = document.once("report.texts", lambda: {page.number: page.text for page in document.parsed.pages})
    found: dict[tuple[int, int, int], Evidence] = {}
    for fact in facts:
        place = fact.place
        row, column = (None, None) if place.table is None else (place.row, place.column)
        found.setdefault(
            (place.page, place.char_start, place.char_end),
            evidence_at(
                place.page,
                texts.get(place.page, ""),
                place.char_start,
                place.char_end,
                table=place.table,
                row=row,
                column=column,
            ),
        )
    return tuple(found.values())

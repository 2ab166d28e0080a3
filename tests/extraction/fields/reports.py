"""A fictional report as its facts: each figure is a cell of one line of the page's text."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from app.documents.content.parsed import ParsedDocument, ParsedPage, Words
from app.documents.metadata import DocumentMetadata, DocumentType
from app.facts.model import Fact, Measure, Method, Place, StatementKind
from app.quantities.periods import Period
from workers.extraction.fields.reader import ReadDocument

YEAR, BEFORE = Period(date(2031, 12, 31), date(2031, 1, 1)), Period(date(2030, 12, 31), date(2030, 1, 1))
DAY, DAY_BEFORE = Period(date(2031, 12, 31)), Period(date(2030, 12, 31))
QUARTER, QUARTER_BEFORE = Period(date(2031, 9, 30), date(2031, 7, 1)), Period(date(2030, 9, 30), date(2030, 7, 1))
TO_DATE, TO_DATE_BEFORE = Period(date(2031, 9, 30), date(2031, 1, 1)), Period(date(2030, 9, 30), date(2030, 1, 1))


def figure(item: str | None, value: str, period: Period = YEAR, **changes: object) -> Fact:
    """Return a fact of an income statement in millions of dollars."""
    fact = Fact(
        label=item or "Other",
        label_path=(item or "Other",),
        period=period,
        value=Decimal(value) * 1_000_000,
        measure=Measure.MONEY,
        scale=6,
        currency="USD",
        method=Method.STATEMENT,
        place=Place(page=1, char_start=0, char_end=1, table=1),
        confidence=0.99,
        statement=StatementKind.INCOME,
        item=item,
        decimals=-6,
    )
    return replace(fact, **changes)  # type: ignore[arg-type]  # tests name members of a fact


def document(
    facts: Sequence[Fact], *, type_: DocumentType = DocumentType.FORM_10K, end: date | None = DAY.end, text: str = ""
) -> ReadDocument:
    """Return a document of one page that has a line per fact, and then `text`. A fact's row is its line, or its own."""
    lines: list[str] = []
    placed: list[Fact] = []
    start = 0
    for fact in facts:
        printed = f"{fact.value / 10 ** (fact.scale or 0):f}"
        line = f"{fact.label} {printed}\n"
        at = start + len(fact.label) + 1
        place = replace(
            fact.place, char_start=at, char_end=at + len(printed), row=fact.place.row or len(lines), column=1
        )
        placed.append(replace(fact, place=place))
        lines.append(line)
        start += len(line)
    page = ParsedPage(1, "".join(lines) + text, 612, 792, Words.none(), ())
    metadata = DocumentMetadata(title="Report", document_type=type_, period_end=end, currency="USD")
    return ReadDocument(ParsedDocument("text/html", "test", (page,)), (), tuple(placed), metadata)

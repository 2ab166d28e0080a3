"""Finds the currency and the scale of a document's amounts."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.documents.content.parsed import ParsedPage
from app.documents.metadata import DocumentType
from app.quantities.unit_mentions import Scale, UnitsMention, find_named_currency, find_signs, find_units
from workers.extraction.reading import Reading, T, read_at

_MAX_UNITS_LINE = 150  # characters
_SEC_FORMS = (DocumentType.FORM_10K, DocumentType.FORM_10Q, DocumentType.FORM_8K)


@dataclass(frozen=True, slots=True)
class UnitsLine:
    """A line such as "(dollars in millions, except per share amounts)", from `start` to `end` of the page's text."""

    page: ParsedPage
    start: int
    end: int
    scale: Scale

    def text(self) -> str:
        return self.page.text[self.start : self.end]


def find_units_lines(pages: Sequence[ParsedPage]) -> Iterator[UnitsLine]:
    """Find the units lines, such as "(in millions, except per share amounts)", in order."""
    for page in pages:
        for found in find_units(page.text):
            bounds = _line_of_units(page.text, found)
            if bounds is not None:
                yield UnitsLine(page, *bounds, found.scale)


def _line_of_units(text: str, found: UnitsMention) -> tuple[int, int] | None:
    """Return the bounds of the units line, which is in brackets or short; None if `found` is part of a sentence."""
    line_start, line_end = text.rfind("\n", 0, found.start) + 1, text.find("\n", found.end)
    line_end = len(text) if line_end < 0 else line_end
    opened = text.rfind("(", max(line_start, found.start - 80), found.start)
    closed = text.find(")", found.end, found.end + _MAX_UNITS_LINE)
    if opened >= 0 and closed >= 0 and text.find(")", opened, found.start) < 0:
        return opened, closed + 1
    is_short = line_end - line_start < _MAX_UNITS_LINE * 2 // 3
    return (line_start, line_end) if is_short and not text[line_start:line_end].rstrip().endswith(".") else None


def find_scale(lines: Sequence[UnitsLine]) -> Reading[Scale] | None:
    """Return the most frequent scale of the units lines."""
    return _commonest([read_at(line.scale, line.page, line.start, line.end, 0.8) for line in lines])


def find_currency(pages: Sequence[ParsedPage], lines: Sequence[UnitsLine], kind: DocumentType) -> Reading[str] | None:
    """Return the currency that units lines name most often, else that of the most frequent currency sign, else None.

    The sign takes precedence in two cases. The units lines name US dollars without "$", and the sign is that of another
    currency. Or the document is an SEC form with "$" as its sign, and fewer than five units lines name a currency.
    """
    named = []
    for line in lines:
        code = find_named_currency(line.text())
        if code:
            named.append(read_at(code, line.page, line.start, line.end, 0.85))
    signs = _commonest(
        [
            read_at(found.code, page, found.start, found.end, 0.7)
            for page in pages[:80]
            for found in find_signs(page.text)
        ]
    )
    chosen = _commonest(named)
    if chosen and signs and chosen.value == "USD" != signs.value and "$" not in chosen.source.quote:
        return signs
    if kind in _SEC_FORMS and chosen and chosen.value != "USD" and signs and signs.value == "USD" and len(named) < 5:
        return signs
    return chosen or signs


def _commonest(readings: Sequence[Reading[T]]) -> Reading[T] | None:
    """Return the first reading that has the most frequent value."""
    counts = Counter(reading.value for reading in readings)
    if not counts:
        return None
    chosen = counts.most_common(1)[0][0]
    return next(reading for reading in readings if reading.value == chosen)

"""The evidence of a value: the words of a page that state it."""

from dataclasses import dataclass
from typing import Any, Final

from app.review.errors import FieldValueError

MAX_QUOTE: Final = 20_000
"""Characters of a quote."""

_MAX_PLACE: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Evidence:
    """A quote: the text of page `page` (from 1) from `start` to `end`. For a quote in a table, `table` is the table's
    number in the document (from 1), and `row` and `column` (from 0) are the cell's; else they are None.
    """

    page: int
    start: int
    end: int
    quote: str
    table: int | None = None
    row: int | None = None
    column: int | None = None

    def is_in(self, page_text: str) -> bool:
        """Return whether the page's text has the quote at its place."""
        return page_text[self.start : self.end] == self.quote


def evidence_at(
    page: int, text: str, start: int, end: int, *, table: int | None = None, row: int | None = None,
    column: int | None = None,
) -> Evidence:  # fmt: skip
    """Return `start` to `end` of the page's text as evidence, without blanks at its ends, cut at `MAX_QUOTE`."""
    end = min(end, start + MAX_QUOTE)
    quote = text[start:end]
    start += len(quote) - len(quote.lstrip())
    quote = quote.strip()
    return Evidence(page, start, start + len(quote), quote, table, row, column)


def encode_evidence(evidence: Evidence) -> dict[str, Any]:
    """Return the evidence as an object of JSON. `table`, `row` and `column` are left out if they are None."""
    cell = {"table": evidence.table, "row": evidence.row, "column": evidence.column}
    return {
        "page": evidence.page,
        "start": evidence.start,
        "end": evidence.end,
        "quote": evidence.quote,
        **{name: number for name, number in cell.items() if number is not None},
    }


def decode_evidence(raw: object) -> Evidence:
    """Return the evidence that `encode_evidence` encoded. Raises FieldValueError."""
    if not isinstance(raw, dict):
        raise FieldValueError("Evidence is an object with page, start, end and quote.")
    page, start, end = (_place(raw.get(name), name) for name in ("page", "start", "end"))
    quote = raw.get("quote")
    if page < 1 or end <= start:
        raise FieldValueError("Evidence is on a page from 1, and ends after it starts.")
    if not isinstance(quote, str) or not 0 < len(quote) <= MAX_QUOTE or "\x00" in quote:
        raise FieldValueError(f"The quote of evidence is a text of 1 to {MAX_QUOTE} characters.")
    if len(quote) != end - start:
        raise FieldValueError("The quote of evidence is the page's text from `start` to `end`.")
    cell = (None if raw.get(name) is None else _place(raw[name], name) for name in ("table", "row", "column"))
    return Evidence(page, start, end, quote, *cell)


def _place(raw: object, name: str) -> int:
    if type(raw) is not int or not 0 <= raw <= _MAX_PLACE:
        raise FieldValueError(f"`{name}` of evidence is a whole number of at least 0.")
    return raw

"""Writes an answer to a file: Markdown for reading, and CSV with one line per source."""

import csv
import io
import re
from collections.abc import Iterator
from urllib.parse import urlencode

from app.answers.claims import CitedSpan, Grid
from app.answers.events import AnswerStatus, AnswerView, ShownClaim
from app.tables.printing import guarded

COLUMNS = (
    "Part", "Issuer", "Period", "Statement", "Quote", "Document", "Page", "Characters", "Document ID", "Version ID",
    "Source",
)  # fmt: skip
"""The columns of the CSV: the claim, its quote, and the place of the quote."""

_MARKS = re.compile(r"([\\`*_\[\]<>#|~])")
_STATUS = {
    AnswerStatus.NOT_FOUND: "Not found in the documents that you can see.",
    AnswerStatus.WITHDRAWN: "This answer used a document that you can no longer see.",
}


def link_of(span: CitedSpan, base: str) -> str:
    """Return the address of the page with a citation's quote marked."""
    query = urlencode({"version": span.version_id, "start": span.char_start, "end": span.char_end})
    return f"{base}/documents/{span.document_id}/pages/{span.page_number}?{query}"


def write_markdown(view: AnswerView, base: str) -> str:
    """Return an answer as Markdown: the question, each claim with its sources, comparisons as tables, related passages.

    `base` is Footnote's own address, for links to the pages. Texts of documents and models are escaped.
    """
    return "\n".join(_lines(view, base)) + "\n"


def write_csv(view: AnswerView, base: str) -> str:
    """Return an answer as CSV (RFC 4180): one line per source of each claim, the claims' evidence first."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for claim in view.shown():
        for span in claim.citations:
            cells = (
                claim.part.value,
                claim.subject.issuer or "",
                claim.subject.period or "",
                claim.text,
                span.quote,
                span.document_title,
                str(span.page_number),
                f"{span.char_start}-{span.char_end}",
                str(span.document_id),
                str(span.version_id),
                link_of(span, base),
            )
            writer.writerow([guarded(cell) for cell in cells])
    return out.getvalue()


def _lines(view: AnswerView, base: str) -> Iterator[str]:
    yield f"# {_plain(view.question)}"
    yield ""
    yield f"Asked {view.asked_at:%Y-%m-%d %H:%M} UTC"
    if view.status in _STATUS:
        yield ""
        yield _STATUS[view.status]
    if view.notice:
        yield ""
        yield f"> {_plain(view.notice)}"
    for claim in view.claims:
        yield ""
        yield from _claim(claim, base)
    if view.grid is not None:
        yield ""
        yield from _table(view.grid)
    if view.related:
        yield ""
        yield "## Related passages"
        for claim in view.related:
            yield ""
            yield from _claim(claim, base)


def _claim(claim: ShownClaim, base: str) -> Iterator[str]:
    subject = str(claim.subject)
    yield f"**{_plain(claim.text)}**" + (f" ({_plain(subject)})" if subject else "")
    yield ""
    for span in claim.citations:
        place = f"[{_plain(span.document_title)}, page {span.page_number}]({link_of(span, base)})"
        yield f"- {place}: “{_plain(span.quote)}”"


def _table(grid: Grid) -> Iterator[str]:
    yield "| " + " | ".join(["", *map(_plain, grid.columns)]) + " |"
    yield "|" + "---|" * (len(grid.columns) + 1)
    for row in grid.rows:
        yield "| " + " | ".join([_plain(row.label), *(_plain(cell.text) for cell in row.cells)]) + " |"


def _plain(text: str) -> str:
    """Return text on one line, without meaning in Markdown."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))

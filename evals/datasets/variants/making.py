"""The parts that all kinds of variants share: files of a report, figures, and checks of their cells."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas

from evals.datasets.faults import CellCheck, Check, QuestionCheck
from evals.datasets.variants.issuers import Issuer, cover_lines, last_day, month_day, year_to
from evals.datasets.variants.sheets import Column, HtmlStyle, PdfPages, Sheet, escape, sheet_as_html, unmarked

HTML, PDF = "html", "pdf"
ITEMS = ("Net sales", "Cost of sales", "Gross profit", "Selling expenses", "Operating income", "Interest expense",
         "Income before taxes", "Income tax expense", "Net income")  # fmt: skip
BREAK = '<hr style="page-break-after:always">'
MILLIONS = ("(In millions)", "(in millions)", "(in millions of dollars)", "($ in millions)", "(Dollars in millions)")


@dataclass(frozen=True, slots=True)
class Variant:
    """Files by name, in the order in which they are loaded, and the checks. `load` is as in `FaultCase`."""

    fault: str
    files: Mapping[str, bytes]
    checks: tuple[Check, ...]
    load: str | None = None


@dataclass(frozen=True, slots=True)
class Truth:
    """A figure as printed, with its value, unit and scale."""

    text: str
    value: Decimal
    unit: str | None = "USD"
    scale: int = 6


@dataclass
class Report:
    """A report that is written part by part, as HTML or as PDF."""

    source: Random
    format: str
    cover: Sequence[str]
    _parts: list[str | Callable[[PdfPages], None]] = field(default_factory=list)
    style: HtmlStyle = field(init=False)

    def __post_init__(self) -> None:
        self.style = HtmlStyle.draw(self.source)

    def sheet(self, sheet: Sheet) -> None:
        if self.format == HTML:
            self._parts.append(sheet_as_html(sheet, self.style))
        else:
            seed = self.source.getrandbits(32)
            self._parts.append(lambda pages: pages.sheet(sheet, Random(seed)))  # noqa: S311  no secret

    def paragraph(self, text: str) -> None:
        if self.format == HTML:
            self._parts.append(f"<p>{escape(text)}</p>")
        else:
            self._parts.append(lambda pages: pages.lines(_wrapped(text)))

    def html(self, text: str) -> None:
        """Add markup. Only for reports in HTML."""
        self._parts.append(text)

    def new_page(self) -> None:
        self._parts.append(BREAK if self.format == HTML else lambda pages: pages.new_page())

    def draw(self, part: Callable[[PdfPages], None]) -> None:
        """Add a drawing. Only for reports in PDF."""
        self._parts.append(part)

    def write(self) -> bytes:
        if self.format == HTML:
            lines = "".join(f"<p>{escape(line)}</p>" for line in self.cover)
            body = "".join(part for part in self._parts if isinstance(part, str))
            page = f'<html><head><meta charset="utf-8"><title>r</title></head><body>{lines}{BREAK}{body}</body></html>'
            return page.encode()
        buffer = io.BytesIO()
        canvas = Canvas(buffer, pagesize=letter, invariant=True)
        pages = PdfPages(canvas)
        pages.lines(self.cover)
        pages.new_page()
        for part in self._parts:
            if not isinstance(part, str):
                part(pages)
        canvas.showPage()
        canvas.save()
        return buffer.getvalue()


def _wrapped(text: str, width: int = 88) -> list[str]:
    lines, line = [], ""
    for word in text.split():
        if len(unmarked(line)) + len(unmarked(word)) >= width:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return [*lines, line]


def report_of(issuer: Issuer, source: Random, form: str) -> Report:
    return Report(source, form, cover_lines(issuer))


def years_of(issuer: Issuer, count: int = 2, *, outer: bool = True) -> tuple[Column, ...]:
    """Return columns of fiscal years, the newest first, under one heading if `outer`."""
    day = issuer.year_end
    head = (f"Year Ended {month_day(day)},",) if outer else ()
    years = range(issuer.year, issuer.year - count, -1)
    return tuple(Column((*head, str(year)), year_to(last_day(year, issuer.month))) for year in years)


def draw_money(source: Random, *, negative: float = 0.2, sign: str = "") -> Truth:
    """Draw an amount in millions of dollars. A negative amount stands in brackets."""
    value = source.randint(2, 9_999)
    if source.random() < negative:
        return Truth(f"{sign}({value:,})", Decimal(-value))
    return Truth(f"{sign}{value:,}", Decimal(value))


def draw_rows(source: Random, columns: int, *, labels: Sequence[str] = ITEMS) -> list[tuple[str, list[Truth]]]:
    """Draw four to six rows in the usual order. Figures of the first row have a currency sign. No two are equal."""
    chosen = sorted(source.sample(range(len(labels)), source.randint(4, min(6, len(labels)))))
    seen: set[Decimal] = set()
    rows = []
    for number, item in enumerate(chosen):
        cells: list[Truth] = []
        while len(cells) < columns:
            drawn = draw_money(source, negative=0.0 if number == 0 else 0.25, sign="$" if number == 0 else "")
            if abs(drawn.value) not in seen:
                seen.add(abs(drawn.value))
                cells.append(drawn)
        rows.append((labels[item], cells))
    return rows


def texts_of(rows: Sequence[tuple[str, Sequence[Truth]]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((label, tuple(cell.text for cell in cells)) for label, cells in rows)


def cell_check(label: str, column: Column, truth: Truth, **more: str | None) -> CellCheck:
    """Return the check of one cell, with the period of its column unless `more` says otherwise."""
    return CellCheck(
        kind="cell",
        row_label=unmarked(label),
        column_label=unmarked(column.label),
        value=truth.value,
        unit=truth.unit,
        scale=truth.scale,
        **({"period": column.period or None} | more),
    )


def all_checks(rows: Sequence[tuple[str, Sequence[Truth]]], columns: Sequence[Column]) -> list[Check]:
    """Return the checks of all cells of a table."""
    return [
        cell_check(label, column, truth) for label, cells in rows for column, truth in zip(columns, cells, strict=True)
    ]


def question(ask: str, label: str, column: Column | None, truth: Truth, *must_not: str) -> QuestionCheck:
    return QuestionCheck(
        kind="question",
        ask=ask,
        expect_value=truth.value,
        expect_label=unmarked(label),
        expect_column="" if column is None else unmarked(column.label),
        unit=truth.unit,
        scale=truth.scale,
        must_not=must_not,
    )


def not_found(ask: str, *must_not: str) -> QuestionCheck:
    return QuestionCheck(kind="question", ask=ask, expect_value=None, expect="not-found", must_not=must_not)

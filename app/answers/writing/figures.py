"""Choose the figures of a table's row that a question asks for, and write them as a sentence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.answers.claims import Citable, CitedSpan, PageTexts, cite
from app.answers.evidence_tables import Span
from app.quantities.column_periods import is_change_heading
from app.quantities.headings import find_years
from app.quantities.printing import UNKNOWN_SCALE, print_quantity
from app.quantities.unit_mentions import find_named_currency
from app.quantities.wanted_periods import WantedPeriods
from app.retrieval.index.lexicon import tokenise
from app.retrieval.questions.understanding import Understanding
from app.tables.model import Cell, Table
from app.tables.rows import FigureRow, is_figure, quantity_of

_MOST_FIGURES = 6
_MONTHS_OF_YEAR = 12
_LAST_MONTH_OF_UNCLEAR_LABELS = 2
_MONTHS = {1: "one", 3: "three", 6: "six", 9: "nine"}
_FULL_YEAR_DAYS = range(350, 380)
_CHANGE_WORDS = frozenset(tokenise("change increase decrease growth grow grew rise rose fell fall versus variance"))


@dataclass(frozen=True, slots=True)
class Pick:
    """The figures of a row that a question asks for; empty if the row has none of the period. `terms` are the
    question's words in their headings.
    """

    figures: tuple[Cell, ...]
    terms: tuple[str, ...] = ()


NO_PICK = Pick(())


@dataclass(frozen=True, slots=True)
class FigureQuestion:
    """What a question asks of a row: periods, currencies, and words of a column's heading."""

    wanted: WantedPeriods
    terms: frozenset[str]
    currencies: frozenset[str]
    asks_change: bool

    @classmethod
    def of(cls, understanding: Understanding) -> "FigureQuestion":
        terms = understanding.key_terms | understanding.synonym_terms
        return cls(
            wanted=WantedPeriods.of(understanding.core),
            terms=terms,
            currencies=_currencies(understanding.core),
            asks_change=not terms.isdisjoint(_CHANGE_WORDS),
        )

    def pick(self, row: FigureRow, *, year_end_month: int) -> Pick:
        """Choose the row's figures: of the periods, the currency and the columns that the question names."""
        figures: Sequence[Cell] = row.figures
        if self.currencies:
            figures = [cell for cell in figures if quantity_of(cell).unit in self.currencies] or figures
        if not self.asks_change:
            figures = [cell for cell in figures if not _is_change(cell)] or figures
        if not self.wanted.is_empty() and any(map(_is_dated, figures)):
            figures = [cell for cell in figures if self._fits(cell, row, year_end_month)]
        matched = [self.terms.intersection(_heading_terms(cell)) for cell in figures]
        most = max(map(len, matched), default=0)
        chosen = [(cell, terms) for cell, terms in zip(figures, matched, strict=True) if len(terms) == most]
        return Pick(
            tuple(cell for cell, _ in chosen[:_MOST_FIGURES]),
            tuple(sorted(frozenset[str]().union(*(terms for _, terms in chosen)))),
        )

    def _fits(self, cell: Cell, row: FigureRow, year_end_month: int) -> bool:
        headings = (*cell.header_path, *row.label_path)
        return self.wanted.fits(cell.period, headings, year_end_month=year_end_month)


def row_sentence(row: FigureRow, figures: Sequence[Cell]) -> str:
    """Write figures of a row as a sentence: "Net sales — 2022: $1,234 million; 2021: $1,100 million"."""
    columns = [name_column(cell) for cell in figures]
    values = [print_quantity(quantity_of(cell), printed=cell.text) for cell in figures]
    unknown = any(UNKNOWN_SCALE in value for value in values)
    shown = [value.replace(f" ({UNKNOWN_SCALE})", "") for value in values]
    pairs = [f"{column}: {value}" if column else value for column, value in zip(columns, shown, strict=True)]
    return f"{row.label} — {'; '.join(pairs)}" + (f" ({UNKNOWN_SCALE})" if unknown else "")


def name_period(figures: Sequence[Cell]) -> str | None:
    """Name the periods of a row's figures: "FY2023", "three months ended June 30, 2023", "December 31, 2023". None if
    a figure has none.
    """
    names = dict.fromkeys(_period_name(cell) for cell in figures)
    return None if None in names or not names else ", ".join(filter(None, names))


def _period_name(cell: Cell) -> str | None:
    heading = " ".join(cell.header_path)
    years = find_years(heading)
    if cell.period is None:
        return years[0] if len(set(years)) == 1 else None
    end = cell.period.end
    day = f"{end:%B} {end.day}, {end.year}"
    if cell.period.start is None:
        return day
    months = cell.period.months
    if months == _MONTHS_OF_YEAR:
        # A fiscal year that ends in January or February may be named after either year.
        is_unclear = end.month <= _LAST_MONTH_OF_UNCLEAR_LABELS and years != [str(end.year - 1)]
        return f"year ended {day}" if is_unclear else f"FY{years[0] if years else end.year}"
    return f"{_MONTHS.get(months, months)} months ended {day}"


def cite_row(passage: Citable, row: FigureRow, figures: Sequence[Cell], pages: PageTexts) -> tuple[CitedSpan, ...]:
    """Cite what supports a row's sentence: the row first, then the rows of its headings and group labels, units and
    title. The headings of a table that continues over a page are on an earlier page.
    """
    page, text = passage.page_number, pages[(passage.version_id, passage.page_number)]
    start, end = _extent(row.spans(page))
    spans = [(page, (start, end))]
    names = {name for cell in figures for name in cell.header_path}.union(row.label_path)
    above: dict[tuple[int, int], list[Cell]] = {}
    for cell in row.table.cells:
        if cell.spans and (cell.page, cell.spans[0][0]) < (page, start) and not is_figure(cell):
            above.setdefault((cell.page, cell.row), []).append(cell)
    for (number, _), cells in above.items():
        if any(cell.text in names for cell in cells):
            spans.append((number, _extent(span for cell in cells for span in cell.spans)))
    for line in filter(None, (row.table.units_line, row.table.title)):
        at = text.rfind(line, 0, start)
        if at >= 0:
            spans.append((page, (at, at + len(line))))
    return tuple(
        cite(passage, pages[(passage.version_id, number)], *span, page_number=number)
        for number, span in spans
        if (passage.version_id, number) in pages
    )


def _extent(spans: Iterable[Span]) -> Span:
    starts, ends = zip(*spans, strict=True)
    return min(starts), max(ends)


def _currencies(question: str) -> frozenset[str]:
    """Return the units of the currency that a question names. A bare dollar sign can mean US dollars."""
    named = find_named_currency(question)
    return frozenset() if named is None else frozenset({named, "$"} if named == "USD" else {named})


def name_column(cell: Cell) -> str:
    """Join a figure's headings. Commas at the end of a part belong to the date that the next part completes."""
    parts = [part.strip() for part in cell.header_path if part.strip()]
    return " ".join(parts).rstrip(":,").strip()


def _heading_terms(cell: Cell) -> set[str]:
    return {term for heading in cell.header_path for term in tokenise(heading)}


def _is_dated(cell: Cell) -> bool:
    return cell.period is not None or any(find_years(heading) for heading in cell.header_path)


def _is_change(cell: Cell) -> bool:
    return any(map(is_change_heading, cell.header_path))


def find_year_end_month(table: Table) -> int:
    """Return the month in which the table's full years end; December if it has none."""
    for cell in table.cells:
        period = cell.period
        if period and period.start and (period.end - period.start).days in _FULL_YEAR_DAYS:
            return period.end.month if period.end.day > 7 else (period.end.month - 2) % 12 + 1
    return 12

"""A statement of an issuer as a grid: its rows in the statement's order, and fiscal periods as columns.

Each figure is that of the newest filing. Earlier filings' figures are kept beside it if they differ.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from app.facts.comparing import distinct
from app.facts.grid_merging import Dimensions, Placed, Row, merge_lines, position, rank_documents
from app.facts.grid_periods import Periods, column_of
from app.facts.model import FactSource, FactStatus, FiscalLabel, Method, StatementKind, StoredFact
from app.facts.openings import move_openings
from app.quantities.periods import Period


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A fiscal period. `end` is its last day, and `start` its first day if a figure states it."""

    fiscal: FiscalLabel
    start: date | None
    end: date


@dataclass(frozen=True, slots=True)
class GridFigure:
    """The figure of a row and column. `earlier` are differing figures of earlier filings, newest first; `others` are
    differing figures of the same filing, or of one of the same day.
    """

    shown: StoredFact
    earlier: tuple[StoredFact, ...] = ()
    others: tuple[StoredFact, ...] = ()

    @property
    def is_restated(self) -> bool:
        return bool(self.earlier) or self.shown.fact.restated

    def all(self) -> tuple[StoredFact, ...]:
        return (self.shown, *self.earlier, *self.others)


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row of `statement`, named as in the newest filing. `figures` has one entry per column; None if no filing states
    it.
    """

    label: str
    label_path: tuple[str, ...]
    item: str | None
    concept: str | None
    dimensions: Dimensions
    statement: StatementKind
    figures: tuple[GridFigure | None, ...]


@dataclass(frozen=True, slots=True)
class StatementGrid:
    """A statement of an issuer. `documents` are those that state it, newest first."""

    statement: StatementKind
    columns: tuple[GridColumn, ...]
    rows: tuple[GridRow, ...]
    documents: tuple[FactSource, ...]

    def figures(self) -> Iterator[StoredFact]:
        """Yield all figures: those shown, and those that differ from them."""
        for row in self.rows:
            for figure in row.figures:
                if figure is not None:
                    yield from figure.all()

    def count(self) -> int:
        return sum(1 for _ in self.figures())


def build_grid(
    statement: StatementKind,
    facts: Iterable[StoredFact],
    *,
    periods: Periods,
    most_columns: int,
    is_wanted: Callable[[date], bool] = lambda _: True,
) -> StatementGrid:
    """Arrange the facts of one statement of one issuer. The newest period is the first column; of more than
    `most_columns` periods, the newest are shown. Periods whose last day is not wanted are left out.

    Facts of single companies of the group and rejected facts are left out.
    """
    labelled = [
        (stored, label)
        for stored in facts
        if (label := column_of(stored.fact, periods)) is not None and _is_of_group(stored)
    ]
    wanted = {label for stored, label in labelled if is_wanted(stored.fact.period.end)}
    moved = move_openings(labelled) if statement is StatementKind.CASH_FLOW else labelled
    placed = [Placed(stored, label) for stored, label in moved if label in wanted]
    labels = {each.column: each.label for each in placed}
    shown = sorted(labels, reverse=True)[:most_columns]
    oldest = shown[-1] if shown else 0
    kept = [each for each in placed if each.column >= oldest] if len(shown) < len(labels) else placed
    sources = rank_documents(kept)
    kept.sort(key=position)
    columns: dict[int, list[Period]] = {}
    for each in kept:
        columns.setdefault(each.column, []).append(each.stored.fact.period)
    return StatementGrid(
        statement,
        columns=tuple(_column(labels[column], columns[column]) for column in shown),
        rows=tuple(_finish(row, shown) for row in merge_lines(kept)),
        documents=sources,
    )


def _is_of_group(stored: StoredFact) -> bool:
    is_of_part = any(axis == "entity" for axis, _ in stored.fact.dimensions)
    return stored.status is not FactStatus.REJECTED and not is_of_part


_METHODS = {Method.INLINE_XBRL: 0, Method.STATEMENT: 1, Method.TABLE: 2}


def _finish(row: Row, shown: Sequence[int]) -> GridRow:
    first = row.first
    assert first is not None, "a row is made for a line"
    return GridRow(
        label=first.label,
        label_path=first.label_path,
        item=first.item,
        concept=first.concept,
        dimensions=first.dimensions,
        statement=first.statement,
        figures=tuple(_figure(row.cells[column]) if column in row.cells else None for column in shown),
    )


def _figure(candidates: Sequence[Placed]) -> GridFigure:
    if len(candidates) == 1:
        return GridFigure(candidates[0].stored)
    first, *rest = sorted(candidates, key=_preference)
    shown = first.stored
    differing = distinct((each.stored for each in rest), shown)
    if not differing:
        return GridFigure(shown)
    ranks = {id(each.stored): each.rank for each in rest}
    earlier = tuple(stored for stored in differing if _is_earlier(stored, ranks[id(stored)], first))
    return GridFigure(shown, earlier, tuple(stored for stored in differing if stored not in earlier))


def _preference(placed: Placed) -> tuple[bool, int, int, float, int]:
    """Return the order of figures: approved ones, those of the newest document, the best methods first."""
    stored = placed.stored
    is_open = stored.status is not FactStatus.APPROVED
    return is_open, placed.rank, _METHODS[stored.fact.method], -stored.fact.confidence, stored.number


def _is_earlier(stored: StoredFact, rank: int, shown: Placed) -> bool:
    filed = stored.source.filed
    return rank > shown.rank and (filed is None or filed != shown.stored.source.filed)


def _column(label: FiscalLabel, periods: Sequence[Period]) -> GridColumn:
    """Return the column with the first period that is a duration. `periods` are those of its figures, newest first."""
    duration = next((period for period in periods if period.start is not None), None)
    period = duration or periods[0]
    return GridColumn(label, period.start, period.end)

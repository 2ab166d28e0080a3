"""Page of the ledger: the statements of an issuer over periods and filings."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import Response

from app.core.principal import Permission, Principal
from app.facts.filters import FactFilter
from app.facts.grid import GridRow, StatementGrid
from app.facts.grid_labels import LINE_AXES, added_dimensions, headings_over, plain_label
from app.facts.grid_periods import Periods
from app.facts.items.standard import load_items
from app.facts.model import Measure, StatementKind, StoredFact
from app.facts.printing import STATEMENT_NAMES, period_name, source_of
from app.facts.service import FactService
from app.http.dependencies import service
from app.http.text import Line
from app.quantities.printing import UNKNOWN_SCALE
from app.web.access_pages import AccessDesk

Facts = Annotated[FactService, Depends(service(FactService))]

COLUMNS = 8
_DEEPEST = 4
_DIGITS = 200
"""More than a stored value has."""

_OF_PARTS = frozenset({StatementKind.SEGMENTS, StatementKind.DEBT})
_SCALES = {3: "thousands", 6: "millions", 9: "billions"}
_PERIOD_NAMES = {Periods.ANNUAL: "Years", Periods.QUARTERLY: "Quarters", Periods.YEAR_TO_DATE: "Year to date"}


@dataclass(frozen=True, slots=True)
class ShownFigure:
    """A figure as text, and its fact. `note` is "was" for an earlier figure, and "also" for one that disagrees."""

    text: str
    stored: StoredFact
    source: str
    note: str = ""
    is_restated: bool = False


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row. `is_printed` states that the documents print its label; `dimensions` is what the label does not say."""

    label: str
    is_printed: bool
    depth: int
    dimensions: str
    unit: str
    figures: Sequence[Sequence[ShownFigure]]


def fact_pages(desk: AccessDesk) -> APIRouter:
    router = APIRouter(prefix="/issuers", include_in_schema=False)

    @router.get("/{issuer_id}/statements")
    def show_statements(
        request: Request,
        facts: Facts,
        issuer_id: Annotated[Line, Path()],
        statement: Annotated[StatementKind, Query()] = StatementKind.INCOME,
        periods: Annotated[Periods, Query()] = Periods.ANNUAL,
    ) -> Response:
        def show(principal: Principal) -> Response:
            view = facts.get_statements(principal, issuer_id, FactFilter(statements=(statement,)))
            (grid,) = view.build(periods, COLUMNS)
            scale, currency = usual_unit(grid)
            return desk.show(
                request,
                principal,
                "statements.html",
                issuer=view.name,
                issuer_id=str(view.issuer.id),
                statement=statement,
                statements=STATEMENT_NAMES,
                periods=periods,
                period_names=_PERIOD_NAMES,
                columns=[(period_name(column.fiscal), column.end) for column in grid.columns],
                rows=show_rows(grid),
                unit=" ".join(filter(None, (currency, _SCALES.get(scale)))),
                documents=grid.documents,
                unread=view.unread,
                query=urlencode({"statement": statement, "periods": periods, "columns": COLUMNS}),
            )

        return desk.answer(request, Permission.DOCUMENTS_READ, show)

    return router


def print_amount(stored: StoredFact, scale: int) -> str:
    """Return money with a scale in units of 10^`scale`, shares in the units of their page, a percentage in percent, and
    other figures whole. Negative figures stand in brackets.
    """
    fact = stored.fact
    with localcontext() as context:
        context.prec = _DIGITS
        value, unit = fact.value, ""
        if fact.measure is Measure.PERCENT:
            value, unit = value.scaleb(2), "%"
        elif fact.measure in (Measure.MONEY, Measure.SHARES) and fact.scale is not None:
            value = value.scaleb(-(scale if fact.measure is Measure.MONEY else fact.scale))
            value = value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
        text = f"{abs(value):,f}{unit}"
        return f"({text})" if value < 0 else text


def usual_unit(grid: StatementGrid) -> tuple[int, str | None]:
    """Return the most frequent scale and currency of amounts."""
    facts = (stored.fact for stored in grid.figures())
    money: Mapping[tuple[int, str | None], int] = Counter(
        (fact.scale, fact.currency) for fact in facts if fact.measure is Measure.MONEY and fact.scale is not None
    )
    return max(money, key=money.__getitem__, default=(0, None))


def show_rows(grid: StatementGrid) -> list[ShownRow]:
    """Return the rows with their figures as text, in the usual unit of the grid, below the headings over them."""
    scale, currency = usual_unit(grid)
    labels = {row.label for row in grid.rows}
    shown: list[ShownRow] = []
    above: tuple[str, ...] = ()
    for row in grid.rows:
        shown += [
            _heading(label, depth, len(row.figures)) for depth, label in headings_over(row.label_path, above, labels)
        ]
        shown.append(_row(row, scale, currency))
        above = row.label_path
    return shown


def _heading(label: str, depth: int, columns: int) -> ShownRow:
    return ShownRow(label, is_printed=True, depth=min(depth, _DEEPEST), dimensions="", unit="", figures=[[]] * columns)


def _row(row: GridRow, scale: int, currency: str | None) -> ShownRow:
    figures = []
    for figure in row.figures:
        shown = []
        if figure is not None:
            shown.append(_shown(figure.shown, scale, currency, is_restated=figure.is_restated))
            shown += [_shown(stored, scale, currency, note="was") for stored in figure.earlier]
            shown += [_shown(stored, scale, currency, note="also") for stored in figure.others]
        figures.append(shown)
    return ShownRow(
        label=row.label or _title(row.item),
        is_printed=bool(row.label),
        depth=min(len(row.label_path) - 1, _DEEPEST),
        dimensions=" · ".join(_about(row)),
        unit=_unit(row),
        figures=figures,
    )


def _about(row: GridRow) -> Iterator[str]:
    """Yield what a label leaves out: in tables of parts, the item, and the members."""
    has_members = any(axis not in LINE_AXES for axis, _ in row.dimensions)
    if has_members and row.item is not None and row.statement in _OF_PARTS and row.label_path:
        title = _title(row.item)
        if plain_label(title) not in plain_label(" ".join(row.label_path)):
            yield title
    yield from (member for _, member in added_dimensions(row.label_path, row.dimensions))


def _title(item: str | None) -> str:
    """Return the name of a row without a label: that of its item."""
    found = None if item is None else load_items().get(item)
    return "No label" if found is None else found.title


def _unit(row: GridRow) -> str:
    """Return the unit of a row that is not in the grid's: shares in millions, amounts per share."""
    fact = next(figure.shown.fact for figure in row.figures if figure is not None)
    if fact.measure is Measure.PER_SHARE:
        return "per share"
    return " of ".join(filter(None, (_SCALES.get(fact.scale or 0), "shares"))) if fact.measure is Measure.SHARES else ""


def _shown(
    stored: StoredFact, scale: int, currency: str | None, *, note: str = "", is_restated: bool = False
) -> ShownFigure:
    """Return a figure as it is shown, with its unit where that is not the table's."""
    fact = stored.fact
    source = f"{stored.source.document_type or 'document'}: {source_of(stored)}"
    if stored.approval is not None:
        done = "corrected" if stored.approval.corrected else "approved"
        source = f"{source}; {done} by an editor on {stored.approval.day.isoformat()}"
    text = print_amount(stored, scale)
    if fact.measure is Measure.MONEY and fact.scale is None:
        text = f"{text} ({UNKNOWN_SCALE})"
    if fact.currency is not None and fact.currency != currency:
        text = f"{fact.currency} {text}"
    return ShownFigure(text, stored, source, note, is_restated)

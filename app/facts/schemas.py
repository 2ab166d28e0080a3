"""Response schemas of facts. Amounts are decimal strings, to keep all digits."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field
from pydantic_core import to_json

from app.facts.grid import GridFigure, GridRow, StatementGrid
from app.facts.grid_periods import Periods
from app.facts.model import Check, FactSource, FactStatus, Measure, Method, Place, StatementKind, StoredFact
from app.facts.service import IssuerStatements


class PlaceOut(BaseModel):
    """The cell that shows a fact: characters `char_start` to `char_end` of the text of page `page`, in the row and
    column (from 0) of table `table`. `table` is null for a tagged figure in prose.
    """

    page: int = Field(examples=[61])
    char_start: int = Field(examples=[410])
    char_end: int = Field(examples=[415])
    table: int | None = Field(examples=[32])
    row: int = Field(examples=[5])
    column: int = Field(examples=[1])


class DimensionOut(BaseModel):
    """An axis and a member, such as the segment Americas. A fact without dimensions is of the whole group."""

    axis: str = Field(examples=["segment"])
    member: str = Field(examples=["Americas"])

    @staticmethod
    def list_of(dimensions: tuple[tuple[str, str], ...]) -> "list[DimensionOut]":
        return [DimensionOut(axis=axis, member=member) for axis, member in dimensions]


class CheckOut(BaseModel):
    """An arithmetic check that a fact took part in. `detail` names both amounts if it failed."""

    name: str = Field(examples=["sum"])
    passed: bool = Field(examples=[True])
    detail: str = Field(examples=[""])

    @staticmethod
    def of(check: Check) -> "CheckOut":
        return CheckOut(name=check.name, passed=check.passed, detail=check.detail)


class FigureOut(BaseModel):
    """A figure with its source. `value` is the whole amount: the printed figure × 10^`scale`, or the printed figure
    if `scale` is null, because the document does not state it. `corrected` states that an editor replaced what was
    read; then `number` is negative, unless another fact states the amount.
    """

    document_id: UUID
    version_id: UUID
    number: int = Field(description="The fact's number in its version.", examples=[12])
    value: str = Field(examples=["42272000000"])
    measure: Measure = Field(examples=["money"])
    currency: str | None = Field(examples=["USD"])
    scale: int | None = Field(examples=[6])
    decimals: int | None = Field(examples=[-6])
    start: date | None = Field(description="The first day of the period; null for an instant.", examples=["2025-01-01"])
    end: date
    method: Method = Field(examples=["statement"])
    confidence: float = Field(examples=[0.98])
    status: FactStatus = Field(examples=["proposed"])
    corrected: bool = Field(examples=[False])
    place: PlaceOut


class FactOut(FigureOut):
    """A fact. `fiscal_year` and `fiscal_part` name the period as the issuer counts it. `item` is a standard item and
    `concept` a name of the us-gaap taxonomy; each is null if it is not certain enough.
    """

    issuer_id: UUID | None
    issuer: str = Field(examples=["Juniper Tool Works, Inc."])
    document_title: str = Field(examples=["Annual report 2025"])
    document_type: str | None = Field(examples=["10-K"])
    filed: date | None
    statement: StatementKind = Field(examples=["income-statement"])
    label: str = Field(examples=["Net sales"])
    label_path: list[str] = Field(examples=[["Revenue:", "Net sales"]])
    item: str | None = Field(examples=["Revenue"])
    concept: str | None = Field(examples=["Revenues"])
    concept_confidence: float = Field(examples=[0.9])
    dimensions: list[DimensionOut]
    fiscal_year: int | None = Field(examples=[2025])
    fiscal_part: str | None = Field(examples=["FY"])
    restated: bool = Field(examples=[False])
    checks: list[CheckOut]

    @staticmethod
    def of(stored: StoredFact) -> "FactOut":
        fact, source = stored.fact, stored.source
        return FactOut(
            **_figure(stored),
            issuer_id=source.issuer_id,
            issuer=source.issuer,
            document_title=source.title,
            document_type=source.document_type,
            filed=None if source.filed is None else date.fromisoformat(source.filed),
            statement=fact.statement,
            label=fact.label,
            label_path=list(fact.label_path),
            item=fact.item,
            concept=fact.concept,
            concept_confidence=fact.concept_confidence,
            dimensions=DimensionOut.list_of(fact.dimensions),
            fiscal_year=None if fact.fiscal is None else fact.fiscal.year,
            fiscal_part=None if fact.fiscal is None else fact.fiscal.part,
            restated=fact.restated,
            checks=[CheckOut.of(check) for check in fact.checks],
        )


class GridFigureOut(FigureOut):
    """The figure of a row and column, from the newest filing. `earlier` are differing figures of earlier filings, and
    `others` differing figures of the same filing or day.
    """

    restated: bool = Field(examples=[False])
    earlier: list[FigureOut] = Field(examples=[[]])
    others: list[FigureOut] = Field(examples=[[]])


class GridColumnOut(BaseModel):
    """A fiscal period as the issuer counts it. `start` is null if only instants are stated."""

    fiscal_year: int = Field(examples=[2025])
    fiscal_part: str = Field(examples=["FY"])
    start: date | None = Field(examples=["2025-01-01"])
    end: date


class GridRowOut(BaseModel):
    """A row, named as in the newest filing. `figures` has one entry per column; null if no filing states it."""

    label: str = Field(examples=["Net sales"])
    label_path: list[str] = Field(examples=[["Revenue:", "Net sales"]])
    item: str | None = Field(examples=["Revenue"])
    concept: str | None = Field(examples=["Revenues"])
    dimensions: list[DimensionOut]
    figures: list[GridFigureOut | None]


class StatementOut(BaseModel):
    """A statement: its rows in the newest filing's order, and fiscal periods as columns, newest first."""

    statement: StatementKind = Field(examples=["income-statement"])
    columns: list[GridColumnOut]
    rows: list[GridRowOut]


class SourceOut(BaseModel):
    """A document that states figures. An amendment has a type of its own, such as 10-K/A."""

    document_id: UUID
    version_id: UUID
    title: str = Field(examples=["Annual report 2025"])
    document_type: str | None = Field(examples=["10-K"])
    filed: date | None


class StatementsOut(BaseModel):
    """Statements of an issuer. `documents` are the sources of the figures. `unread_documents` counts the issuer's
    documents that were published before Footnote stored facts: upload their files again to have them read.
    """

    issuer_id: UUID
    issuer: str = Field(examples=["Juniper Tool Works, Inc."])
    periods: Periods
    statements: list[StatementOut]
    documents: list[SourceOut]
    unread_documents: int = Field(examples=[0])

    @staticmethod
    def write(view: IssuerStatements, grids: Sequence[StatementGrid], periods: Periods) -> bytes:
        """Return the response as JSON. Its figures are written as they are: to validate them takes as long as to
        arrange them.
        """
        sources = {source.document_id: source for grid in grids for source in grid.documents}
        return to_json(
            {
                "issuer_id": view.issuer.id,
                "issuer": view.name,
                "periods": periods,
                "statements": [_statement(grid) for grid in grids],
                "documents": [_source(source) for source in sources.values()],
                "unread_documents": view.unread,
            }
        )


Values = dict[str, object]


def _statement(grid: StatementGrid) -> Values:
    columns = [
        {
            "fiscal_year": column.fiscal.year,
            "fiscal_part": column.fiscal.part,
            "start": column.start,
            "end": column.end,
        }
        for column in grid.columns
    ]
    return {"statement": grid.statement, "columns": columns, "rows": [_row(row) for row in grid.rows]}


def _row(row: GridRow) -> Values:
    return {
        "label": row.label,
        "label_path": row.label_path,
        "item": row.item,
        "concept": row.concept,
        "dimensions": [{"axis": axis, "member": member} for axis, member in row.dimensions],
        "figures": [None if figure is None else _cell(figure) for figure in row.figures],
    }


def _cell(figure: GridFigure) -> Values:
    return {
        **_figure(figure.shown),
        "restated": figure.is_restated,
        "earlier": [_figure(stored) for stored in figure.earlier],
        "others": [_figure(stored) for stored in figure.others],
    }


def _source(source: FactSource) -> Values:
    return {
        "document_id": source.document_id,
        "version_id": source.version_id,
        "title": source.title,
        "document_type": source.document_type,
        "filed": source.filed,
    }


def _figure(stored: StoredFact) -> Values:
    fact, source = stored.fact, stored.source
    return {
        "document_id": source.document_id,
        "version_id": source.version_id,
        "number": stored.number,
        "value": f"{fact.value:f}",
        "measure": fact.measure,
        "currency": fact.currency,
        "scale": fact.scale,
        "decimals": fact.decimals,
        "start": fact.period.start,
        "end": fact.period.end,
        "method": fact.method,
        "confidence": round(fact.confidence, 4),
        "status": stored.status,
        "corrected": stored.approval is not None and stored.approval.corrected,
        "place": _place(fact.place),
    }


def _place(place: Place) -> Values:
    return {
        "page": place.page,
        "char_start": place.char_start,
        "char_end": place.char_end,
        "table": place.table,
        "row": place.row,
        "column": place.column,
    }

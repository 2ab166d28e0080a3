"""Tables for tests: a statement with its page's text, and random tables (Hypothesis)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from hypothesis import strategies as st

from app.quantities.periods import Period
from app.quantities.values import Kind, Quantity
from app.tables.codec import encode_table
from app.tables.model import Cell, CellKind, Footnote, Table
from app.tables.models import TableRow

YEARS = (Period(date(2031, 12, 31), date(2031, 1, 1)), Period(date(2030, 12, 31), date(2030, 1, 1)))
PAGE = (
    "Consolidated Statements of Income\n(in millions, except per share amounts)\n\t2031\t2030\n"
    "Revenue\t$ 1,204.5\t$ (985)\nCosts\t=1+1\t—\nPer share, diluted\t1.20\t.85\nAdjusted; see the notes.\n"
)


def make_statement(number: int = 1, page: int = 1) -> Table:
    """Return the table on a page with the text `PAGE`."""
    cells = [_cell(0, 1 + place, label, page, CellKind.HEADING) for place, label in enumerate(("2031", "2030"))]
    for row, (label, *figures) in enumerate(
        (
            ("Revenue", ("$ 1,204.5", _money("1204.5")), ("$ (985)", _money("-985"))),
            ("Costs", ("=1+1", Quantity(Kind.TEXT)), ("—", Quantity(Kind.NIL, Decimal(0)))),
            ("Per share, diluted", ("1.20", _share("1.20")), (".85", _share("0.85"))),
        ),
        1,
    ):
        cells.append(_cell(row, 0, label, page, CellKind.LABEL, marks=("1",) if row == 1 else ()))
        for place, (text, value) in enumerate(figures):
            cells.append(
                _cell(
                    row,
                    1 + place,
                    text,
                    page,
                    CellKind.FIGURE,
                    header_path=(("2031", "2030")[place],),
                    label_path=(label,),
                    value=value,
                    period=YEARS[place],
                )
            )
    note = "Adjusted; see the notes."
    return Table(
        number=number,
        pages=(page,),
        rows=4,
        columns=3,
        cells=tuple(cells),
        title="Consolidated Statements of Income",
        units_line="(in millions, except per share amounts)",
        footnotes=(Footnote("1", note, page, ((PAGE.index(note), PAGE.index(note) + len(note)),)),),
    )


def _money(value: str) -> Quantity:
    return Quantity(Kind.AMOUNT, Decimal(value), unit="$", scale=6)


def _share(value: str) -> Quantity:
    return Quantity(Kind.PER_SHARE, Decimal(value), unit="$", scale=0)


def _cell(row: int, column: int, text: str, page: int, kind: CellKind, **more: object) -> Cell:
    start = PAGE.index(text)
    box = (100.0 * column, 20.0 * row, 100.0 * column + 50, 20.0 * row + 10)
    return Cell(row, column, 1, 1, text, page, ((start, start + len(text)),), kind, box=box, **more)


def make_row(tenant: UUID, document: UUID, version: UUID, table: Table, texts: Mapping[int, str]) -> TableRow:
    """Return the row that publish writes for a table."""
    stored = encode_table(table, texts)
    return TableRow(
        version_id=version,
        number=table.number,
        tenant_id=tenant,
        document_id=document,
        pages=list(table.pages),
        title=table.title,
        units_line=table.units_line,
        rows=table.rows,
        columns=table.columns,
        data=stored.data,
    )


WORD = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_NUMBER = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**12), max_value=10**12)
_STEP = st.integers(-20_000, 20_000)


@st.composite
def _periods(draw: st.DrawFn) -> Period:
    start, end = sorted((draw(st.dates()), draw(st.dates())))
    return Period(end, draw(st.sampled_from([None, start])))


@st.composite
def _values(draw: st.DrawFn) -> Quantity:
    return Quantity(
        kind=draw(st.sampled_from(Kind)),
        value=draw(st.none() | _NUMBER),
        unit=draw(st.sampled_from([None, "$", "EUR", "x", "%"])),
        scale=draw(st.none() | st.integers(-3, 12)),
        high=draw(st.none() | _NUMBER),
    )


@st.composite
def tables_with_texts(draw: st.DrawFn) -> tuple[Table, dict[int, str]]:
    """Return a random table, and the texts of its pages. Boxes are in whole steps of the codec."""
    pages = tuple(sorted(draw(st.sets(st.integers(1, 40), min_size=1, max_size=3))))
    texts = {page: draw(st.text(st.characters(exclude_categories=["Cs"]), max_size=80)) for page in pages}
    rows, columns = draw(st.integers(1, 6)), draw(st.integers(1, 6))

    def spans(page: int) -> tuple[tuple[int, int], ...]:
        edges = draw(st.lists(st.integers(0, len(texts[page])), max_size=4))
        return tuple((min(pair), max(pair)) for pair in zip(edges[::2], edges[1::2], strict=False))

    cells = []
    for _ in range(draw(st.integers(0, 8))):
        row, column = draw(st.integers(0, rows - 1)), draw(st.integers(0, columns - 1))
        page = draw(st.sampled_from(pages))
        parts = spans(page)
        printed = " ".join(texts[page][start:end] for start, end in parts)
        value = draw(st.none() | _values())
        text = draw(st.sampled_from([printed, "1,234.5", f"({abs(value.value)})" if value and value.value else "n/a"]))
        box = draw(st.none() | st.tuples(_STEP, _STEP, _STEP, _STEP))
        cells.append(
            Cell(
                row,
                column,
                draw(st.integers(1, rows - row)),
                draw(st.integers(1, columns - column)),
                text,
                page,
                parts,
                draw(st.sampled_from(CellKind)),
                box=None if box is None or not any(box) else tuple(edge * 0.05 for edge in box),
                marks=tuple(draw(st.lists(WORD, max_size=2))),
                header_path=tuple(draw(st.lists(st.sampled_from([printed, "2031", "Total"]), max_size=3))),
                label_path=tuple(draw(st.lists(WORD, max_size=2))),
                value=value,
                period=draw(st.none() | _periods()),
            )
        )
    note_page = draw(st.sampled_from([*pages, 41]))  # a footnote may be on a page that the table is not on
    parts = spans(note_page) if note_page in texts else ((3, 10),)
    printed = " ".join(texts.get(note_page, "elsewhere")[start:end] for start, end in parts)
    note = draw(st.sampled_from(["A note.", printed]))
    table = Table(
        number=draw(st.integers(1, 999)),
        pages=pages,
        rows=rows,
        columns=columns,
        cells=tuple(cells),
        title=draw(st.none() | WORD),
        lines_above=tuple(draw(st.lists(WORD, max_size=2))),
        units_line=draw(st.none() | WORD),
        caption=draw(st.none() | WORD),
        footnotes=(Footnote("a", note, note_page, parts),) if draw(st.booleans()) else (),
    )
    return table, texts

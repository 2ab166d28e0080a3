"""Compares the cells of tables that were read with the figures that a filing tags in its tables.

A figure is found by its place: the tokens of the filing's visible text are aligned with the tokens of the pages that
were read, and the figure belongs to the cell that contains its token. So the same figure elsewhere in the table does
not count. The cell then has to have the printed value and sign, the tag's amount, the label of the figure's row, and
the tag's period.

What was not read is not a wrong statement: such figures are missed. Two classes of figures are right although something
was not read, because the filing does not state it near the table. They are counted, and `strict_right_share` leaves
them out:
- `unstated`: the tag's scale is 0, and neither the table nor the text above it names a scale;
- `undated`: neither the headings, nor the row's label, nor the text above the table name the tag's period, or this text
  names several years. Changes of equity between two balances are an example. Such a figure may have no period, but none
  that contradicts.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from app.quantities.values import Kind, Quantity
from app.tables.model import Cell, Table
from evals.datasets.printed_figures import PrintedFigure, Tag, TaggedTables
from evals.scoring.cell_places import find_cells
from evals.scoring.stated_periods import is_period, states_period, years_in
from evals.scoring.verdicts import Verdict

SAME_LABEL = 0.6
"""The share of a label's words that the cell's label path has to contain. PDF readers part and join words."""

_POWERS = {"%": -2, "points": -2, "bps": -4}
_WORD = re.compile(r"[^\W\d_]{2,}|\d{3,}")
_DOLLARS = frozenset({"USD", "$"})


@dataclass(frozen=True, slots=True)
class JudgedFigure:
    """A figure, the verdict on it, and the cell at its place with its table, if there is one.

    `unstated` and `undated` state that the figure is right although no scale, or no period, was read.
    """

    figure: PrintedFigure
    verdict: Verdict
    table: Table | None = None
    cell: Cell | None = None
    unstated: bool = False
    undated: bool = False


def compare_cells(truth: TaggedTables, pages: Mapping[int, str], tables: Sequence[Table]) -> list[JudgedFigure]:
    """Judge each tagged figure. `pages` are the texts of the pages by number."""
    found = find_cells(truth.tokens, [figure.token for figure in truth.figures], pages, tables)
    return [
        JudgedFigure(figure, Verdict.MISSED_CELL)
        if place is None
        else judge_figure(figure, place.table, place.cell, fiscal_shift=truth.fiscal_shift)
        for figure, place in zip(truth.figures, found, strict=True)
    ]


def judge_figure(figure: PrintedFigure, table: Table, cell: Cell, *, fiscal_shift: int = 0) -> JudgedFigure:
    """Judge the cell at a figure's place. If two tags share the figure, the better verdict counts."""
    judged = [_judge_tag(figure, tag, table, cell, fiscal_shift) for tag in figure.tags]
    order = list(Verdict)
    return min(judged, key=lambda found: order.index(found.verdict))


def _judge_tag(figure: PrintedFigure, tag: Tag, table: Table, cell: Cell, fiscal_shift: int) -> JudgedFigure:
    judged = JudgedFigure(figure, Verdict.MISSED_VALUE, table, cell)
    value = cell.value
    if value is None or value.kind in (Kind.TEXT, Kind.NOT_MEANINGFUL):
        return judged
    verdict, unstated = _judge_value(figure, tag, value)
    if verdict is Verdict.RIGHT:
        verdict = judge_row(figure.labels, cell)
    undated = False
    if verdict is Verdict.RIGHT:
        verdict, undated = _judge_period(figure, tag, table, cell, fiscal_shift)
    right = verdict is Verdict.RIGHT
    return replace(judged, verdict=verdict, unstated=unstated and right, undated=undated and right)


def _judge_value(figure: PrintedFigure, tag: Tag, value: Quantity) -> tuple[Verdict, bool]:
    printed = abs(tag.value).scaleb(-tag.scale)
    expected = -printed if figure.negative else printed
    read = [number for number in (value.value, value.high) if number is not None]
    if not expected and (value.kind is Kind.NIL or 0 in read):
        return Verdict.RIGHT, False
    if expected in read:
        return _judge_scale(figure, tag, value)
    if value.scale is not None and expected.scaleb(tag.scale) in [_amount(number, value) for number in read]:
        return Verdict.RIGHT, False  # the cell names a scale that the printed figure does not show
    return (Verdict.WRONG_SIGN if -expected in read else Verdict.WRONG_VALUE), False


def _judge_scale(figure: PrintedFigure, tag: Tag, value: Quantity) -> tuple[Verdict, bool]:
    power = _POWERS.get(value.unit or "", value.scale)
    if power is None:
        unstated = tag.scale == 0 and not figure.scale_stated
        return (Verdict.RIGHT if unstated else Verdict.MISSED_SCALE), unstated
    if power != tag.scale:
        return Verdict.WRONG_SCALE, False
    return (Verdict.WRONG_UNIT if _is_other_unit(tag.measure, value) else Verdict.RIGHT), False


def _is_other_unit(measure: str, value: Quantity) -> bool:
    """Return whether the cell states a unit that contradicts the tag's. A unit that was not read contradicts none."""
    money, _, share = measure.partition("/")
    if measure == "shares":
        return value.unit not in (None, "shares")
    if share or money.isupper():
        return value.unit not in (None, money) and not {value.unit, money} <= _DOLLARS
    return False


def _amount(number: Decimal, value: Quantity) -> Decimal:
    return number.scaleb(_POWERS.get(value.unit or "", value.scale or 0))


def judge_row(labels: Sequence[str], cell: Cell) -> Verdict:
    """Judge the label path by the texts that may be the row's label. Any is right if there are none."""
    if not labels:
        return Verdict.RIGHT
    read = Counter(_words(" ".join(cell.label_path)))
    if not read:
        return Verdict.MISSED_ROW
    for label in labels:
        words = Counter(_words(label))
        if sum((words & read).values()) >= SAME_LABEL * sum(words.values()):
            return Verdict.RIGHT
    return Verdict.WRONG_ROW


def _judge_period(figure: PrintedFigure, tag: Tag, table: Table, cell: Cell, fiscal_shift: int) -> tuple[Verdict, bool]:
    """Judge the period: `Cell.period`, or else the words of the headings, of the label, and above the table.

    If the column's heading in the filing names the year of the period, the heading path has to name it. If heading and
    label name only other years (a schedule of maturities), the cell may have one of these, and the words above the
    table have to name the period. The second result states that the figure is undated.
    """
    period = tag.period
    if cell.period is not None and is_period(cell.period, period):
        return Verdict.RIGHT, False
    meant = {period.end.year, period.end.year + fiscal_shift}
    headed = years_in(figure.headings)
    named = headed | years_in(figure.labels)
    if cell.period is not None and (not named or named & meant) and not _same_end(cell, tag):
        return Verdict.WRONG_PERIOD, False
    if headed & meant and not years_in(cell.header_path) & meant:
        return (Verdict.WRONG_PERIOD if years_in(cell.header_path) else Verdict.MISSED_PERIOD), False
    above = [text for text in (table.title, table.caption, table.units_line, *table.lines_above) if text]
    if states_period([*cell.header_path, *cell.label_path, *above], period, fiscal_shift=fiscal_shift):
        return Verdict.RIGHT, False
    near = [*figure.headings, *figure.labels]
    if years_in([figure.above]) <= meant:  # a title of several years does not say which year a figure is of
        near.append(figure.above)
    stated = states_period(near, period, fiscal_shift=fiscal_shift)
    return (Verdict.MISSED_PERIOD if stated else Verdict.RIGHT), not stated


def _same_end(cell: Cell, tag: Tag) -> bool:
    """Return whether the cell's period is only the end of the tag's period, as in a heading that names a date."""
    period = cell.period
    return period is not None and period.start is None and is_period(period, type(period)(tag.period.end))


def _words(text: str) -> list[str]:
    """Return the words of a label, without what may be a footnote mark: single letters, one or two digits."""
    return [word.casefold() for word in _WORD.findall(text)]

"""Compares the cells of tables that were read with the figures of published tables.

A figure is found by its place in the text (`evals.scoring.cell_places`). Its cell has to have the number with its sign,
the label of its row, the year of its column in the headings, in the label or in its period, and the scale that
questions state of it. If nothing states a year or a scale, none is checked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.quantities.values import Kind, Quantity
from app.tables.model import Table
from evals.datasets.tatqa import PublishedFigure, PublishedTable
from evals.scoring.cell_places import Found, find_cells
from evals.scoring.stated_periods import years_in
from evals.scoring.tagged_cells import judge_row
from evals.scoring.verdicts import Verdict

_PERCENT = (Kind.PERCENTAGE, Kind.PERCENTAGE_POINTS)


@dataclass(frozen=True, slots=True)
class JudgedPublished:
    """A figure, the verdict on it, and the cell at its place, if there is one."""

    figure: PublishedFigure
    verdict: Verdict
    found: Found | None = None


def compare_published(
    truth: PublishedTable, pages: Mapping[int, str], tables: Sequence[Table]
) -> list[JudgedPublished]:
    """Judge each figure. `pages` are the texts of the pages by number."""
    found = find_cells(truth.tokens, [figure.token for figure in truth.figures], pages, tables)
    return [
        JudgedPublished(figure, Verdict.MISSED_CELL if place is None else judge_published(figure, place), place)
        for figure, place in zip(truth.figures, found, strict=True)
    ]


def judge_published(figure: PublishedFigure, found: Found) -> Verdict:
    """Judge the cell at a figure's place."""
    value = found.cell.value
    if value is None or value.kind in (Kind.TEXT, Kind.NOT_MEANINGFUL):
        return Verdict.MISSED_VALUE
    read = [number for number in (value.value, value.high) if number is not None]
    if figure.value not in read:
        return Verdict.WRONG_SIGN if -figure.value in read else Verdict.WRONG_VALUE
    verdict = _judge_scale(figure, value)
    if verdict is Verdict.RIGHT:
        verdict = judge_row((figure.label,) if any(map(str.isalpha, figure.label)) else (), found.cell)
    return _judge_year(figure, found) if verdict is Verdict.RIGHT else verdict


def _judge_scale(figure: PublishedFigure, value: Quantity) -> Verdict:
    if figure.is_percent:
        return Verdict.RIGHT if value.kind in _PERCENT else Verdict.MISSED_SCALE
    if figure.scale is None or value.scale == figure.scale:
        return Verdict.RIGHT
    return Verdict.MISSED_SCALE if value.scale is None else Verdict.WRONG_SCALE


def _judge_year(figure: PublishedFigure, found: Found) -> Verdict:
    if figure.year is None:
        return Verdict.RIGHT
    cell, table = found.cell, found.table
    headed = years_in([*cell.header_path, *cell.label_path])
    if figure.year in headed or (cell.period is not None and cell.period.end.year == figure.year):
        return Verdict.RIGHT
    if headed or cell.period is not None:
        return Verdict.WRONG_PERIOD
    above = years_in(text for text in (table.title, table.caption, *table.lines_above) if text)
    return Verdict.RIGHT if above == {figure.year} else Verdict.MISSED_PERIOD

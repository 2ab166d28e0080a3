"""Figures with the years that a sentence gives them: "from 24.6% in 2021 to 21.6% in 2022"."""

from collections.abc import Sequence
from dataclasses import dataclass

from evals.scoring.figures import Figure, figures_of_claim, find_figures, is_same, years_in


@dataclass(frozen=True, slots=True)
class DatedFigure:
    """A figure, and the years that it is of (their last two digits), as far as the text says."""

    figure: Figure
    years: frozenset[str]


def dated_figures(text: str) -> list[DatedFigure]:
    """Return the figures of a sentence or of a row, each with its year."""
    row = figures_of_claim(text)
    if any(figure.period for figure in row):
        return [DatedFigure(figure, years_in(figure.period)) for figure in row]
    figures = find_figures(text)
    ends = [0, *(figure.place[1] for figure in figures)]
    starts = [*(figure.place[0] for figure in figures), len(text)]
    between = [years_in(text[end:start]) for end, start in zip(ends, starts, strict=True)]
    return [DatedFigure(figure, _years(between, number)) for number, figure in enumerate(figures)]


def states(wanted: DatedFigure, texts: Sequence[str]) -> bool:
    """Return whether one of the texts states the figure, of the same year if both say one."""
    return any(
        is_same(wanted.figure, found.figure) and not (wanted.years and found.years and not wanted.years & found.years)
        for text in texts
        for found in dated_figures(text)
    )


def _years(between: Sequence[frozenset[str]], number: int) -> frozenset[str]:
    """Return the year of a figure. `between` has the years before, between and after all figures.

    All years stand before their figures, or all stand behind; if there are years on both ends, a year counts for a
    figure that has none on its other side.
    """
    before, behind = between[number], between[number + 1]
    if between[0] and not between[-1]:
        sides = before
    elif between[-1] and not between[0]:
        sides = behind
    else:
        sides = frozenset() if before and behind else before | behind
    return sides if len(sides) == 1 else frozenset()

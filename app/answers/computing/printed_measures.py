"""Find a measure as documents print it, where issuers compute it with items of their own."""

from dataclasses import replace

from app.answers.computing.computed import Computed, compute
from app.answers.computing.found import Missing
from app.answers.computing.question import FigureQuestion
from app.answers.computing.requests import list_items, list_measures
from app.answers.computing.table_figures import TableFigures
from app.facts.formulas.expressions import Label
from app.facts.formulas.registry import OF_SECTORS


def find_printed(question: FigureQuestion, computed: Computed, rows: TableFigures) -> Computed | Missing | None:
    """Return what tables print for a measure of a sector that was computed by its textbook formula; None if they do not
    print it, or if the question asks for something else. `Missing` states that they print several figures.
    """
    if OF_SECTORS.isdisjoint(list_measures(computed.request.asked)):
        return None
    for request in question.of_tables:
        printed = compute(replace(request, verdict=computed.request.verdict), rows)
        if isinstance(printed, Computed):
            return printed if printed.is_certain() else None
        if any(isinstance(item, Label) and rows.has(item) for item in list_items(request.asked)):
            return printed
    return None

"""Look items up in several places."""

from collections.abc import Sequence

from app.answers.computing.binding import Source
from app.answers.computing.found import Figure
from app.facts.fiscal import QUARTERS_OF_YEAR, FiscalSpan
from app.facts.formulas.expressions import Label, Name
from app.facts.found import Found, NotFound
from app.facts.model import FiscalLabel, StatementKind
from app.facts.sought import Dimensions, Sought
from app.quantities.periods import Period


class Chain:
    """Several places in which items are looked up, the best first. Implements `Source`."""

    def __init__(self, *sources: Source) -> None:
        self._sources = sources

    def __len__(self) -> int:
        return sum(map(len, self._sources))

    def find(self, sought: Sought, period: FiscalSpan | Period, dimensions: Dimensions = ()) -> Found | NotFound:
        """Find a figure in the first place that has it."""
        first: NotFound | None = None
        for source in self._sources:
            found = source.find(sought, period, dimensions)
            if isinstance(found, Found):
                return found
            if found.code == "not-reported" and source.has_read(sought.statement, period):
                return found  # its statement was read, and does not have it
            if found.code == "ambiguous" and sought.is_debt:
                return found  # a row of the balance sheet may be part of it, which another table's amount would omit
            first = first or found
        assert first is not None, "a chain has a source"
        return first

    def has_read(self, statement: StatementKind | None, period: FiscalSpan | Period) -> bool:
        """Return whether a place has read a statement for a period."""
        return any(source.has_read(statement, period) for source in self._sources)

    def find_span(self, period: Period) -> FiscalSpan | None:
        """Return the fiscal quarters of a period of days, if a place knows them."""
        spans = (source.find_span(period) for source in self._sources)
        return next((span for span in spans if span is not None), None)

    def latest(self, quarters: int = QUARTERS_OF_YEAR) -> FiscalLabel | None:
        """Return the label of the newest period of the first place that knows one."""
        labels = (source.latest(quarters) for source in self._sources)
        return next((label for label in labels if label is not None), None)

    def latest_year(self, quarters: int) -> int | None:
        """Return the newest fiscal year of the first place that knows one."""
        years = (source.latest_year(quarters) for source in self._sources)
        return next((year for year in years if year is not None), None)

    def series(self, words: str) -> Sequence[tuple[FiscalLabel | Period | None, Found]] | NotFound:
        """Find the series of the first place that has it."""
        first: NotFound | None = None
        for source in self._sources:
            found = source.series(words)
            if not isinstance(found, NotFound):
                return found
            first = first or found
        assert first is not None, "a chain has a source"
        return first

    def members(self, item: Label | Name, axis: str, when: FiscalLabel | Period) -> Sequence[tuple[str, str]]:
        """Return the parts of the first place that knows some."""
        found = (source.members(item, axis, when) for source in self._sources)
        return next((members for members in found if members), ())

    def nearest(self, words: str) -> Sequence[Figure]:
        """Return the nearest figures of the first place that has any."""
        found = (source.nearest(words) for source in self._sources)
        return next((figures for figures in found if figures), ())

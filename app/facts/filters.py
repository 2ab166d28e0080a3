"""What a query selects facts by."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from app.facts.model import FactStatus, Method, StatementKind, StoredFact, is_of_group


@dataclass(frozen=True, slots=True)
class FactFilter:
    """Conditions that all hold. An empty tuple, or None, is no condition; of a tuple, one value is enough.

    `issuer_keys` are normalised issuer names (`app.documents.issuers.normalise_issuer`), and `issuer_ids` are records
    of issuers (`app.issuers.names.Issuer.ids`). `words` all occur in the
    labels of the line, in any case. `first_end` and `last_end` limit the day on which the period ends. `members` are
    those of a fact's dimensions, or () for facts without any. `of_group` selects facts of the whole group
    (`is_of_group`).
    """

    issuer_keys: tuple[str, ...] = ()
    issuer_ids: tuple[UUID, ...] = ()
    document_ids: tuple[UUID, ...] = ()
    items: tuple[str, ...] = ()
    concepts: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    statements: tuple[StatementKind, ...] = ()
    first_end: date | None = None
    last_end: date | None = None
    fiscal_year: int | None = None
    fiscal_part: str | None = None
    method: Method | None = None
    least_confidence: float = 0.0
    status: FactStatus | None = None
    members: tuple[str, ...] | None = None
    of_group: bool = False

    def accepts(self, stored: StoredFact) -> bool:
        """Return whether a fact of a selected line meets the conditions on its figure."""
        fact = stored.fact
        return (
            self.has_day(fact.period.end)
            and (self.fiscal_year is None or (fact.fiscal is not None and fact.fiscal.year == self.fiscal_year))
            and (self.fiscal_part is None or (fact.fiscal is not None and fact.fiscal.part == self.fiscal_part))
            and (self.method is None or fact.method is self.method)
            and fact.confidence >= self.least_confidence
            and (self.status is None or stored.status is self.status)
            and self._has_members(fact.dimensions)
            and (not self.of_group or is_of_group(fact.dimensions, fact.label))
        )

    def has_day(self, end: date) -> bool:
        """Return whether periods that end on a day are selected."""
        return (self.first_end is None or end >= self.first_end) and (self.last_end is None or end <= self.last_end)

    def with_days_around(self, days: int) -> "FactFilter":
        """Return the filter with so many more days before and after its days."""
        first, last, more = self.first_end, self.last_end, timedelta(days)
        return replace(
            self,
            first_end=None if first is None else first - min(more, first - date.min),
            last_end=None if last is None else last + min(more, date.max - last),
        )

    def _has_members(self, dimensions: tuple[tuple[str, str], ...]) -> bool:
        if self.members is None:
            return True
        return {*self.members} <= {member for _, member in dimensions} if self.members else not dimensions

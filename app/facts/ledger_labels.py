"""Give each fact of an issuer its place in the fiscal calendar, the same for all documents."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from app.facts.fiscal import QUARTERS_OF_YEAR, FiscalSpan, count_quarters
from app.facts.model import FiscalLabel, StoredFact
from app.quantities.periods import Period

_NEAR = 10
"""Days within which two documents can date the same fiscal day: a 52/53-week year and its nominal month's end."""

_PARTS_OF_INSTANTS = {"FY": 4, "Q4": 4, "H2": 4, "9M": 3, "Q3": 3, "H1": 2, "Q2": 2, "Q1": 1}


class FiscalPlaces:
    """The fiscal quarters of an issuer's periods, from the labels that its facts have.

    Each fact votes for the fiscal quarter that ends on its last day. So a fact without label, or with one that most
    facts contradict, gets the label of its issuer's other facts of that day.
    """

    def __init__(self, facts: Iterable[StoredFact]) -> None:
        votes: dict[date, Counter[int]] = defaultdict(Counter)
        labelled = Counter(
            (fact.period.end, fact.period.start, fact.fiscal.year, fact.fiscal.part)
            for stored in facts
            if (fact := stored.fact).fiscal is not None
        )
        for (end, start, year, part), count in labelled.items():  # many facts have the same period and label
            quarter = _labelled_end(Period(end, start), FiscalLabel(year, part))
            if quarter is not None:
                votes[end][quarter] += count
        quarters = {day: max(counts, key=lambda q: (counts[q], q)) for day, counts in votes.items()}
        self._quarters = {day.toordinal(): quarter for day, quarter in quarters.items()}
        self._days: dict[int, date] = {}
        for day, quarter in quarters.items():
            known = self._days.get(quarter)
            if known is None or (votes[day][quarter], day) > (votes[known][quarter], known):
                self._days[quarter] = day

    def find_span(self, period: Period) -> FiscalSpan | None:
        """Return the fiscal quarters of a period; None if its end or its length is none that the issuer reports."""
        end, quarters = self._quarter_ending(period.end), count_quarters(period)
        if end is None or quarters is None:
            return None
        return FiscalSpan(end, end - quarters if quarters else None)

    def find_day(self, quarter: int) -> date | None:
        """Return the last day of a fiscal quarter (4 × year + quarter); None if no fact is of it."""
        return self._days.get(quarter)

    @property
    def quarters(self) -> Sequence[int]:
        """All fiscal quarters on whose last day the issuer reports, ascending."""
        return sorted(self._days)

    def _quarter_ending(self, day: date) -> int | None:
        # Days are numbers here: a document can state the first or the last day of all.
        number = day.toordinal()
        for distance in range(_NEAR + 1):
            for near in (number - distance, number + distance):
                quarter = self._quarters.get(near)
                if quarter is not None:
                    # Of two days that are labelled as the same quarter's end, only one can be it.
                    usual = self._days[quarter]
                    return quarter if abs((usual - day).days) <= _NEAR else None
        return None


def _labelled_end(period: Period, label: FiscalLabel) -> int | None:
    """Return the quarter that a period's label ends with; None if its length contradicts the label."""
    quarters = count_quarters(period)
    if quarters is None:
        return None
    if quarters == 0:
        part = _PARTS_OF_INSTANTS.get(label.part)
        return None if part is None else QUARTERS_OF_YEAR * label.year + part
    span = FiscalSpan.of(label)
    return span.end if span.quarters == quarters else None

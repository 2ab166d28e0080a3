"""Give a request its periods: those that it names, or the newest that a source knows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from app.answers.computing.found import Figure
from app.answers.computing.requests import (
    FROM_FIRST_TO_LAST,
    NO_YEAR,
    Asked,
    AskedPeriod,
    Over,
    Ranking,
    Series,
    at_period,
    is_relative,
    is_trailing,
    list_items,
    list_periods,
    over_periods,
    with_year,
)
from app.facts.fiscal import FiscalSpan
from app.facts.formulas.expressions import At, Between, Call, Expression, Label, Name, Of, map_parts
from app.facts.found import Figures, Found, NotFound
from app.facts.model import FiscalLabel
from app.quantities.periods import Period

Bound = tuple[Expression, Mapping[str, Found]]
"""An expression with its periods, and the figures of items for which no period is known, by their words."""

_UNNAMED = NotFound("no-period", "the question names no period")
_ALONE = NotFound("no-period", "only one period is found")
_MOST_PERIODS = 24
_TOO_MANY = NotFound("too-large", f"more than {_MOST_PERIODS} periods are found: name the periods that you mean")


class Source(Figures, Protocol):
    """Where the figures of a question are found: the ledger, tables, or sentences."""

    def latest_year(self, quarters: int) -> int | None:
        """Return the newest fiscal year with a period of so many quarters."""
        ...

    def series(self, words: str) -> "Sequence[tuple[FiscalLabel | Period | None, Found]] | NotFound":
        """Return the figures of an item in all its periods, or the newest two, in the order of time."""
        ...

    def members(self, item: Label | Name, axis: str, when: FiscalLabel | Period) -> Sequence[tuple[str, str]]:
        """Return the segments, regions or products for which a table has amounts of an item."""
        ...

    def nearest(self, words: str) -> Sequence[Figure]:
        """Return figures that can be those of an item."""
        ...


def bind(asked: Asked, source: Source) -> Bound | NotFound:
    """Return the expression of a request for its periods, or for the newest ones of a source."""
    if isinstance(asked, Series):
        return _over_known_periods(asked, source)
    if isinstance(asked, Ranking):
        return _over_members(asked, source)
    periods = list(list_periods(asked))
    parts = {label.part for label in periods if isinstance(label, FiscalLabel) and label.year == NO_YEAR}
    if parts:
        year = source.latest_year(4 if "FY" in parts else 2 if parts & {"H1", "H2"} else 1)
        return _UNNAMED if year is None else (with_year(asked, year), {})
    if periods:
        return asked, {}
    if is_relative(asked) or not all(isinstance(item, Label) for item in list_items(asked)):
        latest = None if is_trailing(asked) else source.latest()
        latest = latest or newest_quarter(source)  # an issuer with quarterly reports only
        return _UNNAMED if latest is None else (at_period(asked, latest), {})
    return _at_latest(asked, source)


def _at_latest(asked: Expression, source: Source) -> Bound | NotFound:
    """Return an expression for the newest period of each of its items."""
    pinned: dict[str, Found] = {}
    when: dict[str, FiscalLabel | Period] = {}
    for item in list_items(asked):
        words = item.words if isinstance(item, Label) else item.name
        series = source.series(words)
        if isinstance(series, NotFound):
            return series
        period, found = series[-1]
        if period is None:
            pinned[words] = found
        else:
            when[words] = period

    def dated(part: Expression) -> Expression:
        known = when.get(part.words) if isinstance(part, Label) else None
        return part if known is None else at_period(part, known)

    return map_parts(asked, dated), pinned


def newest_quarter(source: Source) -> FiscalLabel | None:
    """Return the label of the period that ends last, of any length."""
    labels = [label for quarters in range(1, 5) if (label := source.latest(quarters)) is not None]
    return max(labels, key=lambda label: FiscalSpan.of(label).end, default=None)


def _over_members(asked: Ranking, source: Source) -> Bound | NotFound:
    when = asked.when or source.latest()
    if not asked.axis and isinstance(asked.inner, Call):
        parts = asked.inner.arguments
        return _UNNAMED if when is None else (Call(asked.over.value, tuple(At(part, when) for part in parts)), {})
    item = next(list_items(asked), None)
    if when is None or item is None:
        return _UNNAMED
    members = source.members(item, asked.axis, when)
    if len(members) < 2:
        return NotFound("not-reported", f"no amounts of {asked.axis}s are known for {AskedPeriod.of(when).label()}")
    of_members: list[Expression] = [Of(asked.inner, (member,)) for member in members]
    if asked.is_growth:
        before = AskedPeriod.of(when).before()
        if before is None:
            return _UNNAMED
        ends = Between(before.when(), when)
        return Call(asked.over.value, tuple(Call("growth", (part,), ends) for part in of_members)), {}
    return Call(asked.over.value, tuple(At(part, when) for part in of_members)), {}


def _over_known_periods(asked: Series, source: Source) -> Bound | NotFound:
    item, is_move = asked.inner, asked.over in FROM_FIRST_TO_LAST
    if isinstance(item, Label):
        series = source.series(item.words)
        if isinstance(series, NotFound):
            return series
        if is_move and asked.over is not Over.CAGR:
            series = series[-2:]
        periods = [period for period, _ in series if period is not None]
        if len(periods) < len(series):
            return _ALONE
        if len(periods) > _MOST_PERIODS and not is_move:
            return _TOO_MANY
    else:
        latest = source.latest() if is_move else None
        periods = [] if latest is None else [replace(latest, year=latest.year - 1), latest]
    bound = over_periods(asked.over, item, periods)
    return _ALONE if isinstance(bound, Series) else (bound, {})

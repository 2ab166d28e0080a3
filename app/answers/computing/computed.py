"""Compute a request: its expression is evaluated by the formulas' evaluator, over the ledger or over other sources."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

from app.answers.computing.binding import Source, bind
from app.answers.computing.found import CellFact, Figure, Missing, figure_of
from app.answers.computing.requests import (
    Asked,
    AskedPeriod,
    FigureRequest,
    Ranking,
    Series,
    list_items,
    list_periods,
    moment,
)
from app.facts.fiscal import FiscalSpan
from app.facts.formulas.evaluation import evaluate
from app.facts.formulas.expressions import At, Call, Expression, Label, Of, parts_of
from app.facts.formulas.results import Computed as Result
from app.facts.formulas.results import Input, Tree, Working
from app.facts.found import Found, NotFound
from app.facts.model import FiscalLabel, StatementKind, StoredFact
from app.facts.sought import Dimensions, Sought
from app.quantities.periods import Period

LEAST_CONFIDENCE = 0.7
"""Decline answers with a ledger input of less confidence. The limit lies between figures that a check of the
statement contradicts (.60 and less) and those of an item that the reader is sure of (.78 and more).
"""

LEAST_CERTAINTY = 0.8
"""Decline answers with an input of less certainty from tables or sentences. Certainty is the share of the item's words
that the row and its headings have; words of the title and the page count less.
"""

_NO_PERIOD = FiscalLabel(1900)
"""The period of expressions that need none: all their figures are found beforehand."""

_CHOOSES = frozenset({"min", "max"})


@dataclass(frozen=True)
class Computed:
    """A computed answer. `figures` are those of its facts, `periods` name what it covers. `chosen` is the number of the
    chosen period, if the question asks for the highest or lowest.
    """

    request: FigureRequest
    expression: Expression
    result: Result
    source: "Recorded"
    figures: Mapping[StoredFact, Figure]
    periods: tuple[str, ...]

    def is_certain(self) -> bool:
        """Return whether all figures are certain enough to show the value."""
        return all(
            used.stored.fact.confidence >= (LEAST_CERTAINTY if isinstance(used.stored, CellFact) else LEAST_CONFIDENCE)
            for used in self.result.inputs
        )

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        """The figures in the order of the computation, each place once."""
        found: dict[object, Input] = {}
        for used in self.result.inputs:
            figure = self.figures[used.stored]
            found.setdefault((figure.key, figure.span), used)
        return tuple(found.values())

    def shown(self) -> list[Figure]:
        """Return the figures of the inputs."""
        return [self.figures[used.stored] for used in self.inputs]

    def again(self) -> Result:
        """Evaluate the expression again, with the amounts of the figures."""
        return self._again

    @cached_property
    def _again(self) -> Result:
        return self.source.evaluate(self.expression, self.figures)

    @property
    def is_single(self) -> bool:
        """Whether the value is one figure as it is printed."""
        return isinstance(self.result.tree, Input)

    @property
    def chosen(self) -> int | None:
        """The number of the period with the highest or lowest value, if the question asks for it."""
        tree, values = self.result.tree, self._choices
        if not isinstance(tree, Working) or not values:
            return None
        return values.index(max(values) if tree.operator == "max" else min(values))

    @cached_property
    def _choices(self) -> list[Decimal]:
        call = self.expression
        if not isinstance(call, Call) or call.function not in _CHOOSES:
            return []
        results = [self.source.evaluate(part, self.figures).value for part in call.arguments]
        return [value for value in results if value is not None]

    def is_tie(self) -> bool:
        """Return whether several periods have the highest or lowest value."""
        return self.chosen is not None and self._choices.count(self._choices[self.chosen]) > 1


@dataclass
class Recorded:
    """A source that remembers what it has found. With `figures`, their amounts count. Implements `Figures`."""

    source: Source
    pinned: Mapping[str, Found] = field(default_factory=dict)
    found: dict[tuple[object, ...], Found | NotFound] = field(default_factory=dict)
    figures: Mapping[StoredFact, Figure] | None = None

    def __len__(self) -> int:
        return len(self.source)

    def find(self, sought: Sought, period: FiscalSpan | Period, dimensions: Dimensions = ()) -> Found | NotFound:
        """Find a figure as the source does, once."""
        key = (sought, period, dimensions)
        if key not in self.found:
            self.found[key] = self.pinned.get(sought.labels[0] if sought.labels else "") or self.source.find(*key)
        found = self.found[key]
        return found if isinstance(found, NotFound) or self.figures is None else _with_amounts(found, self.figures)

    def has_read(self, statement: StatementKind | None, period: FiscalSpan | Period) -> bool:
        """Return whether the source has read a statement for a period."""
        return self.source.has_read(statement, period)

    def find_span(self, period: Period) -> FiscalSpan | None:
        """Return the fiscal quarters of a period of days."""
        return self.source.find_span(period)

    def latest(self, quarters: int = 4) -> FiscalLabel | None:
        """Return the label of the newest period of so many quarters."""
        return self.source.latest(quarters)

    def evaluate(self, expression: Expression, figures: Mapping[StoredFact, Figure] | None = None) -> Result:
        """Evaluate an expression with what is found, and with the amounts of the figures."""
        of = replace(self, figures=figures) if figures is not None else self
        return evaluate(expression, of, self.latest() or _NO_PERIOD)

    def list_figures(self) -> Iterator[tuple[StoredFact, Figure]]:
        """Yield all facts that were found, with their figures."""
        for found in self.found.values():
            if isinstance(found, Found):
                for part in found.parts:
                    yield part.stored, figure_of(part, is_turned=found.is_turned)


def _with_amounts(found: Found, figures: Mapping[StoredFact, Figure]) -> Found:
    if not all(part.stored in figures for part in found.parts):
        return found
    amounts = (part.sign * figures[part.stored].value_in_formulas() for part in found.parts)
    return replace(found, value=sum(amounts, Decimal(0)))


def compute(request: FigureRequest, source: Source) -> Computed | Missing:
    """Compute a request. A value is returned only if every input is found and all units fit."""
    bound = bind(request.asked, source)
    if isinstance(bound, NotFound):
        return Missing(request.name, bound.detail, _nearest(request, source))
    expression, pinned = bound
    recorded = Recorded(source, pinned)
    result = recorded.evaluate(expression)
    if result.problem is not None:
        reason = _reason(request, result)
        found = tuple(figure for _, figure in recorded.list_figures())
        return Missing(request.name, reason, _nearest(request, source), is_final=_is_final(result), found=found)
    if not result.inputs:
        return Missing(request.name, f"“{request.name}” is not the name of a line item")
    figures = dict(recorded.list_figures())
    periods = _periods_of(request.asked, expression, [figures[used.stored] for used in result.inputs])
    computed = Computed(request, expression, result, recorded, figures, periods)
    if computed.is_tie():
        return Missing(request.name, f"{request.name} has the same value in several periods")
    return computed


def _members_of(expression: Expression) -> tuple[str, ...]:
    """Return the names of the parts that are compared, with their periods."""
    names = []
    for part in parts_of(expression):
        of = part.of if isinstance(part, At) else next(iter(parts_of(part)))
        period = AskedPeriod.of(list(list_periods(part))[-1]).label()
        named = of.dimensions[0][1] if isinstance(of, Of) else of.words if isinstance(of, Label) else of
        names.append(f"{named}, {period}")
    return tuple(names)


def _periods_of(asked: Asked, expression: Expression, figures: Sequence[Figure]) -> tuple[str, ...]:
    """Return the names of the periods: as the question says them, or else as the documents print them."""
    if isinstance(asked, Ranking):
        return _members_of(expression)
    if isinstance(asked, Series) or not any(True for _ in list_periods(expression)):
        ordered = sorted(figures, key=lambda figure: figure.order)
        return tuple(dict.fromkeys(figure.period for figure in ordered))
    periods = sorted(dict.fromkeys(list_periods(expression)), key=moment)
    return tuple(dict.fromkeys(AskedPeriod.of(period).label() for period in periods))


def _nearest(request: FigureRequest, source: Source) -> tuple[Figure, ...]:
    items = [item.words for item in list_items(request.asked) if isinstance(item, Label)]
    return tuple(figure for words in items for figure in source.nearest(words))


def _reason(request: FigureRequest, result: Result) -> str:
    assert result.problem is not None
    if result.missing:
        return result.missing[0].detail.rstrip(".")
    return f"{request.name} has no value: {result.problem.detail.rstrip('.')}"


def _is_final(result: Result) -> bool:
    """Return whether the figures are known and give no value."""
    return not result.missing and result.problem is not None and result.problem.code in _FINAL


_FINAL = frozenset(
    {"division-by-zero", "negative-base", "units-do-not-match", "currencies-mixed", "unknown-scale", "same-figure"}
)


def list_tree(tree: Tree | None) -> Iterator[Input]:
    """Yield the inputs of a computation, from left to right."""
    if isinstance(tree, Input):
        yield tree
    elif isinstance(tree, Working):
        for part in tree.parts:
            yield from list_tree(part)

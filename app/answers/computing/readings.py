"""Read words as expressions: operations over periods, ratios, sums, and items.

Words can be read in several ways ("average price paid" is a mean, or the name of a row). The readings are in the order
of preference; which one is right shows in the figures that are found for its items.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from itertools import islice

from app.answers.computing import patterns
from app.answers.computing.expressions import parse_formula
from app.answers.computing.periods import PeriodsOfText, take_periods
from app.answers.computing.requests import AskedPeriod, Over, Periodic, Series, at_period, over_periods
from app.facts.formulas.expressions import At, Binary, Call, Expression, Label, Number, Of
from app.facts.items.names import find_items

_DEEPEST = 5
_MOST_INNER = 4
_OVER = (
    (patterns.CAGR, Over.CAGR),
    (patterns.GROWTH, Over.GROWTH),
    (patterns.AVERAGE, Over.AVERAGE),
    (patterns.CHANGE, Over.CHANGE),
)
_PROFITS = {"gross": "gross profit", "operating": "operating income", "net": "net income"}
_TWO_PERIODS = (Over.CHANGE, Over.GROWTH)
_LIST = re.compile(r" ?, ?(?:and )?| and ")

Measures = Callable[[str], Expression | None]
"""Finds a measure by its name."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the words of one question. `definitions` are the formulas that it states, by name in lower case."""

    definitions: Mapping[str, str] = field(default_factory=dict)
    measures: Measures | None = None
    depth: int = 0

    def readings(self, words: str, taken: PeriodsOfText) -> Iterator[Periodic]:
        """Yield the readings of words, with the periods of their text."""
        words, periods = clean(words), taken.periods
        is_over_periods = False
        for pattern, over in _OVER:
            if (found := pattern.match(words)) is not None:
                is_over_periods = True
                yield from self._over_periods(over, words, next(filter(None, found.groups()), ""), taken)
        summed = patterns.SUM.match(words)
        if summed is not None:
            yield from self._total(words, summed["x"], taken)
        if not is_over_periods or len(periods) < 2:
            for node in self.values(words):
                yield _bound(node, periods)
        elif patterns.CHANGE.match(words) is not None:
            yield Label(words)  # a column of changes has no period

    def is_over_periods(self, words: str) -> bool:
        """Return whether words name an operation over periods, such as a change."""
        return any(pattern.match(clean(words)) for pattern, _ in _OVER)

    def values(self, words: str) -> Iterator[Expression]:
        """Yield the readings of words without a period."""
        words = clean(words)
        if not words or self.depth > _DEEPEST:
            return
        if (defined := self._defined(words)) is not None:
            yield defined
            return
        if self.measures is not None and (known := self.measures(words)) is not None:
            yield known
        if (part := patterns.SEGMENT.match(words)) is not None:
            line, member = part["x"] or part["y"] or part["z"], part["a"] or part["b"] or part["c"]
            for node in self._inner(clean(line)):
                yield Of(node, (("", clean(member)),))
        share, ratio = patterns.SHARE.match(words), patterns.RATIO.match(words)
        if share is not None:
            yield from self._shares(
                clean(share["x"] or share["v"] or share["v2"]), clean(share["y"] or share["w"] or share["w2"])
            )
        is_ratio = ratio is not None and "ratio" in words.lower()
        if ratio is not None and is_ratio:
            yield from self._quotients(ratio["x"] or ratio["v"], ratio["y"] or ratio["w"])
        formula = self._formula(words)
        is_sure = formula is not None and patterns.SURE_OPERATORS.search(words) is not None
        if formula is not None and is_sure:
            yield formula
        yield Label(words)
        if formula is not None and not is_sure:
            yield formula
        if ratio is not None and not is_ratio and ratio["v"]:
            yield from self._quotients(ratio["v"], ratio["w"])
        if (margin := patterns.MARGIN.match(words)) is not None:
            line = _PROFITS.get(margin["x"].lower(), margin["x"])
            for inner in self._inner(line):
                yield Binary("/", inner, Label("revenue"))

    def leaf(self, text: str) -> Expression | None:
        """Read an operand of a formula, with its period: "FY2019 revenue", "average PP&E between FY2018 and FY2019"."""
        taken = take_periods(text)
        found = next(self._deeper().readings(taken.rest, taken), None)
        if not isinstance(found, Series):
            return found
        is_relative = found.over in (Over.CHANGE, Over.GROWTH, Over.AVERAGE)
        return Call(found.over.value, (found.inner,)) if is_relative else None

    def _over_periods(self, over: Over, words: str, inner: str, taken: PeriodsOfText) -> Iterator[Periodic]:
        inner, periods = clean(inner), taken.periods
        if over is Over.CHANGE and len(periods) < 2:
            yield from self._difference(words, periods)
        if over is Over.AVERAGE and len(periods) < 2 and (parts := _listed(inner)):
            yield _bound(Call("avg", tuple(map(Label, parts))), periods)
        if over is Over.AVERAGE:
            if len(periods) == 1:
                return
            periods = taken.all_periods()
        if over in _TWO_PERIODS and len(periods) == 1 and (before := periods[0].before()):
            periods = (before, *periods)
        for node in self._inner(inner):
            yield _over(over, node, periods)

    def _difference(self, words: str, periods: tuple[AskedPeriod, ...]) -> Iterator[Expression]:
        if (pair := patterns.DIFFERENCE_IN.match(words)) is not None:
            for and_ in islice(re.finditer(r" and (?:the )?", pair["x"]), _MOST_INNER):
                one, other = clean(pair["x"][: and_.start()]), clean(pair["x"][and_.end() :])
                yield _bound(Binary("-", Label(f"{one} {pair['m']}"), Label(f"{other} {pair['m']}")), periods)
        if (pair := patterns.DIFFERENCE.match(words)) is not None:
            for left in self._inner(pair["x"]):
                for right in self._inner(pair["y"]):
                    yield _bound(Binary("-", left, right), periods)

    def _total(self, words: str, inner: str, taken: PeriodsOfText) -> Iterator[Periodic]:
        inner = clean(inner)
        if len(taken.periods) > 1:
            for node in self.values(inner):
                yield _over(Over.TOTAL, node, taken.all_periods())
        elif patterns.SURELY_SUM.match(words) and (parts := _listed(inner)):
            items: list[Expression] = [Label(part) for part in parts]
            yield _bound(reduce(lambda left, right: Binary("+", left, right), items), taken.periods)

    def _formula(self, words: str) -> Expression | None:
        if patterns.OPERATORS.search(words) is None:
            return None
        formula = parse_formula(patterns.ALIAS.sub("", words), self.leaf)
        leaf = formula.of if isinstance(formula, At) else formula
        return None if isinstance(leaf, Label | Number) else formula

    def _defined(self, words: str) -> Expression | None:
        name = words.lower()
        text = self.definitions.get(name)
        if text is None:
            return None
        others = {known: other for known, other in self.definitions.items() if known != name}
        return parse_formula(text, Reader(others, self.measures, self.depth + 1).leaf)

    def _quotients(self, left: str, right: str) -> Iterator[Expression]:
        denominator = next(self._deeper().values(right), None)
        if denominator is not None:
            for numerator in self._inner(left):
                yield Binary("/", numerator, denominator)

    def _shares(self, part: str, whole: str) -> Iterator[Expression]:
        """Yield quotients of a part and a whole: of two rows, or of a segment's amount and the group's."""
        line = re.sub(r"^total ", "", whole, flags=re.IGNORECASE)
        if not find_items(part) and find_items(line) and self.measures is not None:
            yield Binary("/", Of(Label(line), (("", part),)), Label(line))
        yield from self._quotients(part, whole)

    def _inner(self, words: str) -> Iterator[Expression]:
        return islice(self._deeper().values(words), _MOST_INNER)

    def _deeper(self) -> "Reader":
        return Reader(self.definitions, self.measures, self.depth + 1)


def clean(words: str) -> str:
    """Strip articles, prepositions and punctuation at the ends of words."""
    before = None
    while words != before:
        before = words
        words = patterns.TRIM.sub("", words).strip()
    if words.startswith("(") and words.endswith(")") and "(" not in words[1:-1]:
        words = words[1:-1].strip()
    if words.endswith(")") and words.count(")") > words.count("("):
        words = words[:-1]
    return words


def _bound(expression: Expression, periods: tuple[AskedPeriod, ...]) -> Expression:
    """Give the only period to the items without one. With several periods, the value is asked for the latest."""
    if not periods:
        return expression
    return at_period(expression, max(periods, key=lambda period: (period.year or 0, period.part)).when())


def _over(over: Over, inner: Expression, periods: Iterable[AskedPeriod]) -> Periodic:
    return over_periods(over, inner, [period.when() for period in periods])


def _listed(words: str) -> list[str]:
    """Split "A and B" or "A, B and C"; empty if the words are one item."""
    parts = [clean(part) for part in _LIST.split(words)]
    return parts if len(parts) > 1 and all(parts) else []

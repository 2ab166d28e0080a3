"""What the model sees of a row: words of its labels, its place, its neighbours and what adds up to what.

A feature is a short text. The part before "=" names its kind; docs/items.md lists the kinds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise, zip_longest

from app.facts.items.places import flags_of, sections_of
from app.facts.items.rows import ItemRow
from app.facts.items.words import words_of
from app.facts.model import StatementKind

_MOST_WORDS = 16
_STEM = 5
_NONE: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Seen:
    """A row and what stands around it."""

    row: ItemRow
    words: tuple[str, ...]
    heading: tuple[str, ...]
    section: str


@dataclass(frozen=True)
class Context:
    """What the other statements of a document show: their kinds of rows, and their rows by their first figure."""

    flags: Mapping[StatementKind, tuple[str, ...]]
    labels: Mapping[Decimal, tuple[tuple[StatementKind, str, str], ...]]

    @classmethod
    def of(cls, statements: Sequence[tuple[StatementKind, Sequence[ItemRow]]]) -> "Context":
        flags: dict[StatementKind, tuple[str, ...]] = {}
        labels: dict[Decimal, list[tuple[StatementKind, str, str]]] = {}
        for kind, rows in statements:
            words = [words_of(row.label)[:_MOST_WORDS] for row in rows]
            flags[kind] = tuple(flags_of(words, kind))
            shown = [number for number, row in enumerate(rows) if row.figures]
            for number, follower in zip_longest(shown, shown[1:]):
                figure = _first_figure(rows[number])
                if figure is not None:
                    after = "" if follower is None else " ".join(words[follower])
                    labels.setdefault(figure, []).append((kind, " ".join(words[number]), after))
        return cls(flags, {figure: tuple(found) for figure, found in labels.items() if len(found) <= _MOST_ALIKE})

    @property
    def shown(self) -> frozenset[str]:
        """What the statements show, by their labels (`app.facts.items.shown`)."""
        return frozenset(flag for own in self.flags.values() for flag in own)

    def features(self, row: ItemRow, statement: StatementKind) -> Iterator[str]:
        figure = _first_figure(row)
        for kind, label, after in self.labels.get(figure, ()) if figure is not None else ():
            if kind is not statement:
                yield f"x={kind.value}|{label}"
                yield f"xa={kind.value}|{after}"


_NO_CONTEXT = Context({}, {})
_MOST_ALIKE = 6
_LEAST_FIGURE = 100


def _first_figure(row: ItemRow) -> Decimal | None:
    """Return the first figure without its sign, if it is large enough not to be equal by chance."""
    figure = next((figure for figure in row.figures if figure is not None), None)
    return None if figure is None or not figure.is_finite() or abs(figure) < _LEAST_FIGURE else abs(figure)


def features_of(rows: Sequence[ItemRow], statement: StatementKind, context: Context = _NO_CONTEXT) -> list[list[str]]:
    """Return the features of each row; none for headings."""
    labels = [words_of(row.label)[:_MOST_WORDS] for row in rows]
    sections = sections_of(labels, [bool(row.figures) for row in rows], statement)
    flags = [f"g={flag}" for flag in flags_of(labels, statement)]
    flags += [f"o={kind.value}|{flag}" for kind, own in context.flags.items() if kind is not statement for flag in own]
    shown = [number for number, row in enumerate(rows) if row.figures]
    seen: dict[tuple[str, ...], int] = {}
    found: list[list[str]] = [[] for _ in rows]
    headings = _headings(rows, labels)
    for place, number in enumerate(shown):
        row = _Seen(rows[number], labels[number], headings[number], sections[number])
        before = labels[shown[place - 1]] if place else _NONE
        after = labels[shown[place + 1]] if place + 1 < len(shown) else _NONE
        own = [*word_features(row.words, row.section), *_headings_of(row), *_around(before, after), *flags]
        own += _place(place, len(shown))
        own += _sums(number, rows, labels)
        own += _figures(rows[number])
        own += context.features(rows[number], statement)
        times = seen.get(row.words, 0)
        own.append(f"again={min(times, 2)}")
        seen[row.words] = times + 1
        found[number] = own
    return found


def _headings(rows: Sequence[ItemRow], labels: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the words of the last heading above each row."""
    heading: tuple[str, ...] = ()
    found = []
    for row, words in zip(rows, labels, strict=True):
        found.append(heading)
        if not row.figures and words:
            heading = words
    return found


def word_features(words: tuple[str, ...], section: str | None) -> Iterator[str]:
    """Yield the features of a label's words, and of the section if it is known."""
    for word in dict.fromkeys(words):
        yield f"w={word}"
        if section is not None:
            yield f"sw={section}|{word}"
        if len(word) > _STEM:
            yield f"c={word[:_STEM]}"
    for pair in pairwise(words):
        yield f"b={pair[0]} {pair[1]}"
    if words:
        yield f"f={words[0]}"
        yield f"l={words[-1]}"
        yield f"L={' '.join(words)}"
    if section is not None:
        yield f"SL={section}|{' '.join(words)}"
        yield f"s={section}"
    yield f"n={min(len(words), 8)}"


def _headings_of(seen: _Seen) -> Iterator[str]:
    path = [words_of(label) for label in seen.row.label_path[:-1][-3:]]
    if path:
        yield f"H={' '.join(path[-1])}"
        yield f"HL={' '.join(path[-1])}|{' '.join(seen.words)}"
    for word in dict.fromkeys(word for words in path for word in words[:_MOST_WORDS]):
        yield f"h={word}"
    for word in dict.fromkeys(seen.heading):
        yield f"hh={word}"


def _around(before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[str]:
    yield f"pL={' '.join(before)}"
    yield f"nL={' '.join(after)}"
    for word in dict.fromkeys(before):
        yield f"p={word}"
    for word in dict.fromkeys(after):
        yield f"a={word}"


def _place(place: int, rows: int) -> Iterator[str]:
    yield f"at={5 * place // max(rows, 1)}"
    if place < 2:
        yield f"first={place}"
    if rows - place <= 2:
        yield f"last={rows - place}"


def _sums(number: int, rows: Sequence[ItemRow], labels: Sequence[tuple[str, ...]]) -> Iterator[str]:
    row = rows[number]
    if row.is_total or labels[number][:1] == ("total",):
        yield "total"
    if row.sums:
        yield f"sum={min(len(row.sums), 6)}"
        yield f"of={' '.join(labels[row.sums[0]])}"
    if row.part_of is not None:
        total = labels[row.part_of]
        yield f"T={' '.join(total)}"
        for word in dict.fromkeys(total):
            yield f"t={word}"


def _figures(row: ItemRow) -> Iterator[str]:
    if row.measure is not None:
        yield f"m={row.measure.value}"
    signs = [figure < 0 for figure in row.figures if figure is not None and figure.is_finite()]
    if signs:
        yield f"neg={2 * sum(signs) // len(signs)}"

"""The names that formulas can use, and analysts' words for them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.facts.formulas.definitions import LineItem, MeasureDefinition
from app.facts.formulas.expressions import Expression, Label, Name
from app.facts.formulas.units import Unit
from app.facts.items.names import find_items
from app.facts.label_words import label_words

_SMALL = frozenset({"the", "of", "for", "on", "in", "and", "by", "a", "an", "s"})
_LONGEST_PHRASE = 12
"""Words of the longest phrase that is looked for."""


@dataclass(frozen=True, slots=True)
class OwnDefinition:
    """What a question or a caller defines a name to be. It wins over the registry."""

    expression: Expression
    unit: Unit | None = None


class Vocabulary:
    """Names of measures and line items, and the phrases that stand for them. Immutable."""

    def __init__(
        self,
        *,
        measures: Mapping[str, MeasureDefinition],
        items: Mapping[str, LineItem],
        phrases: Mapping[tuple[str, ...], Expression],
        own: Mapping[str, OwnDefinition] | None = None,
    ) -> None:
        self._measures = measures
        self._items = items
        self._phrases = phrases
        self._own = own or {}

    @classmethod
    def of(cls, measures: Iterable[MeasureDefinition], items: Iterable[LineItem]) -> "Vocabulary":
        """Return the vocabulary of a registry. Where two have the same phrase, the first one has it."""
        by_name = {item.name: item for item in items}
        defined = {measure.name: measure for measure in measures}
        phrases: dict[tuple[str, ...], Expression] = {}
        for measure in defined.values():
            for words in (measure.title, *measure.words):
                phrases.setdefault(label_words(words), Name(measure.name))
        for item in by_name.values():
            for words in item.words:
                phrases.setdefault(label_words(words), Name(item.name))
        return cls(measures=defined, items=by_name, phrases=phrases)

    @property
    def measures(self) -> Sequence[MeasureDefinition]:
        """The measures of the registry, in its order."""
        return tuple(self._measures.values())

    def titles(self) -> Iterable[tuple[str, tuple[str, ...]]]:
        """Yield the name of each measure with the words of each of its titles."""
        for measure in self._measures.values():
            for words in (measure.title, *measure.words):
                yield measure.name, label_words(words)

    def with_labels(self, labels: Iterable[str]) -> "Vocabulary":
        """Return the vocabulary with the labels of a ledger's rows. Names of the registry win over them."""
        new = {label_words(label): Label(label) for label in labels}
        new = {words: label for words, label in new.items() if 0 < len(words) <= _LONGEST_PHRASE}
        return Vocabulary(measures=self._measures, items=self._items, phrases={**new, **self._phrases}, own=self._own)

    def defining(self, words: Sequence[str], expression: Expression, unit: Unit | None = None) -> "Vocabulary":
        """Return the vocabulary with a definition of one's own. `words` are the name and its abbreviations.

        If one has a name of the registry, it replaces that measure in every formula.
        """
        known = [self.find_name(alias) for alias in words]
        names = {name for name in known if name is not None} or {words[0]}
        own = dict(self._own) | {name: OwnDefinition(expression, unit) for name in names}
        name = Name(next(iter(sorted(names))))
        phrases = dict(self._phrases) | {label_words(alias): name for alias in words}
        return Vocabulary(measures=self._measures, items=self._items, phrases=phrases, own=own)

    def find_name(self, words: str) -> str | None:
        """Return the name that a phrase stands for; None if it is none of the vocabulary."""
        found = self._phrase(label_words(words))
        if isinstance(found, Name):
            return found.name
        return words if self.knows(words) else None

    def find_measure(self, words: str) -> MeasureDefinition | None:
        """Return the measure of the registry with this name, title or abbreviation."""
        name = self.find_name(words)
        return None if name is None else self._measures.get(name)

    def longest_phrase(self, words: Sequence[str]) -> tuple[int, Expression] | None:
        """Return the longest phrase at the beginning of the words: how many words it has, and what it stands for."""
        for count in range(min(len(words), _LONGEST_PHRASE), 0, -1):
            found = self._phrase(tuple(words[:count]))
            if found is not None:
                return count, found
        return None

    def _phrase(self, words: tuple[str, ...]) -> Expression | None:
        """Return what a phrase stands for: of the registry, of the caller, or else a standard item."""
        found = self._phrases.get(words)
        if found is not None or not words or words[-1] in _SMALL or words[0] in _SMALL:
            return found
        items = find_items(" ".join(words))
        return Name(items[0]) if items else None

    def knows(self, name: str) -> bool:
        """Return whether a name, as it is written, is one of a measure, a line item or an own definition."""
        return name in self._measures or name in self._items or name in self._own

    def own_definition(self, name: str) -> OwnDefinition | None:
        """Return the caller's definition of a name."""
        return self._own.get(name)

    def measure(self, name: str) -> MeasureDefinition | None:
        """Return the measure with exactly this name."""
        return self._measures.get(name)

    def item(self, name: str) -> LineItem | None:
        """Return the line item with exactly this name."""
        return self._items.get(name)

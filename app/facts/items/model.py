"""Place the rows of a statement: the concept and the standard item that each row shows.

The model is a multinomial logistic regression over the features of a row (`features.py`), one for each statement. The
probability that its best answer is right is that of a second, small regression over how clear the answer is, and
calibrated by isotonic regression on filings of companies left out. `evals/learning` makes the data file.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from app.facts.items.clarity import CONCEPT, ITEM, Clarity, measure_clarity, measure_words
from app.facts.items.features import Context, features_of
from app.facts.items.rows import NOT_PLACED, ItemRow, Placed
from app.facts.items.shown import item_shown
from app.facts.items.standard import find_item
from app.facts.model import StatementKind

OTHER, PART = "other", "part"
"""Classes beside the concepts: a row of a rare or an own concept, and a part of an amount that another row shows."""
_FEWEST_ROWS, _MOST_ROWS = 2, 1_000

_Floats = NDArray[np.float32]


@dataclass(frozen=True)
class StatementModel:
    """The model of one statement.

    `weights` has a row for each feature and a column for each class, in units of the class's `scales`.
    """

    statement: StatementKind
    vocabulary: Mapping[str, int]
    classes: tuple[str, ...]
    weights: NDArray[np.int8]
    scales: _Floats
    item_names: tuple[str, ...]
    item_of: NDArray[np.int64]
    clarity: Mapping[str, Clarity]

    def probabilities(self, features: Sequence[Sequence[str]]) -> _Floats:
        """Return the probability of each class for each row."""
        scores = np.zeros((len(features), len(self.classes)), dtype=np.float32)
        for number, own in enumerate(features):
            known = {self.vocabulary[feature] for feature in own if feature in self.vocabulary}
            if known:
                scores[number] = self.weights[sorted(known)].sum(axis=0, dtype=np.int32) * self.scales
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=1, keepdims=True)
        return scores

    def by_item(self, probabilities: _Floats, shown: frozenset[str] = frozenset()) -> _Floats:
        """Return the probability of each item, which is the sum of those of its concepts. Items that are one amount
        count as one, by what the document's statements show (`app.facts.items.shown`).
        """
        found = np.zeros((len(probabilities), len(self.item_names) + 1), dtype=np.float32)
        np.add.at(found.T, self._numbers(shown), probabilities.T)
        return found[:, :-1]

    def _numbers(self, shown: frozenset[str]) -> NDArray[np.int64]:
        """Return the number of each class's item; that after the last for a class without an item."""
        numbers = {name: number for number, name in enumerate(self.item_names)}
        items = np.array(
            [numbers.get(item_shown(name, shown), number) for name, number in numbers.items()] + [len(numbers)]
        )
        return np.asarray(items[self.item_of], dtype=np.int64)

    def concepts_only(self, probabilities: _Floats) -> _Floats:
        """Return the probabilities of the concepts, with zeros for the other classes."""
        found = probabilities.copy()
        found[:, [self.classes.index(OTHER), self.classes.index(PART)]] = 0
        return found


class ItemModel:
    """Places the rows of statements. Immutable and thread-safe."""

    def __init__(self, statements: Mapping[StatementKind, StatementModel], least: Mapping[str, float]) -> None:
        self._statements = statements
        self._least = least

    @classmethod
    @cache
    def load(cls) -> Self:
        """Return the model that is shipped, read once."""
        with as_file(files("app.facts.items").joinpath("model.npz")) as path:
            return cls.read(path)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the model in a file that `evals/learning` wrote."""
        with np.load(path) as data:
            described = json.loads(bytes(data["described"]).decode())
            statements = {
                StatementKind(name): statement_model(
                    StatementKind(name),
                    vocabulary=bytes(data[f"{name}/vocabulary"]).decode().split("\n"),
                    classes=own["classes"],
                    weights=data[f"{name}/weights"],
                    scales=data[f"{name}/scales"],
                    clarity={level: Clarity(**own["clarity"][level]) for level in (ITEM, CONCEPT)},
                )
                for name, own in described["statements"].items()
            }
        return cls(statements, described["least"])

    def place(
        self, rows: Sequence[ItemRow], statement: StatementKind, context: Context | None = None
    ) -> Sequence[Placed]:
        """Return the place of each row, in order. A row that is not certain enough has no concept and no item.

        `rows` are all rows of the statement, headings included. `context` has the other statements of the document;
        they decide between concepts with the same label.
        """
        model = self._statements.get(statement)
        if model is None or not _FEWEST_ROWS <= len(rows) <= _MOST_ROWS:
            return [NOT_PLACED] * len(rows)
        context = context or Context.of([(statement, rows)])
        features = features_of(rows, statement, context)
        shown = [number for number, own in enumerate(features) if own]
        if not shown:
            return [NOT_PLACED] * len(rows)
        probabilities = model.probabilities([features[number] for number in shown])
        concepts = self._best(ITEM, model, model.by_item(probabilities, context.shown), probabilities, features, shown)
        exact = self._best(CONCEPT, model, model.concepts_only(probabilities), probabilities, features, shown)
        parts = probabilities[:, model.classes.index(PART)]
        placed = [NOT_PLACED] * len(rows)
        for at, number in enumerate(shown):
            item, item_confidence = concepts[at]
            concept, concept_confidence = exact[at]
            placed[number] = Placed(
                concept=None if concept is None else model.classes[concept],
                concept_confidence=concept_confidence,
                item=None if item is None else model.item_names[item],
                item_confidence=item_confidence,
                part=round(float(parts[at]), 4),
            )
        return placed

    def _best(
        self,
        level: str,
        model: StatementModel,
        answers: _Floats,
        probabilities: _Floats,
        features: Sequence[Sequence[str]],
        shown: Sequence[int],
    ) -> list[tuple[int | None, float]]:
        """Return each row's best answer, or None, and the probability that it is right (0 if None)."""
        beside = probabilities[:, [model.classes.index(OTHER), model.classes.index(PART)]]
        words = measure_words([features[number] for number in shown], model.vocabulary)
        best, measures = measure_clarity(answers, beside, words)
        names = model.item_names if level == ITEM else model.classes
        certain = model.clarity[level].probabilities(measures, [names[number] for number in best])
        least = self._least[level]
        return [
            (int(answer), round(float(probability), 4)) if probability >= least else (None, 0.0)
            for answer, probability in zip(best, certain, strict=True)
        ]


def statement_model(
    statement: StatementKind,
    *,
    vocabulary: Sequence[str],
    classes: Sequence[str],
    weights: NDArray[np.int8],
    scales: _Floats,
    clarity: Mapping[str, Clarity],
) -> StatementModel:
    """Build the model of a statement. The items are those that group its concepts today."""
    items = [None if name in (OTHER, PART) else find_item(name, statement) for name in classes]
    names = sorted({item for item in items if item is not None})
    numbers = {name: number for number, name in enumerate(names)}
    return StatementModel(
        statement=statement,
        vocabulary={feature: number for number, feature in enumerate(vocabulary)},
        classes=tuple(classes),
        weights=weights,
        scales=scales,
        item_names=tuple(names),
        item_of=np.array([len(names) if item is None else numbers[item] for item in items], dtype=np.int64),
        clarity=clarity,
    )

"""Train the model of one statement, and predict each example by a model that has not seen its company."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from app.facts.items.clarity import CONCEPT, ITEM, Clarity, measure_clarity, measure_words
from app.facts.items.features import Context, features_of
from app.facts.items.model import OTHER, PART, StatementModel, statement_model
from app.facts.items.shown import item_shown, shown_by
from app.facts.items.standard import find_item
from app.facts.model import StatementKind
from evals.learning.examples import MADE_UP, Example, Truth
from evals.learning.regression import Floats, fit_classes
from evals.learning.seeds import list_seeds

FOLDS = 6
_PENALTY = 0.6
_FEWEST_COMPANIES = 2
"""A concept or a feature of fewer companies is not learnt, so that the model holds no company's name or own words."""
_SMALLEST_WEIGHT = 0.02
_LARGEST = 127
_EVERYDAY = 1.4  # weight of a row of a company with two filings
_MADE_UP = 0.7
"""The weight of a fictional company's row, where a row of a company with one filing has 1."""
_IN_ALL = -1
"""The fold of fictional companies: they are in every model, and none is measured on them."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row with figures. `known` is false for a row without tags, from which nothing can be learnt."""

    example: int
    number: int
    features: tuple[str, ...]
    target: str
    known: bool


@dataclass(frozen=True)
class Lesson:
    """All examples of one statement. `contexts` are the documents that they are of, and `shown` is what the documents'
    statements show by their tags.
    """

    statement: StatementKind
    examples: tuple[Example, ...]
    contexts: tuple[Context, ...]
    shown: tuple[frozenset[str], ...]
    folds: Mapping[str, int]

    @cached_property
    def rows(self) -> list[Row]:
        found = []
        for number, (example, context) in enumerate(zip(self.examples, self.contexts, strict=True)):
            features = features_of(example.rows, example.statement, context)
            for at, (own, truth) in enumerate(zip(features, example.truth, strict=True)):
                if own:
                    target = target_of(truth, self.statement)
                    found.append(Row(number, at, tuple(own), target or OTHER, truth is not None))
        return found

    def company(self, row: Row) -> str:
        return self.examples[row.example].company

    def fold(self, row: Row) -> int:
        return self.folds.get(self.company(row), _IN_ALL)


def lessons_of(examples: Sequence[Example]) -> list[Lesson]:
    """Return a lesson for each statement. Companies are dealt to the folds at random, always in the same way; fictional
    ones are in none.
    """
    companies = sorted({example.company for example in examples if not example.company.startswith(MADE_UP)})
    random.Random(0).shuffle(companies)  # noqa: S311  not for security
    folds = {company: number % FOLDS for number, company in enumerate(companies)}
    by_document: dict[tuple[str, str], list[Example]] = {}
    for example in examples:
        by_document.setdefault((example.filing, example.source.value), []).append(example)
    contexts, shown = {}, {}
    for document, members in by_document.items():
        contexts[document] = Context.of([(own.statement, own.rows) for own in members])
        shown[document] = shown_by(truth.concept for own in members for truth in own.truth if truth is not None)
    lessons = []
    for statement in StatementKind:
        own = tuple(example for example in examples if example.statement is statement)
        if own:
            documents = [(example.filing, example.source.value) for example in own]
            lessons.append(
                Lesson(
                    statement,
                    own,
                    tuple(contexts[document] for document in documents),
                    tuple(shown[document] for document in documents),
                    folds,
                )
            )
    return lessons


def target_of(truth: Truth | None, statement: StatementKind) -> str | None:
    """Return the class of a row: its concept, "part", or None if it is not tagged. In a statement of equity every
    figure has dimensions, and they are no parts.
    """
    if truth is None:
        return None
    return PART if truth.is_part and statement is not StatementKind.EQUITY else truth.concept


@dataclass(frozen=True)
class Trained:
    """What was learnt: a model, and the features that it knows."""

    vocabulary: Mapping[str, int]
    classes: tuple[str, ...]
    weights: NDArray[np.float32]


def train(lesson: Lesson, leave_out: int | None = None) -> Trained:
    """Train on all companies, or on all but those of a fold."""
    rows = [row for row in lesson.rows if row.known and lesson.fold(row) != leave_out]
    seeds = list(list_seeds(lesson.statement))
    classes = _classes(lesson, rows, [seed.concept for seed in seeds])
    numbers = {name: number for number, name in enumerate(classes)}
    users: dict[str, set[str]] = {}
    for row in rows:
        for feature in row.features:
            users.setdefault(feature, set()).add(lesson.company(row))
    for seed in seeds:
        for feature in seed.features:
            users.setdefault(feature, set()).add("captions")
    known = sorted(feature for feature, own in users.items() if len(own) >= _FEWEST_COMPANIES)
    vocabulary = {feature: number for number, feature in enumerate(known)}
    copies = Counter(example.company for example in lesson.examples)
    weights = [_weight(lesson.company(row), copies) for row in rows] + [seed.weight for seed in seeds]
    targets = [numbers.get(row.target, 0) for row in rows] + [numbers[seed.concept] for seed in seeds]
    matrix = vstack(
        [_matrix([row.features for row in rows], vocabulary), _matrix([seed.features for seed in seeds], vocabulary)]
    ).tocsr()
    fitted = fit_classes(matrix, np.array(targets), np.array(weights), len(classes), _PENALTY)
    return Trained(vocabulary, classes, fitted)


def _weight(company: str, copies: Mapping[str, int]) -> float:
    return _EVERYDAY * (_MADE_UP if company.startswith(MADE_UP) else copies[company] ** -0.5)


def _classes(lesson: Lesson, rows: Sequence[Row], seeded: Iterable[str]) -> tuple[str, ...]:
    companies: dict[str, set[str]] = {}
    for row in rows:
        companies.setdefault(row.target, set()).add(lesson.company(row))
    common = {name for name, own in companies.items() if len(own) >= _FEWEST_COMPANIES and ":" not in name}
    return (OTHER, PART, *sorted((common | set(seeded)) - {OTHER, PART}))


def _matrix(features: Sequence[Sequence[str]], vocabulary: Mapping[str, int]) -> csr_matrix:
    columns: list[int] = []
    ends = [0]
    for own in features:
        columns += sorted({vocabulary[feature] for feature in own if feature in vocabulary})
        ends.append(len(columns))
    ones = np.ones(len(columns), dtype=np.float32)
    return csr_matrix((ones, columns, ends), shape=(len(features), len(vocabulary)))


def compress(lesson: Lesson, trained: Trained, clarity: Mapping[str, Clarity]) -> StatementModel:
    """Return the model with weights of one byte, without features whose weights are all small."""
    weights = np.where(np.abs(trained.weights) < _SMALLEST_WEIGHT, 0, trained.weights)
    scales = np.maximum(np.abs(weights).max(axis=0), 1e-6) / _LARGEST
    small = np.round(weights / scales).astype(np.int8)
    kept = [feature for feature, number in trained.vocabulary.items() if small[number].any()]
    return statement_model(
        lesson.statement,
        vocabulary=kept,
        classes=trained.classes,
        weights=small[[trained.vocabulary[feature] for feature in kept]],
        scales=scales.astype(np.float32),
        clarity=clarity,
    )


@dataclass(frozen=True)
class Answers:
    """A model's answers for rows: `names` the best ones, `measures` how clear they are, `right` whether they are."""

    rows: tuple[Row, ...]
    names: tuple[str, ...]
    measures: Floats
    right: NDArray[np.bool_]


def answer(lesson: Lesson, model: StatementModel, fold: int | None = None) -> dict[str, Answers]:
    """Return the answers of a model at each level for the rows of all examples, or of those of a fold."""
    by_example: dict[int, list[Row]] = {}
    for row in lesson.rows:
        if fold is None or lesson.fold(row) == fold:
            by_example.setdefault(row.example, []).append(row)
    found: dict[str, list[tuple[list[Row], list[str], Floats]]] = {ITEM: [], CONCEPT: []}
    for rows in by_example.values():
        probabilities = model.probabilities([row.features for row in rows])
        beside = probabilities[:, :2]
        words = measure_words([row.features for row in rows], model.vocabulary)
        for level, names, answers in (
            (ITEM, model.item_names, model.by_item(probabilities, lesson.contexts[rows[0].example].shown)),
            (CONCEPT, model.classes, model.concepts_only(probabilities)),
        ):
            best, measures = measure_clarity(answers, beside, words)
            found[level].append((rows, [names[number] for number in best], measures))
    return {level: _joined(lesson, level, parts) for level, parts in found.items()}


def _joined(lesson: Lesson, level: str, parts: Sequence[tuple[list[Row], list[str], Floats]]) -> Answers:
    rows = tuple(row for own, _, _ in parts for row in own)
    names = tuple(name for _, own, _ in parts for name in own)
    right = np.array([name == true_name(lesson, row, level) for row, name in zip(rows, names, strict=True)])
    return Answers(rows, names, np.vstack([measures for _, _, measures in parts]), right)


def true_name(lesson: Lesson, row: Row, level: str) -> str | None:
    """Return the true item or concept of a row; None for a part, an own concept, or one that no item groups."""
    if not row.known or row.target in (OTHER, PART) or ":" in row.target:
        return None
    if level == CONCEPT:
        return row.target
    item = find_item(row.target, lesson.statement)
    return None if item is None else item_shown(item, lesson.shown[row.example])

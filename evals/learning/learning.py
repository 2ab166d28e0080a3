"""Learn the models of all statements, each once from all companies and once for each fold without its companies."""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.facts.items.clarity import CONCEPT, ITEM, Clarity
from app.facts.items.model import StatementModel
from evals.learning.calibration import LeftOut, fit_clarity
from evals.learning.measuring import Judged, judge
from evals.learning.training import FOLDS, Answers, Lesson, answer, compress, train

LEAST = {ITEM: 0.7, CONCEPT: 0.6}
"""The least calibrated probability of an item or a concept that a row is given."""
_LEVELS = (ITEM, CONCEPT)
_NO_CLARITY = {level: Clarity([], [], []) for level in _LEVELS}


@dataclass(frozen=True)
class Learnt:
    """The model of a statement, those that have not seen the companies of each fold, and how answers were judged."""

    model: StatementModel
    without: tuple[StatementModel, ...]
    left_out: list[Judged]
    in_sample: list[Judged]


@dataclass(frozen=True)
class _Trained:
    """Models of a statement before their clarity is fitted, with their answers by level."""

    model: StatementModel
    without: tuple[StatementModel, ...]
    answers: Mapping[str, Answers]
    left_out: Mapping[str, LeftOut]


def learn(lessons: Sequence[Lesson]) -> list[Learnt]:
    """Learn the models of all statements. Their clarity is fitted on companies left out."""
    with ProcessPoolExecutor(2) as pool:
        trained = list(pool.map(_train, lessons))
    clarity = {level: fit_clarity([each.left_out[level] for each in trained]) for level in _LEVELS}
    by_fold = [
        {level: fit_clarity([each.left_out[level] for each in trained], fold) for level in _LEVELS}
        for fold in range(FOLDS)
    ]
    learnt = []
    for lesson, each in zip(lessons, trained, strict=True):
        own = {level: clarity[level][lesson.statement] for level in _LEVELS}
        folds = [{level: found[level][lesson.statement] for level in _LEVELS} for found in by_fold]
        learnt.append(
            Learnt(
                model=replace(each.model, clarity=own),
                without=tuple(replace(model, clarity=part) for model, part in zip(each.without, folds, strict=True)),
                left_out=[
                    judged
                    for level in _LEVELS
                    for fold, part in enumerate(folds)
                    for judged in judge(lesson, level, each.left_out[level].of_fold(fold), part[level])
                ],
                in_sample=[
                    judged for level in _LEVELS for judged in judge(lesson, level, each.answers[level], own[level])
                ],
            )
        )
    return learnt


def _train(lesson: Lesson) -> _Trained:
    without = tuple(compress(lesson, train(lesson, fold), _NO_CLARITY) for fold in range(FOLDS))
    parts = [answer(lesson, model, fold) for fold, model in enumerate(without)]
    model = compress(lesson, train(lesson), _NO_CLARITY)
    return _Trained(
        model=model,
        without=without,
        answers=answer(lesson, model),
        left_out={level: LeftOut.of(lesson.statement, [part[level] for part in parts]) for level in _LEVELS},
    )


def write_model(path: Path, models: Sequence[StatementModel]) -> None:
    """Write the models of all statements into one file."""
    arrays: dict[str, NDArray[Any]] = {}
    described = {}
    for model in models:
        name = model.statement.value
        described[name] = {
            "classes": model.classes,
            "clarity": {level: asdict(clarity) for level, clarity in model.clarity.items()},
        }
        arrays[f"{name}/vocabulary"] = np.frombuffer("\n".join(model.vocabulary).encode(), dtype=np.uint8)
        arrays[f"{name}/weights"] = model.weights
        arrays[f"{name}/scales"] = model.scales
    text = json.dumps({"statements": described, "least": LEAST}, sort_keys=True)
    arrays["described"] = np.frombuffer(text.encode(), dtype=np.uint8)
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)

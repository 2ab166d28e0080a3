"""Fits the ranker's weights: a softmax over the candidate pages of each question (ListNet, Cao et al., ICML 2007)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from app.retrieval.candidates import Floats
from app.retrieval.ranker import PRODUCTS, SIGNALS
from app.retrieval.signals import PAGE_SIGNALS, QUESTION_SIGNALS
from evals.learning.ranking.asking import AskedQuestion

PENALTY: Final = 1e-4
ROUNDS: Final = 100
_MOST_PAGES = 60
_HARD_SHARE = 2 / 3
_LEAST_SPREAD = np.float32(1e-3)
KIND_WEIGHTS: Final[Mapping[str, float]] = {
    "topic": 1.6, "judgement": 1.2, "heading": 0.7, "sentence": 0.5, "term": 0.4,
}  # fmt: skip
"""What questions of a kind count, of 1: topics are worded like users' questions, the others repeat the page's words."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """The weights' inputs for the pages of one question (pages by SIGNALS), and groups of right pages."""

    rows: Floats
    right: tuple[npt.NDArray[np.int64], ...]
    question: AskedQuestion


def lesson_of(question: AskedQuestion) -> Lesson:
    """Return the lesson with all candidate pages."""
    found = question.found
    asked = [QUESTION_SIGNALS.index(name) for name, _ in PRODUCTS]
    signal = [PAGE_SIGNALS.index(name) for _, name in PRODUCTS]
    products = found.signals[:, signal] * found.question[asked]
    rows = np.concatenate([found.signals, products, found.documents[found.of_pages]], axis=1)
    return Lesson(rows, question.right, question)


def shortened(lesson: Lesson, chance: np.random.Generator) -> Lesson:
    """Keep at most 60 pages: those that words, vectors and statements put first, some others, and the right ones."""
    count = len(lesson.rows)
    if count <= _MOST_PAGES:
        return lesson
    hard = round(_MOST_PAGES * _HARD_SHARE)
    order = np.argsort(-_rough(lesson.rows), kind="stable")
    others = chance.choice(order[hard:], min(count - hard, _MOST_PAGES - hard), replace=False)
    kept = np.unique(np.concatenate([order[:hard], others, *lesson.right]))
    right = tuple(np.searchsorted(kept, group) for group in lesson.right)
    return Lesson(lesson.rows[kept], right, lesson.question)


def _rough(rows: Floats) -> Floats:
    weights = {"words_share": 1.0, "page_words_share": 1.0, "near_share": 5.0, "statement": 1.0, "prior": 1.0}
    total: Floats = rows @ np.asarray([weights.get(name, 0.0) for name in SIGNALS], np.float32)
    return total


def fit(lessons: Sequence[Lesson], *, without: frozenset[str] = frozenset(), start: Floats | None = None) -> Floats:
    """Return the weights of SIGNALS that make the right pages likeliest. Those of `without` are 0.

    Each question counts by its kind, and less the more questions its company has of the kind and type of document.
    """
    taught = [lesson for lesson in lessons if lesson.right]
    rows = np.concatenate([lesson.rows for lesson in taught])
    spread = rows.std(axis=0) + _LEAST_SPREAD
    used = np.asarray([not any(part in without for part in name.split(" x ")) for name in SIGNALS])
    rows = (rows / spread) * used
    sizes = np.asarray([len(lesson.rows) for lesson in taught])
    starts = np.cumsum(sizes) - sizes
    of_row = np.repeat(np.arange(len(taught)), sizes)
    groups = [(number, group + starts[number]) for number, lesson in enumerate(taught) for group in lesson.right]
    right = np.concatenate([group for _, group in groups])
    lengths = np.asarray([len(group) for _, group in groups])
    first = np.cumsum(lengths) - lengths
    counts = _counted(taught)
    of_group = np.asarray([counts[number] / len(taught[number].right) for number, _ in groups])

    def loss(weights: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        scores = rows @ weights.astype(np.float32)
        risen = np.exp(scores - np.maximum.reduceat(scores, starts)[of_row])
        chances = risen / np.add.reduceat(risen, starts)[of_row]
        of_right = np.add.reduceat(chances[right], first) + 1e-12
        slope = counts[of_row] * chances
        np.subtract.at(slope, right, np.repeat(of_group / of_right, lengths) * chances[right])
        missed = -float(of_group @ np.log(of_right)) + PENALTY * float(weights @ weights)
        return missed, (slope.astype(np.float32) @ rows).astype(np.float64) + 2 * PENALTY * weights

    first_guess = np.zeros(len(SIGNALS)) if start is None else (start * spread).astype(np.float64)
    found = minimize(loss, first_guess, jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS})
    weights: Floats = (found.x / spread * used).astype(np.float32)
    return weights


def _counted(lessons: Sequence[Lesson]) -> npt.NDArray[np.float64]:
    keys = [(each.question.made.company, each.question.made.kind, each.question.document_type) for each in lessons]
    times = Counter(keys)
    counts = np.asarray([KIND_WEIGHTS.get(key[1], 1.0) / np.sqrt(times[key]) for key in keys])
    counted: npt.NDArray[np.float64] = counts / counts.sum()
    return counted

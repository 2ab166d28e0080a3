"""Measures rankings of made questions, with the companies of each fold left out of its weights."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from app.retrieval.candidates import Floats
from app.retrieval.priors import DOCUMENT_SIGNALS
from app.retrieval.ranker import SIGNALS
from evals.learning.ranking.fitting import Lesson, fit

FOLDS: Final = 4
DEPTHS: Final = (1, 5, 10)
_DOCUMENT = "document"

ABLATIONS: Final[Mapping[str, frozenset[str]]] = {
    "words": frozenset(
        name for name in SIGNALS if name.startswith(("words", "page_words", "covered", "page_covered", "all_covered"))
    ),
    "dense": frozenset({"near", "near_share", "near_rank"}),
    "synonyms": frozenset({"synonyms_share", "synonyms_covered", "synonyms_rank"}),
    "concepts": frozenset(name for name in SIGNALS if "concepts" in name and " x " not in name)
    | {"others_share", "others_rank"},
    "inputs of measures": frozenset({"inputs", "page_inputs", "all_inputs"}),
    "statements": frozenset({"named_statement", "statement", "both_statements"}),
    "headings": frozenset(name for name in SIGNALS if "heading" in name and " x " not in name),
    "tables": frozenset({"has_table", "tables"}),
    "place on the way through the document": frozenset({"place", "is_first", "is_early"}),
    "length of the page": frozenset({"length"}),
    "pages beside": frozenset({"words_beside_share"}),
    "years on the page": frozenset({"year", "page_years"}),
    "what other pages of the document have": frozenset({"document_words_share", "document_top_share"}),
    "priors chosen by hand": frozenset({"prior"}),
    "learnt signals of documents": frozenset(DOCUMENT_SIGNALS) - {"prior"},
    "all signals of documents": frozenset(DOCUMENT_SIGNALS),
}  # fmt: skip
"""Parts of the ranker, with the signals that are left out to see what the part brings."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares of questions: a right page among the first 1, 5 and 10, and the first page in the right document."""

    count: int
    recall: tuple[float, ...]
    document: float

    def __str__(self) -> str:
        shares = "  ".join(f"@{depth} {share:.3f}" for depth, share in zip(DEPTHS, self.recall, strict=True))
        return f"{shares}  document {self.document:.3f}  ({self.count:,} questions)"


def folds_of(lessons: Sequence[Lesson]) -> Mapping[str, int]:
    """Deal the companies to folds, always in the same way."""
    companies = sorted({lesson.question.made.company for lesson in lessons})
    order = np.random.default_rng(1).permutation(len(companies))
    return {companies[place]: fold % FOLDS for fold, place in enumerate(order.tolist())}


def score_left_out(
    short: Sequence[Lesson],
    lessons: Sequence[Lesson],
    *,
    without: frozenset[str] = frozenset(),
    start: Floats | None = None,
) -> list[Floats]:
    """Return the scores of each lesson's pages, by weights that are fitted on `short` lessons of other companies."""
    folds = folds_of(lessons)
    weights = [
        fit([each for each in short if folds[each.question.made.company] != fold], without=without, start=start)
        for fold in range(FOLDS)
    ]
    return [lesson.rows @ weights[folds[lesson.question.made.company]] for lesson in lessons]


def measure(lessons: Sequence[Lesson], scores: Sequence[Floats]) -> Mapping[str, Figures]:
    """Return the figures of each kind of question, of each type of document, and of all."""
    rows: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    for lesson, score in zip(lessons, scores, strict=True):
        right = np.concatenate([np.zeros(0, np.int64), *lesson.right])
        rank = int((score > score[right].max()).sum()) if len(right) else len(score)
        own = {filing for group in lesson.question.made.pages for filing, _ in group}
        row = (*(float(rank < depth) for depth in DEPTHS), float(int(lesson.question.filings[score.argmax()]) in own))
        for name in (lesson.question.made.kind, f"of {lesson.question.document_type}", "all"):
            rows[name].append(row)
    found = {}
    for name, of_name in rows.items():
        *recall, document = np.mean(of_name, axis=0).tolist()
        found[name] = Figures(len(of_name), tuple(recall), document)
    return found


def ablation(short: Sequence[Lesson], lessons: Sequence[Lesson], start: Floats) -> Iterator[tuple[str, Figures]]:
    """Yield the figures of all questions with each part left out, companies left out too."""
    for name, without in ABLATIONS.items():
        yield name, measure(lessons, score_left_out(short, lessons, without=without, start=start))["all"]

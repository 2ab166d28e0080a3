"""How good answers are: precision and recall by level and source, at the point where rows are placed and above."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.facts.items.clarity import CONCEPT, ITEM, Clarity
from evals.learning.examples import Source
from evals.learning.training import Answers, Lesson, true_name

PRECISIONS = (0.92, 0.95, 0.97, 0.99)


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer for a row with tags. `asked` is false if no answer is right for the row."""

    level: str
    statement: str
    source: Source
    probability: float
    right: bool
    asked: bool


def judge(lesson: Lesson, level: str, answers: Answers, clarity: Clarity) -> list[Judged]:
    """Judge the answers for rows with tags."""
    certain = clarity.probabilities(answers.measures, answers.names)
    return [
        Judged(
            level=level,
            statement=lesson.statement.value,
            source=lesson.examples[row.example].source,
            probability=float(probability),
            right=bool(right),
            asked=true_name(lesson, row, level) is not None,
        )
        for row, probability, right in zip(answers.rows, certain, answers.right, strict=True)
        if row.known
    ]


def report(
    left_out: Sequence[Sequence[Judged]], in_sample: Sequence[Sequence[Judged]], least: Mapping[str, float]
) -> Iterator[str]:
    """Yield the lines of the report: each statement, and all primary ones (equity left out)."""
    for title, judged in (("left out", left_out), ("in sample", in_sample)):
        every = [answer for own in judged for answer in own]
        for level in (ITEM, CONCEPT):
            for source in Source:
                own = [answer for answer in every if answer.level == level and answer.source is source]
                if not own:
                    continue
                primary = [answer for answer in own if answer.statement != "equity"]
                yield _line(f"{title:9} {level:7} {source.value:6} primary", primary, least[level])
                for statement in dict.fromkeys(answer.statement for answer in own):
                    part = [answer for answer in own if answer.statement == statement]
                    yield _line(f"{title:9} {level:7} {source.value:6} {statement}", part, least[level])


def _line(title: str, answers: Sequence[Judged], least: float) -> str:
    asked = sum(answer.asked for answer in answers)
    placed = [answer for answer in answers if answer.probability >= least]
    right = sum(answer.right for answer in placed)
    shares = " ".join(f"P{target:.2f}: R {_recall_at(answers, target, asked):.3f}" for target in PRECISIONS)
    precision, recall = right / max(len(placed), 1), right / max(asked, 1)
    return f"{title:52} n {asked:5} P {precision:.3f} R {recall:.3f} | {shares}"


def _recall_at(answers: Sequence[Judged], precision: float, asked: int) -> float:
    """Return the largest recall at which the answers above some point have a precision."""
    best = right = 0
    for count, answer in enumerate(sorted(answers, key=lambda answer: -answer.probability), start=1):
        right += answer.right
        if right >= precision * count:
            best = right
    return best / max(asked, 1)

"""How often the checks of answers agree with people, by kind of truth: `python -m evals.scoring.agreement`."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from evals.datasets.files import parse_cases
from evals.scoring.answers import Grade, grade_answer

JUDGED = Path(__file__).parents[1] / "datasets" / "judgements" / "checks.yaml"
CLAIMS = " || "


class JudgedQuestion(BaseModel):
    """A question with answers that people judged as right and as wrong. Claims are parted by `CLAIMS`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    question: str
    truth: str
    right: tuple[str, ...]
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """The checks' grade of one judged answer."""

    kind: str
    is_right: bool
    grade: Grade
    answer: str

    @property
    def accepts_wrongly(self) -> bool:
        return self.grade is Grade.RIGHT and not self.is_right

    @property
    def rejects_wrongly(self) -> bool:
        return self.grade is Grade.WRONG and self.is_right


def grade_judged(path: Path = JUDGED) -> Iterator[Agreement]:
    """Grade the judged answers. Raises DatasetError."""
    for row in parse_cases(path, JudgedQuestion):
        for is_right, answers in ((True, row.right), (False, row.wrong)):
            for answer in answers:
                graded = grade_answer(row.question, row.truth, answer.split(CLAIMS))
                yield Agreement(row.kind, is_right, graded.grade, answer)


def print_table(graded: Sequence[Agreement]) -> str:
    """Return a table in Markdown: for each kind, the answers that the checks accept, reject and leave undecided."""
    lines = [
        "| kind | answers | right: accepted, rejected, undecided | wrong: rejected, accepted, undecided |",
        "|---|---|---|---|",
    ]
    for kind in dict.fromkeys(each.kind for each in graded):
        counts = Counter((each.is_right, each.grade) for each in graded if each.kind == kind)
        right = ", ".join(str(counts[True, grade]) for grade in (Grade.RIGHT, Grade.WRONG, Grade.UNDECIDED))
        wrong = ", ".join(str(counts[False, grade]) for grade in (Grade.WRONG, Grade.RIGHT, Grade.UNDECIDED))
        lines.append(f"| {kind} | {sum(counts.values())} | {right} | {wrong} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(f"{print_table(list(grade_judged()))}\n")

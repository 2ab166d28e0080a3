"""The questions of the newcomer suite, with the answers that a check can decide.

A data folder has `newcomer.jsonl` (a `NewcomerCase` per line; unknown fields and duplicate ids are errors) and the
files in `documents/`.
"""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from evals.datasets.files import parse_cases, require_file
from evals.datasets.questions import EvidencePage

CASES = "newcomer.jsonl"
DOCUMENTS = "documents"


class Half(StrEnum):
    """Answers may be tuned on the cases of the development half; the held-out half shows whether it helps elsewhere."""

    DEVELOPMENT = "development"
    HELD_OUT = "held-out"


class ExpectedFigure(BaseModel):
    """A figure: `value` × 10^`scale` in `unit` (a currency, `%`, `x`, `people`). `or` has figures that do as well."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    value: Decimal
    scale: int = 0
    unit: str
    alternatives: tuple["ExpectedFigure", ...] = Field((), alias="or")


class NewcomerCase(BaseModel):
    """A question with what a right answer states.

    All `figures` have to be stated, and each of `words` (`least` of them, if given) by at least one of its spellings.
    `says` is the yes or no that has to come first. If `is_list`, all claims that answer count, not only the first.
    `must_not` are likely wrong answers. If `is_declined`, the documents have no answer. `issuers` are those of the
    evidence, which the first claim has to name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1)
    kind: str = ""
    half: Half = Half.HELD_OUT
    question: str = Field(min_length=1)
    figures: tuple[ExpectedFigure, ...] = ()
    words: tuple[tuple[str, ...], ...] = ()
    least: int | None = None
    says: str | None = Field(None, pattern="^(yes|no)$")
    is_list: bool = False
    is_declined: bool = False
    must_not: tuple[str, ...] = ()
    evidence: tuple[EvidencePage, ...] = ()
    issuers: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _expects_something(self) -> "NewcomerCase":
        if self.is_declined == bool(self.figures or self.words or self.says):
            raise ValueError("name what the answer states, or is_declined, and not both")
        return self

    def evidence_pages(self) -> frozenset[tuple[str, int]]:
        return frozenset((item.document, item.page) for item in self.evidence)


def load_newcomer(data: Path) -> list[NewcomerCase]:
    """Load the cases of a folder. Raises DataMissingError, DatasetError."""
    return list(parse_cases(require_file(data, CASES), NewcomerCase))


def documents_of(data: Path) -> Sequence[Path]:
    """Return the files of a folder by name. Raises DataMissingError."""
    return sorted(path for path in require_file(data, DOCUMENTS).iterdir() if path.is_file())

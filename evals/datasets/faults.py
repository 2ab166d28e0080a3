"""Loads fault cases: small files with one thing that is easily read wrongly, and checks of what has to be read.

A case is a line of `cases.jsonl` (unknown fields are errors): `file` or `files`, the `fault`, and `checks` of three
kinds. Figures are the printed ones, with a sign and a decimal point; the amount is `value` × 10^`scale` in `unit`.
`unit` is None where the page states none. Column labels have outer and inner headings, parted by " | ".
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from evals.datasets.files import parse_cases, require_file

CASES = "cases.jsonl"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CellCheck(_Strict):
    """A table has this value in this row and column. A `value` of None means that the cell is empty.

    `period` is an ISO 8601 day or interval that the cell has to have, `not_period` one that it must not have.
    """

    kind: Literal["cell"]
    row_label: str
    column_label: str
    value: Decimal | None
    unit: str | None = None
    scale: int = 0
    period: str | None = None
    not_period: str | None = None


class QuestionCheck(_Strict):
    """The answer to `ask` states this value, of this row and column. None means that declining is right.

    No sentence of the answer contains one of `must_not` as a whole word or number.
    """

    kind: Literal["question"]
    ask: str
    expect_value: Decimal | None
    expect: Literal["not-found"] | None = None
    expect_label: str = ""
    expect_column: str = ""
    unit: str | None = None
    scale: int = 0
    must_not: tuple[str, ...] = ()

    @model_validator(mode="after")
    def check_expectation(self) -> Self:
        if (self.expect_value is None) != (self.expect == "not-found"):
            raise ValueError("expect must be not-found exactly if expect_value is null")
        return self


class TextCheck(_Strict):
    """The pages' text, with blanks collapsed, contains each of the first texts, and none of the second."""

    kind: Literal["text"]
    must_contain: tuple[str, ...] = ()
    must_not_contain: tuple[str, ...] = ()


Check = Annotated[CellCheck | QuestionCheck | TextCheck, Field(discriminator="kind")]


class FaultCase(_Strict):
    """Files, the fault that they contain, and the checks.

    `load` says that the files are versions of one document: each replaces the one before, under the same name.
    `units_line` repeats the line of the file that states its units.
    """

    file: str | None = None
    files: tuple[str, ...] = ()
    fault: str
    checks: tuple[Check, ...]
    load: str | None = None
    units_line: str | None = None

    @model_validator(mode="after")
    def check_files(self) -> Self:
        if (self.file is None) == (not self.files):
            raise ValueError("give either file or files")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        return self.files if self.file is None else (self.file,)

    @property
    def id(self) -> str:
        """Return the name of the case: the first file's, without its extension."""
        return self.names[0].rpartition(".")[0]


def load_faults(data: Path) -> tuple[FaultCase, ...]:
    """Load the cases of a folder. Raises DataMissingError (also for a file of a case), DatasetError."""
    cases = tuple(parse_cases(require_file(data, CASES), FaultCase))
    for name in _names(cases):
        require_file(data, name)
    return cases


def _names(cases: tuple[FaultCase, ...]) -> Iterator[str]:
    for case in cases:
        yield from case.names

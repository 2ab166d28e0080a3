"""Sets of questions with their truth, read strictly.

Our own form is a folder with `cases.jsonl` or `cases.yaml` (a list of `QuestionCase`; unknown fields and doubled ids
are errors) and the documents in `documents/`. The form of FinanceBench is read as well, as it is published:
`questions.jsonl`, where `evidence[].page_index` counts from 0, beside `pdfs/`; what else its lines hold is let be.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.core.errors import InvalidInputError
from evals.engine import DataMissingError, require_file

CaseT = TypeVar("CaseT", bound=BaseModel)


class DatasetError(InvalidInputError):
    code = "eval-data-invalid"
    title = "The data is not what this suite reads."


class EvidencePage(BaseModel):
    """A page that holds evidence: the document's file name without its ending, the page from 1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    document: str
    page: int = Field(ge=1)


class QuestionCase(BaseModel):
    """A question with its truth. `issuer` is whom it is about; `kind` its type, for figures apart."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1)
    kind: str = ""
    question: str = Field(min_length=1)
    answer: str = ""
    issuer: str = ""
    evidence: tuple[EvidencePage, ...] = Field(min_length=1)

    def evidence_pages(self) -> frozenset[tuple[str, int]]:
        return frozenset((item.document, item.page) for item in self.evidence)

    def evidence_documents(self) -> frozenset[str]:
        return frozenset(item.document for item in self.evidence)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The questions of a folder, and the files of its documents."""

    cases: tuple[QuestionCase, ...]
    files: tuple[Path, ...]


def load_questions(data: Path) -> QuestionSet:
    """The questions of a folder in our form or in FinanceBench's. Raises DataMissingError, DatasetError."""
    for name in ("cases.jsonl", "cases.yaml"):
        if (data / name).is_file():
            cases = tuple(parse_cases(data / name, QuestionCase))
            return QuestionSet(cases, _files(require_file(data, "documents")))
    cases = tuple(read_financebench(require_file(data, "questions.jsonl")))
    return QuestionSet(cases, _files(require_file(data, "pdfs")))


def read_rows(path: Path) -> Iterator[tuple[str, Any]]:
    """The rows of a JSONL or YAML file, each with the words for where it stands. Raises DatasetError."""
    if path.suffix == ".yaml":
        try:
            rows = yaml.safe_load(path.read_text())
        except yaml.YAMLError as error:
            raise DatasetError(f"{path.name} is no YAML: {error}") from error
        if not isinstance(rows, list):
            raise DatasetError(f"{path.name} is no list of cases.")
        yield from ((f"Case {number} of {path.name}", row) for number, row in enumerate(rows, 1))
        return
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.strip():
            try:
                yield f"Line {number} of {path.name}", json.loads(line)
            except ValueError as error:
                raise DatasetError(f"Line {number} of {path.name} is no JSON.") from error


def parse_cases(path: Path, model: type[CaseT]) -> Iterator[CaseT]:
    """The cases in a file of our form. Raises DatasetError for an unknown field, a wrong value, a doubled id."""
    seen: set[str] = set()
    for where, row in read_rows(path):
        try:
            case = model.model_validate(row)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise DatasetError(f"{where}: {place}: {first['msg']}.") from error
        case_id = str(getattr(case, "id", ""))
        if case_id in seen:
            raise DatasetError(f"{where}: the id {case_id} is another case's.")
        seen.add(case_id)
        yield case


def read_financebench(path: Path) -> Iterator[QuestionCase]:
    """The questions in FinanceBench's form. Raises DatasetError for a line that is not a question with evidence."""
    seen: set[str] = set()
    for where, row in read_rows(path):
        try:
            case = _from_financebench(row)
        except (ValidationError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise DatasetError(f"{where} is not a question with evidence.") from error
        if case.id in seen:
            raise DatasetError(f"{where}: the id {case.id} is another case's.")
        seen.add(case.id)
        yield case


def _from_financebench(row: Mapping[str, Any]) -> QuestionCase:
    evidence: Sequence[Mapping[str, Any]] = row["evidence"]
    return QuestionCase(
        id=str(row.get("financebench_id") or row["id"]),
        kind=str(row.get("question_type") or ""),
        question=row["question"],
        answer=str(row.get("answer") or ""),
        issuer=str(row.get("company") or ""),
        evidence=tuple(EvidencePage(document=item["doc_name"], page=int(item["page_index"]) + 1) for item in evidence),
    )


def _files(folder: Path) -> tuple[Path, ...]:
    files = tuple(sorted(path for path in folder.iterdir() if path.is_file()))
    if not files:
        raise DataMissingError(f"{folder} holds no document.")
    return files

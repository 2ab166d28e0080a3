"""Reads question sets with their correct answers, and rejects invalid ones.

Footnote's own format is a folder with `cases.jsonl` or `cases.yaml` (a list of `QuestionCase`; unknown fields and
duplicate ids are errors), the documents in `documents/`, and optionally `documents.jsonl` (one `DocumentIssuer` per
line). FinanceBench's published format is a folder with `questions.jsonl`, the documents in `pdfs/`, and optionally
`documents.jsonl`. In `questions.jsonl`, `evidence[].page_index` counts from 0, and unused fields are ignored.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evals.datasets.files import DataMissingError, DatasetError, parse_cases, read_rows, require_file

CaseT = TypeVar("CaseT", bound=BaseModel)


class EvidencePage(BaseModel):
    """A page with evidence: the document's file name without its extension, and the page number, counted from 1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    document: str
    page: int = Field(ge=1)


class QuestionCase(BaseModel):
    """A question with its correct answer. The question is about `issuer`. Metrics are also computed for each `kind`."""

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


class DocumentIssuer(BaseModel):
    """A document's issuer: the file name without its extension, and the issuer's name as in the cases."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    document: str
    issuer: str


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The questions of a folder, its document files, and the issuers by document name, as far as they are known."""

    cases: tuple[QuestionCase, ...]
    files: tuple[Path, ...]
    issuers: Mapping[str, str]

    def issuer_of(self, file: Path) -> str:
        return self.issuers.get(file.stem, "")


def load_questions(data: Path) -> QuestionSet:
    """Load the questions of a folder in either format. Raises DataMissingError, DatasetError."""
    for name in ("cases.jsonl", "cases.yaml"):
        if (data / name).is_file():
            cases = tuple(parse_cases(data / name, QuestionCase))
            stated = {row.document: row.issuer for row in _optional(data / "documents.jsonl")}
            return QuestionSet(cases, _files(require_file(data, "documents")), _issuers(cases, stated))
    cases = tuple(read_financebench(require_file(data, "questions.jsonl")))
    stated = {}
    if (data / "documents.jsonl").is_file():
        rows = (row for _, row in read_rows(data / "documents.jsonl") if isinstance(row, dict))
        stated = {str(row.get("doc_name")): str(row.get("company") or "") for row in rows}
    return QuestionSet(cases, _files(require_file(data, "pdfs")), _issuers(cases, stated))


def _optional(path: Path) -> Iterator[DocumentIssuer]:
    if path.is_file():
        yield from parse_cases(path, DocumentIssuer)


def _issuers(cases: Sequence[QuestionCase], stated: Mapping[str, str]) -> dict[str, str]:
    """Map documents to issuers. `documents.jsonl` takes precedence over the issuers in the cases."""
    of_cases = {document: case.issuer for case in cases for document in case.evidence_documents() if case.issuer}
    return {**of_cases, **{document: issuer for document, issuer in stated.items() if issuer}}


def read_financebench(path: Path) -> Iterator[QuestionCase]:
    """Read questions in FinanceBench's format.

    Raises DatasetError for a line that is not a question with evidence, and for a duplicate id.
    """
    seen: set[str] = set()
    for where, row in read_rows(path):
        try:
            case = _from_financebench(row)
        except (ValidationError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise DatasetError(f"{where} is not a question with evidence.") from error
        if case.id in seen:
            raise DatasetError(f"{where}: the id {case.id} is already used by another case.")
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
        raise DataMissingError(f"{folder} contains no documents.")
    return files

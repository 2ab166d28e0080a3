"""Converts published data into Footnote's own format."""

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from app.core.errors import InvalidInputError
from evals.datasets.files import DatasetError
from evals.datasets.filings import DOCUMENTS, FACTS, load_filings
from evals.datasets.questions import DocumentIssuer, load_questions


class ImportTargetError(InvalidInputError):
    code = "eval-import-target"
    title = "The target folder is not empty: name an empty or a new folder."


@dataclass(frozen=True, slots=True)
class Imported:
    """The number of written cases (questions or facts) and documents, and of cases that were left out."""

    cases: int
    documents: int
    left_out: int = 0


def import_questions(source: Path, target: Path) -> Imported:
    """Convert a question set in FinanceBench's format to `cases.jsonl`, `documents.jsonl` and `documents/`.

    Raises DataMissingError, DatasetError, ImportTargetError.
    """
    read = load_questions(source)
    documents = make_target(target)
    for file in read.files:
        shutil.copyfile(file, documents / file.name)
    write_rows(target / "cases.jsonl", read.cases)
    stems = {file.stem for file in read.files}
    write_rows(
        target / "documents.jsonl",
        [DocumentIssuer(document=name, issuer=read.issuers[name]) for name in sorted(stems & read.issuers.keys())],
    )
    if load_questions(target).cases != read.cases:
        raise DatasetError("The written questions differ from those read.")
    return Imported(len(read.cases), len(read.files))


def import_filings(source: Path, target: Path) -> Imported:
    """Convert filings in inline XBRL to `facts.jsonl` and `documents/`, which contains the filings without tags.

    Raises DataMissingError, DatasetError, ImportTargetError.
    """
    read = load_filings(source)
    documents = make_target(target)
    for filing in read:
        (documents / f"{filing.name}.html").write_bytes(filing.read_plain())
    facts = [fact for filing in read for fact in filing.facts]
    write_rows(target / FACTS, facts)
    if [fact for filing in load_filings(target) for fact in filing.facts] != facts:
        raise DatasetError("The written facts differ from those read.")
    return Imported(len(facts), len(read))


def make_target(target: Path) -> Path:
    """Create the folder `documents` in `target`, which must be new or empty; return its path."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ImportTargetError(f"{target} is not empty: name an empty or a new folder.")
    documents = target / DOCUMENTS
    documents.mkdir(parents=True)
    return documents


def write_rows(path: Path, rows: Iterable[BaseModel]) -> None:
    """Write one JSON object per line."""
    path.write_text("".join(json.dumps(row.model_dump(mode="json"), ensure_ascii=False) + "\n" for row in rows))

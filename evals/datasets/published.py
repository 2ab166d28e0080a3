"""Question sets of documents in a running Footnote, with the rights of the key that reads them."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Protocol

from app.client.models import ApiDocument
from evals.datasets.files import DatasetError
from evals.datasets.importing import make_target, write_rows
from evals.datasets.questions import DocumentIssuer, QuestionCase, load_questions


class DocumentSource(Protocol):
    """The calls that read documents. `app.client.api.ApiClient` implements it."""

    def get_document(self, document_id: str) -> ApiDocument: ...
    def read_file(self, document_id: str) -> bytes: ...


def fetch_documents(
    source: DocumentSource, document_ids: Iterable[str], target: Path
) -> tuple[dict[str, str], dict[str, str]]:
    """Write the documents' files to `documents/` of a new folder. Return their names without extension by ID, and the
    issuers by name. Raises ImportTargetError, ApiProblemError.
    """
    folder = make_target(target)
    names: dict[str, str] = {}
    issuers: dict[str, str] = {}
    for document_id in dict.fromkeys(document_ids):
        document = source.get_document(document_id)
        file = PurePath(document.filename or f"{document_id}.pdf")
        taken = {name.casefold() for name in names.values()}
        name = file.stem if file.stem.casefold() not in taken else f"{file.stem}-{document_id}"
        (folder / f"{name}{file.suffix}").write_bytes(source.read_file(document_id))
        names[document_id] = name
        issuers[name] = str((document.model_extra or {}).get("issuer") or "")
    return names, issuers


def write_cases(cases: Sequence[QuestionCase], issuers: Mapping[str, str], target: Path) -> None:
    """Write the questions as `cases.jsonl` and the issuers as `documents.jsonl`. Raises DatasetError if they are not
    read back as they are.
    """
    write_rows(target / "cases.jsonl", cases)
    stated = [DocumentIssuer(document=name, issuer=issuer) for name, issuer in sorted(issuers.items()) if issuer]
    write_rows(target / "documents.jsonl", stated)
    if list(load_questions(target).cases) != list(cases):
        raise DatasetError("The written questions differ from those read.")

"""Makes a question set of users' feedback on answers, with the rights of an engineer."""

from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Protocol

from app.client.conversations import ApiFeedback
from app.client.models import ApiDocument
from evals.datasets.files import DatasetError
from evals.datasets.importing import Imported, make_target, write_rows
from evals.datasets.questions import DocumentIssuer, EvidencePage, QuestionCase, load_questions


class FeedbackSource(Protocol):
    """The calls that the import needs. `app.client.api.ApiClient` implements it."""

    def list_feedback(self) -> Iterator[ApiFeedback]: ...
    def get_document(self, document_id: str) -> ApiDocument: ...
    def read_file(self, document_id: str) -> bytes: ...


def import_feedback(source: FeedbackSource, target: Path) -> Imported:
    """Write the feedback that names a page with the right answer as `cases.jsonl`, with the files of these pages in
    `documents/` and their issuers in `documents.jsonl`. Feedback without a page is counted as left out.

    Raises DatasetError if no feedback names a page, ImportTargetError, ApiProblemError.
    """
    found = list(source.list_feedback())
    useful = [each for each in found if each.pages]
    if not useful:
        raise DatasetError("No feedback that you may see names a page with the right answer.")
    folder = make_target(target)
    names: dict[str, str] = {}
    issuers: dict[str, str] = {}
    for document_id in dict.fromkeys(page.document_id for each in useful for page in each.pages):
        document = source.get_document(document_id)
        file = PurePath(document.filename or f"{document_id}.pdf")
        taken = {name.casefold() for name in names.values()}
        name = file.stem if file.stem.casefold() not in taken else f"{file.stem}-{document_id}"
        (folder / f"{name}{file.suffix}").write_bytes(source.read_file(document_id))
        names[document_id] = name
        issuers[name] = str((document.model_extra or {}).get("issuer") or "")
    cases = [_case(each, names, issuers) for each in useful]
    write_rows(target / "cases.jsonl", cases)
    stated = [DocumentIssuer(document=name, issuer=issuer) for name, issuer in sorted(issuers.items()) if issuer]
    write_rows(target / "documents.jsonl", stated)
    if list(load_questions(target).cases) != cases:
        raise DatasetError("The written questions differ from those read.")
    return Imported(len(cases), len(names), left_out=len(found) - len(useful))


def _case(feedback: ApiFeedback, names: dict[str, str], issuers: dict[str, str]) -> QuestionCase:
    pages = [EvidencePage(document=names[page.document_id], page=page.page) for page in feedback.pages]
    return QuestionCase(
        id=feedback.id,
        kind=f"feedback {feedback.verdict}",
        question=feedback.question,
        answer=feedback.right_answer,
        issuer=issuers[pages[0].document],
        evidence=tuple(pages),
    )

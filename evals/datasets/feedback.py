"""Makes a question set of users' feedback on answers, with the rights of an engineer."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from app.client.conversations import ApiFeedback
from evals.datasets.files import DatasetError
from evals.datasets.importing import Imported
from evals.datasets.published import DocumentSource, fetch_documents, write_cases
from evals.datasets.questions import EvidencePage, QuestionCase


class FeedbackSource(DocumentSource, Protocol):
    """The calls that the import needs. `app.client.api.ApiClient` implements it."""

    def list_feedback(self) -> Iterator[ApiFeedback]: ...


def import_feedback(source: FeedbackSource, target: Path) -> Imported:
    """Write the feedback that names a page with the right answer as `cases.jsonl`, with the files of these pages in
    `documents/` and their issuers in `documents.jsonl`. Feedback without a page is counted as left out.

    Raises DatasetError if no feedback names a page, ImportTargetError, ApiProblemError.
    """
    found = list(source.list_feedback())
    useful = [each for each in found if each.pages]
    if not useful:
        raise DatasetError("No feedback that you may see names a page with the right answer.")
    names, issuers = fetch_documents(source, (page.document_id for each in useful for page in each.pages), target)
    cases = [_case(each, names, issuers) for each in useful]
    write_cases(cases, issuers, target)
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

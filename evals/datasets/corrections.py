"""Makes a question set of what editors corrected: each field that the machine read wrong or not at all."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from app.client.review import ApiCorrection
from evals.datasets.files import DatasetError
from evals.datasets.importing import Imported
from evals.datasets.published import DocumentSource, fetch_documents, write_cases
from evals.datasets.questions import EvidencePage, QuestionCase


class CorrectionSource(DocumentSource, Protocol):
    """The calls that the import needs. `app.client.api.ApiClient` implements it."""

    def list_corrections(self) -> Iterator[ApiCorrection]: ...


def import_corrections(source: CorrectionSource, target: Path) -> Imported:
    """Write the corrected values that have a quote as `cases.jsonl`, with the files of their documents in `documents/`
    and the issuers in `documents.jsonl`. Decisions without a value or a quote are counted as left out.

    Raises DatasetError if no correction has both, ImportTargetError, ApiProblemError.
    """
    found = list(source.list_corrections())
    useful = [each for each in found if each.decided and each.evidence]
    if not useful:
        raise DatasetError("No correction that you may see has a value and the quote that shows it.")
    names, issuers = fetch_documents(source, (each.document_id for each in useful), target)
    cases = [_case(each, names, issuers) for each in useful]
    write_cases(cases, issuers, target)
    return Imported(len(cases), len(names), left_out=len(found) - len(useful))


def _case(correction: ApiCorrection, names: dict[str, str], issuers: dict[str, str]) -> QuestionCase:
    name = names[correction.document_id]
    pages = dict.fromkeys(quote.page for quote in correction.evidence)
    title = correction.title
    # "Governing law" is no name: it stands inside a sentence. "EBITDA" and "CUSIP" are.
    asked = title if title[:2].isupper() else title[:1].lower() + title[1:]
    return QuestionCase(
        id=correction.field_id,
        kind=f"correction {correction.schema_key}",
        question=f"What is the {asked} in {correction.document_title}?",
        answer=correction.decided or "",
        issuer=issuers[name],
        evidence=tuple(EvidencePage(document=name, page=page) for page in pages),
    )

"""Recognises commercial contracts: by their title, and by the sentence that names the parties."""

import re
from typing import Final

from app.documents.content.parsed import ParsedDocument
from app.documents.metadata import DocumentMetadata, DocumentType
from workers.extraction.fields.contract.name import find_document_name
from workers.extraction.fields.contract.opening import find_opening
from workers.extraction.fields.reader import ReadDocument
from workers.extraction.reading import Reading, read_at

_NAMED: Final = re.compile(
    r"\b(?:agreement|contract|lease|licen[cs]e|deed|addendum|amendment|guarant(?:y|ee)|settlement|undertaking"
    r"|memorandum of understanding)\b",
    re.IGNORECASE,
)
_CERTAIN: Final = 0.8


def find_contract(parsed: ParsedDocument) -> Reading[str] | None:
    """Return the name of a contract, or None if the document does not open as one.

    A document that only speaks of a contract has no sentence of its own that says between whom it is made.
    """
    document = ReadDocument(parsed, (), (), DocumentMetadata(title=""))
    if find_opening(document) is None:
        return None
    found = find_document_name(document)
    if found is None or not _NAMED.search(found[0]):
        return None
    name, quote = found
    page = next(page for page in parsed.pages if page.number == quote.page)
    return read_at(name, page, quote.start, quote.end, _CERTAIN)


def contract_type(found: Reading[str]) -> Reading[DocumentType]:
    """Return the type of the contract whose name was found."""
    return Reading(DocumentType.CONTRACT, found.source)

"""Corrections of editors become a question set that the suites load."""

import pytest

from app.client.models import ApiDocument
from app.client.review import ApiCorrection
from evals.datasets.corrections import import_corrections
from evals.datasets.files import DatasetError
from evals.datasets.questions import EvidencePage, load_questions


class Source:
    """One agreement, and the given corrections."""

    def __init__(self, *corrections):
        self.corrections = [ApiCorrection.model_validate(each) for each in corrections]

    def list_corrections(self):
        return iter(self.corrections)

    def get_document(self, document_id):
        return ApiDocument.model_validate({"id": document_id, "filename": "supply.pdf", "issuer": "Lantern Works"})

    def read_file(self, document_id):
        return document_id.encode()


def corrected(title, decided, *pages):
    about = {"field_id": f"f-{title}", "document_id": "d", "document_title": "the supply agreement", "title": title}
    return {
        **about,
        "schema_key": "contract",
        "decided": decided,
        "evidence": [{"page": page} for page in pages],
    }


def test_corrected_value_with_a_quote_becomes_a_case(tmp_path):
    source = Source(
        corrected("Governing law", "Nevada", 3, 3), corrected("Fee", "USD 5"), corrected("Parties", None, 1)
    )
    imported = import_corrections(source, tmp_path / "set")
    assert (imported.cases, imported.documents, imported.left_out) == (1, 1, 2)
    read = load_questions(tmp_path / "set")
    (case,) = read.cases
    assert (case.question, case.answer) == ("What is the governing law in the supply agreement?", "Nevada")
    assert (case.kind, case.issuer) == ("correction contract", "Lantern Works")
    assert case.evidence == (EvidencePage(document="supply", page=3),)
    assert [file.read_bytes() for file in read.files] == [b"d"]


def test_corrections_without_quotes_make_no_set(tmp_path):
    with pytest.raises(DatasetError, match="the quote"):
        import_corrections(Source(corrected("Fee", "USD 5")), tmp_path / "set")
    assert not (tmp_path / "set").exists()

"""Feedback becomes a question set that the suites load."""

import pytest

from app.client.conversations import ApiFeedback
from app.client.models import ApiDocument
from evals.datasets.feedback import import_feedback
from evals.datasets.files import DatasetError
from evals.datasets.questions import EvidencePage, load_questions

QUESTION = "What was net revenue of Lantern Works in fiscal 2022?"


class Source:
    """Two documents with the same file name, and the given feedback."""

    def __init__(self, *feedback):
        self.feedback = [ApiFeedback.model_validate(each) for each in feedback]

    def list_feedback(self):
        return iter(self.feedback)

    def get_document(self, document_id):
        return ApiDocument.model_validate(
            {"id": document_id, "filename": "report.pdf", "issuer": f"Issuer {document_id}"}
        )

    def read_file(self, document_id):
        return document_id.encode()


def given(verdict, *pages, **more):
    named = [{"document_id": document, "page": page} for document, page in pages]
    return {"id": f"{verdict} {pages}", "question": QUESTION, "verdict": verdict, "pages": named, **more}


def test_feedback_with_a_page_becomes_a_case(tmp_path):
    right = given("right", ("a", 3), right_answer="$4,210 million")
    wrong = given("wrong", ("b", 1), ("a", 3), right_answer="$4,211 million")
    imported = import_feedback(Source(right, wrong, given("not-useful")), tmp_path / "set")
    assert (imported.cases, imported.documents, imported.left_out) == (2, 2, 1)
    read = load_questions(tmp_path / "set")
    first, second = read.cases
    assert (first.question, first.answer, first.issuer) == (QUESTION, "$4,210 million", "Issuer a")
    assert second.evidence == (EvidencePage(document="report-b", page=1), EvidencePage(document="report", page=3))
    assert {file.stem: file.read_bytes() for file in read.files} == {"report": b"a", "report-b": b"b"}
    assert read.issuers == {"report": "Issuer a", "report-b": "Issuer b"}


def test_feedback_without_pages_makes_no_set(tmp_path):
    with pytest.raises(DatasetError, match="names a page"):
        import_feedback(Source(given("wrong")), tmp_path / "set")
    assert not (tmp_path / "set").exists()

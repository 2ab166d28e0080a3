"""Question sets are read, and invalid ones are rejected."""

import json

import pytest

from evals.datasets.files import DataMissingError, DatasetError, parse_cases
from evals.datasets.questions import QuestionCase, load_questions, read_financebench

CASE = {"id": "a", "question": "?", "evidence": [{"document": "d", "page": 1}]}


def write(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_footnotes_own_format_is_read_from_jsonl_and_yaml(tmp_path):
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "d.pdf").write_bytes(b"x")
    write(tmp_path / "cases.jsonl", CASE)
    by_jsonl = load_questions(tmp_path)
    (tmp_path / "cases.jsonl").unlink()
    (tmp_path / "cases.yaml").write_text("- id: a\n  question: '?'\n  evidence: [{document: d, page: 1}]\n")
    assert load_questions(tmp_path) == by_jsonl
    assert by_jsonl.cases[0].evidence_pages() == {("d", 1)}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"answr": "5"}, "answr: Extra inputs"),
        ({"evidence": []}, "evidence: "),
        ({"evidence": [{"document": "d", "page": 0}]}, r"evidence\.0\.page: "),
        ({"id": ""}, "id: "),
    ],
)
def test_error_for_an_invalid_field_names_line_and_field(tmp_path, change, message):
    path = write(tmp_path / "cases.jsonl", CASE, {**CASE, "id": "b", **change})
    with pytest.raises(DatasetError, match=f"Line 2 of cases.jsonl: {message}"):
        list(parse_cases(path, QuestionCase))


def test_duplicate_id_is_rejected(tmp_path):
    with pytest.raises(DatasetError, match=r"Line 2 of cases\.jsonl: the id a"):
        list(parse_cases(write(tmp_path / "cases.jsonl", CASE, CASE), QuestionCase))


@pytest.mark.parametrize("text", ["id: a", "- [", "a: {"])
def test_yaml_without_a_list_of_cases_is_rejected(tmp_path, text):
    (tmp_path / "cases.yaml").write_text(text)
    with pytest.raises(DatasetError, match=r"cases\.yaml"):
        list(parse_cases(tmp_path / "cases.yaml", QuestionCase))


def test_financebench_pages_start_at_zero_and_other_fields_are_ignored(tmp_path):
    row = {
        "financebench_id": "f",
        "question_type": "metrics-generated",
        "question": "?",
        "answer": "$5",
        "company": "3M",
        "justification": "because",
        "evidence": [{"doc_name": "d", "page_index": 0, "evidence_text": "…"}],
    }
    path = tmp_path / "questions.jsonl"
    path.write_text(json.dumps(row) + "\n\n")
    [case] = read_financebench(path)
    assert (case.id, case.kind, case.answer, case.issuer) == ("f", "metrics-generated", "$5", "3M")
    assert case.evidence_pages() == {("d", 1)}


@pytest.mark.parametrize("line", ["{", "[]", '{"question": "?"}', '{"question": "?", "evidence": [{"page_index": 1}]}'])
def test_error_for_an_invalid_question_names_its_line(tmp_path, line):
    path = tmp_path / "questions.jsonl"
    path.write_text(line)
    with pytest.raises(DatasetError, match=r"Line 1 of questions\.jsonl"):
        list(read_financebench(path))


def test_folder_without_documents_is_rejected(tmp_path):
    write(tmp_path / "cases.jsonl", CASE)
    with pytest.raises(DataMissingError, match="documents"):
        load_questions(tmp_path)
    (tmp_path / "documents").mkdir()
    with pytest.raises(DataMissingError, match="no document"):
        load_questions(tmp_path)

"""`footnote eval import` converts published data. Invalid data is rejected."""

import json

import pytest
from typer.testing import CliRunner

from evals.cli import commands
from evals.datasets.files import DatasetError
from evals.datasets.filings import load_filings
from evals.datasets.questions import load_questions

ROW = {
    "financebench_id": "f1",
    "question_type": "metrics-generated",
    "question": "What were sales?",
    "answer": "$5",
    "company": "Juniper Tool Works",
    "justification": "it says so",
    "evidence": [{"doc_name": "JTW_2031_10K", "page_index": 4, "evidence_text": "…"}],
}


@pytest.fixture
def run():
    """Return a function that runs `footnote eval import …`."""
    return lambda *arguments: CliRunner().invoke(commands, ["import", *map(str, arguments)])


@pytest.fixture
def financebench(tmp_path):
    folder = tmp_path / "financebench"
    (folder / "pdfs").mkdir(parents=True)
    (folder / "pdfs" / "JTW_2031_10K.pdf").write_bytes(b"%PDF-1.7 made")
    (folder / "questions.jsonl").write_text(json.dumps(ROW) + "\n")
    (folder / "documents.jsonl").write_text(
        '{"doc_name": "JTW_2031_10K", "company": "Juniper Tool Works", "gics": 1}\n'
    )
    return folder


def test_line_separator_inside_a_text_does_not_end_the_line(run, financebench, tmp_path):
    row = {**ROW, "question": "What were sales\u2028in 2031\x85?"}
    (financebench / "questions.jsonl").write_text(json.dumps(row, ensure_ascii=False) + "\n")
    result = run("financebench", financebench, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert load_questions(tmp_path / "out").cases[0].question == row["question"]


def test_financebench_becomes_documents_and_cases_with_pages_from_one(run, financebench, tmp_path):
    out = tmp_path / "out"
    result = run("financebench", financebench, "--out", out)
    assert result.exit_code == 0, result.output
    assert "1 questions, 1 documents" in result.stderr
    read = load_questions(out)
    assert read.cases == load_questions(financebench).cases
    assert read.cases[0].evidence_pages() == {("JTW_2031_10K", 5)}
    assert read.issuers == {"JTW_2031_10K": "Juniper Tool Works"}
    assert (out / "documents" / "JTW_2031_10K.pdf").read_bytes() == b"%PDF-1.7 made"


def test_import_error_names_the_invalid_line(run, financebench, tmp_path):
    (financebench / "questions.jsonl").write_text(json.dumps(ROW) + "\n{}\n")
    result = run("financebench", financebench, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "Line 2 of questions.jsonl" in result.stderr
    assert not (tmp_path / "out").exists()


def test_inline_xbrl_becomes_facts_and_documents_without_tags(run, filings, tmp_path):
    out = tmp_path / "out"
    result = run("ixbrl", filings, "--out", out)
    assert result.exit_code == 0, result.output
    assert "32 facts, 1 documents" in result.stderr
    [before], [after] = load_filings(filings), load_filings(out)
    assert (after.name, after.facts) == (before.name, before.facts)
    assert after.read_plain() == before.read_plain()
    assert b"us-gaap" not in (out / "documents" / "jtw-10k.html").read_bytes()


def test_import_overwrites_no_existing_file(run, filings, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("kept")
    result = run("ixbrl", filings, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "eval-import-target" in result.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


@pytest.fixture
def imported(run, filings, tmp_path):
    run("ixbrl", filings, "--out", tmp_path / "out")
    return tmp_path / "out"


def change_second_line(folder, change):
    path = folder / "facts.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    rows[1] = change(rows)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: {**rows[1], "confidence": 1}, r"Line 2 of facts\.jsonl: confidence: Extra inputs"),
        (lambda rows: rows[0], r"Line 2 of facts\.jsonl: the id .* is already used by another case"),
        (lambda rows: {**rows[1], "end": "2031-13-01"}, r"Line 2 of facts\.jsonl: end: "),
        (lambda rows: {**rows[1], "id": "mine"}, r"Line 2 of facts\.jsonl: .*the id must be "),
        (lambda rows: {**rows[1], "value": "about 5"}, r"Line 2 of facts\.jsonl: value: "),
    ],
)
def test_error_for_an_invalid_fact_names_its_line(imported, change, message):
    change_second_line(imported, change)
    with pytest.raises(DatasetError, match=message):
        load_filings(imported)


def test_fact_of_a_missing_document_is_rejected(imported):
    (imported / "documents" / "jtw-10k.html").rename(imported / "documents" / "other.html")
    with pytest.raises(DatasetError, match="does not contain"):
        load_filings(imported)

"""The tables suite measures documents in both formats."""

import json

import pytest

from app.evaluations.records import Selection
from app.settings import Settings
from evals.datasets.files import DataMissingError
from evals.environment.printing import find_chromium
from evals.environment.stacks import Stacks
from evals.running.records import RunFolder
from evals.running.runner import Runner, RunRequest
from evals.suites import tables as suite_module
from evals.suites.tables import SUITE, score_document
from tests.evals.conftest import Silent, write_filing


def test_folder_without_filings_is_rejected(tmp_path):
    with pytest.raises(DataMissingError, match="no filing"):
        SUITE.load(tmp_path)


def test_each_filing_is_a_case_in_each_format(filings):
    assert [case.id for case in SUITE.load(filings)] == ["jtw-10k/html", "jtw-10k/pdf"]


def test_filing_without_tagged_figures_is_unscored(tmp_path):
    (tmp_path / "made.html").write_text(write_filing().replace("ix:nonFraction", "span"))
    (case,) = [case for case in SUITE.load(tmp_path) if case.kind == "html"]
    scored = score_document(case, tmp_path)
    assert (scored.score, scored.reason) == (None, "the filing tags no figure in a table")


def test_without_chromium_pdf_cases_are_unscored_with_the_reason(filings, tmp_path, monkeypatch):
    monkeypatch.setattr(suite_module, "find_chromium", lambda: None)
    (case,) = [case for case in SUITE.load(filings) if case.kind == "pdf"]
    scored = score_document(case, tmp_path)
    assert (scored.score, scored.reason) == (None, "Chromium is not installed, so no PDF can be printed")


PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>t</title></head><body><h1>Context</h1><table>
<tr><td>(in millions)</td><td>2031</td><td>2030</td></tr>
<tr><td>Revenue</td><td>$ 4,210</td><td>$ 3,985</td></tr>
<tr><td>Net loss</td><td>(12.5)</td><td>7.0</td></tr>
</table></body></html>"""
QUESTION = {"id": "q", "document": "d1.html", "question": "What was the revenue in 2031?", "answer": ["4,210"],
            "answer_type": "span", "scale": "million", "derivation": "", "answer_from": "table"}  # fmt: skip


@pytest.fixture
def run(tmp_path):
    """Return a function that runs the suite on a folder, and returns the record."""

    def run_suite(data, only=None):
        runner = Runner(
            runs=RunFolder(tmp_path / "runs"),
            homes=tmp_path / "homes",
            cassettes=tmp_path / "cassettes",
            stacks=Stacks(notify=lambda _: None),
            settings=Settings(_env_file=None),
            notify=lambda _: None,
        )
        return runner.run(SUITE, RunRequest(data=data, selection=Selection(only=only)), Silent())

    return run_suite


def test_figures_of_a_filing_without_tags_are_compared_with_its_tags(run, filings):
    record = run(filings, "html")
    assert [case.id for case in record.cases] == ["jtw-10k/html"]
    figures = record.manifest.figures
    assert (figures["right"], figures["wrong"], figures["missed"]) == (34, 0, 0)
    assert (figures["right_share"], figures["wrong_share"]) == (1, 0)


def test_figures_of_published_tables_are_compared_with_questions(run, tmp_path):
    data = tmp_path / "tatqa"
    (data / "documents").mkdir(parents=True)
    (data / "documents" / "d1.html").write_text(PAGE)
    (data / "questions.jsonl").write_text(json.dumps(QUESTION) + "\n")
    record = run(data)
    (case,) = record.cases
    assert (case.id, case.measures["right"], case.details) == ("d1", 4, {"with_scale": 1, "with_year": 4})


def test_document_that_cannot_be_read_has_all_figures_missed(filings, tmp_path, monkeypatch):
    monkeypatch.setattr(suite_module, "strip_tags", lambda data, name: b"")
    (case,) = [case for case in SUITE.load(filings) if case.kind == "html"]
    scored = score_document(case, tmp_path)
    assert (scored.measures["right"], scored.measures["missed_cell"]) == (0, 34)
    assert "empty-file" in scored.reason


def test_pdf_of_a_filing_is_printed_once(filings, tmp_path):
    if find_chromium() is None:
        pytest.skip("Chromium is not installed")
    (case,) = [case for case in SUITE.load(filings) if case.kind == "pdf"]
    assert score_document(case, tmp_path).measures["right"] == 34
    printed = (tmp_path / "jtw-10k.pdf").read_bytes()
    score_document(case, tmp_path)
    assert (tmp_path / "jtw-10k.pdf").read_bytes() == printed

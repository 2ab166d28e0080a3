"""The tables suite measures documents in both formats."""

import pytest

from evals.datasets.files import DataMissingError
from evals.suites import tables as suite_module
from evals.suites.tables import SUITE, score_document
from tests.evals.conftest import write_filing


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

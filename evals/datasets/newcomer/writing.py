"""Writes the newcomer data: the filings as HTML and PDF, and the questions with the pages of their evidence."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import yaml

from evals.datasets.newcomer.html_writing import write_html
from evals.datasets.newcomer.markup import BREAK, FOLDER, Filing, read_filings
from evals.datasets.newcomer.pdf_writing import write_pdf
from evals.datasets.newcomer.questions import CASES, DOCUMENTS, Half, NewcomerCase
from evals.datasets.questions import EvidencePage

QUESTIONS = Path(__file__).parent / "questions.yaml"


def write_newcomer(folder: Path, filings: Collection[str] = ()) -> Path:
    """Write the filings and the cases into `folder`. Each run writes the same bytes.

    With `filings`, only these are written, and the development cases that they answer or that have no answer.
    """
    known = {filing.name: filing for filing in read_filings()}
    cases = [make_case(row, known) for row in yaml.safe_load(QUESTIONS.read_text())]
    if filings:
        known = {name: known[name] for name in filings}
        cases = [case for case in cases if case.half is Half.DEVELOPMENT and _is_among(case, known)]
    (folder / DOCUMENTS).mkdir(parents=True, exist_ok=True)
    for filing in known.values():
        written = write_html(filing) if filing.format == "html" else write_pdf(filing)
        (folder / DOCUMENTS / filing.file).write_bytes(written)
    lines = (case.model_dump_json(exclude_defaults=True, by_alias=True) for case in cases)
    (folder / CASES).write_text("".join(f"{line}\n" for line in lines))
    return folder


def _is_among(case: NewcomerCase, filings: Collection[str]) -> bool:
    return all(item.document in filings for item in case.evidence)


def make_case(row: Mapping[str, Any], filings: Mapping[str, Filing]) -> NewcomerCase:
    """Return a question's case: the evidence's page is found by its words, and the half is that of its filings."""
    found = [(filings[each["document"]], each["words"]) for each in row.get("evidence", ())]
    halves = {filing.half for filing, _ in found} or {row["half"]}
    assert len(halves) == 1, row["id"]
    evidence = tuple(EvidencePage(document=filing.name, page=_page_of(filing, words)) for filing, words in found)
    issuers = tuple(dict.fromkeys(filing.issuer for filing, _ in found))
    return NewcomerCase.model_validate({**row, "half": Half(halves.pop()), "evidence": evidence, "issuers": issuers})


def _page_of(filing: Filing, words: str) -> int:
    """Return the number of the page with these words, as the markup has them."""
    before, found, _ = (FOLDER / f"{filing.name}.txt").read_text().partition(words)
    assert found, f"{filing.name} has no {words!r}"
    return before.count(f"\n{BREAK}\n")

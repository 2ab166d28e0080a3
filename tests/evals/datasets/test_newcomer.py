"""The newcomer suite's filings are consistent, and its questions can be answered from the pages that they name."""

import io
from collections import Counter

import pypdfium2
import pytest
import yaml

from evals.datasets.files import DatasetError
from evals.datasets.newcomer.html_writing import write_html
from evals.datasets.newcomer.markup import FOLDER, Table, amount_of, parse_filing, read_filings
from evals.datasets.newcomer.pdf_writing import write_pdf
from evals.datasets.newcomer.questions import load_newcomer
from evals.datasets.newcomer.writing import QUESTIONS, make_case, write_newcomer
from evals.scoring.newcomer import Seen, grade_newcomer

FILINGS = {filing.name: filing for filing in read_filings()}
ROWS = yaml.safe_load(QUESTIONS.read_text())
CASES = [make_case(row, FILINGS) for row in ROWS]
BALANCED = {
    "Total liabilities and stockholders' equity", "Total liabilities and equity", "Total equity and liabilities",
    "Equity and liabilities",
}  # fmt: skip
HEAD = "format: html\nhalf: held-out\nissuer: Made\ncurrency: $\nhead: Made\nfoot: 10-K\n====\n"


def rows_of(filing):
    return [row for page in filing.pages for part in page if isinstance(part, Table) for row in part.rows]


def text_of(filing, page):
    """Return a page's words, with tables as rows that name their columns."""
    lines = []
    for part in filing.pages[page - 1]:
        if not isinstance(part, Table):
            lines.append(part.text)
            continue
        units = next((text.text for text in filing.pages[page - 1] if "(in " in getattr(text, "text", "").lower()), "")
        heads = part.headings[1:] or ("",) * len(part.rows[0].cells)
        for row in part.rows:
            cells = "; ".join(f"{head}: {cell}" for head, cell in zip(heads, row.cells, strict=False))
            lines.append(f"{row.label} — {cells} {units or part.headings[:1]}")
    return "\n".join(lines)


def test_twenty_filings_are_of_the_announced_kinds():
    kinds = Counter(name.split("-")[1].rstrip("0123456789") for name in FILINGS)
    assert kinds == {"10k": 6, "annual": 2, "10q": 4, "release": 3, "notes": 2, "credit": 2, "8k": 1}
    assert Counter(filing.half for filing in FILINGS.values()) == {"development": 10, "held-out": 10}
    assert all(4 <= len(filing.pages) <= 15 for filing in FILINGS.values())


def test_balance_sheets_balance_and_cash_flows_end_with_the_cash():
    balanced = 0
    for filing in FILINGS.values():
        assets = [row.cells for row in rows_of(filing) if row.label == "Total assets"]
        assert [row.cells for row in rows_of(filing) if row.label in BALANCED] == assets
        balanced += len(assets)
        ends = [row.cells for row in rows_of(filing) if row.label.startswith("Cash") and "end of year" in row.label]
        held = next(row.cells for row in rows_of(filing) if row.label.startswith("Cash")) if ends else ()
        assert all(cells[: len(held)] == held for cells in ends)
    assert balanced == 13


def test_sums_differences_and_remainders_are_computed():
    rows = (
        "|! | 2024 | 2023",
        "| A | 5 | $7.5",
        "| B | (2) | —",
        "|=2 C",
        "| D | 1 | 1",
        "|-2 Total assets",
        "|0",
        "| L | 1 | 9",
        "|~1 E",
    )
    text = HEAD + "\n".join(rows)
    rows = {row.label: row.cells for row in rows_of(parse_filing("made", text))}
    assert (rows["C"], rows["Total assets"], rows["E"]) == (("3", "7.5"), ("2", "6.5"), ("1", "(2.5)"))


@pytest.mark.parametrize("name", sorted(FILINGS))
def test_pages_of_the_file_are_the_pages_of_the_markup(name):
    filing = FILINGS[name]
    if filing.format == "html":
        assert write_html(filing).count(b"page-break-after") == len(filing.pages) - 1
        return
    document = pypdfium2.PdfDocument(io.BytesIO(write_pdf(filing)))
    assert len(document) == len(filing.pages)
    document.close()


def test_same_bytes_are_written_each_time(tmp_path):
    first, second = (write_newcomer(tmp_path / name) for name in ("first", "second"))
    files = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert len(files) == 21
    assert all((first / file).read_bytes() == (second / file).read_bytes() for file in files)
    assert load_newcomer(first) == CASES


def test_sixty_questions_are_halved_and_ten_must_be_declined():
    assert Counter(case.half.value for case in CASES) == {"development": 30, "held-out": 30}
    assert Counter(case.half.value for case in CASES if case.is_declined) == {"development": 5, "held-out": 5}
    assert len({case.id for case in CASES}) == 60


def test_expected_answers_stand_on_the_evidence_pages():
    computed = {"ravenscar-cutting-tools-margin", "thornholme-dividend", "tessaly-fall", "ravenscar-margin-fall"}
    for case in CASES:
        if case.is_declined or case.id in computed:
            continue
        texts = [text_of(FILINGS[item.document], item.page) for item in case.evidence]
        said = case.says.capitalize() if case.says else "See"
        whole = case.model_copy(update={"must_not": (), "is_list": True})
        # The names of the companies that a comparison chooses stand in the question.
        assert grade_newcomer(whole, [f"{said}, {case.question}:", *texts]).seen is Seen.RIGHT_FIRST, case.id


def test_likely_wrong_figures_stand_in_the_filings():
    everything = "\n".join(path.read_text() for path in FOLDER.glob("*.txt")).lower()
    printed = everything + " ".join(
        cell for filing in FILINGS.values() for row in rows_of(filing) for cell in row.cells
    )
    assert [part for case in CASES for part in case.must_not if part.lower() not in printed] == []


def test_amounts_of_cells_are_read_with_their_sign():
    assert [str(amount_of(cell)) for cell in ("(1,234.5)", "$7", "—", "")] == ["-1234.5", "7", "0", "0"]


def test_case_without_an_expectation_is_rejected(tmp_path):
    (tmp_path / "newcomer.jsonl").write_text('{"id": "a", "question": "?"}\n')
    with pytest.raises(DatasetError, match="name what the answer states"):
        load_newcomer(tmp_path)

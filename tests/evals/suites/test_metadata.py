"""The metadata suite judges what was read from a document, field by field."""

import json
from datetime import date

import pytest

from app.documents.metadata import DocumentMetadata, DocumentType, FieldSource, FiscalPeriod, Origin, Party, PartyRole
from evals.datasets.described import Description, load_described, parse_printed_date
from evals.datasets.files import DataMissingError, DatasetError
from evals.scoring.metadata import drop_unfounded_labels, judge_metadata, names_alike
from evals.suites.metadata import SUITE, MetadataCase, judge_document, score_document

TAGGED = """<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"
 xmlns:ix="http://www.xbrl.org/2013/inlineXBRL" xmlns:dei="http://xbrl.sec.gov/dei/2031"><body>
<p>SECURITIES AND EXCHANGE COMMISSION</p>
<p>FORM <ix:nonNumeric name="dei:DocumentType" contextRef="c">10-K</ix:nonNumeric>/A</p>
<ix:nonNumeric name="dei:AmendmentFlag" contextRef="c">true</ix:nonNumeric>
<ix:nonNumeric name="dei:DocumentFiscalYearFocus" contextRef="c">2031</ix:nonNumeric>
<ix:nonNumeric name="dei:DocumentFiscalPeriodFocus" contextRef="c">FY</ix:nonNumeric>
<p>For the fiscal year ended <ix:nonNumeric name="dei:DocumentPeriodEndDate" contextRef="c">December 31,
 2031</ix:nonNumeric></p>
<p><ix:nonNumeric name="dei:EntityRegistrantName" contextRef="c">ZEPHYRINE PROPERTIES, INC.</ix:nonNumeric></p>
<p><ix:nonNumeric name="dei:EntityCentralIndexKey" contextRef="c">0009876543</ix:nonNumeric></p>
<p>(Exact name of registrant as specified in its charter)</p></body></html>"""


@pytest.mark.parametrize(
    ("read", "truth", "alike"),
    [
        ("The Example Stores Company", "Example Stores Co", True),
        ("Example Stores, Inc.", "Example", True),
        ("Wide-Mart Stores, Inc.", "Widemart", True),
        ("Advanced Harbour Devices, Inc.", "AHD", True),
        ("Exämple S.A.", "Example", True),
        ("Example", "Example Stores, Inc.", False),
        ("The Company", "Example", False),
        ("", "Example", False),
    ],
)
def test_names_are_compared_without_case_and_legal_form(read, truth, alike):
    assert names_alike(read, truth) is alike


def test_tags_of_a_filing_are_its_truth_and_a_later_date_in_its_name_the_filing_date(tmp_path):
    (tmp_path / "zyph-10-ka-2032-02-09.html").write_text(TAGGED)
    (tmp_path / "other-2031-12-31.html").write_text(TAGGED)
    other, described = load_described(tmp_path)
    assert described.truth.model_dump(exclude_unset=True) == {
        "document": "zyph-10-ka-2032-02-09.html",
        "issuer": ("ZEPHYRINE PROPERTIES, INC.",),
        "document_type": "10-K/A",
        "fiscal_year": 2031,
        "fiscal_period": "FY",
        "period_end": date(2031, 12, 31),
        "filing_date": date(2032, 2, 9),
    }
    assert "filing_date" not in other.truth.model_fields_set
    assert described.cik == "0009876543"


def test_labels_of_financebench_state_type_year_and_quarter(tmp_path):
    rows = [
        {"doc_name": "EX_2031Q2_10Q", "company": "Ex", "doc_type": "10q", "doc_period": 2031},
        {"doc_name": "EX_2031_8K_dated-2031-05-07", "company": "Ex", "doc_type": "8k", "doc_period": 2031},
        {"doc_name": "EX_2031_10Q"},
    ]
    (tmp_path / "documents.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "pdfs").mkdir()
    for row in rows:
        (tmp_path / "pdfs" / f"{row['doc_name']}.pdf").touch()
    quarter, event = (each.truth for each in load_described(tmp_path))
    assert (quarter.document_type, quarter.fiscal_year, quarter.fiscal_period) == ("10-Q", 2031, "Q2")
    assert event.model_dump(exclude_unset=True) == {
        "document": "EX_2031_8K_dated-2031-05-07",
        "issuer": ("Ex",),
        "document_type": "8-K",
        "reported": date(2031, 5, 7),
    }


def test_fields_of_agreements_state_parties_and_date(tmp_path):
    fields = {"Borrowers": ["Ex Inc.", "Ex LP"], "Administrative Agent": "Bank N.A.", "Agreement Date": "2031-05-07"}
    rows = [{"document": "a.html", "field": name, "value": value} for name, value in fields.items()]
    (tmp_path / "fields.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "a.html").touch()
    (described,) = load_described(tmp_path)
    assert [(party.name, party.role) for party in described.truth.parties] == [
        ("Ex Inc.", "borrower"),
        ("Ex LP", "borrower"),
        ("Bank N.A.", "administrative-agent"),
    ]
    assert described.truth.filing_date == date(2031, 5, 7)


def test_own_format_rejects_unknown_fields_and_absent_files(tmp_path):
    (tmp_path / "documents").mkdir()
    (tmp_path / "metadata.jsonl").write_text('{"document": "a.txt", "isuer": "Ex"}')
    with pytest.raises(DatasetError, match="isuer"):
        load_described(tmp_path)
    (tmp_path / "metadata.jsonl").write_text('{"document": "a.txt"}')
    with pytest.raises(DataMissingError):
        load_described(tmp_path)


def test_folder_without_metadata_is_rejected(tmp_path):
    with pytest.raises(DataMissingError, match="no document"):
        SUITE.load(tmp_path)


def test_labels_that_the_document_contradicts_are_not_judged():
    truth = Description(document="d", issuer=("Newname",), document_type="10-Q", fiscal_year=2032)
    text = "Oldname reports. In fiscal 2031 … fiscal 2031 … the third quarter of 2031 … fiscal 2032"
    assert drop_unfounded_labels(truth, text).model_fields_set == {"document"}
    assert drop_unfounded_labels(truth, "NEWNAME " * 5 + "(Exact name of registrant)") == truth


def test_each_field_is_right_wrong_or_missing_with_the_quote_that_was_read(tmp_path):
    truth = Description(
        document="d",
        issuer=("Example Inc.",),
        document_type="10-Q",
        fiscal_year=2031,
        fiscal_period="Q2",
        period_end=None,
        filing_date=date(2031, 8, 7),
        parties=({"name": "Example Inc.", "role": "borrower"}, {"name": "A Bank", "role": "lender"}),
    )
    read = DocumentMetadata(
        title="t",
        issuer="The Company",
        document_type=DocumentType.FORM_10Q,
        fiscal_period=FiscalPeriod.Q3,
        filing_date=date(2031, 8, 4),
        sources={"issuer": FieldSource(Origin.TEXT, 0.4, "The Company", 3, 0, 11)},
        parties=(
            Party("Example Inc.", PartyRole.BORROWER, "Example Inc., as Borrower", 1, 0, 25, 0.9),
            Party("Example LP", PartyRole.BORROWER, "Example LP", 1, 30, 40, 0.9),
        ),
    )
    case = MetadataCase("d", "10-Q", _described(tmp_path, truth))
    judged = judge_document(case, read, judge_metadata(read, truth))
    outcomes = {name: value for name, value in judged.measures.items() if value and not name.endswith("judged")}
    assert outcomes == {
        "issuer_wrong": 1,
        "document_type_right": 1,
        "fiscal_year_missing": 1,
        "fiscal_period_wrong": 1,
        "period_end_right": 1,
        "filing_date_wrong": 1,
        "filing_date_near_right": 1,
        "parties": 2,
        "parties_read": 2,
        "parties_found": 1,
    }
    assert judged.score == pytest.approx(2 / 6)
    assert judged.trace["faults"][0] == {
        "field": "issuer",
        "outcome": "wrong",
        "read": "The Company",
        "truth": "Example Inc.",
        "quote": "The Company",
        "page": 3,
        "origin": "text",
        "confidence": 0.4,
    }


def _described(folder, truth):
    (folder / "metadata.jsonl").write_text(truth.model_dump_json(exclude_unset=True))
    (folder / "documents").mkdir()
    (folder / "documents" / truth.document).touch()
    (found,) = load_described(folder)
    assert found.truth == truth
    return found


def test_filing_is_read_with_and_without_its_tags(tmp_path):
    (tmp_path / "zyph.html").write_text(TAGGED)
    (case,) = SUITE.load(tmp_path)
    (tmp_path / "plain").mkdir()
    for folder in (None, tmp_path / "plain"):
        scored = score_document(case, folder)
        assert (scored.score, scored.reason) == (1.0, "all fields are right")
    plain = (tmp_path / "plain" / "zyph.html").read_text()
    assert "dei:" not in plain.replace("xmlns:dei", "")


@pytest.mark.parametrize("text", ["December 31,\n 2031", "31 December 2031", "2031-12-31", "Dec 31, 2031"])
def test_printed_dates_are_parsed(text):
    assert parse_printed_date(text) == date(2031, 12, 31)

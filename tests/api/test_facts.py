"""Facts and statements over HTTP: filters, pages, tags, files, and audited reads."""

import csv
import io
from datetime import date
from uuid import UUID

import pytest

from app.core.pagination import encode_cursor
from app.db.session import system_principal
from app.facts.model import Check, FiscalLabel, Method, Place, StatementKind
from app.facts.schemas import StatementsOut
from app.quantities.periods import Period
from tests.api.rights_world import Objects, World
from tests.facts.made_facts import make_fact, write_facts
from tests.tables.workbooks import read_sheets

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LAST_YEAR = {
    "period": Period(date(2030, 12, 31), date(2030, 1, 1)),
    "fiscal": FiscalLabel(2030),
}
FACTS = (
    make_fact(checks=(Check("sum", passed=True),)),
    make_fact(value="3985000000", place=Place(1, 9, 15, 1, 1, 2), **LAST_YEAR),
    make_fact("=Costs", "-0.50", scale=0, item=None, concept=None, place=Place(1, 20, 26, 1, 2, 1), confidence=0.6),
    make_fact(
        "Americas",
        "12345678901234567.89",
        label_path=("Net sales", "Americas"),
        statement=StatementKind.SEGMENTS,
        dimensions=(("segment", "Americas"),),
        method=Method.TABLE,
        place=Place(2, 0, 6, 2, 1, 1),
    ),
)


@pytest.fixture(scope="module")
def world(server):
    return World(server)


@pytest.fixture(scope="module")
def reader(world):
    return world.granted.http


@pytest.fixture(scope="module")
def document(world):
    """A 10-K of an issuer with the facts `FACTS`, and its name."""
    objects = Objects(world)
    of_version = (world.tenant_id, UUID(objects["document_id"]), UUID(objects["version_id"]))
    with world.server.database.worker.transaction(system_principal(world.tenant_id)) as session:
        write_facts(session, *of_version, FACTS)
    world.sql(
        "UPDATE documents SET issuer = 'Juniper Tools, Inc.', issuer_key = 'juniper tools', document_type = '10-K', "
        "filing_date = '2032-02-01', title = 'Annual report 2031' WHERE id = :id",
        id=of_version[1],
    )
    return of_version[1]


def numbers(answer):
    assert answer.status_code == 200, answer.text
    return [item["number"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [1, 2, 3, 4]),
        ({"issuer": "The Juniper Tools Co."}, [1, 2, 3, 4]),
        ({"item": ["Revenue", "Assets"]}, [1, 2, 4]),
        ({"concept": "Revenues", "fiscal_year": 2030, "fiscal_part": "FY"}, [2]),
        ({"q": "sales AMERICAS"}, [4]),
        ({"statement": ["segments", "equity"]}, [4]),
        ({"end_from": "2031-01-01", "end_to": "2031-12-31"}, [1, 3, 4]),
        ({"method": "table"}, [4]),
        ({"min_confidence": 0.9, "consolidated": True}, [1, 2]),
        ({"member": "Americas"}, [4]),
        ({"status": "approved"}, []),
    ],
)
def test_filters_select_facts(reader, document, query, expected):
    assert numbers(reader.get("/v1/facts", params={"document_id": str(document), **query})) == expected


def test_fact_has_its_amount_as_text_its_period_and_its_cell(reader, document):
    fact = reader.get("/v1/facts", params={"document_id": str(document), "limit": 1}).json()["items"][0]
    assert fact == {
        "document_id": str(document),
        "version_id": fact["version_id"],
        "number": 1,
        "value": "4210000000",
        "measure": "money",
        "currency": "USD",
        "scale": 6,
        "decimals": -6,
        "start": "2031-01-01",
        "end": "2031-12-31",
        "method": "statement",
        "confidence": 0.98,
        "status": "proposed",
        "corrected": False,
        "place": {"page": 1, "char_start": 0, "char_end": 6, "table": 1, "row": 1, "column": 1},
        "issuer_id": reader.get("/v1/issuers/Juniper Tools").json()["id"],
        "issuer": "Juniper Tools, Inc.",
        "document_title": "Annual report 2031",
        "document_type": "10-K",
        "filed": "2032-02-01",
        "statement": "income-statement",
        "label": "Net sales",
        "label_path": ["Net sales"],
        "item": "Revenue",
        "concept": "Revenues",
        "concept_confidence": 0.9,
        "dimensions": [],
        "fiscal_year": 2031,
        "fiscal_part": "FY",
        "restated": False,
        "checks": [{"name": "sum", "passed": True, "detail": ""}],
    }


def test_pages_continue_and_name_the_next_one(reader, document):
    asked = {"document_id": str(document), "limit": 3}
    first = reader.get("/v1/facts", params=asked)
    rest = reader.get("/v1/facts", params=asked | {"cursor": first.json()["next_cursor"]})
    assert numbers(first) + numbers(rest) == [1, 2, 3, 4]
    assert 'rel="next"' in first.headers["Link"]
    assert reader.get("/v1/facts?cursor=x").json()["code"] == "invalid-cursor"


@pytest.mark.parametrize(
    "path", ["/v1/facts", "/v1/issuers/juniper%20tools/statements", "/v1/issuers/juniper%20tools/statements?format=csv"]
)
def test_content_that_the_client_has_is_not_sent_again(reader, document, path):
    tag = reader.get(path).headers["ETag"]
    again = reader.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)


def test_tag_of_statements_changes_with_a_document_of_the_issuer(world, reader, document):
    path = "/v1/issuers/juniper%20tools/statements"
    tag = reader.get(path).headers["ETag"]
    world.sql("UPDATE documents SET revision = revision + 1 WHERE id = :id", id=document)
    assert reader.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_conflicting_filters_are_rejected(reader):
    asked = {"consolidated": True, "member": "Americas"}
    assert reader.get("/v1/facts", params=asked).json()["code"] == "conflicting-filters"


@pytest.mark.parametrize("key", ["a\x00", "\ud800"])
def test_cursor_that_is_no_key_is_rejected(reader, key):
    answer = reader.get("/v1/issuers", params={"cursor": encode_cursor(key)})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-cursor")


def test_issuers_with_facts_are_listed(reader, document):
    items = reader.get("/v1/issuers?limit=200").json()["items"]
    (juniper,) = [issuer for issuer in items if issuer["name"] == "Juniper Tools, Inc."]
    assert (juniper["documents"], juniper["documents_with_facts"], juniper["cik"]) == (1, 1, None)


def test_statements_are_grids_whose_figures_name_their_cells(reader, document):
    answer = reader.get("/v1/issuers/Juniper Tools, Inc./statements", params={"statement": "income-statement"}).json()
    assert (answer["issuer"], answer["unread_documents"]) == ("Juniper Tools, Inc.", 0)
    by_id = reader.get(f"/v1/issuers/{answer['issuer_id']}/statements", params={"statement": "income-statement"})
    assert by_id.json() == answer
    (statement,) = answer["statements"]
    assert [(column["fiscal_year"], column["fiscal_part"]) for column in statement["columns"]] == [
        (2031, "FY"),
        (2030, "FY"),
    ]
    sales, costs = statement["rows"]
    assert [(figure["value"], figure["place"]["column"]) for figure in sales["figures"]] == [
        ("4210000000", 1),
        ("3985000000", 2),
    ]
    assert (costs["label"], costs["figures"][1]) == ("=Costs", None)
    assert [source["document_type"] for source in answer["documents"]] == ["10-K"]


def test_statements_have_the_form_that_their_schema_describes(reader, document):
    asked = {"statement": ["income-statement", "segments"]}
    answer = reader.get("/v1/issuers/juniper%20tools/statements", params=asked)
    read = StatementsOut.model_validate_json(answer.content)
    assert read.model_dump_json() == answer.text


def test_segments_are_a_statement_on_request(reader, document):
    path = "/v1/issuers/juniper%20tools/statements"
    (row,) = reader.get(path, params={"statement": "segments"}).json()["statements"][0]["rows"]
    assert (row["label"], row["dimensions"]) == ("Americas", [{"axis": "segment", "member": "Americas"}])


def test_documents_without_stored_facts_are_counted(world, reader, document):
    change = "UPDATE document_versions SET fact_count = {} WHERE document_id = :id"
    world.sql(change.format("NULL"), id=document)
    assert reader.get("/v1/issuers/juniper%20tools/statements").json()["unread_documents"] == 1
    world.sql(change.format(4), id=document)


def test_unknown_and_hidden_issuers_are_not_found(world, document):
    for client, issuer in ((world.granted.http, "nobody"), (world.stranger.http, "juniper tools")):
        answer = client.get(f"/v1/issuers/{issuer}/statements")
        assert (answer.status_code, answer.json()["code"]) == (404, "issuer-not-found")


def test_csv_has_a_line_per_figure_with_its_source(reader, document):
    asked = {"format": "csv", "statement": ["income-statement", "segments"]}
    answer = reader.get("/v1/issuers/juniper%20tools/statements", params=asked)
    assert answer.headers["Content-Type"].startswith("text/csv")
    lines = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [(line["Label"], line["Value"], line["Fiscal year"]) for line in lines] == [
        ("Net sales", "4210000000", "2031"),
        ("Net sales", "3985000000", "2030"),
        ("'=Costs", "-0.50", "2031"),
        ("Americas", "12345678901234567.89", "2031"),
    ]
    assert lines[0]["Source"] == "Annual report 2031, page 1, table 1, row 2, column 2"
    assert (lines[0]["Standing"], lines[0]["Document type"], lines[0]["Period start"]) == (
        "shown",
        "10-K",
        "2031-01-01",
    )


def test_workbook_has_typed_cells_and_a_source_for_each_figure(reader, document):
    asked = {"format": "xlsx", "statement": ["income-statement", "segments"]}
    answer = reader.get("/v1/issuers/juniper%20tools/statements", params=asked)
    assert answer.headers["Content-Type"] == XLSX
    sheets = read_sheets(answer.content)
    assert list(sheets) == ["Income statement", "Segments", "Figures", "Documents"]
    income = sheets["Income statement"]
    assert [income[f"{column}2"][1] for column in "ABCDEF"] == [
        "Label",
        "Dimensions",
        "Standard item",
        "FY 2031",
        "FY 2030",
        "Source",
    ]
    assert (income["D3"], income["D4"], income["A5"]) == (("n", "48213"), ("n", "4210000000"), ("s", "=Costs"))
    figures = sheets["Figures"]
    names = {
        value: reference.rstrip("1")
        for reference, (_, value) in figures.items()
        if reference[-2:-1].isalpha() and reference[-1] == "1"
    }
    assert f"{names['Value']}5" not in figures
    assert figures[f"{names['Value (all digits)']}5"] == ("s", "12345678901234567.89")
    assert figures[f"{names['Source']}5"] == ("s", "Annual report 2031, page 2, table 2, row 2, column 2")
    assert figures[f"{names['Fiscal year']}5"] == ("n", "2031")


def test_reads_are_audited(world, reader, document):
    reader.get("/v1/facts", params={"document_id": str(document)})
    reader.get("/v1/issuers/juniper%20tools/statements")
    for action in ("facts.fact.listed", "facts.statements.read"):
        events = world.auditor.http.get("/v1/audit/events", params={"action": action, "limit": 1}).json()["items"]
        assert events[0]["detail"]["documents"] == [str(document)], action


def test_page_of_statements_with_too_many_figures_says_so(reader, document, world, monkeypatch):
    monkeypatch.setattr("app.facts.repository.MOST_FIGURES", 1)
    browser = world.server.client()
    browser.post("/sign-in", data={"key": world.granted.key})
    answer = browser.get("/issuers/juniper%20tools/statements")
    assert (answer.status_code, answer.headers["content-type"]) == (413, "text/html; charset=utf-8")
    assert "The statements have too many figures" in answer.text

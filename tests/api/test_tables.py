"""Tables of documents over HTTP: lists, filters, single tables, pages with marks, and audited reads."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from app.db.session import system_principal
from app.documents.content.parsed import DeletedText, Mark
from app.documents.content.parsed_codec import encode_deleted, encode_marks
from app.documents.models import DocumentVersion, Page
from tests.api.rights_world import Objects, World
from tests.tables.made_tables import PAGE, make_row, make_statement

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(scope="module")
def world(server):
    return World(server)


@pytest.fixture(scope="module")
def document(world):
    """A document with a statement on page 1 (table 1) and two tables on page 2."""
    objects = Objects(world)
    document, version = UUID(objects["document_id"]), UUID(objects["version_id"])
    with world.server.database.worker.transaction(system_principal(world.tenant_id)) as session:
        first = session.get(Page, (version, 1))
        first.marks, first.deleted = encode_marks([Mark(3, "1")]), encode_deleted([DeletedText(9, "was")])
        session.add(
            Page(version_id=version, number=2, tenant_id=world.tenant_id, document_id=document, width=612, height=792,
                 text=PAGE, words=first.words)
        )  # fmt: skip
        for number, title in ((2, "Debt_maturities %"), (3, None)):
            table = replace(make_statement(number, page=2), title=title)
            session.add(make_row(world.tenant_id, document, version, table, {2: PAGE}))
        session.get(DocumentVersion, version).table_count = 3
    return f"/v1/documents/{document}", f"/v1/documents/{document}/versions/{version}"


@pytest.fixture(scope="module")
def reader(world):
    return world.granted.http


def numbers(answer):
    assert answer.status_code == 200, answer.text
    return [item["number"] for item in answer.json()["items"]]


def test_list_has_the_tables_in_order_without_cells(reader, document):
    items = reader.get(f"{document[0]}/tables").json()["items"]
    assert [item["number"] for item in items] == [1, 2, 3]
    assert items[0] == {
        "number": 1,
        "pages": [1],
        "title": "Consolidated Statements of Income",
        "units_line": "(in millions, except per share amounts)",
        "rows": 4,
        "columns": 3,
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"page": 2}, [2, 3]),
        ({"page": 3}, []),
        ({"q": "STATEMENTS of"}, [1]),
        ({"q": "t_m"}, [2]),
        ({"q": "s_m"}, []),
        ({"q": "%"}, [2]),
        ({"q": "Debt_m", "page": 1}, []),
    ],
)
def test_list_can_be_filtered_by_page_and_words_of_the_title(reader, document, query, expected):
    for path in document:
        assert numbers(reader.get(f"{path}/tables", params=query)) == expected


def test_list_is_paged(reader, document):
    first = reader.get(f"{document[0]}/tables", params={"limit": 2})
    assert numbers(first) == [1, 2]
    assert numbers(reader.get(first.links["next"]["url"])) == [3]
    assert reader.get(f"{document[0]}/tables?cursor=x").json()["code"] == "invalid-cursor"
    foreign = reader.get("/v1/documents", params={"limit": 1}).json()["next_cursor"]
    if foreign is not None:
        assert reader.get(f"{document[0]}/tables", params={"cursor": foreign}).json()["code"] == "invalid-cursor"


def test_table_has_cells_with_paths_values_and_places(reader, document):
    table = reader.get(f"{document[0]}/tables/1").json()
    assert (table["lines_above"], table["caption"], table["next_row"]) == ([], None, None)
    assert [note["mark"] for note in table["footnotes"]] == ["1"]
    by_text = {cell["text"]: cell for cell in table["cells"]}
    figure = by_text["$ (985)"]
    start, end = figure["spans"][0]
    assert PAGE[start:end] == "$ (985)"
    assert (figure["row"], figure["column"], figure["kind"], figure["page"]) == (1, 2, "figure", 1)
    assert (figure["header_path"], figure["label_path"]) == (["2030"], ["Revenue"])
    assert figure["value"] == {"kind": "amount", "value": "-985", "unit": "$", "scale": 6, "high": None}
    assert figure["period"] == {"start": "2030-01-01", "end": "2030-12-31"}
    assert by_text["1.20"]["value"]["value"] == "1.20"
    assert by_text["Revenue"]["marks"] == ["1"]
    assert reader.get(f"{document[1]}/tables/1").json() == table


def test_long_table_is_read_in_parts(reader, document):
    whole = reader.get(f"{document[0]}/tables/1").json()["cells"]
    cells, row = [], 0
    while row is not None:
        part = reader.get(f"{document[0]}/tables/1", params={"first_row": row, "row_limit": 3}).json()
        cells, row = cells + part["cells"], part["next_row"]
    assert cells == whole


def test_response_has_fewer_rows_if_they_have_many_cells(reader, document, monkeypatch):
    whole = reader.get(f"{document[0]}/tables/1").json()["cells"]
    monkeypatch.setattr("app.tables.schemas.MOST_CELLS", 4)
    cells, starts, row = [], [], 0
    while row is not None:
        starts.append(row)
        part = reader.get(f"{document[0]}/tables/1", params={"first_row": row}).json()
        cells, row = cells + part["cells"], part["next_row"]
    assert (cells, starts) == (whole, [0, 1, 2, 3])


def test_absent_table_is_not_found(reader, document):
    for path in document:
        answer = reader.get(f"{path}/tables/4")
        assert (answer.status_code, answer.json()["code"]) == (404, "table-not-found")
    absent = reader.get(f"/v1/documents/{uuid4()}/tables/1")
    assert (absent.status_code, absent.json()["code"]) == (404, "document-not-found")


def test_version_published_before_tables_were_stored_has_no_table_count(world, reader, document):
    other = Objects(world)
    assert reader.get(document[1]).json()["table_count"] == 3
    version = f"/v1/documents/{other['document_id']}/versions/{other['version_id']}"
    assert reader.get(version).json()["table_count"] is None


def test_page_has_its_marks_and_deleted_text(reader, document):
    page = reader.get(f"{document[0]}/pages/1").json()
    assert (page["marks"], page["deleted"]) == ([{"offset": 3, "text": "1"}], [{"offset": 9, "text": "was"}])
    plain = reader.get(f"{document[0]}/pages/2").json()
    assert (plain["marks"], plain["deleted"]) == ([], [])


def test_reads_are_audited(world, reader, document):
    reader.get(f"{document[0]}/tables")
    reader.get(f"{document[0]}/tables/2")
    named = {"object_id": document[0].rpartition("/")[2], "actor_id": str(world.granted.id)}
    events = world.auditor.http.get("/v1/audit/events", params=named).json()["items"]
    version = document[1].rpartition("/")[2]
    assert [(event["action"], event["detail"]) for event in events[:2]] == [
        ("tables.table.read", {"version_id": version, "table": 2}),
        ("tables.table.listed", {"version_id": version}),
    ]


@pytest.mark.parametrize(
    ("file_format", "media_type", "start"),
    [("csv", "text/csv; charset=utf-8", b",2031,2030\r\n"), ("xlsx", XLSX, b"PK"), ("json", "application/json", b"{")],
)
def test_table_is_served_in_each_format_with_a_tag(reader, document, file_format, media_type, start):
    asked = {"format": file_format}
    answer = reader.get(f"{document[0]}/tables/1", params=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert answer.content.startswith(start)
    assert answer.headers["cache-control"] == "private, no-cache"
    tag = answer.headers["etag"]
    again = reader.get(f"{document[1]}/tables/1", params=asked, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    others = [
        reader.get(f"{document[0]}/tables/{number}", params={"format": "csv"}).headers["etag"] for number in (2, 3)
    ]
    assert tag not in others
    if file_format != "json":
        assert answer.headers["content-disposition"] == f'attachment; filename="table-1.{file_format}"'


def test_unknown_format_is_refused(reader, document):
    answer = reader.get(f"{document[0]}/tables/1", params={"format": "pdf"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")


def test_overlay_of_a_text_page_shows_cells_and_cannot_run_scripts(world, reader, document):
    answer = reader.get(f"{document[0]}/pages/1/overlay")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert "amount -985 $, scale 6" in answer.text
    assert answer.headers["content-security-policy"].endswith("sandbox")
    again = reader.get(f"{document[1]}/pages/1/overlay", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    missing = reader.get(f"{document[0]}/pages/9/overlay")
    assert (missing.status_code, missing.json()["code"]) == (404, "page-not-found")
    named = {"object_id": document[0].rpartition("/")[2], "action": "tables.overlay.viewed"}
    events = world.auditor.http.get("/v1/audit/events", params=named).json()["items"]
    assert [event["detail"]["page"] for event in events] == [1, 1]

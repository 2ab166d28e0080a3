"""Exports of fields: which answers they have, for whom, and how each format writes them."""

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import uuid4
from zipfile import ZipFile

import pytest
from arro3.io import read_parquet
from lxml import etree
from sqlalchemy import text

from app.db.session import system_principal
from app.review.exports.errors import ExportTooLargeError
from app.review.exports.parquet import write_parquet_file
from app.review.exports.printing import FIELD_COLUMNS, write_fields_csv, write_grid_csv
from app.review.exports.rows import ExportRow, Standing, build_grid
from app.review.exports.service import ExportService
from app.review.exports.workbook import write_workbook
from app.review.tasks.views import TaskFilters

AUDITED = text("SELECT detail, actor_id FROM audit_events WHERE action = 'review.fields.exported'")
BASE = "https://footnote.example"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def exports(shared_database) -> ExportService:
    return ExportService(database=shared_database.api)


def export(exports, principal, *, only_approved=False, **filters) -> dict[str, ExportRow]:
    rows = exports.list_rows(principal, TaskFilters(**filters), only_approved=only_approved, file_format="json")
    return {row.key: row for row in rows}


def test_approved_answers_come_before_what_was_read(desk, exports):
    task = desk.task()
    desk.decide(desk.ana, task, "signed", "correct", "2027-01-31")
    desk.decide(desk.ana, task, "fee", "approve")
    desk.decide(desk.ana, task, "law", "correct", "Texas")
    desk.decide(desk.ana, task, "renews", "absent")
    rows = export(exports, desk.reader, document_id=desk.documents[-1])
    assert {key: (row.standing, row.shown) for key, row in rows.items()} == {
        "signed": (Standing.APPROVED, "2027-01-31"),
        "fee": (Standing.ENTERED, "USD 4,000,000"),
        "law": (Standing.PROPOSED, "Ohio"),
        "renews": (Standing.APPROVED, "not in the document"),
    }, "the blind reading of the law stays hidden, also from its author's export"
    assert export(exports, desk.ana, document_id=desk.documents[-1])["law"].shown == "Ohio"
    assert {*export(exports, desk.ana, only_approved=True)} == {"signed", "renews"}


def test_correction_that_waits_leaves_the_approved_answer(desk, exports):
    task = desk.task()
    desk.decide(desk.ana, task, "fee", "approve")
    desk.decide(desk.cleo, task, "fee", "approve")
    desk.decide(desk.ben, task, "fee", "correct", "5,000,000")
    fee = export(exports, desk.reader)["fee"]
    assert (fee.standing, fee.value.number, fee.status) == (Standing.APPROVED, Decimal(4_000_000), "entered")


def test_undone_decision_leaves_what_the_machine_read(desk, exports):
    task = desk.task()
    desk.decide(desk.ana, task, "fee", "approve")
    desk.decide(desk.ana, task, "fee", "undo")
    fee = export(exports, desk.reader)["fee"]
    assert (fee.standing, fee.shown, fee.decided_by, fee.decided_at) == (Standing.PROPOSED, "USD 4,000,000", (), None)


def test_exports_have_only_readable_documents_and_are_audited(desk, exports):
    desk.task()
    hidden = desk.documents[-1]
    desk.task()
    desk.sql("UPDATE documents SET deleted_at = now() WHERE id = :id", id=hidden)
    rows = exports.list_rows(desk.reader, TaskFilters(), only_approved=False, file_format="csv")
    assert {row.document.id for row in rows} == {desk.documents[-1]}
    with desk.database.owner.transaction(system_principal(desk.tenant)) as session:
        ((detail, actor),) = session.execute(AUDITED).all()
    assert detail == {"documents": [str(desk.documents[-1])], "fields": 4, "format": "csv"}
    assert actor == desk.reader.user_id


def test_exports_that_are_too_large_are_refused(desk, exports, monkeypatch):
    desk.task()
    monkeypatch.setattr("app.review.exports.service.MAX_FIELDS", 3)
    with pytest.raises(ExportTooLargeError):
        export(exports, desk.reader)


def rows_of(desk, exports) -> list[ExportRow]:
    task = desk.task()
    desk.decide(desk.ana, task, "signed", "approve")
    desk.decide(desk.ana, task, "law", "correct", "=HYPERLINK(1)")
    desk.decide(desk.ben, task, "law", "correct", "=HYPERLINK(1)")
    return exports.list_rows(desk.reader, TaskFilters(), only_approved=False, file_format="csv")


def test_csv_defuses_formulas_and_keeps_numbers(desk, exports):
    rows = rows_of(desk, exports)
    lines = list(csv.reader(io.StringIO(write_fields_csv(rows, BASE))))
    assert lines[0] == list(FIELD_COLUMNS)
    values = {line[5]: (line[6], line[7], line[8]) for line in lines[1:]}
    assert values == {
        "signed": ("2026-12-31", "", "approved"),
        "fee": ("4000000", "USD", "proposed"),
        "law": ("'=HYPERLINK(1)", "", "approved"),
        "renews": ("yes", "", "proposed"),
    }
    assert lines[1][13] == f"{BASE}/review/tasks/{rows[0].document.task_id}#{rows[0].field_id}"
    header, line = csv.reader(io.StringIO(write_grid_csv(build_grid(rows), BASE)))
    grid = dict(zip(header, line, strict=True))
    assert grid["Document"] == "Fee letter"
    assert (grid["Law"], grid["Law (standing)"], grid["Fee (unit)"]) == ("'=HYPERLINK(1)", "approved", "USD")


def test_workbook_has_typed_cells_and_links_to_the_evidence(desk, exports):
    rows = rows_of(desk, exports)
    book = ZipFile(io.BytesIO(write_workbook(rows, build_grid(rows), BASE)))
    grid = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    cells = {cell.get("r"): cell for cell in grid.iter(f"{MAIN}c")}
    days = (date(2026, 12, 31) - date(1899, 12, 30)).days
    assert cells["E2"].findtext(f"{MAIN}v") == str(days)
    assert cells["G2"].findtext(f"{MAIN}v") == "4000000"
    assert cells["I2"].get("t") == "s", "a text, not a formula"
    assert not list(grid.iter(f"{MAIN}f"))
    links = book.read("xl/worksheets/_rels/sheet1.xml.rels").decode()
    assert all(f"{BASE}/review/tasks/{row.document.task_id}" in links for row in rows)


def test_grid_has_a_line_per_document(desk, exports):
    schema = f"s{uuid4().hex[:8]}"
    desk.schema(key=schema)
    for _ in range(3):
        view, _ = desk.tasks.create_task(desk.ana, desk.publish(), schema)
        desk.read(view.row.id)
    desk.task()
    rows = exports.list_rows(desk.ana, TaskFilters(schema=schema), only_approved=False, file_format="json")
    grid = build_grid(rows)
    assert [key for _, key in grid.columns] == ["signed", "fee", "law", "renews"]
    assert {document.id for document, _ in grid.lines} == {*desk.documents[:3]}


def test_parquet_has_a_row_per_field_with_typed_columns(desk, exports):
    task = desk.task()
    desk.decide(desk.ana, task, "signed", "approve")
    rows = export(exports, desk.reader, document_id=desk.documents[-1])
    rows["fee"] = replace(rows["fee"], raw={**rows["fee"].raw, "number": "0.12345678901"}, printed="0.12345678901 USD")
    table = read_parquet(io.BytesIO(write_parquet_file(list(rows.values()), BASE))).read_all()
    read = {
        name: table[name].to_pylist() for name in ("key", "value", "number", "date", "yes", "standing", "decided_at")
    }
    assert read["key"] == ["signed", "fee", "law", "renews"]
    assert read["value"] == ["2026-12-31", "0.12345678901 USD", "Ohio", "Yes"]
    assert read["number"] == [None] * 4, "a number that would be rounded is left out"
    assert read["date"] == [date(2026, 12, 31), None, None, None]
    assert read["yes"] == [None, None, None, True]
    assert read["standing"] == ["approved", "proposed", "proposed", "proposed"]
    assert [moment is None for moment in read["decided_at"]] == [False, True, True, True]


def test_parquet_keeps_numbers_as_decimals(desk, exports):
    desk.task()
    rows = list(export(exports, desk.reader, document_id=desk.documents[-1]).values())
    table = read_parquet(io.BytesIO(write_parquet_file(rows, BASE))).read_all()
    assert table["number"].to_pylist()[1] == Decimal(4_000_000)
    assert write_parquet_file([], BASE)[:4] == b"PAR1"

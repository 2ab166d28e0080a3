"""Ingestion through real processes: relay, broker, Celery worker, database."""

import json
from pathlib import Path

from sqlalchemy import text


def call_again(ingestion, stage, times=1):
    """Queue the stage's task again, as if the broker delivered its message more than once."""
    payload = {
        "queue": "parse",
        "trace": None,
        "arguments": {"tenant_id": str(ingestion.tenant), "stage_id": str(stage)},
    }
    with ingestion.database.relay.anonymous() as session:
        for _ in range(times):
            session.execute(
                text(
                    "INSERT INTO outbox (tenant_id, topic, payload, created_at, available_at) "
                    "VALUES (:tenant, 'jobs.run_stage', CAST(:payload AS jsonb), now(), now())"
                ),
                {"tenant": ingestion.tenant, "payload": json.dumps(payload)},
            )
        session.execute(text("SELECT pg_notify('footnote_outbox', '')"))


def test_queued_run_becomes_ready_and_its_version_current(running):
    run = running.upload("first page\fsecond page", filename="one.txt")
    (ended,) = running.wait_final(run)
    assert (ended.status, ended.error_code, ended.pages_total) == ("ready", None, 2)
    assert [stage.status for stage in ended.stages] == ["done"] * 6
    ((current, title, issuer_key, revision),) = running.sql(
        "SELECT current_version_id, title, issuer_key, revision FROM documents WHERE id = :id", id=ended.document_id
    )
    assert (current, title, issuer_key, revision) == (ended.version_id, "one.txt", "plain example", 2)
    pages = running.sql("SELECT number, text FROM pages WHERE version_id = :id ORDER BY number", id=ended.version_id)
    assert pages == [(1, "first page"), (2, "second page")]
    assert running.sql("SELECT status, page_count FROM document_versions WHERE id = :id", id=ended.version_id) == [
        ("ready", 2)
    ]
    assert running.audited("SELECT action FROM audit_events WHERE object_id = :id", id=str(ended.document_id)) == [
        ("documents.version.published",)
    ]


def test_tables_and_facts_are_published_with_the_pages_and_replaced_with_them(running):
    run = running.upload("Revenue\t1,204\ttext\fno table\fCosts\t(9)")
    (ended,) = running.wait_final(run)
    named = {"id": ended.version_id}
    found = running.sql("SELECT number, pages, title, columns FROM tables WHERE version_id = :id ORDER BY 1", **named)
    assert found == [(1, [1], "Line 1", 3), (2, [3], "Line 2", 2)]
    facts = running.sql(
        "SELECT number, path, last_end::text, item FROM facts WHERE version_id = :id ORDER BY 1", **named
    )
    assert facts == [(1, "Revenue", "2031-12-31", None), (2, "Costs", "2031-12-31", None)]
    assert running.sql("SELECT table_count, fact_count FROM document_versions WHERE id = :id", **named) == [(2, 2)]
    (empty,) = running.wait_final(running.upload_version(run, "no table"))
    counts = "SELECT v.table_count, count(t.number) FROM document_versions v LEFT JOIN tables t ON t.version_id = v.id "
    counts += "WHERE v.document_id = :id GROUP BY v.id ORDER BY v.number"
    assert running.sql(counts, id=ended.document_id) == [(2, 2), (0, 0)]
    running.sql("DELETE FROM document_versions WHERE id = :id", id=ended.version_id)
    for rows in ("tables", "facts"):
        assert running.sql(f"SELECT count(*) FROM {rows} WHERE version_id = :id", **named) == [(0,)]
    assert empty.status == "ready"


def test_parties_are_published_with_role_and_place(running):
    (ended,) = running.wait_final(running.upload("Plain Example Inc., as Borrower"))
    stored = "SELECT metadata_sources -> 'parties' FROM documents WHERE id = :id"
    ((parties,),) = running.sql(stored, id=ended.document_id)
    assert parties == {
        "by": "document",
        "items": [
            {
                "name": "Plain Example Inc.",
                "role": "borrower",
                "quote": "Plain",
                "page": 1,
                "start": 0,
                "end": 5,
                "confidence": 0.9,
            }
        ],
    }


def test_second_run_adds_tables_and_facts_to_a_ready_version_unless_it_fails(running):
    (ended,) = running.wait_final(running.upload("Revenue\t1,000"))
    named = {"id": ended.version_id, "document": ended.document_id}
    running.sql(
        "UPDATE document_versions SET table_count = NULL, fact_count = NULL WHERE id = :id", id=ended.version_id
    )
    for rows in ("tables", "facts"):
        running.sql(f"DELETE FROM {rows} WHERE version_id = :id", id=ended.version_id)

    def run_again():
        with running.database.worker.transaction(running.principal) as session:
            started = running.runs.start_run(
                session,
                tenant_id=running.tenant,
                document_id=named["document"],
                version_id=named["id"],
                created_by=running.tenant,
                trace_context=None,
            )
        return running.wait_final(started.id)[0]

    state = "SELECT v.status, v.table_count, count(t.number), v.fact_count, count(f.number) FROM document_versions v "
    state += "LEFT JOIN tables t ON t.version_id = v.id LEFT JOIN facts f ON f.version_id = v.id "
    state += "WHERE v.id = :id GROUP BY v.id"
    assert running.sql(state, id=ended.version_id) == [("ready", None, 0, None, 0)]
    assert run_again().status == "ready"
    assert running.sql(state, id=ended.version_id) == [("ready", 1, 1, 1, 1)]
    running.sql("UPDATE document_versions SET size_bytes = 0 WHERE id = :id", id=ended.version_id)
    running.sql("DELETE FROM stage_outputs")
    assert run_again().error_code == "empty-file"
    assert running.sql(state, id=ended.version_id) == [("ready", 1, 1, 1, 1)]


def test_repeated_tasks_change_nothing(running):
    run = running.upload("read once")
    (ended,) = running.wait_final(run)
    for name in ("validate", "parse", "publish"):
        call_again(running, running.stage(run, name), times=5)
    last = running.upload("a later file, queued after the calls")
    running.wait_final(last)
    assert running.run(run) == ended
    assert running.notes("parsed.txt").count(str(ended.version_id)) == 1
    assert running.notes("indexed.txt").count(f"{ended.version_id} 1") == 1


def test_same_file_in_two_documents_is_parsed_once(running):
    first = running.upload("the very same bytes")
    running.wait_final(first)
    elsewhere = running.add_collection("Elsewhere")
    second = running.upload("the very same bytes", filename="another name.txt", collection=elsewhere)
    (ended,) = running.wait_final(second)
    assert ended.status == "ready"
    assert str(ended.version_id) not in running.notes("parsed.txt")
    assert running.sql("SELECT count(*) FROM pages WHERE version_id = :id", id=ended.version_id) == [(1,)]


def test_output_of_file_with_password_is_not_reused_without_password(running):
    running.wait_final(running.upload("under lock", password=b"secret"))
    (ended,) = running.wait_final(running.upload("under lock", collection=running.add_collection("Open")))
    assert running.notes("parsed.txt").count(str(ended.version_id)) == 1


def test_unreadable_file_fails_at_once_with_its_code_and_message(running):
    (ended,) = running.wait_final(running.upload("broken file"))
    assert (ended.status, ended.stage, ended.error_code) == ("failed", "parse", "pdf-damaged")
    assert "fetch it again" in ended.error_detail
    assert [stage.attempt for stage in ended.stages] == [1, 1, 0, 0, 0, 0]
    assert running.sql("SELECT status FROM document_versions WHERE id = :id", id=ended.version_id) == [("failed",)]


def test_empty_file_fails(running):
    (ended,) = running.wait_final(running.upload(b""))
    assert (ended.status, ended.stage, ended.error_code) == ("failed", "validate", "empty-file")


def test_repeated_internal_error_fails_the_run_without_internal_details(running):
    (ended,) = running.wait_final(running.upload("raise hell"))
    assert (ended.status, ended.error_code) == ("failed", "ingestion-gave-up")
    assert "replay it" in ended.error_detail
    assert "mistake" not in ended.error_detail
    assert ended.stages[1].attempt == 3


def test_publishing_a_new_version_keeps_the_editors_fields(running):
    run = running.upload("version one", filename="kept.txt")
    (first,) = running.wait_final(run)
    running.sql(
        "UPDATE documents SET issuer = 'Set by Hand plc', issuer_key = 'set by hand', metadata_sources = "
        'metadata_sources || \'{"issuer": {"by": "editor"}}\' WHERE id = :id',
        id=first.document_id,
    )
    (second,) = running.wait_final(running.upload_version(run, "version two"))
    ((issuer, key, year, current),) = running.sql(
        "SELECT issuer, issuer_key, fiscal_year, current_version_id FROM documents WHERE id = :id",
        id=first.document_id,
    )
    assert (issuer, key, year, current) == ("Set by Hand plc", "set by hand", 2024, second.version_id)


def test_extracted_type_does_not_change_access_and_a_stated_type_is_kept(running):
    run = running.upload("typed one", filename="typed.txt")
    (ended,) = running.wait_final(run)
    classed = "SELECT document_type, said_type, access_class_id = :former FROM documents WHERE id = :id"
    former = running.sql("SELECT access_class_id FROM collections WHERE id = :id", id=running.collection)[0][0]
    of_collection = {"id": ended.document_id, "former": former}
    assert running.sql(classed, **of_collection) == [("other", None, True)]
    by_editor = json.dumps({"document_type": {"by": "editor"}})
    say = "UPDATE documents SET document_type = '10-K', metadata_sources = CAST(:by AS jsonb) WHERE id = :id"
    with running.database.owner.transaction(running.principal) as session:
        session.execute(text(say), {"id": ended.document_id, "by": by_editor})
    running.wait_final(running.upload_version(run, "typed two"))
    assert running.sql(classed, **of_collection) == [("10-K", "10-K", False)]


def test_older_version_that_finishes_late_does_not_replace_the_newer(running, wait_for, tmp_path):
    gate = tmp_path / "gate"
    gate.touch()
    run = running.upload(f"stall {gate}")
    wait_for(Path(f"{gate}.reached").exists)
    (newer,) = running.wait_final(running.upload_version(run, "the newer text"))
    gate.unlink()
    (older,) = running.wait_final(run)
    assert (newer.status, older.status) == ("ready", "ready")
    assert running.sql("SELECT current_version_id FROM documents WHERE id = :id", id=older.document_id) == [
        (newer.version_id,)
    ]
    assert f"{older.version_id} 1" not in running.notes("indexed.txt")


def test_document_deleted_during_ingestion_is_not_published(running, wait_for, tmp_path):
    gate = tmp_path / "gate"
    gate.touch()
    run = running.upload(f"stall {gate}")
    wait_for(Path(f"{gate}.reached").exists)
    running.sql(
        "UPDATE documents SET deleted_at = now() WHERE id = (SELECT document_id FROM runs WHERE id = :r)", r=run
    )
    gate.unlink()
    (ended,) = running.wait_final(run)
    assert (ended.status, ended.error_code) == ("failed", "document-deleted")
    assert running.sql("SELECT count(*) FROM pages WHERE version_id = :id", id=ended.version_id) == [(0,)]

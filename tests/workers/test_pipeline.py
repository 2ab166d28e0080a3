"""Ingestion through real processes: relay, broker, Celery worker, database."""


def test_a_queued_run_becomes_ready_and_its_version_the_current_one(running):
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
    assert running.sql(
        "SELECT action FROM audit_events WHERE object_id = :id", id=str(ended.document_id)
    ) == [("documents.version.published",)]

"""The collector deletes old blobs that no row refers to. It keeps a blob that an upload is about to refer to."""

import os
import time
from datetime import timedelta

import pytest

from app.core.clock import SystemClock
from app.core.ids import new_id
from app.jobs.plan import StageName
from app.stack.backup.snapshot import open_snapshot
from app.storage.holding import hold_blob
from workers.maintenance.collecting import BlobCollector, Collected

NAMES = [name.value for name in StageName]
NOTHING = Collected(outputs=0, blobs=0)


@pytest.fixture
def collector(ingestion):
    return BlobCollector(
        database=ingestion.database.worker,
        blobs=ingestion.blobs,
        clock=SystemClock(),
        grace=timedelta(hours=24),
        keep_outputs=timedelta(days=30),
    )


def blob_path(ingestion, digest):
    return ingestion.folder / "blobs" / str(ingestion.tenant) / digest[:2] / digest


def age_blobs(ingestion, hours=25):
    then = time.time() - hours * 3600
    for digest in ingestion.blobs.list_digests(ingestion.tenant):
        os.utime(blob_path(ingestion, digest), (then, then))


def age_outputs(ingestion, days=31):
    ingestion.sql("UPDATE stage_outputs SET created_at = now() - make_interval(days => :days)", days=days)


def read(ingestion, content="a page", **more):
    """Upload and ingest a document; return its run."""
    run = ingestion.upload(content, **more)
    for name in NAMES:
        ingestion.run_stage(run, name)
    return ingestion.run(run)


def outputs(ingestion):
    return ingestion.sql("SELECT count(*) FROM stage_outputs")[0][0]


def test_old_blob_without_a_row_is_deleted(ingestion, collector):
    stored = ingestion.blobs.put_bytes(ingestion.tenant, b"an upload that was rejected")
    assert collector.collect(ingestion.tenant) == NOTHING
    age_blobs(ingestion, hours=23)
    assert collector.collect(ingestion.tenant) == NOTHING
    age_blobs(ingestion)
    assert collector.collect(ingestion.tenant) == Collected(outputs=0, blobs=1)
    assert not ingestion.blobs.exists(ingestion.tenant, stored.digest)


def test_no_blob_is_deleted_during_a_backup(ingestion, collector, postgres):
    ingestion.blobs.put_bytes(ingestion.tenant, b"an upload that was rejected")
    age_blobs(ingestion)
    with open_snapshot(postgres.url("postgres", ingestion.database.name)):
        assert collector.collect(ingestion.tenant) == NOTHING
    assert collector.collect(ingestion.tenant) == Collected(outputs=0, blobs=1)


def test_files_and_outputs_of_a_document_are_kept_at_any_age(ingestion, collector):
    ready = read(ingestion)
    age_blobs(ingestion)
    age_outputs(ingestion)
    kept = sorted(ingestion.blobs.list_digests(ingestion.tenant))
    assert len(kept) == 5
    assert collector.collect(ingestion.tenant) == NOTHING
    assert sorted(ingestion.blobs.list_digests(ingestion.tenant)) == kept
    assert ingestion.run(ready.id).status == "ready"


def test_outputs_of_an_unfinished_run_are_kept(ingestion, collector):
    run = ingestion.upload("a page")
    for name in NAMES[:3]:
        ingestion.run_stage(run, name)
    age_blobs(ingestion)
    age_outputs(ingestion)
    assert collector.collect(ingestion.tenant) == NOTHING
    for name in NAMES[3:]:
        ingestion.run_stage(run, name)
    assert ingestion.run(run).status == "ready"


def test_outputs_of_a_deleted_document_are_deleted_and_its_file_is_kept(ingestion, collector):
    ready = read(ingestion)
    ingestion.sql("UPDATE documents SET deleted_at = now() WHERE id = :id", id=ready.document_id)
    age_blobs(ingestion)
    assert collector.collect(ingestion.tenant) == NOTHING
    age_outputs(ingestion)
    assert collector.collect(ingestion.tenant) == Collected(outputs=4, blobs=4)
    ((digest,),) = ingestion.sql("SELECT content_sha256 FROM document_versions")
    assert list(ingestion.blobs.list_digests(ingestion.tenant)) == [digest]


def test_outputs_shared_with_another_document_are_kept(ingestion, collector):
    first = read(ingestion)
    second = read(ingestion, collection=ingestion.add_collection("Elsewhere"))
    ingestion.sql("UPDATE documents SET deleted_at = now() WHERE id = :id", id=first.document_id)
    age_outputs(ingestion)
    age_blobs(ingestion)
    assert collector.collect(ingestion.tenant) == NOTHING
    assert ingestion.run(second.id).status == "ready"


def test_outputs_of_an_earlier_run_of_the_version_are_deleted(ingestion, collector):
    ready = read(ingestion)
    ingestion.sql("UPDATE stages SET output_key = 'earlier ' || output_key")
    ingestion.sql("UPDATE stage_outputs SET key = 'earlier ' || key")
    with ingestion.database.worker.transaction(ingestion.principal) as session:
        again = ingestion.runs.start_run(
            session,
            tenant_id=ingestion.tenant,
            document_id=ready.document_id,
            version_id=ready.version_id,
            created_by=ingestion.tenant,
            trace_context=None,
        ).id
    for name in NAMES:
        ingestion.run_stage(again, name)
    assert outputs(ingestion) == 8
    age_outputs(ingestion)
    age_blobs(ingestion)
    assert collector.collect(ingestion.tenant).outputs == 4
    assert outputs(ingestion) == 4
    assert ingestion.sql("SELECT count(*) FROM stage_outputs WHERE key LIKE 'earlier %'") == [(0,)]


def test_blob_locked_by_an_upload_is_kept(ingestion, collector):
    stored = ingestion.blobs.put_bytes(ingestion.tenant, b"the same bytes as long ago")
    age_blobs(ingestion)
    with ingestion.database.api.transaction(ingestion.principal) as session:
        hold_blob(session, ingestion.tenant, stored.digest)
        assert collector.collect(ingestion.tenant) == NOTHING
    assert collector.collect(ingestion.tenant) == Collected(outputs=0, blobs=1)


def test_blob_rewritten_after_listing_is_kept(ingestion, collector, monkeypatch):
    stored = ingestion.blobs.put_bytes(ingestion.tenant, b"the same bytes as long ago")
    age_blobs(ingestion)
    listed = list(ingestion.blobs.list_older(ingestion.tenant, SystemClock().now()))
    monkeypatch.setattr(ingestion.blobs, "list_older", lambda *_: iter(listed))
    ingestion.blobs.put_bytes(ingestion.tenant, b"the same bytes as long ago")
    assert collector.collect(ingestion.tenant) == NOTHING
    assert ingestion.blobs.exists(ingestion.tenant, stored.digest)


def test_collecting_one_tenant_keeps_the_other_tenants_blobs(ingestion, collector):
    other = new_id()
    ingestion.blobs.put_bytes(ingestion.tenant, b"ours")
    age_blobs(ingestion)
    assert collector.collect(other) == NOTHING
    assert len(list(ingestion.blobs.list_digests(ingestion.tenant))) == 1


def test_relay_queues_collection_and_a_worker_runs_it(ingestion, wait_for):
    leftover = ingestion.blobs.put_bytes(ingestion.tenant, b"an upload that was rejected")
    age_blobs(ingestion)
    ingestion.environment["FOOTNOTE_JOBS__COLLECT_SECONDS"] = "0.2"
    ingestion.start_relay()
    ingestion.start_worker()
    wait_for(lambda: not ingestion.blobs.exists(ingestion.tenant, leftover.digest), what="the blob's deletion")
    (ready,) = ingestion.wait_final(ingestion.upload("a file that is read meanwhile"))
    assert ready.status == "ready"


def test_unprocessed_collection_tasks_do_not_accumulate(ingestion):
    with ingestion.database.relay.anonymous() as session:
        written = [session.connection().exec_driver_sql("SELECT call_collectors()").scalar() for _ in range(3)]
    assert written == [1, 0, 0]
    assert ingestion.sql("SELECT topic, payload ->> 'queue' FROM outbox") == [("storage.collect_blobs", "maintenance")]

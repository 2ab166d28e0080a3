"""What no row refers to any more goes, and nothing else: against rows, clocks, and uploads of the same bytes."""

import os
import time
from datetime import timedelta

import pytest

from app.core.clock import SystemClock
from app.core.ids import new_id
from app.jobs.plan import StageName
from app.storage.holding import hold_blob
from workers.maintenance.collecting import BlobCollector, Collected

NAMES = [name.value for name in StageName]
NOTHING = Collected(outputs=0, blobs=0)


@pytest.fixture
def collector(house):
    return BlobCollector(
        database=house.database.worker,
        blobs=house.blobs,
        clock=SystemClock(),
        grace=timedelta(hours=24),
        keep_outputs=timedelta(days=30),
    )


def blob_path(house, digest):
    return house.folder / "blobs" / str(house.tenant) / digest[:2] / digest


def age_blobs(house, hours=25):
    then = time.time() - hours * 3600
    for digest in house.blobs.list_digests(house.tenant):
        os.utime(blob_path(house, digest), (then, then))


def age_outputs(house, days=31):
    house.sql("UPDATE stage_outputs SET created_at = now() - make_interval(days => :days)", days=days)


def read(house, content="a page", **more):
    """A document that is ready."""
    run = house.upload(content, **more)
    for name in NAMES:
        house.take_step(run, name)
    return house.run(run)


def outputs(house):
    return house.sql("SELECT count(*) FROM stage_outputs")[0][0]


def test_a_blob_without_a_row_goes_once_it_is_old(house, collector):
    stored = house.blobs.put_bytes(house.tenant, b"an upload that was refused")
    assert collector.collect(house.tenant) == NOTHING
    age_blobs(house, hours=23)
    assert collector.collect(house.tenant) == NOTHING
    age_blobs(house)
    assert collector.collect(house.tenant) == Collected(outputs=0, blobs=1)
    assert not house.blobs.exists(house.tenant, stored.digest)


def test_the_files_and_outputs_of_a_document_stay_however_old_they_are(house, collector):
    ready = read(house)
    age_blobs(house)
    age_outputs(house)
    kept = sorted(house.blobs.list_digests(house.tenant))
    assert len(kept) == 5
    assert collector.collect(house.tenant) == NOTHING
    assert sorted(house.blobs.list_digests(house.tenant)) == kept
    assert house.run(ready.id).status == "ready"


def test_what_an_unfinished_run_has_made_stays(house, collector):
    run = house.upload("a page")
    for name in NAMES[:3]:
        house.take_step(run, name)
    age_blobs(house)
    age_outputs(house)
    assert collector.collect(house.tenant) == NOTHING
    for name in NAMES[3:]:
        house.take_step(run, name)
    assert house.run(run).status == "ready"


def test_outputs_of_a_deleted_document_go_and_its_file_stays_with_its_rows(house, collector):
    ready = read(house)
    house.sql("UPDATE documents SET deleted_at = now() WHERE id = :id", id=ready.document_id)
    age_blobs(house)
    assert collector.collect(house.tenant) == NOTHING
    age_outputs(house)
    assert collector.collect(house.tenant) == Collected(outputs=4, blobs=4)
    ((digest,),) = house.sql("SELECT content_sha256 FROM document_versions")
    assert list(house.blobs.list_digests(house.tenant)) == [digest]


def test_outputs_that_another_document_of_the_same_bytes_shares_stay(house, collector):
    first = read(house)
    second = read(house, collection=house.add_collection("Elsewhere"))
    house.sql("UPDATE documents SET deleted_at = now() WHERE id = :id", id=first.document_id)
    age_outputs(house)
    age_blobs(house)
    assert collector.collect(house.tenant) == NOTHING
    assert house.run(second.id).status == "ready"


def test_outputs_of_an_earlier_reading_go_when_the_version_was_read_anew(house, collector):
    ready = read(house)
    house.sql("UPDATE stages SET output_key = 'earlier ' || output_key")
    house.sql("UPDATE stage_outputs SET key = 'earlier ' || key")
    with house.database.worker.transaction(house.principal) as session:
        again = house.runs.start_run(
            session,
            tenant_id=house.tenant,
            document_id=ready.document_id,
            version_id=ready.version_id,
            created_by=house.tenant,
            trace_context=None,
        ).id
    for name in NAMES:
        house.take_step(again, name)
    assert outputs(house) == 8
    age_outputs(house)
    age_blobs(house)
    assert collector.collect(house.tenant).outputs == 4
    assert outputs(house) == 4
    assert house.sql("SELECT count(*) FROM stage_outputs WHERE key LIKE 'earlier %'") == [(0,)]


def test_a_blob_whose_row_is_about_to_be_written_stays(house, collector):
    stored = house.blobs.put_bytes(house.tenant, b"the same bytes as long ago")
    age_blobs(house)
    with house.database.api.transaction(house.principal) as session:
        hold_blob(session, house.tenant, stored.digest)
        assert collector.collect(house.tenant) == NOTHING
    assert collector.collect(house.tenant) == Collected(outputs=0, blobs=1)


def test_a_blob_that_was_written_anew_after_it_was_listed_stays(house, collector, monkeypatch):
    stored = house.blobs.put_bytes(house.tenant, b"the same bytes as long ago")
    age_blobs(house)
    listed = list(house.blobs.list_older(house.tenant, SystemClock().now()))
    monkeypatch.setattr(house.blobs, "list_older", lambda *_: iter(listed))
    house.blobs.put_bytes(house.tenant, b"the same bytes as long ago")
    assert collector.collect(house.tenant) == NOTHING
    assert house.blobs.exists(house.tenant, stored.digest)


def test_a_tenant_is_collected_alone(house, collector):
    other = new_id()
    house.blobs.put_bytes(house.tenant, b"ours")
    age_blobs(house)
    assert collector.collect(other) == NOTHING
    assert len(list(house.blobs.list_digests(house.tenant))) == 1


def test_the_relay_calls_and_a_worker_collects(house, wait_for):
    leftover = house.blobs.put_bytes(house.tenant, b"an upload that was refused")
    age_blobs(house)
    house.environment["FOOTNOTE_JOBS__COLLECT_SECONDS"] = "0.2"
    house.start_relay()
    house.start_worker()
    wait_for(lambda: not house.blobs.exists(house.tenant, leftover.digest), what="the blob's end")
    (ready,) = house.wait_final(house.upload("a file that is read meanwhile"))
    assert ready.status == "ready"


def test_calls_do_not_pile_up_while_nobody_takes_them(house):
    with house.database.relay.anonymous() as session:
        written = [session.connection().exec_driver_sql("SELECT call_collectors()").scalar() for _ in range(3)]
    assert written == [1, 0, 0]
    assert house.sql("SELECT topic, payload ->> 'queue' FROM outbox") == [("storage.collect_blobs", "maintenance")]

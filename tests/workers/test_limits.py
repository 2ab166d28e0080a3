"""Workers: time limits, replacement of a process that uses too much memory, and blobs on S3."""

from uuid import uuid4

import boto3
import psutil
import pytest
from moto.server import ThreadedMotoServer

from app.identity.data_keys import PostgresDataKeys
from app.storage.factory import build_blob_store

WORKER = ("-m", "workers.serve", "--concurrency")
TEXT = "Net sales were $1,250 million in fiscal 2023."


@pytest.mark.parametrize("order", ["stall", "deaf"], ids=["ended by the soft limit", "killed by the hard limit"])
def test_stage_over_the_time_limit_fails_and_other_runs_continue(ingestion, order):
    limits = {"SOFT_LIMIT": "0.5", "HARD_LIMIT": "1", "LEASE": "1.5", "HEARTBEAT": "0.3"}
    ingestion.environment |= {f"FOOTNOTE_JOBS__{name}_SECONDS": seconds for name, seconds in limits.items()}
    ingestion.environment |= {"FOOTNOTE_JOBS__MAX_ATTEMPTS": "9", "FOOTNOTE_JOBS__MAX_CRASHES": "9"}
    gate = ingestion.folder / "gate"
    gate.touch()
    slow, other = ingestion.upload(f"{order} {gate}"), ingestion.upload("an honest file")
    # The slow file may fail or crash twice more. The honest file may do so nine times, because a machine that stalls
    # also exceeds the limits.
    ingestion.sql(
        "UPDATE stages SET attempt = 14, ended = 14, crashes = 7 WHERE run_id = :run AND name = 'parse'", run=slow
    )
    ingestion.start_relay()
    ingestion.start_worker()
    ended, fine = ingestion.wait_final(slow, other)
    assert (ended.status, ended.stage, ended.error_code) == ("failed", "parse", "processing-timeout")
    assert fine.status == "ready"


def test_worker_process_over_the_memory_limit_is_replaced(ingestion, wait_for):
    """The memory limit in this test is below the memory that the built-in embeddings use."""
    # The worker replaces its process after each task. If the sweeper repeated tasks every second, as in other tests,
    # a busy machine could receive them faster than it starts processes.
    ingestion.environment["FOOTNOTE_JOBS__WAKE_AGAIN_SECONDS"] = "60"
    ingestion.start_relay()
    # Celery replaces a process up to 5 seconds after its end (asynpool.py, `timers`). With three, few stages wait.
    worker = ingestion.start(*WORKER, "3", environment={"FOOTNOTE_BROKER__MAX_MEMORY_PER_CHILD_MIB": "128"})

    def pool():
        return {child.pid for child in psutil.Process(worker.pid).children()}

    first = wait_for(lambda: len(pool()) == 3 and pool(), what="the worker's processes")
    (ended,) = ingestion.wait_final(ingestion.upload(TEXT, filename="a.txt"))
    assert ended.status == "ready"
    wait_for(lambda: len(pool() - first) == 3, what="new processes")


@pytest.fixture
def bucket():
    """Start moto's S3 server and create a bucket; return (the server's URL, the bucket's name)."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    endpoint, name = f"http://{host}:{port}", f"b{uuid4().hex}"
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
    boto3.client("s3", endpoint_url=endpoint, **keys).create_bucket(Bucket=name)
    yield endpoint, name
    server.stop()


def test_worker_reads_and_writes_over_s3(ingestion, bucket):
    endpoint, name = bucket
    ingestion.environment |= {
        "FOOTNOTE_STORAGE__KIND": "s3",
        "FOOTNOTE_STORAGE__S3_BUCKET": name,
        "FOOTNOTE_STORAGE__S3_ENDPOINT_URL": endpoint,
        "FOOTNOTE_STORAGE__S3_ACCESS_KEY": "test",
        "FOOTNOTE_STORAGE__S3_SECRET_KEY": "test",
    }
    ingestion.blobs = build_blob_store(
        kind="s3",
        root=ingestion.folder / "blobs",
        key_file=ingestion.folder / "keys.json",
        data_keys=PostgresDataKeys(database=ingestion.database.worker),
        bucket=name,
        endpoint_url=endpoint,
        region="us-east-1",
        access_key_id="test",
        secret_access_key="test",
    )
    ingestion.start_relay()
    ingestion.start(*WORKER, "1")
    (ended,) = ingestion.wait_final(ingestion.upload(TEXT, filename="a.txt"))
    assert (ended.status, ended.error_code) == ("ready", None)
    assert len(list(ingestion.blobs.list_digests(ingestion.tenant))) > 1
    chunks = ingestion.sql("SELECT text FROM chunks WHERE version_id = :id", id=ended.version_id)
    assert any(TEXT in text for (text,) in chunks)

"""What bounds a worker: time limits, recycling by memory; and the same worker over S3."""

from uuid import uuid4

import boto3
import psutil
import pytest
from moto.server import ThreadedMotoServer

from app.identity.data_keys import PostgresDataKeys
from app.storage.factory import build_blob_store

WORKER = ("-m", "workers.serve", "--concurrency", "1")
TEXT = "Net sales were $1,250 million in fiscal 2023."


@pytest.mark.parametrize("order", ["stall", "deaf"], ids=["ended by the soft limit", "killed by the hard limit"])
def test_a_stage_that_takes_too_long_ends_failed_and_the_others_go_on(house, order):
    house.environment |= {"FOOTNOTE_JOBS__SOFT_LIMIT_SECONDS": "0.5", "FOOTNOTE_JOBS__HARD_LIMIT_SECONDS": "1"}
    house.environment["FOOTNOTE_JOBS__MAX_ATTEMPTS"] = "2"
    house.start_relay()
    house.start_worker()
    gate = house.folder / "gate"
    gate.touch()
    slow, other = house.upload(f"{order} {gate}"), house.upload("an honest file")
    ended, fine = house.wait_final(slow, other, seconds=40)
    assert (ended.status, ended.stage, ended.error_code) == ("failed", "parse", "ingestion-gave-up")
    assert fine.status == "ready"


def test_a_worker_process_that_grew_is_replaced_between_two_stages(house, wait_for):
    """The built-in embeddings alone take more than the limit that is set here."""
    # Each call costs a process here: on a busy machine, second calls would come faster than processes to take them.
    house.environment["FOOTNOTE_JOBS__WAKE_AGAIN_SECONDS"] = "60"
    house.start_relay()
    worker = house.start(*WORKER, environment={"FOOTNOTE_BROKER__MAX_MEMORY_PER_CHILD_MIB": "128"})

    def pool():
        return {child.pid for child in psutil.Process(worker.pid).children()}

    first = wait_for(pool, what="the worker's process")
    (ended,) = house.wait_final(house.upload(TEXT, filename="a.txt"), seconds=60)
    assert ended.status == "ready"
    wait_for(lambda: pool() and pool().isdisjoint(first), what="another process")


@pytest.fixture
def bucket():
    """(the endpoint of moto's server, a bucket in it)."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    endpoint, name = f"http://{host}:{port}", f"b{uuid4().hex}"
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
    boto3.client("s3", endpoint_url=endpoint, **keys).create_bucket(Bucket=name)
    yield endpoint, name
    server.stop()


def test_the_worker_reads_and_writes_over_s3(house, bucket):
    endpoint, name = bucket
    house.environment |= {
        "FOOTNOTE_STORAGE__KIND": "s3",
        "FOOTNOTE_STORAGE__S3_BUCKET": name,
        "FOOTNOTE_STORAGE__S3_ENDPOINT_URL": endpoint,
        "FOOTNOTE_STORAGE__S3_ACCESS_KEY": "test",
        "FOOTNOTE_STORAGE__S3_SECRET_KEY": "test",
        "FOOTNOTE_STORAGE__SCRATCH": str(house.folder / "scratch"),
    }
    house.blobs = build_blob_store(
        kind="s3",
        root=house.folder / "blobs",
        key_file=house.folder / "keys.json",
        data_keys=PostgresDataKeys(database=house.database.worker),
        plain_dir=house.folder / "scratch",
        bucket=name,
        endpoint_url=endpoint,
        region="us-east-1",
        access_key_id="test",
        secret_access_key="test",
    )
    house.start_relay()
    house.start(*WORKER)
    (ended,) = house.wait_final(house.upload(TEXT, filename="a.txt"), seconds=60)
    assert (ended.status, ended.error_code) == ("ready", None)
    assert len(list(house.blobs.list_digests(house.tenant))) > 1
    chunks = house.sql("SELECT text FROM chunks WHERE version_id = :id", id=ended.version_id)
    assert any(TEXT in text for (text,) in chunks)

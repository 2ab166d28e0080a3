"""A worker as in production, started by its command line, with the real readers, chunker, embeddings and index."""

import io

import redis
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas

from app.documents.models import PASSWORD_PURPOSE
from app.identity.data_keys import PostgresDataKeys
from app.storage.factory import build_keyring
from app.storage.sealing import Sealer

WORKER = ("-m", "workers.serve", "--concurrency", "1")


def small_report(*, password=None):
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=letter, encrypt=password)
    for title, line in (
        ("Example Tools Corporation", "Annual report 2023"),
        ("Results", "Net sales were $1,250 million"),
    ):
        canvas.setFont("Helvetica-Bold", 16)
        canvas.drawString(72, 720, title)
        canvas.setFont("Helvetica", 11)
        canvas.drawString(72, 690, line)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def test_readable_pdf_is_searchable_and_pdf_without_its_password_fails(ingestion):
    ingestion.start("-m", "workers.relay")
    worker = ingestion.start(*WORKER)
    keyring = build_keyring(
        key_file=ingestion.folder / "keys.json", data_keys=PostgresDataKeys(database=ingestion.database.worker)
    )
    sealed = Sealer(keyring=keyring).seal(ingestion.tenant, PASSWORD_PURPOSE, b"open sesame")
    plain = ingestion.upload(small_report(), filename="report.pdf")
    locked = ingestion.upload(small_report(password="open sesame"), filename="locked.pdf", password=sealed)
    shut = ingestion.upload(small_report(password="other"), filename="shut.pdf")
    misnamed = ingestion.upload(b"PK\x03\x04 not a report", filename="archive.pdf")
    ready, opened, refused, wrong = ingestion.wait_final(plain, locked, shut, misnamed)
    assert [(run.status, run.error_code, run.pages_total) for run in (ready, opened)] == [("ready", None, 2)] * 2
    assert (refused.status, refused.error_code) == ("failed", "pdf-encrypted")
    assert (wrong.status, wrong.error_code) == ("failed", "type-mismatch")
    chunks = ingestion.sql("SELECT text FROM chunks WHERE version_id = :id ORDER BY ordinal", id=ready.version_id)
    assert any("Net sales were $1,250 million" in text for (text,) in chunks)
    for table in ("chunk_embeddings", "term_postings", "indexed_documents"):
        assert ingestion.sql(f"SELECT count(*) FROM {table} WHERE document_id = :id", id=ready.document_id)[0][0] > 0
    worker.terminate()
    assert worker.wait(30) == 0


def test_documents_of_a_former_space_are_embedded_again_after_a_wiped_broker(ingestion, wait_for):
    ingestion.environment["FOOTNOTE_JOBS__REEMBED_SECONDS"] = "0.2"
    relay = ingestion.start("-m", "workers.relay")
    worker = ingestion.start(*WORKER)
    ingestion.wait_final(ingestion.upload(small_report(), filename="report.pdf"))
    for process in (relay, worker):
        process.terminate()
        assert process.wait(30) == 0
    expected = ingestion.sql("SELECT ordinal, embedding::text FROM chunk_embeddings ORDER BY ordinal")
    signatures = ingestion.sql("SELECT signatures FROM chunk_signatures")
    ingestion.sql("UPDATE chunk_embeddings SET space_id = 1, embedding = '[1,2]'")
    ingestion.sql("UPDATE chunk_signatures SET space_id = 1, signatures = ''")
    relay = ingestion.start("-m", "workers.relay")
    broker = redis.Redis.from_url(ingestion.broker)
    wait_for(lambda: broker.llen("maintenance"), what="the first message")
    broker.flushall()  # before a worker could receive the message
    ingestion.start(*WORKER)
    wait_for(
        lambda: ingestion.sql("SELECT count(*) FROM chunk_signatures WHERE space_id <> 1") == [(1,)], what="vectors"
    )
    assert ingestion.sql("SELECT ordinal, embedding::text FROM chunk_embeddings ORDER BY ordinal") == expected
    assert ingestion.sql("SELECT signatures FROM chunk_signatures") == signatures

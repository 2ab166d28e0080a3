"""A worker process for tests. A file can begin with a command for its parser:

- `stall FILE` waits until FILE is deleted. `deaf FILE` also ignores Celery's soft time limit.
- `raise` raises RuntimeError, `broken` raises PdfDamagedError, and `down` raises UnavailableError.
- `die FILE` kills the process if FILE exists.

A line with tabs is a table of one row, and a number in it a fact.

Celery, the broker, the database, the leases and the blobs are real.
"""

import hashlib
import os
import signal
import time
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import numpy as np

from app.core.clock import SystemClock
from app.core.errors import UnavailableError
from app.db.session import Database, build_engine
from app.documents.content.chunks import ChunkDraft, ChunkKind
from app.documents.content.parsed import Block, BlockKind, ParsedDocument, ParsedPage, Words
from app.documents.content.parsed_codec import encode_document
from app.documents.metadata import DocumentMetadata, Party, PartyRole
from app.facts.model import Fact, Measure, Method, Place
from app.identity.data_keys import PostgresDataKeys
from app.jobs.plan import ALL_QUEUES
from app.llm.port import EmbeddingSpaceSpec
from app.observability.metrics import Metrics
from app.quantities.periods import Period
from app.settings import Settings
from app.storage.factory import build_blob_store
from app.storage.space import FreeSpace
from app.tables.model import Cell, CellKind, Table
from workers.bootstrap import Worker, build_collector, build_runner, build_signer
from workers.celery_app import create_app
from workers.parsing.errors import PdfDamagedError
from workers.parsing.reader import EncodedDocument
from workers.pipeline.publish import PublishStage
from workers.pipeline.stages import ChunkStage, EmbedStage, ExtractStage, ParseStage, ValidateStage
from workers.room import Room
from workers.serve import run_worker

DIMENSIONS = 8


class PlainParser:
    """Splits text into pages at form feeds, executes the command in it, and logs the id of each parsed version."""

    version = "plain-1"

    def __init__(self, blobs, log):
        self._blobs = blobs
        self._log = log

    def parse(self, version, *, password):
        text = self._blobs.read(version.tenant_id, version.content_sha256).decode()
        with self._log.open("a") as file:
            file.write(f"{version.version_id}\n")
        order, _, rest = text.partition(" ")
        if order == "deaf":
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})  # Celery sends this signal at the soft limit
        if order in ("stall", "deaf"):
            wait_while_there(Path(rest.split("\n")[0]))
        elif order == "raise":
            raise RuntimeError("a bug in the parser")
        elif order == "broken":
            raise PdfDamagedError
        elif order == "down":
            raise UnavailableError
        elif order == "die" and Path(rest).exists():
            os.kill(os.getpid(), signal.SIGKILL)
        pages = tuple(page_of(number, part) for number, part in enumerate(text.split("\f"), 1))
        parsed = ParsedDocument(media_type="text/plain", reader="plain", pages=pages)
        return EncodedDocument(encode_document(parsed), parsed)


def page_of(number, text):
    block = Block(BlockKind.PARAGRAPH, 0, len(text))
    return ParsedPage(number=number, text=text, width=0, height=0, words=Words.none(), blocks=(block,))


def wait_while_there(path):
    Path(f"{path}.reached").touch()
    deadline = time.monotonic() + 60
    while path.exists() and time.monotonic() < deadline:
        time.sleep(0.02)


class PlainEmbedder:
    space = EmbeddingSpaceSpec(model="plain", dimensions=DIMENSIONS, version="1")

    def embed_documents(self, texts):
        digests = [hashlib.sha256(text.encode()).digest()[:DIMENSIONS] for text in texts]
        return np.array([list(digest) for digest in digests], dtype=np.float32).reshape(len(texts), DIMENSIONS) / 255


def one_chunk_a_page(parsed, metadata):
    return tuple(
        ChunkDraft(
            ordinal=index, kind=ChunkKind.TEXT, page_number=page.number, char_start=0, char_end=len(page.text),
            heading=metadata.title, table_header="", text=page.text, section_path=(), token_count=1,
        )
        for index, page in enumerate(parsed.pages)
    )  # fmt: skip


def read_title(parsed, filename):
    borrower = Party("Plain Example Inc.", PartyRole.BORROWER, parsed.pages[0].text[:5], 1, 0, 5, 0.9)
    return DocumentMetadata(title=filename, issuer="Plain Example Inc.", fiscal_year=2024, parties=(borrower,))


def read_lines(parsed, _metadata):
    """Return a table for each line with tabs. The tabs separate its cells."""
    tables = []
    for page in parsed.pages:
        start = 0
        for line in page.text.split("\n"):
            cells, at = [], start
            for column, part in enumerate(line.split("\t")):
                if part:
                    spans = ((at, at + len(part)),)
                    cells.append(Cell(0, column, 1, 1, part, page.number, spans, CellKind.LABEL))
                at += len(part) + 1
            if "\t" in line:
                number, columns = len(tables) + 1, line.count("\t") + 1
                tables.append(Table(number, (page.number,), 1, columns, tuple(cells), title=f"Line {number}"))
            start += len(line) + 1
    return tuple(tables)


def read_figures(_parsed, tables, _metadata):
    """Read each cell that is a number as a fact whose label is the cell before it."""
    found = []
    for table in tables:
        for before, cell in pairwise(table.cells):
            digits = cell.text.strip("()").replace(",", "")
            if digits.isdigit():
                found.append(
                    Fact(
                        label=before.text,
                        label_path=(before.text,),
                        period=Period(date(2031, 12, 31)),
                        value=Decimal(digits),
                        measure=Measure.MONEY,
                        scale=None,
                        currency=None,
                        method=Method.TABLE,
                        place=Place(cell.page, *cell.spans[0], table.number, cell.row, cell.column),
                        confidence=0.9,
                    )
                )
    return found


class IndexingLog:
    """A substitute for the search index: it writes the id and the number of chunks of each version to a file."""

    def __init__(self, log):
        self._log = log

    def replace(self, session, *, document, version, drafts, vectors):
        assert vectors.embeddings.shape == (len(drafts), DIMENSIONS)
        with self._log.open("a") as file:
            file.write(f"{version.id} {len(drafts)}\n")


def build_plain_worker(settings, *, notes=None, database=None):
    """Build a worker that uses `database`, or by default a new connection pool.

    The worker's `close` closes the new pool, but not the given `database`.
    """
    notes = notes or Path(os.environ["PLAIN_NOTES"])
    own = database is None
    if own:
        database = Database(
            engine=build_engine(
                settings.database.worker_url.get_secret_value(),
                pool_size=3,
                statement_timeout_ms=10_000,
                application_name="plain-worker",
            )
        )
    blobs = build_blob_store(
        kind="local",
        root=settings.storage.root,
        key_file=settings.storage.key_file,
        data_keys=PostgresDataKeys(database=database),
    )
    stages = (
        ValidateStage(blobs=blobs),
        ParseStage(parser=PlainParser(blobs, notes / "parsed.txt"), unseal=lambda _tenant, sealed: sealed.decode()),
        ExtractStage(read_metadata=read_title, read_tables=read_lines, read_facts=read_figures, version="plain-1"),
        ChunkStage(chunk=one_chunk_a_page, version="plain-1"),
        EmbedStage(embedder=PlainEmbedder(), weigh=lambda _text: {1: 1.0}),
        PublishStage(index=IndexingLog(notes / "indexed.txt"), clock=SystemClock()),
    )
    runner = build_runner(
        settings.jobs, database=database, blobs=blobs, clock=SystemClock(), metrics=Metrics(), stages=stages
    )
    collector = build_collector(settings.storage, database=database, blobs=blobs, clock=SystemClock())
    signer = build_signer(settings.storage, database=database, clock=SystemClock())
    return Worker(
        runner=runner,
        room=Room(FreeSpace(settings.storage.root, min_bytes=settings.storage.min_free_bytes), seconds=5.0),
        collector=collector,
        signer=signer,
        close=database.close if own else lambda: None,
    )


def run(concurrency=2):
    """Run a worker until SIGTERM, with settings from the environment."""
    app = create_app(Settings(), build=build_plain_worker, load=lambda _settings: None)
    return run_worker(app, queues=ALL_QUEUES, concurrency=concurrency)

"""The workers' composition root: builds the parts of a worker process."""

import os
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from random import SystemRandom
from uuid import UUID

import app.access.models
import app.identity.models  # noqa: F401  SQLAlchemy must know the tables that documents refer to
from app.audit.chain.checkpoints import current_key
from app.audit.chain.copies import StoredCheckpoints
from app.composition import (
    build_blobs,
    build_configured_embedder,
    build_database,
    build_objects,
    build_sealer,
    build_webhook_http,
)
from app.core.clock import Clock, SystemClock
from app.db.connections import Liveness
from app.db.session import Database
from app.documents.models import PASSWORD_PURPOSE
from app.facts.codec import VERSION as FACT_ENCODING
from app.facts.items.model import ItemModel
from app.facts.items.names import find_items
from app.identity.data_keys import PostgresDataKeys
from app.jobs.leases import LeaseService
from app.jobs.plan import LeaseTerms, Queue, StageName
from app.llm.factory import build_chat, load_built_in_embedder
from app.llm.metering import MeteredChat, MeteredEmbedder
from app.llm.port import ChatModel, Embedder
from app.llm.prompts import PromptLibrary
from app.observability.metrics import Metrics
from app.observability.pulse import Pulse
from app.retrieval.index.writing import ChunkIndex
from app.sandbox import Limits
from app.settings import JobSettings, LimitSettings, Settings, StorageSettings
from app.storage.keyfile import load_key_file
from app.storage.port import BlobStore
from app.storage.sealing import Sealer
from app.storage.space import FreeSpace
from app.tables.codec import VERSION as TABLE_ENCODING
from workers.chunking.chunker import CHUNKER_VERSION, ChunkingParams, chunk_document
from workers.chunking.tokens import count_tokens
from workers.extraction.facts.reading import FACTS_VERSION, read_document_facts
from workers.extraction.fields.model_reading import ModelCompleter
from workers.extraction.fields.rules import field_reader
from workers.extraction.metadata import METADATA_VERSION, read_metadata
from workers.extraction.tables.reading import TABLES_VERSION, read_tables
from workers.maintenance.checkpoints import CheckpointSigner
from workers.maintenance.collecting import BlobCollector
from workers.maintenance.fields import FieldReading
from workers.maintenance.filing import IssuerFiler
from workers.maintenance.reembedding import Reembedder
from workers.maintenance.webhooks import WebhookSender
from workers.parsing.reader import ParsingSandbox
from workers.pipeline.contract import PipelineStage
from workers.pipeline.indexing import SpaceIndex, weigh_terms
from workers.pipeline.outputs import OutputStore
from workers.pipeline.parsing import SandboxParser
from workers.pipeline.publish import PublishStage
from workers.pipeline.runner import StageRunner
from workers.pipeline.stages import ChunkStage, EmbedStage, ExtractStage, Parser, ParseStage, ValidateStage
from workers.pipeline.versions import mark_version_failed
from workers.room import Room, StopFlag
from workers.vitals import Vitals


@dataclass(frozen=True, slots=True)
class Worker:
    """The parts of one worker process. `file_documents` files a tenant's documents of earlier versions under their
    issuers. `reembed_documents` embeds a tenant's documents again; it ends early if its second argument returns True.
    `read_fields` reads the fields of a tenant's review task. `send_webhooks` sends a tenant's webhook.
    `start_sandbox` starts loading the parsers. `close` closes the sandbox and the database.

    While `liveness` says that the database does not respond, its transactions fail at once.
    """

    runner: StageRunner
    room: Room
    collector: BlobCollector
    signer: CheckpointSigner
    close: Callable[[], None]
    file_documents: Callable[[UUID], int] = lambda _: 0
    reembed_documents: Callable[[UUID, Callable[[], bool]], object] = lambda *_: None
    read_fields: Callable[[UUID, UUID], object] = lambda *_: None
    send_webhooks: Callable[[UUID, UUID], object] = lambda *_: None
    start_sandbox: Callable[[], None] = lambda: None
    liveness: Liveness = field(default_factory=Liveness)

    def wait_for_room(self, queue: Queue, stop: StopFlag) -> bool:
        """Wait for disk space, like `Room.wait`. Meanwhile, `queue` is not stalled: its worker continues by itself."""
        with self.runner.queue_marks.working_on(queue):
            return self.room.wait(stop)


def lease_terms(settings: JobSettings) -> LeaseTerms:
    return LeaseTerms(
        lease_seconds=settings.lease_seconds,
        wake_again_seconds=settings.wake_again_seconds,
        max_attempts=settings.max_attempts,
        max_crashes=settings.max_crashes,
        max_outages=settings.max_outages,
        max_deaths=settings.max_deaths,
        backoff_seconds=settings.backoff_seconds,
    )


def build_runner(
    settings: JobSettings,
    *,
    database: Database,
    blobs: BlobStore,
    clock: Clock,
    metrics: Metrics,
    stages: tuple[PipelineStage, ...],
) -> StageRunner:
    """Build the runner. Raises ValueError unless `stages` has one stage for each `StageName`."""
    named = {stage.name: stage for stage in stages}
    missing = set(StageName) - set(named)
    if missing:
        raise ValueError(f"no stage for {sorted(missing)}")
    return StageRunner(
        database=database,
        leases=LeaseService(database=database, clock=clock, terms=lease_terms(settings), on_failed=mark_version_failed),
        outputs=OutputStore(database=database, blobs=blobs),
        stages=named,
        metrics=metrics,
        heartbeat_seconds=settings.heartbeat_seconds,
        owner=f"{socket.gethostname()}:{os.getpid()}",
    )


def load_shared(settings: Settings) -> None:
    """Load read-only data that the processes of a pool share. Call this before the pool forks."""
    count_tokens("")
    ItemModel.load()
    find_items("")
    if settings.embedding.base_url is None:
        load_built_in_embedder()


def build_worker(settings: Settings) -> Worker:
    """Build the parts of a worker process. Raises StorageKeyError, and SystemExit without a database URL."""
    liveness = Liveness()
    database = build_worker_database(settings, liveness)
    data_keys = PostgresDataKeys(database=database)
    blobs = build_blobs(settings.storage, data_keys=data_keys)
    # Delete the unfinished blobs that killed processes left. Younger files may still be in use.
    blobs.sweep_partial(timedelta(seconds=max(3600.0, 2 * settings.jobs.hard_limit_seconds)))
    sealer = build_sealer(settings.storage, data_keys=data_keys)
    clock, metrics = SystemClock(), Metrics(shared=settings.observability.metrics_dir)
    sandbox = ParsingSandbox(limits=parsing_limits(settings.limits))
    embedder = MeteredEmbedder(build_configured_embedder(settings.embedding), meter=metrics)
    reembedder = Reembedder(database=database, embedder=embedder, lease_seconds=settings.jobs.hard_limit_seconds)
    stages = build_stages(
        blobs=blobs,
        parser=SandboxParser(blobs=blobs, sandbox=sandbox, max_pages=settings.limits.pages),
        sealer=sealer,
        embedder=embedder,
        clock=clock,
    )
    runner = build_runner(settings.jobs, database=database, blobs=blobs, clock=clock, metrics=metrics, stages=stages)
    reading = FieldReading(
        database=database,
        outputs=OutputStore(database=database, blobs=blobs),
        stages={stage.name: stage for stage in stages},
        reader=field_reader(),
        clock=clock,
        lease_seconds=settings.jobs.hard_limit_seconds,
        completer=build_completer(settings, metrics=metrics),
    )

    sender = WebhookSender(
        database=database, sealer=sealer, http=build_webhook_http(settings), clock=clock, draw=SystemRandom().random
    )

    def close() -> None:
        sandbox.close()
        database.close()

    return Worker(
        runner=runner,
        room=Room(
            FreeSpace(settings.storage.root, min_bytes=settings.storage.min_free_bytes),
            seconds=settings.jobs.wake_again_seconds,
        ),
        collector=build_collector(settings.storage, database=database, blobs=blobs, clock=clock),
        signer=build_signer(settings.storage, database=database, clock=clock),
        file_documents=IssuerFiler(database=database).file_documents,
        reembed_documents=reembedder.embed_documents,
        read_fields=reading.read,
        send_webhooks=sender.send,
        close=close,
        start_sandbox=sandbox.start,
        liveness=liveness,
    )


def build_completer(settings: Settings, *, metrics: Metrics) -> ModelCompleter | None:
    """Build what completes the fields that rules leave unread; None without a chat model, and for one that answers one
    request at a time, which has questions to answer.
    """
    chat = settings.chat
    if chat.base_url is None or chat.one_at_a_time:
        return None

    def open_chat() -> ChatModel:
        opened = build_chat(
            base_url=chat.base_url,
            api_key=chat.api_key.get_secret_value(),
            model=chat.model,
            price_in=chat.price_in,
            price_out=chat.price_out,
        )
        assert opened is not None, "there is a base URL"
        return MeteredChat(opened, meter=metrics)

    return ModelCompleter(
        open_chat=open_chat,
        model=chat.model,
        prompts=PromptLibrary(folder=settings.prompts_dir),
        most_seconds=settings.jobs.hard_limit_seconds / 3,
    )


def build_stages(
    *, blobs: BlobStore, parser: Parser, sealer: Sealer, embedder: Embedder, clock: Clock
) -> tuple[PipelineStage, ...]:
    """Build the stages of an ingestion, in order."""
    params = ChunkingParams()
    return (
        ValidateStage(blobs=blobs),
        ParseStage(
            parser=parser,
            unseal=lambda tenant_id, sealed: sealer.open(tenant_id, PASSWORD_PURPOSE, sealed).decode(),
        ),
        ExtractStage(
            read_metadata=read_metadata,
            read_tables=read_tables,
            read_facts=read_document_facts,
            version=f"{METADATA_VERSION}:{TABLES_VERSION}:{TABLE_ENCODING}:{FACTS_VERSION}:{FACT_ENCODING}",
        ),
        ChunkStage(
            chunk=lambda parsed, metadata: chunk_document(parsed, metadata, params=params),
            version=f"{CHUNKER_VERSION}:{params.target}:{params.least}:{params.most}:{params.caption_most}",
        ),
        EmbedStage(embedder=embedder, weigh=weigh_terms),
        PublishStage(index=SpaceIndex(index=ChunkIndex()), clock=clock),
    )


def build_collector(settings: StorageSettings, *, database: Database, blobs: BlobStore, clock: Clock) -> BlobCollector:
    return BlobCollector(
        database=database,
        blobs=blobs,
        clock=clock,
        grace=timedelta(hours=settings.grace_hours),
        keep_outputs=timedelta(days=settings.keep_outputs_days),
    )


def build_worker_database(settings: Settings, liveness: Liveness) -> Database:
    if settings.database.worker_url is None:
        raise SystemExit("Workers need a database: set FOOTNOTE_DATABASE__WORKER_URL to its URL for the worker role.")
    # Each process needs two connections: one for the running stage, and one for the heartbeat of its lease.
    return build_database(settings.database, role="worker", pool_size=2, liveness=liveness)


def build_pulse(
    settings: Settings, *, worker: Worker, vitals: Vitals, list_consumed: Callable[[], Iterable[str]]
) -> Pulse:
    """Build the pulse of a pool process, which records the heartbeats of the worker and of the queues.

    `list_consumed` returns the names of the queues that the worker consumes.
    """
    assert settings.database.worker_url is not None, "the worker's database was built before"
    return Pulse(
        url=settings.database.worker_url.get_secret_value(),
        instance=settings.health.instance or vitals.instance,
        list_beats=lambda: [*vitals.list_beats(), *worker.runner.queue_marks.list_beats(list_consumed())],
        liveness=worker.liveness,
        beat_seconds=settings.health.beat_seconds,
        silence_seconds=settings.health.silence_seconds,
    )


def build_signer(settings: StorageSettings, *, database: Database, clock: Clock) -> CheckpointSigner:
    """Build the signer. It signs with the key file's current key, and stores copies of checkpoints with the blobs."""
    return CheckpointSigner(
        database=database,
        key=current_key(load_key_file(settings.key_file)),
        copies=StoredCheckpoints(backend=build_objects(settings)),
        clock=clock,
    )


def parsing_limits(settings: LimitSettings) -> Limits:
    return Limits(
        memory_bytes=settings.parse_memory_bytes,
        cpu_seconds=settings.parse_cpu_seconds,
        wall_seconds=settings.parse_wall_seconds,
        output_bytes=settings.parse_output_bytes,
    )

"""Reads the fields of review tasks. A task is leased, read without a transaction, and written in one.

What was read is named by the version and by the digest of the field and its rule: a field that was read before is not
read again, whichever task needs it. The words and tables come from the outputs of the stages that published the
version; if these were deleted, its file is parsed again.

An open task is read again when corrections have taught the reader something about its document (`stale_since`). It
stays open meanwhile, and only fields that nobody has decided, and that the lessons are about, get a new proposal.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.service import record
from app.core.clock import Clock
from app.core.errors import ConflictError, DocumentError, FootnoteError, UnavailableError
from app.db.session import Database, system_principal
from app.documents.content.parsed import ParsedDocument
from app.documents.content.parsed_codec import decode_document
from app.documents.models import Page
from app.facts.codec import decode_line
from app.jobs.models import Run, Stage
from app.jobs.plan import StageName
from app.jobs.repository import OutputRepository
from app.observability.logging import get_logger
from app.review.learnt.lessons import Lesson
from app.review.learnt.repository import LearntRepository
from app.review.models import ReviewTask
from app.review.proposals import Proposal
from app.review.revisions.proposing import FieldWriter
from app.review.schemas.definition import FieldSpec, Schema
from app.review.schemas.errors import SchemaNotFoundError
from app.review.schemas.lines import item_of
from app.review.schemas.repository import SchemaRepository
from app.review.tasks.leases import MAX_ATTEMPTS, ReadingLease, ReadingLeases
from app.review.tasks.repository import OPEN
from app.storage.errors import BlobDamagedError, BlobMissingError
from app.tables.codec import decode_table
from workers.extraction.fields.model_reading import ModelCompleter
from workers.extraction.fields.reader import FieldReader, ReadDocument, extraction_digest
from workers.pipeline.codecs import Extraction, decode_extraction
from workers.pipeline.contract import PipelineStage, StageInputs, StageResult
from workers.pipeline.outputs import OutputStore
from workers.pipeline.versions import get_version_facts

T = TypeVar("T")

LONGEST_WAIT = 60.0


class ReadAgainError(DocumentError):
    code = "review-pages-differ"
    title = (
        "The document was published by an earlier version of Footnote, which read its pages differently: upload the "
        "same file to the same collection again."
    )


class ReadingGaveUpError(ConflictError):
    code = "review-gave-up"
    title = "The fields of this document could not be read, despite several attempts: see the workers' logs."


@dataclass(frozen=True, slots=True)
class _Work:
    """What a task needs: its schema, the digests of its fields, and what was read before, by digest.
    `is_changed`: whether a field of the task was read by something else.
    """

    tenant_id: UUID
    task_id: UUID
    version_id: UUID
    schema: Schema
    lessons: tuple[Lesson, ...]
    digests: Mapping[str, str]
    known: Mapping[str, Proposal]
    is_changed: bool

    @property
    def missing(self) -> list[FieldSpec]:
        return [spec for spec in self.schema.fields if self.digests[spec.key] not in self.known]


@dataclass(frozen=True, slots=True)
class _Context:
    """A stage's access to outputs that were made again."""

    inputs: StageInputs
    values: Mapping[StageName, object]

    def load(self, stage: StageName, decode: Callable[[bytes], T]) -> T:
        del decode
        return self.values[stage]  # type: ignore[return-value]  # the value that `decode` would return


class FieldReading:
    """Reads tasks. Any number of workers may call it at once, and each may be killed at any moment: only the one with
    the task's lease writes. `lease_seconds` must exceed the longest time of a reading. The `completer` asks a model for
    what rules leave unread.
    """

    def __init__(
        self,
        *,
        database: Database,
        outputs: OutputStore,
        stages: Mapping[StageName, PipelineStage],
        reader: FieldReader,
        clock: Clock,
        lease_seconds: float,
        completer: ModelCompleter | None = None,
    ) -> None:
        self._database = database
        self._outputs = outputs
        self._stages = stages
        self._reader = reader
        self._completer = completer
        self._clock = clock
        self._lease_seconds = lease_seconds

    def read(self, tenant_id: UUID, task_id: UUID) -> str:
        """Read the fields of a task if it can be leased. Return the outcome: done, skipped, lost, failed or retry. An
        open task is read again if it is stale: the outcome is then refreshed.

        Raises UnavailableError if the database is down.
        """
        principal = system_principal(tenant_id)
        with self._database.transaction(principal) as session:
            lease = ReadingLeases(session).claim(task_id, seconds=self._lease_seconds)
        if lease is None:
            return self._read_again(tenant_id, task_id)
        began = time.perf_counter()
        try:
            outcome = self._work(tenant_id, lease)
        except Exception as error:  # noqa: BLE001  record any error as the end of this attempt
            outcome = self._end(tenant_id, lease, error)
        seconds = time.perf_counter() - began
        get_logger(__name__).info("review.fields.ended", task_id=str(task_id), outcome=outcome, seconds=seconds)
        return outcome

    def _work(self, tenant_id: UUID, lease: ReadingLease) -> str:
        if lease.attempt > MAX_ATTEMPTS:
            raise ReadingGaveUpError
        work = self._prepare(tenant_id, lease.task_id)
        of_fields = self._read_fields(work)
        with self._database.transaction(system_principal(tenant_id)) as session:
            task = ReadingLeases(session).hold(lease)
            if task is None:
                return "lost"
            self._write(session, task, work, of_fields)
            ReadingLeases(session).end(lease)
        return "done"

    def _read_again(self, tenant_id: UUID, task_id: UUID) -> str:
        """Read an open task again that is stale. A failure leaves it as it is: the relay calls it again."""
        with self._database.transaction(system_principal(tenant_id)) as session:
            since = ReadingLeases(session).find_stale(task_id)
        if since is None:
            return "skipped"
        try:
            work = self._prepare(tenant_id, task_id)
            of_fields = self._read_fields(work) if work.is_changed else {}
        except (DocumentError, ConflictError) as error:  # its file cannot be read again: what was read stays
            get_logger(__name__).warning("review.fields.not_read_again", task_id=str(task_id), code=error.code)
            of_fields = {}
        with self._database.transaction(system_principal(tenant_id)) as session:
            task = ReadingLeases(session).hold_stale(task_id, since)
            if task is None:
                return "skipped"
            if of_fields:
                self._write(session, task, work, of_fields)
        return "refreshed"

    def _read_fields(self, work: _Work) -> dict[str, tuple[str, Proposal]]:
        """Return the digest and the proposal of each field."""
        read, digests = dict(work.known), dict(work.digests)
        if work.missing:
            document = self._load(work)
            for spec, digest, made in self._read(document, work):
                digests[spec.key], read[digest] = digest, made
        return {key: (digest, read[digest]) for key, digest in digests.items()}

    def _write(
        self, session: Session, task: ReviewTask, work: _Work, of_fields: Mapping[str, tuple[str, Proposal]]
    ) -> None:
        FieldWriter(session, task, self._clock.now()).write(work.schema, of_fields)
        record(
            session,
            system_principal(work.tenant_id),
            "review.fields.extracted",
            object_type="document",
            object_id=task.document_id,
            detail={"task_id": str(task.id), "fields": len(of_fields), "read": len(work.missing)},
        )

    def _read(self, document: ReadDocument, work: _Work) -> list[tuple[FieldSpec, str, Proposal]]:
        """Return the missing fields with their digests and proposals. If the model fails, they have the digests of what
        rules read alone, so that the next reading asks the model again.
        """
        proposals: Sequence[Proposal] = self._reader.read(document, work.missing)
        if self._completer is None:
            return [(spec, work.digests[spec.key], made) for spec, made in zip(work.missing, proposals, strict=True)]
        completed = self._completer.complete(document, work.missing, proposals)
        return [
            (spec, extraction_digest(spec, lessons=work.lessons) if completed is None else work.digests[spec.key], made)
            for spec, made in zip(work.missing, proposals if completed is None else completed, strict=True)
        ]

    def _prepare(self, tenant_id: UUID, task_id: UUID) -> _Work:
        with self._database.transaction(system_principal(tenant_id)) as session:
            task = session.get_one(ReviewTask, task_id)
            schemas = SchemaRepository(session)
            row = schemas.find_row(task.schema_id)
            if row is None:
                raise SchemaNotFoundError
            schema = schemas.get_schema(row, task.schema_version)
            model = "" if self._completer is None else self._completer.name
            lessons = _lessons_for(session, schema, task.document_id)
            digests = {spec.key: extraction_digest(spec, model, lessons) for spec in schema.fields}
            before = FieldWriter(session, task, self._clock.now()).find_digests()
            if task.state == OPEN:  # read again: what was decided stays
                digests |= {
                    key: digest for key, (digest, is_decided) in before.items() if is_decided and key in digests
                }
            is_changed = any(before.get(key, ("",))[0] != digest for key, digest in digests.items())
            named = {digests[spec.key]: spec for spec in schema.fields}
            known = FieldWriter(session, task, self._clock.now()).find_proposals(named)
            return _Work(tenant_id, task_id, task.version_id, schema, lessons, digests, known, is_changed)

    def _load(self, work: _Work) -> ReadDocument:
        """Return the version's words, tables, facts and metadata. Raises DocumentError, UnavailableError."""
        with self._database.transaction(system_principal(work.tenant_id)) as session:
            facts = get_version_facts(session, work.version_id)
            query = (
                select(Stage.name, Stage.output_key)
                .join(Run, Run.id == Stage.run_id)
                .where(Run.version_id == work.version_id, Stage.output_key.is_not(None))
                .order_by(Run.created_at)
            )
            keys = {StageName(row.name): str(row.output_key) for row in session.execute(query)}
            digests = OutputRepository(session).find_many(list(keys.values()))
            pages = select(Page.number, Page.text).where(Page.version_id == work.version_id)
            texts = {row.number: row.text for row in session.execute(pages)}
        inputs = StageInputs(facts, {name.value: key for name, key in keys.items()})
        parsed = self._find(work, StageName.PARSE, inputs, digests, decode_document)
        extraction = None if parsed is None else self._find(work, StageName.EXTRACT, inputs, digests, decode_extraction)
        if parsed is None:
            parsed = self._make(StageName.PARSE, inputs, {}, ParsedDocument)
        if extraction is None:
            extraction = self._make(StageName.EXTRACT, inputs, {StageName.PARSE: parsed}, Extraction)
        if {page.number: page.text for page in parsed.pages} != texts:
            raise ReadAgainError
        return ReadDocument(
            parsed=parsed,
            tables=tuple(decode_table(table, texts) for table in extraction.tables),
            facts=tuple(fact for line in extraction.facts for _, fact in decode_line(line)),
            metadata=extraction.metadata,
            lessons=work.lessons,
        )

    def _find(
        self,
        work: _Work,
        stage: StageName,
        inputs: StageInputs,
        digests: Mapping[str, str],
        decode: Callable[[bytes], T],
    ) -> T | None:
        digest = digests.get(inputs.outputs.get(stage, ""))
        if digest is None:
            return None
        try:
            return self._outputs.read(work.tenant_id, digest, decode)
        except (BlobMissingError, BlobDamagedError):
            return None

    def _make(self, stage: StageName, inputs: StageInputs, values: Mapping[StageName, object], kind: type[T]) -> T:
        made: StageResult = self._stages[stage].run(_Context(inputs, values))
        assert made.output is not None and isinstance(made.output.value, kind), "these stages have outputs"
        return made.output.value

    def _end(self, tenant_id: UUID, lease: ReadingLease, error: Exception) -> str:
        """Record a failed attempt: the task fails, or is read again later."""
        is_outage = isinstance(error, UnavailableError)
        is_last = isinstance(error, (DocumentError, ConflictError)) or (not is_outage and lease.attempt >= MAX_ATTEMPTS)
        if not isinstance(error, FootnoteError):
            get_logger(__name__).warning("review.fields.raised", task_id=str(lease.task_id), exc_info=error)
        with self._database.transaction(system_principal(tenant_id)) as session:
            leases = ReadingLeases(session)
            if leases.hold(lease) is None:
                return "lost"
            if is_last:
                # Only errors of the error tree have a message that is fit for users.
                shown = error if isinstance(error, FootnoteError) else ReadingGaveUpError()
                leases.fail(lease, code=shown.code, detail=shown.detail)
                return "failed"
            wait = min(2.0 ** min(lease.attempt, 10), LONGEST_WAIT)
            leases.put_off(lease, seconds=wait, counts=not is_outage)
            return "retry"


def _lessons_for(session: Session, schema: Schema, document_id: UUID) -> tuple[Lesson, ...]:
    """Return what corrections taught about a document; nothing, if the schema has no line of a report."""
    has_lines = any(item_of(spec) is not None for spec in schema.fields)
    return LearntRepository(session).list_for(document_id) if has_lines else ()

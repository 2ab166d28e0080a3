"""Stores what the machine read as the fields of a task. Workers call this."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from app.core.ids import new_id
from app.db.session import SYSTEM_USER_ID
from app.review.deciding.rules import Action, Answer, AnswerKind, Outcome, Status
from app.review.fields.views import answer_of
from app.review.models import FieldRevision, FieldRow, ProposalRow, ReviewTask
from app.review.proposals import Proposal, ProposalState, decode_proposal, encode_proposal
from app.review.revisions.repository import revision_row
from app.review.schemas.definition import FieldPolicy, FieldSpec, Schema
from app.review.value_codec import encode_value

DECIDED = frozenset({Status.ENTERED, Status.APPROVED, Status.ABSENT, Status.REJECTED, Status.CONFLICT})
"""The statuses of fields that a new proposal does not change."""


def risk_of(confidence: float, importance: int, failed_checks: int) -> float:
    """Return how much harm an unread proposal may do: its doubt, times its importance (1 to 5), times one more than the
    checks that it failed.
    """
    return (1 - confidence) * importance * (1 + failed_checks)


def answer_of_proposal(proposal: Proposal) -> Answer | None:
    """Return what the machine answers; None if it cannot say. A value counts as found, also the "no" of a clause that
    is not there.
    """
    evidence = tuple(_encoded(proposal, "evidence"))
    if proposal.value is not None:
        return Answer(AnswerKind.FOUND, proposal.value, encode_value(proposal.value), evidence)
    return Answer(AnswerKind.ABSENT) if proposal.state is ProposalState.ABSENT else None


def _encoded(proposal: Proposal, name: str) -> Sequence[Mapping[str, object]]:
    found: Sequence[Mapping[str, object]] = encode_proposal(proposal)[name]
    return found


class FieldWriter:
    """Writes the fields and proposals of a task in the caller's transaction, as the tenant's worker."""

    def __init__(self, session: Session, task: ReviewTask, now: datetime) -> None:
        self._session = session
        self._task = task
        self._now = now

    def find_proposals(self, digests: Mapping[str, FieldSpec]) -> dict[str, Proposal]:
        """Return the stored proposals of the version, by digest."""
        query = select(ProposalRow).where(
            ProposalRow.version_id == self._task.version_id, ProposalRow.digest.in_(list(digests))
        )
        return {row.digest: decode_proposal(digests[row.digest].kind, row.data) for row in self._session.scalars(query)}

    def find_digests(self) -> dict[str, tuple[str, bool]]:
        """Return the digests of the task's fields, and whether each is decided, by key."""
        query = select(FieldRow.key, FieldRow.digest, FieldRow.status).where(
            FieldRow.task_id == self._task.id, FieldRow.removed_at.is_(None)
        )
        return {row.key: (row.digest, Status(row.status) in DECIDED) for row in self._session.execute(query)}

    def write(self, schema: Schema, read: Mapping[str, tuple[str, Proposal]]) -> None:
        """Store the proposals of a schema's fields: `read` maps each key to the digest and the proposal.

        A field without a decision gets the proposal as its newest revision. One with a decision keeps it; if the new
        proposal says something else, the field is open again until an editor has looked at it. Fields that the schema
        no longer has are removed from the task; their revisions stay.
        """
        self._insert_proposals(read)
        query = select(FieldRow).where(FieldRow.task_id == self._task.id)
        fields = {row.key: row for row in self._session.scalars(query)}
        proposed: list[tuple[FieldRow, Proposal]] = []
        for position, spec in enumerate(schema.fields):
            digest, proposal = read[spec.key]
            row = fields.get(spec.key)
            is_new = row is None or row.digest != digest or row.kind != spec.kind.value
            row = self._put_field(row, spec, position, digest, proposal)
            if is_new and Status(row.status) in DECIDED:
                row.differs = not self._says_the_same(row, proposal)
            elif is_new:
                proposed.append((row, proposal))
        now = self._session.execute(select(func.clock_timestamp())).scalar_one()  # the time of revisions, too
        for key in fields.keys() - {spec.key for spec in schema.fields}:
            if fields[key].removed_at is None:
                fields[key].removed_at = now
        self._session.flush()
        if proposed:
            self._session.execute(insert(FieldRevision).inline(), [_proposal_row(*each) for each in proposed])
        self._session.execute(text("SELECT refresh_task(:task)"), {"task": self._task.id})

    def _insert_proposals(self, read: Mapping[str, tuple[str, Proposal]]) -> None:
        rows = [
            {
                "version_id": self._task.version_id,
                "digest": digest,
                "tenant_id": self._task.tenant_id,
                "document_id": self._task.document_id,
                "data": encode_proposal(proposal),
                "confidence": proposal.confidence,
                "created_at": self._now,
            }
            for digest, proposal in read.values()
        ]
        if rows:
            statement = upsert(ProposalRow).on_conflict_do_nothing(index_elements=["version_id", "digest"])
            self._session.execute(statement.inline(), rows)

    def _put_field(
        self, row: FieldRow | None, spec: FieldSpec, position: int, digest: str, proposal: Proposal
    ) -> FieldRow:
        if row is None:
            row = FieldRow(
                id=new_id(),
                tenant_id=self._task.tenant_id,
                document_id=self._task.document_id,
                task_id=self._task.id,
                key=spec.key,
                policy=spec.policy.value,
                status=Status.PROPOSED.value,
                round=1,
                revision=0,
            )
            self._session.add(row)
        failed = sum(not check.passed for check in proposal.checks)
        row.position, row.kind, row.importance, row.digest = position, spec.kind.value, spec.importance, digest
        if row.status == Status.PROPOSED.value:
            row.policy = spec.policy.value
        row.confidence, row.failed_checks = proposal.confidence, failed
        row.risk = risk_of(proposal.confidence, spec.importance, failed)
        if row.removed_at is not None:
            away = func.tstzmultirange(func.tstzrange(row.removed_at, func.clock_timestamp()))
            change = update(FieldRow).where(FieldRow.id == row.id).values(was_away=FieldRow.was_away.op("+")(away))
            self._session.execute(change.execution_options(synchronize_session=False))
        row.removed_at, row.changed_at = None, self._now
        return row

    def _says_the_same(self, row: FieldRow, proposal: Proposal) -> bool:
        by = (FieldRevision.field_id == row.id, FieldRevision.number == row.at)
        decided = self._session.scalar(select(FieldRevision).where(*by))
        said = None if decided is None else answer_of(decided)
        read = answer_of_proposal(proposal)
        return read is None or read.agrees_with(said)


def _proposal_row(row: FieldRow, proposal: Proposal) -> dict[str, object]:
    outcome = Outcome(
        Action.PROPOSE,
        Status.PROPOSED,
        policy=FieldPolicy(row.policy),
        round=row.round,
        answer=answer_of_proposal(proposal),
    )
    return revision_row(outcome, row, made_by=SYSTEM_USER_ID)

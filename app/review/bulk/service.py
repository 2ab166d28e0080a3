"""Approves many values at once. Each gets its own revision by its own policy: two persons still have to agree where the
policy says so. Values that one person may approve are sampled: another person checks some of them.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from app.audit.service import record
from app.core.errors import FootnoteError
from app.core.ids import new_id
from app.core.principal import Permission, Principal
from app.db.constraints import translated_violations
from app.db.session import Database
from app.review.bulk.errors import BulkChangedError, BulkNotFoundError, BulkTooLargeError
from app.review.bulk.repository import BulkRepository
from app.review.deciding.rules import Action, AnswerKind, Decision, Outcome, Sampled, Status
from app.review.fields.repository import FieldRepository
from app.review.fields.service import FieldViews
from app.review.fields.views import FieldView
from app.review.models import FieldRow, ReviewTask
from app.review.proposals import ProposalState, decode_proposal
from app.review.revisions.proposing import answer_of_proposal
from app.review.revisions.repository import RevisionRepository
from app.review.revisions.service import REFUSED, add_outcomes, make_outcome, settle_readings
from app.review.schemas.definition import FieldPolicy
from app.review.schemas.repository import SchemaRepository
from app.review.tasks.service import person_of
from app.review.tasks.views import TaskFilters
from app.review.values import FieldKind

MOST = 2_000
"""Values of one bulk approval."""

_ANSWERED = (Status.ENTERED, Status.UNCLEAR, Status.SENT_BACK)


@dataclass(frozen=True, slots=True)
class BulkRequest:
    """Which values: proposals of at least `min_confidence` that failed no check. With `overwrite`, also those of fields
    to which a person gave another answer, which the proposal then replaces. `sample_rate`: the share of the values
    approved at once that another person checks; it is larger where the policy asks for more.
    """

    filters: TaskFilters
    min_confidence: float
    keys: tuple[str, ...] = ()
    overwrite: bool = False
    sample_rate: float = 0.1


@dataclass(frozen=True, slots=True)
class BulkPreview:
    """What a bulk approval does. `overwritten` counts the fields with an answer of a person that it replaces, or leaves
    out without `overwrite`. `skipped` counts the others that it leaves out, by reason. `digest` names this state.
    """

    approved: int
    entered: int
    sealed: int
    tasks: int
    documents: int
    overwritten: int
    skipped: Mapping[str, int]
    digest: str


@dataclass(frozen=True, slots=True)
class BulkResult:
    """A bulk approval as it stands: `changed` of its values have been decided again since."""

    id: UUID
    made_by: UUID
    made_at: datetime
    values: int
    standing: int
    changed: int
    sample: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Plan:
    outcomes: tuple[tuple[FieldView, Outcome], ...]
    overwritten: int
    skipped: Mapping[str, int]

    def preview(self) -> BulkPreview:
        statuses = Counter("sealed" if made.sealed else made.status.value for _, made in self.outcomes)
        named = [f"{view.row.id} {view.revision} {made.status} {made.sealed}" for view, made in self.outcomes]
        return BulkPreview(
            approved=statuses["approved"] + statuses["absent"],
            entered=statuses["entered"],
            sealed=statuses["sealed"],
            tasks=len({view.row.task_id for view, _ in self.outcomes}),
            documents=len({view.row.document_id for view, _ in self.outcomes}),
            overwritten=self.overwritten,
            skipped=dict(self.skipped),
            digest=hashlib.sha256("\n".join(named).encode()).hexdigest(),
        )


class BulkService:
    """Previews, makes and reverses bulk approvals under the principal's rights."""

    def __init__(self, *, database: Database, draw: Callable[[], float]) -> None:
        self._database = database
        self._draw = draw

    def preview(self, principal: Principal, request: BulkRequest) -> BulkPreview:
        """Return what a bulk approval would do. Raises PermissionRequiredError, BulkTooLargeError."""
        principal.require(Permission.REVIEW_WRITE)
        with self._database.transaction(principal) as session:
            return self._plan(session, principal, request).preview()

    def approve(self, principal: Principal, request: BulkRequest, *, digest: str, note: str = "") -> BulkResult | None:
        """Approve what the preview with `digest` showed; return None if it is nothing.

        Raises PermissionRequiredError, BulkTooLargeError, BulkChangedError.
        """
        principal.require(Permission.REVIEW_WRITE)
        with translated_violations(REFUSED), self._database.transaction(principal) as session:
            plan = self._plan(session, principal, request)
            if plan.preview().digest != digest:
                raise BulkChangedError
            bulk_id = new_id()
            made = [(view.row, outcome) for view, outcome in plan.outcomes]
            if not made:
                return None
            add_outcomes(session, principal, made, note=note, bulk_id=bulk_id)
            settle_readings(session, principal, made, bulk_id=bulk_id)
            _record(session, principal, "approved", bulk_id, len(made))
            return _result(session, bulk_id)

    def reverse(self, principal: Principal, bulk_id: UUID) -> BulkResult:
        """Undo the decisions of a bulk approval that still stand. Raises PermissionRequiredError, BulkNotFoundError."""
        principal.require(Permission.REVIEW_WRITE)
        with translated_violations(REFUSED), self._database.transaction(principal) as session:
            repository, person = BulkRepository(session), person_of(principal)
            found = {row.id: made.number for row, made in repository.list_of_bulk(bulk_id)}
            if not found:
                raise BulkNotFoundError
            rows = [row for row, _ in repository.list_of_bulk(bulk_id)]
            locked = repository.lock_tasks({row.task_id for row in rows}, person)
            session.expire_all()
            rows = [row for row, _ in repository.list_of_bulk(bulk_id) if row.task_id in locked]
            undone: list[tuple[FieldRow, Outcome]] = []
            for view in FieldViews(session, principal.user_id).read(rows, {}):
                if found[view.row.id] != (view.row.at if view.my_reading is None else view.my_reading.number):
                    continue
                undo = Decision(Action.UNDO)
                try:
                    outcome = make_outcome(locked[view.row.task_id], view, undo, person, (), self._draw)
                except FootnoteError:
                    continue
                undone.append((view.row, outcome))
            if undone:
                add_outcomes(session, principal, undone, note=f"Reversal of {bulk_id}", bulk_id=new_id())
            _record(session, principal, "reversed", bulk_id, len(undone))
            session.expire_all()
            return _result(session, bulk_id)

    def get(self, principal: Principal, bulk_id: UUID) -> BulkResult:
        """Return a bulk approval, as far as the principal may see its values. Raises BulkNotFoundError."""
        with self._database.transaction(principal) as session:
            return _result(session, bulk_id)

    def _plan(self, session: Session, principal: Principal, request: BulkRequest) -> _Plan:
        SchemaRepository(session).check_key(request.filters.schema)
        repository, person = BulkRepository(session), person_of(principal)
        statuses = [Status.PROPOSED.value, *(status.value for status in _ANSWERED)]
        found = repository.list_fields(request.filters, person, statuses=statuses, keys=request.keys, limit=MOST + 1)
        locked = repository.lock_tasks({row.task_id for row in found}, person)
        # Between the two statements, another transaction may have decided on a field.
        found = repository.list_fields(request.filters, person, statuses=statuses, keys=request.keys, limit=MOST + 1)
        if len(found) > MOST:
            raise BulkTooLargeError
        rules = RevisionRepository(session).list_policies()
        unchecked = FieldRepository(session).find_unchecked(found)
        skipped: Counter[str] = Counter()
        outcomes: list[tuple[FieldView, Outcome]] = []
        overwritten = 0
        for view in FieldViews(session, principal.user_id).read(found, {}):
            reason = _reason(view, request, locked)
            if reason is not None:
                skipped[reason] += 1
                continue
            decision = _decision(view)
            if decision.action is Action.CORRECT:
                overwritten += 1
                if not request.overwrite:
                    continue
            try:
                outcome = make_outcome(
                    locked[view.row.task_id],
                    view,
                    decision,
                    person,
                    rules,
                    self._draw,
                    is_unchecked=partial(unchecked.__contains__, view.row.id),
                    least=FieldPolicy.SAMPLE,
                    rate=request.sample_rate,
                )
            except FootnoteError as error:
                skipped[error.code] += 1
                continue
            outcomes.append((view, outcome))
        return _Plan(tuple(outcomes), overwritten, skipped)


def _reason(view: FieldView, request: BulkRequest, locked: Mapping[UUID, ReviewTask]) -> str | None:
    """Return why a field is left out, or None."""
    if view.row.task_id not in locked:
        return "not-editable-or-claimed"
    if view.proposal is None or view.proposal["state"] == ProposalState.UNREAD.value:
        return "unread"
    if view.row.failed_checks:
        return "failed-check"
    if view.row.confidence < request.min_confidence:
        return "below-confidence"
    return "read-by-you" if view.my_reading is not None else None


def _decision(view: FieldView) -> Decision:
    """Return the decision that gives a field the machine's answer: `correct` if it replaces one of a person."""
    kind = FieldKind(view.row.kind)
    proposed = None if view.proposal is None else answer_of_proposal(decode_proposal(kind, view.proposal))
    if view.row.status == Status.PROPOSED or proposed is None:
        return Decision(Action.APPROVE)
    if proposed.kind is AnswerKind.ABSENT:
        return Decision(Action.ABSENT)
    return Decision(Action.CORRECT, replace(proposed, evidence=proposed.evidence))


def _result(session: Session, bulk_id: UUID) -> BulkResult:
    found = BulkRepository(session).list_of_bulk(bulk_id)
    if not found:
        raise BulkNotFoundError
    undone = BulkRepository(session).list_undone(bulk_id)
    standing = [made for row, made in found if (row.id not in undone if made.sealed else row.at == made.number)]
    sample = Counter(row.sampled for row, _ in found if row.sampled is not None)
    first = found[0][1]
    return BulkResult(
        id=bulk_id,
        made_by=first.made_by,
        made_at=min(made.made_at for _, made in found),
        values=len(found),
        standing=len(standing),
        changed=len(found) - len(standing),
        sample={each.value: sample[each.value] for each in Sampled},
    )


def _record(session: Session, principal: Principal, what: str, bulk_id: UUID, count: int) -> None:
    detail = {"values": count}
    record(session, principal, f"review.bulk.{what}", object_type="bulk-approval", object_id=bulk_id, detail=detail)

"""Explain to administrators and auditors why a user may or may not read a document, now or in the past. Each request
for an explanation is audited. Explanations have IDs and the names of groups, collections, labels and packs, but never
names of documents.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.errors import ExplainedDocumentNotFoundError, ExplainedTimeError
from app.access.reports.decisions import AccessDecision, Moment, decide
from app.access.reports.moments import MomentReader
from app.access.reports.wording import explain
from app.audit.service import record
from app.core.clock import Clock
from app.core.principal import Permission, Principal
from app.db.session import Database
from app.identity.errors import UserNotFoundError
from app.identity.models import User


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a user may or may not read a document; `sentence` explains the verdict."""

    user_id: UUID
    document_id: UUID
    moment: Moment
    verdict: AccessDecision
    sentence: str


class ExplainService:
    """Explains why users may or may not read documents."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def explain(
        self, principal: Principal, *, document_id: UUID, person: str, time: datetime | None = None
    ) -> Explanation:
        """Explain the access of the user whose ID or e-mail address is `person`, now or at `time`.

        Raises PermissionRequiredError, UserNotFoundError, ExplainedDocumentNotFoundError; ExplainedTimeError for a time
        in the future.
        """
        principal.require(Permission.ACCESS_EXPLAIN)
        if time is not None and time > self._clock.now():
            raise ExplainedTimeError
        with self._database.transaction(principal, snapshot=True) as session:
            user = find_person(session, person)
            reader = MomentReader(session, time=time)
            if not reader.is_known("documents", document_id):
                raise ExplainedDocumentNotFoundError
            moment = reader.read(user_id=user.id, document_id=document_id)
            verdict = decide(moment)
            detail = {
                "user_id": str(user.id),
                "time": None if time is None else time.isoformat(),
                "visible": verdict.is_visible,
                "level": verdict.level,
            }
            record(
                session,
                principal,
                "access.document.explained",
                object_type="document",
                object_id=document_id,
                detail=detail,
            )
        return Explanation(user.id, document_id, moment, verdict, explain(moment, verdict, person=user.name))


def find_person(session: Session, reference: str) -> User:
    """Return the user whose ID or e-mail address is `reference`. If a deleted and a current user have the same address,
    return the current user.

    Raises UserNotFoundError.
    """
    try:
        query = select(User).where(User.id == UUID(reference))
    except ValueError:
        query = select(User).where(User.email == reference).order_by(User.deleted_at.desc().nulls_first())
    found = session.scalars(query.limit(1)).first()
    if found is None:
        raise UserNotFoundError
    return found

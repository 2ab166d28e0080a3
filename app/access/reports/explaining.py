"""Why somebody may see a document, or may not, now or at a past moment. For administrators and auditors; every question
is in the audit log. What is told holds ids, and names of groups, collections, labels and packs: never of documents.
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
    """A verdict with what it is about, and its sentence."""

    user_id: UUID
    document_id: UUID
    moment: Moment
    verdict: AccessDecision
    sentence: str


class ExplainService:
    """Answers questions about who sees what."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def explain(
        self, principal: Principal, *, document_id: UUID, person: str, time: datetime | None = None
    ) -> Explanation:
        """Of the user with that id or e-mail address, now or at `time`.

        Raises PermissionRequiredError, UserNotFoundError, ExplainedDocumentNotFoundError; ExplainedTimeError for a time
        that is still to come.
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
    """The user with that id or e-mail address; of several with one address, who is still there.

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

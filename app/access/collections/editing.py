"""Change grants inside one transaction; each change writes an audit event. If the principal may not change an object,
the error is the same as for a missing object.

API endpoints, imports and previews share `GrantEditor` and its subclass `PolicyEditor`. Each change runs in a
savepoint, so that a rejected change does not abort the transaction.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.access.collections.repository import AccessRepository, NewGrant
from app.access.errors import (
    CollectionTooDeepError,
    ContentExistsError,
    GrantLifetimeError,
    GrantNotFoundError,
    GrantSubjectError,
    GrantTargetNotFoundError,
    LabelExistsError,
    LabelInUseError,
    LabelNotFoundError,
    PackExistsError,
)
from app.access.models import Clearance, EntitlementPack, Exclusion, Grant, Label
from app.audit.service import record
from app.core.ids import new_id
from app.core.principal import Principal
from app.db.constraints import Meanings, translated_violations

EARLIEST_END, LATEST_END = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Limits of `expires_at`: times near the ends of `datetime`'s range can't be converted to every time zone."""

_MEANINGS: Meanings = {
    "grants_tenant_id_pack_id": GrantTargetNotFoundError,
    "_user_id": GrantSubjectError,
    "_group_id": GrantSubjectError,
    "clearances_tenant_id_label_id": LabelNotFoundError,
    "labels_tenant_id_label_id": LabelInUseError,
    "uq_labels_tenant_id_name": LabelExistsError,
    "uq_entitlement_packs_tenant_id_name": PackExistsError,
    "uq_documents_content": ContentExistsError,
    "ck_collections_depth": CollectionTooDeepError,
}


@dataclass(frozen=True, slots=True)
class Subject:
    """The user or group (exactly one is set) that gets a right until `expires_at` (None: the right never expires)."""

    user_id: UUID | None = None
    group_id: UUID | None = None
    expires_at: datetime | None = None


class GrantEditor:
    """Changes grants within the rights of the session's principal."""

    def __init__(self, session: Session, principal: Principal) -> None:
        self._session = session
        self._principal = principal
        self._access = AccessRepository(session)

    def create_grant(self, grant: NewGrant) -> Grant:
        """Create a grant on an object that the principal owns; access administrators may create grants on all of the
        tenant's objects.

        Raises GrantTargetNotFoundError, GrantSubjectError, GrantLifetimeError.
        """
        check_lifetime(grant.expires_at)
        grant_id = new_id()
        with self._change():
            if not self._access.create_grant(grant_id, grant):
                raise GrantTargetNotFoundError
            made = Grant(
                id=grant_id,
                user_id=grant.user_id,
                group_id=grant.group_id,
                collection_id=grant.collection_id,
                document_id=grant.document_id,
                pack_id=grant.pack_id,
                level=grant.level,
                expires_at=grant.expires_at,
                created_at=self._access.now(),
                created_by=self._principal.user_id,
            )
            self._record("access.grant.created", "grant", grant_id, before=None, after=state_of(made))
        return made

    def delete_grant(self, grant_id: UUID) -> None:
        """Delete a grant. Raises GrantNotFoundError."""
        before = self._access.find_grant(grant_id)
        with self._change():
            if before is None or not self._access.delete_grant(grant_id):
                raise GrantNotFoundError
            self._record("access.grant.deleted", "grant", grant_id, before=state_of(before), after=None)

    def _record(self, action: str, object_type: str, object_id: object, **detail: object) -> None:
        record(self._session, self._principal, action, object_type=object_type, object_id=object_id, detail=detail)

    def _change(self) -> AbstractContextManager[None]:
        return savepoint(self._session)


@contextmanager
def savepoint(session: Session) -> Iterator[None]:
    """Run a change in a savepoint; translate constraint violations to access errors."""
    with translated_violations(_MEANINGS), session.begin_nested():
        yield


def check_lifetime(expires_at: datetime | None) -> None:
    """Raise GrantLifetimeError if `expires_at` is out of range."""
    if expires_at is not None and not EARLIEST_END <= expires_at < LATEST_END:
        raise GrantLifetimeError


_LEFT_OUT = {"id", "tenant_id", "created_at", "created_by", "subject_id", "name"}


def state_of(row: Grant | Label | Clearance | EntitlementPack | Exclusion) -> dict[str, object]:
    """Return the row's state for the audit log: IDs, levels and times, but no names."""
    columns = [column.key for column in type(row).__table__.columns if column.key not in _LEFT_OUT]
    return {name: _as_text(getattr(row, name)) for name in columns}


def _as_text(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value

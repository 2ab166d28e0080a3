"""Changes of the policy inside one transaction, each with its audit row. What may not be changed is absent.

`PolicyEditor` is what single calls, imports and previews have in common: each change stands in a savepoint, so that one
that is refused leaves the transaction as it was.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.access.collections.repository import AccessRepository, NewGrant
from app.access.errors import (
    ClearanceNotFoundError,
    CollectionTooDeepError,
    ContentExistsError,
    ExclusionNotFoundError,
    GrantLifetimeError,
    GrantNotFoundError,
    GrantSubjectError,
    GrantTargetNotFoundError,
    LabelExistsError,
    LabelInUseError,
    LabelNotFoundError,
    PackExistsError,
    PackNotFoundError,
)
from app.access.models import Clearance, EntitlementPack, Exclusion, Grant, Label
from app.access.policy.repository import PolicyRepository
from app.audit.service import record
from app.core.errors import FootnoteError
from app.core.ids import new_id
from app.core.principal import Permission, Principal

EARLIEST_END, LATEST_END = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Times far beyond can't be told in every time zone."""

Kind = TypeVar("Kind", Label, Clearance, EntitlementPack, Exclusion)

# The end of a constraint's name → what its refusal means.
_MEANINGS: Mapping[str, type[FootnoteError]] = {
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
    """Whom a change is about: exactly one of a user and a group, until `expires_at` (None: for good)."""

    user_id: UUID | None = None
    group_id: UUID | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """What a label is put on: exactly one of a collection and a document."""

    collection_id: UUID | None = None
    document_id: UUID | None = None


class PolicyEditor:
    """Changes what the session's principal may change."""

    def __init__(self, session: Session, principal: Principal) -> None:
        self._session = session
        self._principal = principal
        self._rows = PolicyRepository(session)
        self._access = AccessRepository(session)

    # --- grants ------------------------------------------------------------------------------------------------------

    def create_grant(self, grant: NewGrant) -> Grant:
        """Open what the principal owns, or any of the tenant's for whoever manages its access.

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
                created_at=self._rows.now(),
                created_by=self._principal.user_id,
            )
            self._record("access.grant.created", "grant", grant_id, before=None, after=state_of(made))
        return made

    def delete_grant(self, grant_id: UUID) -> None:
        """Raises GrantNotFoundError."""
        before = self._access.find_grant(grant_id)
        with self._change():
            if before is None or not self._access.delete_grant(grant_id):
                raise GrantNotFoundError
            self._record("access.grant.deleted", "grant", grant_id, before=state_of(before), after=None)

    # --- labels and clearances ---------------------------------------------------------------------------------------

    def create_label(self, name: str) -> Label:
        """Raises PermissionRequiredError, LabelExistsError."""
        made = Label(**self._new(), name=name)
        self._insert(made, "access.label.created", "label")
        return made

    def delete_label(self, label_id: UUID) -> None:
        """With the clearances for it. Raises PermissionRequiredError, LabelNotFoundError, LabelInUseError."""
        self._principal.require(Permission.ACCESS_MANAGE)
        clearances = [str(found) for found in self._rows.list_label_clearances(label_id)]
        self._rows.drop_labels_of_deleted(label_id)
        self._delete(Label, label_id, LabelNotFoundError, "access.label.deleted", "label", clearances=clearances)

    def put_label(self, place: Place, label_id: UUID) -> None:
        """Close what the principal owns to whoever is not cleared for the label. May be repeated.

        Raises GrantTargetNotFoundError, LabelNotFoundError, ContentExistsError.
        """
        self._check_governed(place)
        if self._rows.find(Label, label_id) is None:
            raise LabelNotFoundError
        values = {"tenant_id": self._principal.tenant_id, "label_id": label_id}
        with self._change():
            if place.collection_id is not None:
                is_new = self._rows.put_collection_label({**values, "collection_id": place.collection_id})
            elif place.document_id is not None:
                is_new = self._rows.put_document_label({**values, "document_id": place.document_id})
            if is_new:
                self._record_label("access.label.put", place, label_id, before=False)

    def take_label(self, place: Place, label_id: UUID) -> None:
        """Open a barrier. Raises PermissionRequiredError, LabelNotFoundError, ContentExistsError."""
        self._principal.require(Permission.ACCESS_MANAGE)
        with self._change():
            taken = False
            if place.collection_id is not None:
                taken = self._rows.delete_collection_label(place.collection_id, label_id)
            elif place.document_id is not None:
                taken = self._rows.delete_document_label(place.document_id, label_id)
            if not taken:
                raise LabelNotFoundError
            self._record_label("access.label.taken", place, label_id, before=True)

    def create_clearance(self, label_id: UUID, subject: Subject) -> Clearance:
        """Raises PermissionRequiredError, LabelNotFoundError, GrantSubjectError, GrantLifetimeError."""
        made = Clearance(**self._new(), label_id=label_id, **self._subject(subject))
        self._insert(made, "access.clearance.created", "clearance")
        return made

    def delete_clearance(self, clearance_id: UUID) -> None:
        """Raises PermissionRequiredError, ClearanceNotFoundError."""
        self._principal.require(Permission.ACCESS_MANAGE)
        self._delete(Clearance, clearance_id, ClearanceNotFoundError, "access.clearance.deleted", "clearance")

    # --- packs and exclusions ----------------------------------------------------------------------------------------

    def create_pack(self, name: str, *, document_types: list[str], sources: list[str]) -> EntitlementPack:
        """Raises PermissionRequiredError, PackExistsError."""
        made = EntitlementPack(**self._new(), name=name, document_types=document_types, sources=sources)
        self._insert(made, "access.pack.created", "entitlement-pack")
        return made

    def delete_pack(self, pack_id: UUID) -> None:
        """With the grants on it. Raises PermissionRequiredError, PackNotFoundError."""
        self._principal.require(Permission.ACCESS_MANAGE)
        grants = [str(found) for found in self._rows.list_pack_grants(pack_id)]
        self._delete(
            EntitlementPack, pack_id, PackNotFoundError, "access.pack.deleted", "entitlement-pack", grants=grants
        )

    def create_exclusion(self, document_id: UUID, subject: Subject) -> Exclusion:
        """Close one document that the principal owns. Raises GrantTargetNotFoundError, GrantSubjectError,
        GrantLifetimeError.
        """
        self._check_governed(Place(document_id=document_id))
        made = Exclusion(**self._new(), document_id=document_id, **self._subject(subject))
        with self._change():
            self._rows.insert(made)
            self._record("access.exclusion.created", "exclusion", made.id, before=None, after=state_of(made))
        return made

    def delete_exclusion(self, exclusion_id: UUID) -> None:
        """Raises ExclusionNotFoundError."""
        self._delete(Exclusion, exclusion_id, ExclusionNotFoundError, "access.exclusion.deleted", "exclusion")

    # --- what they have in common ------------------------------------------------------------------------------------

    def _check_governed(self, place: Place) -> None:
        if not self._rows.may_grant(collection_id=place.collection_id, document_id=place.document_id):
            raise GrantTargetNotFoundError

    def _new(self) -> dict[str, object]:
        return {
            "id": new_id(),
            "tenant_id": self._principal.tenant_id,
            "created_at": self._rows.now(),
            "created_by": self._principal.user_id,
        }

    @staticmethod
    def _subject(subject: Subject) -> dict[str, object]:
        check_lifetime(subject.expires_at)
        return {"user_id": subject.user_id, "group_id": subject.group_id, "expires_at": subject.expires_at}

    def _insert(self, row: Label | Clearance | EntitlementPack, action: str, object_type: str) -> None:
        self._principal.require(Permission.ACCESS_MANAGE)
        with self._change():
            self._rows.insert(row)
            self._record(action, object_type, row.id, before=None, after=state_of(row))

    def _delete(
        self,
        model: type[Kind],
        row_id: UUID,
        missing: type[FootnoteError],
        action: str,
        object_type: str,
        **went_with_it: list[str],
    ) -> None:
        before = self._rows.find(model, row_id)
        with self._change():
            if before is None or not self._rows.delete(model, row_id):
                raise missing
            self._record(action, object_type, row_id, before={**state_of(before), **went_with_it}, after=None)

    def _record_label(self, action: str, place: Place, label_id: UUID, *, before: bool) -> None:
        kind = "collection" if place.document_id is None else "document"
        object_id = place.collection_id or place.document_id
        self._record(action, kind, object_id, label_id=str(label_id), before=before, after=not before)

    def _record(self, action: str, object_type: str, object_id: object, **detail: object) -> None:
        record(self._session, self._principal, action, object_type=object_type, object_id=object_id, detail=detail)

    def _change(self) -> AbstractContextManager[None]:
        return translated(self._session)


@contextmanager
def translated(session: Session) -> Iterator[None]:
    """A savepoint: what is refused in it leaves no trace, and is told by an error of ours where it has a meaning."""
    try:
        with session.begin_nested():
            yield
    except IntegrityError as error:
        raise _meaning_of(error) from error


def check_lifetime(expires_at: datetime | None) -> None:
    """Raises GrantLifetimeError."""
    if expires_at is not None and not EARLIEST_END <= expires_at < LATEST_END:
        raise GrantLifetimeError


_LEFT_OUT = {"id", "tenant_id", "created_at", "created_by", "subject_id", "name"}


def state_of(row: Grant | Label | Clearance | EntitlementPack | Exclusion) -> dict[str, object]:
    """What a row says, as the audit log tells it: ids, levels and times, no names."""
    columns = [column.key for column in type(row).__table__.columns if column.key not in _LEFT_OUT]
    return {name: _told(getattr(row, name)) for name in columns}


def _told(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _meaning_of(error: IntegrityError) -> Exception:
    constraint = str(getattr(getattr(error.orig, "diag", None), "constraint_name", None))
    for ending, meaning in _MEANINGS.items():
        if constraint.endswith(ending):
            return meaning()
    return error

"""Change labels, clearances, packs and exclusions inside one transaction; each change writes an audit event."""

from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from app.access.collections.editing import GrantEditor, Subject, check_lifetime, state_of
from app.access.errors import (
    ClearanceNotFoundError,
    ExclusionNotFoundError,
    GrantTargetNotFoundError,
    LabelNotFoundError,
    PackNotFoundError,
)
from app.access.models import Clearance, EntitlementPack, Exclusion, Label
from app.access.policy.repository import PolicyRepository
from app.core.errors import FootnoteError, PreconditionFailedError
from app.core.ids import new_id
from app.core.principal import Permission, Principal
from app.db.constraints import FOREIGN_KEY_VIOLATION, translated_violations

Kind = TypeVar("Kind", Label, Clearance, EntitlementPack, Exclusion)
Named = TypeVar("Named", Label, EntitlementPack)


@dataclass(frozen=True, slots=True)
class Place:
    """The object that a label is on: either a collection or a document."""

    collection_id: UUID | None = None
    document_id: UUID | None = None


class PolicyEditor(GrantEditor):
    """Changes the policy, including grants, within the rights of the session's principal."""

    def __init__(self, session: Session, principal: Principal) -> None:
        super().__init__(session, principal)
        self._rows = PolicyRepository(session)

    # --- labels and clearances ---------------------------------------------------------------------------------------

    def create_label(self, name: str) -> Label:
        """Create a label. Raises PermissionRequiredError, LabelExistsError."""
        made = Label(**self._new(), name=name, revision=1)
        self._insert(made, "access.label.created", "label")
        return made

    def rename_label(self, label_id: UUID, name: str, *, revision: int | None) -> Label:
        """Rename a label if `revision` is its current revision (None: any). Raises PermissionRequiredError,
        LabelNotFoundError, LabelExistsError, PreconditionFailedError.
        """
        return self._rename(Label, label_id, name, revision, LabelNotFoundError, "access.label.renamed", "label")

    def delete_label(self, label_id: UUID, *, revision: int | None = None) -> None:
        """Delete a label and its clearances. Raises PermissionRequiredError, LabelNotFoundError, LabelInUseError,
        PreconditionFailedError.
        """
        self._principal.require(Permission.ACCESS_MANAGE)
        self._check_revision(Label, label_id, revision, LabelNotFoundError)
        clearances = [str(found) for found in self._rows.list_label_clearances(label_id)]
        self._rows.drop_labels_of_deleted(label_id)
        self._delete(Label, label_id, LabelNotFoundError, "access.label.deleted", "label", clearances=clearances)

    def put_label(self, place: Place, label_id: UUID) -> None:
        """Add a label to an object that the principal owns; access administrators may label all objects. Users without
        a clearance lose access. Do nothing if the object already has the label.

        Raises GrantTargetNotFoundError, LabelNotFoundError, ContentExistsError.
        """
        self._check_governed(place)
        if self._rows.find(Label, label_id) is None:
            raise LabelNotFoundError
        values = {"tenant_id": self._principal.tenant_id, "label_id": label_id}
        # A foreign key is violated when another transaction deletes the label at the same time.
        with self._change(), translated_violations({FOREIGN_KEY_VIOLATION: LabelNotFoundError}):
            if place.collection_id is not None:
                is_new = self._rows.put_collection_label({**values, "collection_id": place.collection_id})
            elif place.document_id is not None:
                is_new = self._rows.put_document_label({**values, "document_id": place.document_id})
            if is_new:
                self._record_label("access.label.put", place, label_id, before=False)

    def take_label(self, place: Place, label_id: UUID) -> None:
        """Remove a label. Raises PermissionRequiredError, LabelNotFoundError, ContentExistsError."""
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
        """Create a clearance. Raises PermissionRequiredError, LabelNotFoundError, GrantSubjectError,
        GrantLifetimeError.
        """
        made = Clearance(**self._new(), label_id=label_id, **self._subject(subject))
        self._insert(made, "access.clearance.created", "clearance")
        return made

    def delete_clearance(self, clearance_id: UUID) -> None:
        """Delete a clearance. Raises PermissionRequiredError, ClearanceNotFoundError."""
        self._principal.require(Permission.ACCESS_MANAGE)
        self._delete(Clearance, clearance_id, ClearanceNotFoundError, "access.clearance.deleted", "clearance")

    # --- packs and exclusions ----------------------------------------------------------------------------------------

    def create_pack(self, name: str, *, document_types: list[str], sources: list[str]) -> EntitlementPack:
        """Create a pack. Raises PermissionRequiredError, PackExistsError."""
        values = {"name": name, "document_types": document_types, "sources": sources, "revision": 1}
        made = EntitlementPack(**self._new(), **values)
        self._insert(made, "access.pack.created", "entitlement-pack")
        return made

    def rename_pack(self, pack_id: UUID, name: str, *, revision: int | None) -> EntitlementPack:
        """Rename a pack if `revision` is its current revision (None: any). Raises PermissionRequiredError,
        PackNotFoundError, PackExistsError, PreconditionFailedError.
        """
        action, kind = "access.pack.renamed", "entitlement-pack"
        return self._rename(EntitlementPack, pack_id, name, revision, PackNotFoundError, action, kind)

    def delete_pack(self, pack_id: UUID, *, revision: int | None = None) -> None:
        """Delete a pack and the grants on it. Raises PermissionRequiredError, PackNotFoundError,
        PreconditionFailedError.
        """
        self._principal.require(Permission.ACCESS_MANAGE)
        self._check_revision(EntitlementPack, pack_id, revision, PackNotFoundError)
        grants = [str(found) for found in self._rows.list_pack_grants(pack_id)]
        self._delete(
            EntitlementPack, pack_id, PackNotFoundError, "access.pack.deleted", "entitlement-pack", grants=grants
        )

    def create_exclusion(self, document_id: UUID, subject: Subject) -> Exclusion:
        """Exclude a user or group from a document that the principal owns; access administrators may exclude users
        and groups from all documents.

        Raises GrantTargetNotFoundError, GrantSubjectError, GrantLifetimeError.
        """
        self._check_governed(Place(document_id=document_id))
        made = Exclusion(**self._new(), document_id=document_id, **self._subject(subject))
        with self._change():
            self._rows.insert(made)
            self._record("access.exclusion.created", "exclusion", made.id, before=None, after=state_of(made))
        return made

    def delete_exclusion(self, exclusion_id: UUID) -> None:
        """Delete an exclusion. Raises ExclusionNotFoundError."""
        self._delete(Exclusion, exclusion_id, ExclusionNotFoundError, "access.exclusion.deleted", "exclusion")

    # --- shared code -------------------------------------------------------------------------------------------------

    def _check_governed(self, place: Place) -> None:
        if not self._rows.may_grant(collection_id=place.collection_id, document_id=place.document_id):
            raise GrantTargetNotFoundError

    def _new(self) -> dict[str, object]:
        return {
            "id": new_id(),
            "tenant_id": self._principal.tenant_id,
            "created_at": self._access.now(),
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

    def _check_revision(
        self, model: type[Named], row_id: UUID, revision: int | None, missing: type[FootnoteError]
    ) -> Named:
        """Return the row, locked until the transaction ends. Raises `missing`, PreconditionFailedError."""
        found = self._rows.lock(model, row_id)
        if found is None:
            raise missing
        if revision is not None and found.revision != revision:
            raise PreconditionFailedError
        return found

    def _rename(
        self,
        model: type[Named],
        row_id: UUID,
        name: str,
        revision: int | None,
        missing: type[FootnoteError],
        action: str,
        object_type: str,
    ) -> Named:
        self._principal.require(Permission.ACCESS_MANAGE)
        found = self._check_revision(model, row_id, revision, missing)
        before = {"revision": found.revision}
        with self._change():
            self._rows.rename(model, row_id, name=name, revision=found.revision + 1)
            after = {"revision": found.revision + 1}
            self._record(action, object_type, row_id, before=before, after=after)
        return self._check_revision(model, row_id, None, missing)

    def _delete(
        self,
        model: type[Kind],
        row_id: UUID,
        missing: type[FootnoteError],
        action: str,
        object_type: str,
        **deleted_too: list[str],
    ) -> None:
        before = self._rows.find(model, row_id)
        with self._change():
            if before is None or not self._rows.delete(model, row_id):
                raise missing
            self._record(action, object_type, row_id, before={**state_of(before), **deleted_too}, after=None)

    def _record_label(self, action: str, place: Place, label_id: UUID, *, before: bool) -> None:
        kind = "collection" if place.document_id is None else "document"
        object_id = place.collection_id or place.document_id
        self._record(action, kind, object_id, label_id=str(label_id), before=before, after=not before)

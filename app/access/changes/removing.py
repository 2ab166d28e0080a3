"""Preview the deletion of a group, a label or an entitlement pack: what ends with it, and who loses which documents."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.access.changes.applying import Change, ChangeKind, Resolved
from app.access.changes.previewing import Preview, Previewer
from app.access.errors import LabelNotFoundError, PackNotFoundError
from app.access.models import EntitlementPack, Label
from app.access.policy.editing import PolicyEditor
from app.access.policy.repository import PolicyRepository
from app.audit.service import record
from app.core.errors import ConflictError
from app.core.principal import Permission, Principal
from app.db.session import Database
from app.identity.errors import GroupNotFoundError
from app.identity.group_repository import GroupRepository
from app.identity.groups import delete_with_rights


@dataclass(frozen=True, slots=True)
class Removal:
    """What a deletion would end: (number, singular, plural) of each kind of thing, and the difference in access.

    `refusal` is the reason why the object can't be deleted now; it has no preview then.
    """

    losses: Sequence[tuple[int, str, str]]
    preview: Preview | None = None
    refusal: str = ""


class RemovalService:
    """Previews deletions, under the permission that the deletion needs. Nothing is changed; previews are audited."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    def preview_group(self, principal: Principal, group_id: UUID) -> Removal:
        """Preview the deletion of a group. The difference in access needs the permission to manage access.

        Raises PermissionRequiredError, GroupNotFoundError.
        """
        principal.require(Permission.GROUPS_MANAGE)
        with self._database.transaction(principal) as session:
            groups = GroupRepository(session)
            if groups.find_group(group_id) is None:
                raise GroupNotFoundError
            members, rights = groups.get_members(group_id), groups.list_rights(group_id)
            losses = (
                (len(members.user_ids), "person leaves it", "people leave it"),
                (len(members.group_ids), "group leaves it", "groups leave it"),
                (len(rights["grants"]), "grant ends", "grants end"),
                (len(rights["clearances"]), "clearance ends", "clearances end"),
            )
            if not principal.may(Permission.ACCESS_MANAGE):
                return Removal(losses)
            change = (Change(ChangeKind.REVOKE, group=str(group_id)), Resolved(group_id=group_id))
            return _compare(
                session,
                principal,
                losses,
                [change],
                lambda: delete_with_rights(session, principal, group_id),
                ("group", group_id),
            )

    def preview_pack(self, principal: Principal, pack_id: UUID) -> Removal:
        """Preview the deletion of an entitlement pack. Raises PermissionRequiredError, PackNotFoundError."""
        principal.require(Permission.ACCESS_MANAGE)
        with self._database.transaction(principal) as session:
            rows = PolicyRepository(session)
            if rows.find(EntitlementPack, pack_id) is None:
                raise PackNotFoundError
            subjects = rows.list_pack_subjects(pack_id)
            changes = [
                (Change(ChangeKind.REVOKE, pack=str(pack_id)), Resolved(user_id=user, group_id=group, pack_id=pack_id))
                for user, group in subjects
            ]
            return _compare(
                session,
                principal,
                ((len(subjects), "grant ends", "grants end"),),
                changes,
                lambda: PolicyEditor(session, principal).delete_pack(pack_id),
                ("entitlement-pack", pack_id),
            )

    def preview_label(self, principal: Principal, label_id: UUID) -> Removal:
        """Preview the deletion of a label. Only an unused label can be deleted, so that nobody gains a document.

        Raises PermissionRequiredError, LabelNotFoundError.
        """
        principal.require(Permission.ACCESS_MANAGE)
        with self._database.transaction(principal) as session:
            rows = PolicyRepository(session)
            if rows.find(Label, label_id) is None:
                raise LabelNotFoundError
            losses = ((len(rows.list_label_clearances(label_id)), "clearance ends", "clearances end"),)
            trial = session.begin_nested()
            try:
                PolicyEditor(session, principal).delete_label(label_id)
            except ConflictError as error:
                return Removal(losses, refusal=error.detail)
            finally:
                trial.rollback()
        return Removal(losses)


def _compare(
    session: Session,
    principal: Principal,
    losses: Sequence[tuple[int, str, str]],
    changes: Sequence[tuple[Change, Resolved]],
    delete: Callable[[], None],
    audited: tuple[str, UUID],
) -> Removal:
    """Delete in a savepoint, roll back, and return the difference."""
    previewer = Previewer(session, changes)
    before = previewer.look_before()
    trial = session.begin_nested()
    try:
        delete()
        after = previewer.look_after()
    except ConflictError as error:
        return Removal(losses, refusal=error.detail)
    finally:
        trial.rollback()
    found = previewer.compare(before, after)
    detail = {"closes": {"documents": found.closes.documents, "people": found.closes.people}}
    object_type, object_id = audited
    record(session, principal, "access.changes.previewed", object_type=object_type, object_id=object_id, detail=detail)
    return Removal(losses, found)

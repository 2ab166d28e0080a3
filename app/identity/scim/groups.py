"""Provision groups for an identity provider, which signs in with a key that may manage groups."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from scim2_models import (
    Context,
    InvalidValueException,
    NotFoundException,
    PreconditionFailedException,
    SearchRequest,
)
from sqlalchemy.orm import Session

from app.audit.service import record
from app.core.clock import Clock
from app.core.ids import new_id
from app.core.principal import Permission, Principal
from app.db.constraints import FOREIGN_KEY_VIOLATION, Meanings, translated_violations
from app.db.session import Database
from app.identity.group_repository import GROUP_CYCLE, GroupRepository, Members
from app.identity.groups import delete_with_rights
from app.identity.models import Group
from app.identity.scim import resources as scim
from app.identity.scim.parsing import (
    Payload,
    check_group,
    find_named_members,
    parse_group,
    parse_group_patch,
    parse_id,
)
from app.identity.scim.presenting import present_group
from app.identity.scim.repository import ProvisioningRepository
from app.identity.scim.users import Listed, page_limit, provisioning_meanings

_NOBODY = Members()
_UNIQUE = "displayName or externalId"
_MEANINGS: Meanings = {
    **provisioning_meanings(_UNIQUE),
    **GROUP_CYCLE,
    # A foreign key is violated if another transaction deletes a member at the same time.
    FOREIGN_KEY_VIOLATION: lambda: InvalidValueException(detail="A member was deleted at the same time: leave it out."),
}


class GroupProvisioning:
    """Provisions groups of the principal's tenant. Raises PermissionRequiredError without the permission to manage
    groups.

    `base` is the service's URL; `revision` is the revision in If-Match. Methods raise SCIM's errors (RFC 7644 §3.12)
    and GroupCycleError, which the endpoints translate. Unknown IDs and those of other tenants raise NotFoundException.
    """

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def get_group(self, principal: Principal, group_id: UUID, *, base: str) -> scim.Group:
        """Return a group with its members. Raises NotFoundException."""
        principal.require(Permission.GROUPS_MANAGE)
        with self._database.transaction(principal, snapshot=True) as session:
            repository = GroupRepository(session)
            return present_group(_found(repository.find_group(group_id)), repository.get_members(group_id), base)

    def get_group_alone(self, principal: Principal, group_id: UUID, *, base: str) -> scim.Group:
        """Return a group without its members, which may be thousands. Raises NotFoundException."""
        principal.require(Permission.GROUPS_MANAGE)
        with self._database.transaction(principal) as session:
            return present_group(_found(GroupRepository(session).find_group(group_id)), _NOBODY, base)

    def list_groups(self, principal: Principal, request: SearchRequest[Any], *, base: str) -> Listed[scim.Group]:
        """List groups. Raises InvalidFilterException, InvalidPathException."""
        principal.require(Permission.GROUPS_MANAGE)
        limit = page_limit(request)
        with self._database.transaction(principal, snapshot=True) as session:
            total, rows = ProvisioningRepository(session).list_groups(request, limit)
            members: Mapping[UUID, Members] = {}
            if shows_members(request):
                members = GroupRepository(session).list_members_of([row.id for row in rows])
        return Listed(total, [present_group(row, members.get(row.id, _NOBODY), base) for row in rows])

    def create_group(self, principal: Principal, payload: Payload, *, base: str) -> scim.Group:
        """Create a group. Raises ValidationError, UniquenessException, InvalidValueException."""
        principal.require(Permission.GROUPS_MANAGE)
        wanted = parse_group(payload, Context.RESOURCE_CREATION_REQUEST)
        group_id = new_id()
        values = {
            "id": group_id,
            "tenant_id": principal.tenant_id,
            "name": wanted.display_name,
            "external_id": wanted.external_id,
            "created_at": self._clock.now(),
        }
        with translated_violations(_MEANINGS), self._database.transaction(principal) as session:
            repository = GroupRepository(session)
            repository.insert_group(values)
            members = _sort_members(repository, wanted)
            repository.add_members(principal.tenant_id, group_id, members)
            after = {"external_id": wanted.external_id, "added": members.as_detail()}
            _record(session, principal, "created", group_id, {"before": None, "after": after})
            return present_group(_found(repository.find_group(group_id)), members, base)

    def replace_group(
        self, principal: Principal, group_id: UUID, payload: Payload, *, base: str, revision: int | None
    ) -> scim.Group:
        """Replace a group; omitted attributes are cleared.

        Raises the errors of `create_group`, NotFoundException, PreconditionFailedException.
        """
        principal.require(Permission.GROUPS_MANAGE)
        wanted = parse_group(payload, Context.RESOURCE_REPLACEMENT_REQUEST)
        with self._changing(principal, group_id, revision) as (session, row):
            members = GroupRepository(session).get_members(group_id)
            stored = _store(session, principal, row, wanted, members)
            return present_group(stored, GroupRepository(session).get_members(group_id), base)

    def patch_group(
        self, principal: Principal, group_id: UUID, payload: Payload, *, base: str, revision: int | None
    ) -> int:
        """Apply all operations or none (RFC 7644 §3.5.2); return the group's new revision.

        Raises the errors of `replace_group`, MutabilityException, NoTargetException.
        """
        principal.require(Permission.GROUPS_MANAGE)
        patch = parse_group_patch(payload)
        named = find_named_members(patch)
        with self._changing(principal, group_id, revision) as (session, row):
            members = GroupRepository(session).get_members(group_id, named)
            wanted = present_group(row, members, base)
            patch.patch(wanted, scim_policy=scim.LENIENT)
            check_group(wanted)
            return _store(session, principal, row, wanted, members).revision

    def delete_group(self, principal: Principal, group_id: UUID, *, revision: int | None) -> None:
        """Delete a group and its rights.

        Raises NotFoundException, PreconditionFailedException, GroupExcludesError.
        """
        principal.require(Permission.GROUPS_MANAGE)
        with self._changing(principal, group_id, revision) as (session, _):
            delete_with_rights(session, principal, group_id)

    @contextmanager
    def _changing(self, principal: Principal, group_id: UUID, revision: int | None) -> Iterator[tuple[Session, Group]]:
        with translated_violations(_MEANINGS), self._database.transaction(principal) as session:
            row = _found(GroupRepository(session).lock_group(group_id))
            if revision is not None and row.revision != revision:
                raise PreconditionFailedException
            yield session, row


def shows_members(request: SearchRequest[Any]) -> bool:
    """Return whether a list should include members."""
    excluded = {_top(path) for path in request.excluded_attributes or ()}
    included = {_top(path) for path in request.attributes or ()}
    return "members" in included if included else "members" not in excluded


def _top(path: object) -> str:
    return str(path).rpartition(":")[2].partition(".")[0].lower()


def _store(session: Session, principal: Principal, row: Group, wanted: scim.Group, members: Members) -> Group:
    """Store the requested group. `members` are those of its current members that the request may change."""
    repository = GroupRepository(session)
    values = {"name": wanted.display_name, "external_id": wanted.external_id}
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    requested = _sort_members(repository, wanted, known=members)
    added, removed = requested - members, members - requested
    if not (changed or added or removed):
        return row
    before = {"external_id": row.external_id, "revision": row.revision, "removed": removed.as_detail()}
    if changed:
        repository.update_group(row.id, changed)
    repository.add_members(principal.tenant_id, row.id, added)
    repository.remove_members(row.id, removed)
    stored = _found(repository.find_group(row.id))
    after = {"external_id": stored.external_id, "revision": stored.revision, "added": added.as_detail()}
    detail = {"before": before, "after": after, "changed": sorted(changed)}
    _record(session, principal, "updated", row.id, detail)
    return stored


def _sort_members(repository: GroupRepository, wanted: scim.Group, known: Members = _NOBODY) -> Members:
    """Sort the requested members by kind. Raises InvalidValueException for an unknown ID."""
    kinds = {parse_id(member.value): (member.type or "").lower() for member in wanted.members or ()}
    ids = frozenset(kinds)
    old = Members(known.user_ids & ids, known.group_ids & ids)
    new = repository.sort_by_kind(ids - old.user_ids - old.group_ids)
    found = Members(old.user_ids | new.user_ids, old.group_ids | new.group_ids)
    for member_id, kind in kinds.items():
        is_user, is_group = member_id in found.user_ids, member_id in found.group_ids
        if not ((is_user and kind != "group") or (is_group and kind != "user")):
            raise InvalidValueException(detail=f"There is no such user or group in your tenant: {member_id}.")
    return found


def _found(row: Group | None) -> Group:
    if row is None:
        raise NotFoundException
    return row


def _record(session: Session, principal: Principal, verb: str, group_id: UUID, detail: Mapping[str, object]) -> None:
    record(session, principal, f"identity.group.{verb}", object_type="group", object_id=group_id, detail=detail)

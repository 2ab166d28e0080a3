"""Steps in which administrators and owners change rights. Each step changes the database and the oracle."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.access.collections.repository import AccessRepository, NewGrant
from app.core.ids import new_id
from app.core.principal import Principal
from app.db.session import system_principal
from tests.policy import oracle
from tests.policy.mirrored_tenant import MirroredTenant
from tests.policy.oracle import ADMIN, Access

EXPIRY_DELAYS = (timedelta(milliseconds=60), timedelta(milliseconds=300), timedelta(seconds=1), timedelta(seconds=4))
_EXPIRE_SOON = "UPDATE {table} SET expires_at = clock_timestamp() + :soon WHERE id = :id RETURNING expires_at"


def administers(access: Access) -> bool:
    return access.has_role(ADMIN)


@dataclass
class GovernedTenant(MirroredTenant):
    """A mirrored tenant whose rights change. Methods with an `actor` do one step and return whether it succeeded."""

    # --- grants -------------------------------------------------------------------------------------------------------

    def grant(self, actor: UUID, holder: UUID, target: UUID, level: int, until: datetime | None) -> bool:
        made = self._named(new_id(), f"grant {len(self.names)}")
        is_pack, is_group = target in self.world.packs, holder in self.world.groups
        wanted = NewGrant(
            user_id=None if is_group else holder,
            group_id=holder if is_group else None,
            collection_id=target if target in self.world.parents else None,
            document_id=None if is_pack or target in self.world.parents else target,
            pack_id=target if is_pack else None,
            level=level,
            expires_at=until,
        )

        def apply() -> None:
            self.world.grants[made] = oracle.Grant(holder, target, level, until)

        return self._try(
            actor,
            lambda access: access.may_grant(target) and (level == oracle.VIEWER or not is_pack),
            lambda session: AccessRepository(session).create_grant(made, wanted),
            apply,
        )

    def revoke(self, actor: UUID, grant: UUID) -> bool:
        target = self.world.grants[grant].target

        def apply() -> None:
            del self.world.grants[grant]

        return self._try(
            actor,
            lambda access: access.may_grant(target),
            lambda session: AccessRepository(session).delete_grant(grant),
            apply,
        )

    # --- groups and people --------------------------------------------------------------------------------------------

    def add_group(self, actor: UUID) -> bool:
        made = self.fresh("group")
        return self._write(
            actor,
            "INSERT INTO groups (id, tenant_id, name, created_at) VALUES (:id, :tenant, :name, now())",
            {"id": made, "name": str(made)},
            administers,
            lambda: self.world.groups.update({made: set()}),
        )

    def delete_group(self, actor: UUID, group: UUID) -> bool:
        """Delete a group with its grants, clearances and nestings. A group with an exclusion cannot be deleted."""
        closes = any(each.holder == group for each in self.world.exclusions.values())
        return self._write(
            actor,
            "DELETE FROM groups WHERE id = :id",
            {"id": group},
            lambda access: administers(access) and not closes,
            lambda: self.world.remove_group(group),
        )

    def change_member(self, actor: UUID, group: UUID, user: UUID) -> bool:
        """Add the user to the group, or remove the user if it is a member."""
        members = self.world.groups[group]
        is_in = user in members
        return self._write(
            actor,
            "DELETE FROM group_members WHERE group_id = :group AND user_id = :user"
            if is_in
            else "INSERT INTO group_members (tenant_id, group_id, user_id) VALUES (:tenant, :group, :user)",
            {"group": group, "user": user},
            administers,
            lambda: (members.discard if is_in else members.add)(user),
        )

    def change_nesting(self, actor: UUID, outer: UUID, inner: UUID) -> bool:
        """Nest the inner group in the outer one, or undo the nesting if it exists. Cycles are refused."""
        pair, nestings = (outer, inner), self.world.nestings
        is_in = pair in nestings
        is_cycle = outer in self.world.groups_inside(inner)
        return self._write(
            actor,
            "DELETE FROM group_nestings WHERE group_id = :outer AND member_group_id = :inner"
            if is_in
            else "INSERT INTO group_nestings (tenant_id, group_id, member_group_id) VALUES (:tenant, :outer, :inner)",
            {"outer": outer, "inner": inner},
            lambda access: administers(access) and (is_in or not is_cycle),
            lambda: (nestings.discard if is_in else nestings.add)(pair),
        )

    def change_disabled(self, actor: UUID, user: UUID) -> bool:
        """Disable the user, or enable it if it is disabled."""
        person = self.world.users[user]

        def apply() -> None:
            person.is_disabled = not person.is_disabled

        when = "NULL" if person.is_disabled else "now()"
        return self._write(
            actor, f"UPDATE users SET disabled_at = {when} WHERE id = :id", {"id": user}, administers, apply
        )

    # --- labels, clearances, exclusions -------------------------------------------------------------------------------

    def add_label(self, actor: UUID) -> bool:
        made = self.fresh("label")
        return self._write(
            actor,
            "INSERT INTO labels (id, tenant_id, name, created_at, created_by) "
            "VALUES (:id, :tenant, :name, now(), :actor)",
            {"id": made, "name": str(made)},
            administers,
            lambda: self.world.labels.add(made),
        )

    def change_document_label(self, actor: UUID, document: UUID, label: UUID) -> bool:
        """Add the label to the document, or remove it if the document has it. Owners may only add labels."""
        labels = self.world.documents[document].labels
        return self._change_label(
            actor, "document", document, label, labels, lambda access: access.level_at(document) == oracle.OWNER
        )

    def change_collection_label(self, actor: UUID, collection: UUID, label: UUID) -> bool:
        labels = self.world.collection_labels.setdefault(collection, set())
        return self._change_label(
            actor,
            "collection",
            collection,
            label,
            labels,
            lambda access: access.level_at_collection(collection) == oracle.OWNER,
        )

    def _change_label(
        self, actor: UUID, kind: str, target: UUID, label: UUID, on_it: set[UUID], owns: Callable[[Access], bool]
    ) -> bool:
        is_on = label in on_it
        return self._write(
            actor,
            f"DELETE FROM {kind}_labels WHERE {kind}_id = :target AND label_id = :label"
            if is_on
            else f"INSERT INTO {kind}_labels (tenant_id, {kind}_id, label_id) VALUES (:tenant, :target, :label)",
            {"target": target, "label": label},
            lambda access: administers(access) or (not is_on and label in access.labels() and owns(access)),
            lambda: (on_it.discard if is_on else on_it.add)(label),
        )

    def delete_label(self, actor: UUID, label: UUID) -> bool:
        """Delete a label that no object and no clearance uses."""
        return self._write(
            actor,
            "DELETE FROM labels WHERE id = :id",
            {"id": label},
            administers,
            lambda: self.world.labels.remove(label),
        )

    def add_clearance(self, actor: UUID, holder: UUID, label: UUID, until: datetime | None) -> bool:
        made = self.fresh("clearance")
        return self._write(
            actor,
            "INSERT INTO clearances (id, tenant_id, label_id, user_id, group_id, expires_at, created_at, created_by) "
            "VALUES (:id, :tenant, :label, :user, :group, :until, now(), :actor)",
            {"id": made, "label": label, "until": until} | self._subject(holder),
            administers,
            lambda: self.world.clearances.update({made: oracle.Clearance(holder, label, until)}),
        )

    def revoke_clearance(self, actor: UUID, clearance: UUID) -> bool:
        return self._write(
            actor,
            "DELETE FROM clearances WHERE id = :id",
            {"id": clearance},
            administers,
            lambda: self.world.clearances.pop(clearance),
        )

    def exclude(self, actor: UUID, holder: UUID, document: UUID, until: datetime | None) -> bool:
        made = self.fresh("exclusion")
        return self._write(
            actor,
            "INSERT INTO exclusions (id, tenant_id, document_id, user_id, group_id, expires_at, created_at, "
            "created_by) VALUES (:id, :tenant, :document, :user, :group, :until, now(), :actor)",
            {"id": made, "document": document, "until": until} | self._subject(holder),
            lambda access: administers(access) or access.level_at(document) == oracle.OWNER,
            lambda: self.world.exclusions.update({made: oracle.Exclusion(holder, document, until)}),
        )

    def revoke_exclusion(self, actor: UUID, exclusion: UUID) -> bool:
        document = self.world.exclusions[exclusion].document
        return self._write(
            actor,
            "DELETE FROM exclusions WHERE id = :id",
            {"id": exclusion},
            lambda access: administers(access) or access.level_at(document) == oracle.OWNER,
            lambda: self.world.exclusions.pop(exclusion),
        )

    # --- packs --------------------------------------------------------------------------------------------------------

    def add_pack(self, actor: UUID, kinds: frozenset[str], sources: frozenset[str]) -> bool:
        made = self.fresh("pack")
        return self._write(
            actor,
            "INSERT INTO entitlement_packs (id, tenant_id, name, document_types, sources, created_at, created_by) "
            "VALUES (:id, :tenant, :name, :kinds, :sources, now(), :actor)",
            {"id": made, "name": str(made), "kinds": sorted(kinds), "sources": sorted(sources)},
            administers,
            lambda: self.world.packs.update({made: oracle.Pack(kinds, sources)}),
        )

    def delete_pack(self, actor: UUID, pack: UUID) -> bool:
        return self._write(
            actor,
            "DELETE FROM entitlement_packs WHERE id = :id",
            {"id": pack},
            administers,
            lambda: self.world.remove_pack(pack),
        )

    # --- time ---------------------------------------------------------------------------------------------------------

    def until(self, ends: timedelta | None) -> datetime | None:
        """Return the database's time plus `ends`; None if `ends` is None."""
        if ends is None:
            return None
        with self.database.owner.anonymous() as session:
            return session.scalar(text("SELECT now()")) + ends

    def wait_for_expiry(self, table: str, key: UUID) -> None:
        """Set a grant, clearance or exclusion to expire soon, read as every user, and wait for the expiry.

        The reads cache access classes. No write clears the cache before the expiry. The first delay is 60 ms. If it is
        too short for the reads, try longer delays. Return when the database's clock has passed the expiry.
        """
        held: dict[UUID, Any] = getattr(self.world, table)
        for delay in EXPIRY_DELAYS:
            with self.database.owner.transaction(system_principal(self.world.tenant)) as session:
                until = session.scalar(text(_EXPIRE_SOON.format(table=table)), {"soon": delay, "id": key})
            held[key] = replace(held[key], until=until)
            if all(self._reads_before(until, user) for user in self.world.users):
                break
        with self.database.owner.anonymous() as session:
            for _ in range(1_000_000):
                if session.scalar(text("SELECT clock_timestamp() > :until"), {"until": until}):
                    return
        raise AssertionError("the database's clock did not advance")

    def _reads_before(self, until: datetime, user: UUID) -> bool:
        """Read as the user, to cache the user's access classes. Return whether the read was before `until`."""
        with self.database.api.transaction(Principal(self.world.tenant, user)) as session:
            return bool(session.scalar(text("SELECT now() < :until"), {"until": until}))

    def try_forbidden_write(self, actor: UUID, statement: str, values: dict[str, Any]) -> None:
        """Try to write a row that the actor has no right to write. The database must refuse it."""
        assert not self._write(actor, statement, {"id": new_id()} | values, lambda access: False, lambda: None)

    # --- parts of steps -----------------------------------------------------------------------------------------------

    def _write(
        self,
        actor: UUID,
        statement: str,
        values: dict[str, Any],
        may: Callable[[Access], bool],
        apply: Callable[[], object],
    ) -> bool:
        """Execute a statement as the api role. It must change rows if, and only if, the oracle allows it (`may`)."""

        def act(session: Session) -> bool:
            given = values | {"tenant": self.world.tenant, "actor": actor}
            return bool(session.execute(text(statement), given).rowcount)  # type: ignore[attr-defined]

        return self._try(actor, may, act, apply)

    def _subject(self, holder: UUID) -> dict[str, UUID | None]:
        is_group = holder in self.world.groups
        return {"user": None if is_group else holder, "group": holder if is_group else None}

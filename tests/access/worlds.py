"""Random policies of users, nested groups and collections, grants, packs, labels, clearances and exclusions.

The owner role makes random changes. Tests then compare the database's decisions with the explanations.
"""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core.clock import SystemClock
from app.core.ids import new_id
from app.core.principal import Principal, Role
from app.db.session import system_principal
from app.identity.service import TenantAdmin

TYPES, SOURCES = ("10-K", "10-Q", None), ("vendor", "house", None)
USERS, GROUPS, COLLECTIONS, DOCUMENTS, LABELS, PACKS = 5, 5, 5, 8, 2, 3


class World:
    """The policy of one tenant. `change` makes a random change, and `table` returns the database's decisions."""

    def __init__(self, database, seed: int) -> None:
        self._database = database
        self._random = random.Random(seed)
        admin = TenantAdmin(owner=database.owner, clock=SystemClock())
        self.tenant_id = admin.create_tenant(slug=f"t{uuid4().hex}", name="Tenant")
        self._people = [
            admin.create_user(self.tenant_id, email=f"{uuid4().hex}@example.com", name=f"User {n}", roles=[])[0]
            for n in range(USERS)
        ]
        admin_id = admin.create_user(self.tenant_id, email="admin@example.com", name="Admin", roles=[Role.ADMIN])[0]
        self.admin = Principal(tenant_id=self.tenant_id, user_id=admin_id, roles=frozenset({Role.ADMIN}))
        self.users = [*self._people, admin_id]
        with self._session() as session:
            self._groups = [self._make(session, "groups", name=f"group {n}") for n in range(GROUPS)]
            self._labels = [self._make(session, "labels", name=f"label {n}", by=admin_id) for n in range(LABELS)]
            self._packs = [self._make_pack(session, n, admin_id) for n in range(PACKS)]
            self._collections = [self._make_collection(session, n, admin_id) for n in range(COLLECTIONS)]
            self.documents = [self._make_document(session, n, admin_id) for n in range(DOCUMENTS)]
        for _ in range(40):
            self.change()

    def change(self) -> None:
        """Make one random change, or none if the database rejects it."""
        often = {
            self._join: 4,
            self._grant: 6,
            self._nest: 2,
            self._clear: 2,
            self._end: 4,
            self._move: 2,
            self._edit: 2,
        }
        seldom = {self._label: 1, self._exclude: 1}
        changes = often | seldom
        change = self._random.choices(list(changes), list(changes.values()))[0]
        try:
            with self._session() as session:
                change(session)
        except DBAPIError as error:
            assert error.orig.sqlstate in {"42P19", "23505", "23514"}, error

    def table(self) -> dict[tuple[UUID, UUID], int]:
        """Return the access level of each user to each document that the user can read."""
        with self._database.api.transaction(self.admin) as session:
            classes = session.execute(text("SELECT * FROM classes_of_documents(:ids)"), {"ids": self.documents}).all()
            seen = session.execute(text("SELECT * FROM classes_of_people(:ids)"), {"ids": self.users}).all()
        levels = {user: dict(zip(ids, levels, strict=True)) for user, ids, levels in seen}
        return {
            (user, document): levels[user][class_id]
            for user in levels
            for document, class_id in classes
            if class_id in levels[user]
        }

    def _session(self):
        return self._database.owner.transaction(system_principal(self.tenant_id))

    def _make(self, session, table, by=None, **values) -> UUID:
        made = {"id": new_id(), "tenant_id": self.tenant_id, **values} | ({"created_by": by} if by else {})
        columns = ", ".join(made)
        marks = ", ".join(f":{name}" for name in made)
        session.execute(text(f"INSERT INTO {table} ({columns}, created_at) VALUES ({marks}, now())"), made)
        return made["id"]

    def _make_pack(self, session, number, by) -> UUID:
        types, sources = ([["10-K"], []], [["10-Q"], ["vendor"]], [[], ["house"]])[number % 3]
        return self._make(
            session, "entitlement_packs", by, name=f"pack {number}", document_types=types, sources=sources
        )

    def _make_collection(self, session, number, by) -> UUID:
        class_id = session.scalar(text("SELECT nextval('access_class_ids')"))
        parent = self._random.choice([None, *getattr(self, "_collections", [])])
        values = {"name": f"collection {number}", "parent_id": parent, "access_class_id": class_id, "revision": 1}
        made = self._make(session, "collections", by, **values)
        return made

    def _make_document(self, session, number, by) -> UUID:
        values = {
            "collection_id": self._random.choice(self._collections),
            "access_class_id": 0,
            "content_sha256": f"{number:064}",
            "title": "t",
            "filename": "f",
            "document_type": self._random.choice(TYPES),
            "source": self._random.choice(SOURCES),
            "revision": 1,
            "updated_at": datetime.now(UTC),
        }
        return self._make(session, "documents", by, **values)

    def _subject(self) -> dict[str, UUID]:
        if self._random.random() < 0.4:
            return {"user_id": self._random.choice(self.users)}
        return {"group_id": self._random.choice(self._groups)}

    def _end_time(self):
        return self._random.choice([None, None, datetime.now(UTC) + timedelta(days=self._random.choice([-1, 1]))])

    def _join(self, session) -> None:
        values = {"tenant": self.tenant_id, "user": self._random.choice(self.users), "group": self._pick(self._groups)}
        session.execute(
            text("INSERT INTO group_members VALUES (:tenant, :user, :group) ON CONFLICT DO NOTHING"), values
        )

    def _nest(self, session) -> None:
        values = {"tenant": self.tenant_id, "outer": self._pick(self._groups), "inner": self._pick(self._groups)}
        statement = "INSERT INTO group_nestings VALUES (:tenant, :outer, :inner) ON CONFLICT DO NOTHING"
        session.execute(text(statement), values)

    def _grant(self, session) -> None:
        name, things = self._random.choice(
            [("collection_id", self._collections), ("document_id", self.documents), ("pack_id", self._packs)]
        )
        level = 1 if name == "pack_id" else self._random.choice([1, 2, 3])
        values = {**self._subject(), name: self._pick(things), "level": level, "expires_at": self._end_time()}
        self._make(session, "grants", self.users[-1], **values)

    def _clear(self, session) -> None:
        values = {**self._subject(), "label_id": self._pick(self._labels), "expires_at": self._end_time()}
        self._make(session, "clearances", self.users[-1], **values)

    def _label(self, session) -> None:
        table, column, things = self._random.choice(
            [
                ("collection_labels", "collection_id", self._collections),
                ("document_labels", "document_id", self.documents),
            ]
        )
        values = {"tenant": self.tenant_id, "thing": self._pick(things), "label": self._pick(self._labels)}
        statement = f"INSERT INTO {table} (tenant_id, {column}, label_id) VALUES (:tenant, :thing, :label)"
        session.execute(text(f"{statement} ON CONFLICT DO NOTHING"), values)

    def _exclude(self, session) -> None:
        values = {**self._subject(), "document_id": self._pick(self.documents), "expires_at": self._end_time()}
        self._make(session, "exclusions", self.users[-1], **values)

    def _end(self, session) -> None:
        """Delete one random grant, clearance, membership, nesting, exclusion or label."""
        given, barriers = ["grants", "clearances", "group_members", "group_nestings"], ["exclusions", "document_labels"]
        table = self._random.choice([*given, *2 * barriers, *3 * ["collection_labels"]])
        # Ids sort by creation time. A seed therefore always selects the same rows.
        rows = session.scalars(text(f"SELECT t::text FROM {table} t ORDER BY 1")).all()
        if rows:
            session.execute(text(f"DELETE FROM {table} t WHERE t::text = :row"), {"row": self._pick(rows)})

    def _move(self, session) -> None:
        if self._random.random() < 0.5:
            values = {"id": self._pick(self._collections), "parent": self._random.choice([None, *self._collections])}
            session.execute(text("UPDATE collections SET parent_id = :parent WHERE id = :id AND id <> :parent"), values)
        else:
            values = {"id": self._pick(self.documents), "to": self._pick(self._collections)}
            session.execute(text("UPDATE documents SET collection_id = :to WHERE id = :id"), values)

    def _edit(self, session) -> None:
        """Enable or disable a user, change the type and source of a document, or delete a document."""
        kind = self._random.random()
        if kind < 0.15:
            values = {"id": self._random.choice(self._people)}
            ends = "CASE WHEN disabled_at IS NULL THEN now() END"
            session.execute(text(f"UPDATE users SET disabled_at = {ends} WHERE id = :id"), values)
        elif kind < 0.9:
            values = {"id": self._pick(self.documents), "type": self._pick(TYPES), "source": self._pick(SOURCES)}
            session.execute(text("UPDATE documents SET document_type = :type, source = :source WHERE id = :id"), values)
        else:
            session.execute(
                text("UPDATE documents SET deleted_at = now() WHERE id = :id"), {"id": self._pick(self.documents)}
            )

    def _pick(self, things):
        return self._random.choice(things)

"""A tenant for access tests. Its users have or lack rights for different reasons. Its objects require these rights."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import text

from app.core.pagination import PageRequest
from app.core.principal import PERMISSIONS, Permission, Principal, Role
from app.db.session import system_principal
from app.documents.content.parsed import Words
from app.documents.content.parsed_codec import encode_words
from app.identity.sessions.service import SessionService, form_token
from tests.api.conftest import Server, User
from tests.api.review_objects import create_schema, create_task
from tests.api.test_evaluations import make_run
from tests.facts.made_facts import make_fact, write_facts
from tests.tables.made_tables import PAGE, make_row, make_statement

EVERY_ROLE = tuple(role for role in Role if role is not Role.SYSTEM)


class AbsentObjects(dict[str, Any]):
    """Ids of absent objects, by parameter name."""

    def __missing__(self, name: str) -> Any:
        self[name] = _make_value(name) or (record_of(self["eval_run_id"]) if name == "eval_record" else str(uuid4()))
        return self[name]


def _make_value(name: str) -> str | None:
    """Return a value for a parameter that is not an id. Return None if the parameter is an id."""
    now = datetime.now(UTC).isoformat()
    return {"number": "1", "filename": f"{uuid4().hex}.txt", "moment": now, "other_schema_key": f"s{uuid4().hex}"}.get(
        name
    )


def record_of(run_id: str) -> dict[str, Any]:
    return make_run({"a": 1.0}, id=run_id).model_dump(mode="json")


@dataclass
class World:
    """One tenant. `owner` owns all objects. `granted` has grants, and `grouped` has grants through nested groups. The
    grant of `lapsed` has just expired. `analyst` and the users with other roles have no grants. These five and
    `bystander`, who sends no requests, may review. `powerless` has no role. `stranger` has every role in another
    tenant.
    """

    server: Server
    tenant_id: UUID = field(init=False)
    _scoped_clients: dict[tuple[UUID, Permission], httpx.Client] = field(default_factory=dict)
    _pages: dict[str, httpx.Client] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tenant_id = self.server.tenant()
        self.owner, self.granted, self.grouped, self.lapsed, self.analyst, self.bystander = (
            self.server.user(self.tenant_id, Role.ANALYST, Role.APPROVER) for _ in range(6)
        )
        self.admin, self.engineer, self.auditor = (
            self.server.user(self.tenant_id, role) for role in (Role.ADMIN, Role.ENGINEER, Role.AUDITOR)
        )
        self.stranger = self.server.user(None, *EVERY_ROLE)
        self.powerless = self.server.user(self.tenant_id, Role.ANALYST)
        self.sql("UPDATE users SET roles = '{}' WHERE id = :id", id=self.powerless.id)
        self.outer, inner = (self.post(self.admin, "/v1/groups", name=uuid4().hex)["id"] for _ in range(2))
        self.put(self.admin, f"/v1/groups/{self.outer}/groups/{inner}")
        self.put(self.admin, f"/v1/groups/{inner}/members/{self.grouped.id}")
        self.cleared_label = self.post(self.admin, "/v1/labels", name=f"known {uuid4().hex}")["id"]
        for user in (self.owner, self.granted):
            self.post(self.admin, "/v1/clearances", label_id=self.cleared_label, user_id=str(user.id))
        self.post(self.admin, "/v1/clearances", label_id=self.cleared_label, group_id=self.outer)

    def sql(self, statement: str, **values: object) -> None:
        with self.server.database.owner.transaction(system_principal(self.tenant_id)) as session:
            session.execute(text(statement), values)

    def post(self, user: User, path: str, **body: object) -> dict[str, Any]:
        answer = user.http.post(path, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def put(self, user: User, path: str, **options: Any) -> None:
        answer = user.http.put(path, **options)
        assert answer.is_success, answer.text

    def key_of(self, user: User, **options: object) -> httpx.Client:
        """Create another key for the user, and return a client that sends it."""
        made = self.post(user, "/v1/keys", name="more", **options)
        return self.server.client(headers={"Authorization": f"Bearer {made['secret']}"})

    @cached_property
    def expired(self) -> httpx.Client:
        ends = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        made = self.post(self.granted, "/v1/keys", name="short", expires_at=ends)
        self.sql("UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE id = :id", id=made["id"])
        return self.server.client(headers={"Authorization": f"Bearer {made['secret']}"})

    @cached_property
    def malformed(self) -> httpx.Client:
        return self.server.client(headers={"Authorization": "Bearer fn_x"})

    @cached_property
    def keyless(self) -> httpx.Client:
        return self.server.client()

    def page_of(self, client: httpx.Client) -> httpx.Client:
        """Return an HTTP client that is signed in with the key of `client`. Later calls return the same one."""
        key = client.headers["Authorization"].removeprefix("Bearer ")
        if key not in self._pages:
            self._pages[key] = self.sign_in(key)
        return self._pages[key]

    def sign_in(self, key: str) -> httpx.Client:
        page = self.server.client()
        assert page.post("/sign-in", data={"key": key}).status_code == 303
        assert self._session(page)
        return page

    def _session(self, page: httpx.Client) -> str:
        return page.cookies.get(self.server.app.state.session_cookie) or ""

    @cached_property
    def ended_pages(self) -> list[httpx.Client]:
        """Clients with ended sessions of `granted`. One was signed out, one timed out, and the key of one expired."""
        kept = []
        for ending in (None, "web_sessions SET ends_at", "api_keys SET expires_at"):
            ends = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
            made = self.post(self.granted, "/v1/keys", name="page", expires_at=ends)
            page = self.sign_in(made["secret"])
            token = self._session(page)
            if ending is None:
                assert page.post("/sign-out", data={"form_token": form_token(token)}).status_code == 303
            else:
                column = "key_id" if ending.startswith("web") else "id"
                self.sql(f"UPDATE {ending} = now() - interval '1 second' WHERE {column} = :id", id=made["id"])
            kept.append(self.server.client(cookies={self.server.app.state.session_cookie: token}))
        return kept

    def scoped(self, user: User, *, without: Permission) -> httpx.Client:
        """Return a client whose key has all permissions of the user except `without`."""
        if (user.id, without) not in self._scoped_clients:
            allowed = user.http.get("/v1/me").json()["permissions"]
            self._scoped_clients[user.id, without] = self.key_of(user, scopes=sorted({*allowed} - {without}))
        return self._scoped_clients[user.id, without]

    def holder(self, permission: Permission) -> User:
        """Return a user who has the permission and no grants."""
        users = {
            Role.ANALYST: self.analyst,
            Role.APPROVER: self.analyst,
            Role.ENGINEER: self.engineer,
            Role.ADMIN: self.admin,
            Role.AUDITOR: self.auditor,
        }
        return next(user for role, user in users.items() if permission in PERMISSIONS[role])


class Objects(dict[str, Any]):
    """Ids of a world's objects, by parameter name. An object is created when its id is first needed."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world
        self._makers: Mapping[str, Callable[[], None]] = {
            **dict.fromkeys(("collection_id", "collection_name"), self._create_collection),
            "grant_id": self._grant,
            "logged_user_id": self._create_logged_user,
            **dict.fromkeys(("document_id", "version_id", "run_id", "issuer_id"), self._upload),
            **dict.fromkeys(("group_id", "member_group_id"), self._create_groups),
            **dict.fromkeys(("provider_id", "linked_user_id"), self._create_provider),
            **dict.fromkeys(("barrier_id", "labelled_collection_id", "labelled_document_id"), self._create_labelled),
            **dict.fromkeys(("eval_run_id", "eval_record"), self._publish),
            "dead_run_id": self._fail,
            **dict.fromkeys(("schema_key", "task_id", "field_id"), self._review),
            "other_schema_key": self._create_schema,
            "bulk_id": self._approve_in_bulk,
            "view_id": self._save_view,
            "policy_id": self._add_policy,
            "edit_id": self._rename_issuer,
            "exclusion_id": self._exclude,
            **dict.fromkeys(("key_id", "webhook_id"), self._create_key),
            "session_id": self._open_session,
            "question_id": self._ask,
            **dict.fromkeys(("conversation_id", "turn_id"), self._converse),
            **dict.fromkeys(("judged_question_id", "feedback_id"), self._judge),
            "clearance_id": self._clear,
            "own_clearance_id": self._find_clearance,
            "user_id": self._create_user,
        }

    def __missing__(self, name: str) -> Any:
        if name in self._makers:
            self._makers[name]()
        else:
            self[name] = _make_value(name) or self._create(name)
        return self[name]

    def expire_grant(self) -> None:
        """Create a grant for `lapsed` and set its expiry to a second ago."""
        world = self._world
        ends = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        ending = {"user_id": str(world.lapsed.id), "expires_at": ends, "level": "owner"}
        made = world.post(world.owner, "/v1/grants", collection_id=self["collection_id"], **ending)
        assert world.lapsed.http.get(f"/v1/collections/{self['collection_id']}").status_code == 200
        world.sql("UPDATE grants SET expires_at = now() - interval '1 second' WHERE id = :id", id=made["id"])

    def label_collection(self) -> None:
        """Add a label, for which no user has clearance, to the collection. It hides everything in the collection."""
        self["document_id"], self["dead_run_id"], self["grant_id"], self["exclusion_id"], self["edit_id"]
        self["task_id"]
        world = self._world
        barrier = world.post(world.admin, "/v1/labels", name=f"barrier {uuid4().hex}")["id"]
        world.sql(
            "INSERT INTO collection_labels (tenant_id, collection_id, label_id) VALUES (:tenant, :collection, :label)",
            tenant=world.tenant_id,
            collection=self["collection_id"],
            label=barrier,
        )

    def _create(self, name: str) -> str:
        world = self._world
        if name == "cleared_label_id":
            return world.cleared_label
        if name == "label_id":
            return world.post(world.admin, "/v1/labels", name=uuid4().hex)["id"]
        assert name == "pack_id", f"create a {name} in this function, for the rules that use it"
        return world.post(world.admin, "/v1/entitlement-packs", name=uuid4().hex, sources=["vendor"])["id"]

    def _create_collection(self) -> None:
        world = self._world
        made = world.owner.collection()
        collection = made["id"]
        for who in ({"user_id": str(world.granted.id)}, {"group_id": world.outer}):
            world.post(world.owner, "/v1/grants", collection_id=collection, level="owner", **who)
        self.update(collection_id=collection, collection_name=made["name"])

    def _grant(self) -> None:
        body = {"collection_id": self["collection_id"], "user_id": str(self._world.bystander.id)}
        self["grant_id"] = self._world.post(self._world.owner, "/v1/grants", **body)["id"]

    def _create_logged_user(self) -> None:
        """Create a user whom no other test changes. The audit log contains the creation."""
        other = Objects(self._world)
        self["logged_user_id"] = other["user_id"]

    def _upload(self) -> None:
        world = self._world
        made = world.owner.upload({"id": self["collection_id"]})
        self.update({f"{kind}_id": made[kind]["id"] for kind in ("document", "version", "run")})
        with world.server.database.worker.transaction(system_principal(world.tenant_id)) as session:
            session.execute(
                text(
                    "WITH paged AS (UPDATE document_versions SET page_count = 1, fact_count = 1 WHERE id = :version) "
                    "INSERT INTO pages (version_id, number, tenant_id, document_id, width, height, text, words) "
                    "VALUES (:version, 1, :tenant, :document, 612, 792, :page, :words)"
                ),
                {
                    "page": PAGE,
                    "version": self["version_id"],
                    "tenant": world.tenant_id,
                    "document": self["document_id"],
                    "words": encode_words(Words.none()),
                },
            )
            of_version = (world.tenant_id, UUID(self["document_id"]), UUID(self["version_id"]))
            session.add(make_row(*of_version, make_statement(), {1: PAGE}))
            write_facts(session, *of_version, [make_fact("Revenue", "1204500000")])
            issuer_id = session.scalar(
                text(
                    "UPDATE documents SET current_version_id = :version, issuer_key = :issuer WHERE id = :document "
                    "RETURNING issuer_id"
                ),
                {"version": of_version[2], "document": of_version[1], "issuer": f"juniper {uuid4().hex}"},
            )
            self["issuer_id"] = str(issuer_id)

    def _create_schema(self) -> None:
        world = self._world
        self["other_schema_key"] = create_schema(world.server.database, world.tenant_id, world.owner.id)

    def _review(self) -> None:
        world = self._world
        key = create_schema(world.server.database, world.tenant_id, world.owner.id)
        of_version = (UUID(self["document_id"]), UUID(self["version_id"]))
        task, field_id = create_task(world.server.database, world.tenant_id, *of_version, key)
        self.update(schema_key=key, task_id=str(task), field_id=str(field_id))

    def _approve_in_bulk(self) -> None:
        """Decide on a field, as a bulk approval does."""
        world = self._world
        path = f"/v1/review/fields/{self['field_id']}/revisions"
        world.granted.http.post(path, json={"action": "absent"}, headers={"If-Match": "*"})
        self["bulk_id"] = str(uuid4())
        change = "UPDATE field_revisions SET bulk_id = :bulk WHERE field_id = :field AND action = 'absent'"
        world.sql(change, bulk=self["bulk_id"], field=self["field_id"])

    def _save_view(self) -> None:
        body = {"name": "Mine", "filters": {}}
        self["view_id"] = self._world.post(self._world.granted, "/v1/review/views", **body)["id"]

    def _add_policy(self) -> None:
        body = {"policy": "two", "field_key": uuid4().hex}
        self["policy_id"] = self._world.post(self._world.owner, "/v1/review/policies", **body)["id"]

    def _rename_issuer(self) -> None:
        path, headers = f"/v1/issuers/{self['issuer_id']}", {"If-Match": "*"}
        renamed = self._world.owner.http.patch(path, json={"name": "Made"}, headers=headers)
        self["edit_id"] = renamed.json()["edit_id"]

    def _fail(self) -> None:
        """Upload a document of its own whose run fails."""
        made = self._world.owner.upload({"id": self["collection_id"]})
        self["dead_run_id"] = made["run"]["id"]
        for change in (
            "runs SET status = 'failed', error_code = 'pdf-damaged', error_detail = 'Damaged.', finished_at = now()",
            "document_versions SET status = 'failed'",
        ):
            column = "id" if change.startswith("runs") else "document_id"
            which = made["run"]["id"] if change.startswith("runs") else made["document"]["id"]
            self._world.sql(f"UPDATE {change} WHERE {column} = :id", id=which)

    def _create_labelled(self) -> None:
        """Label a collection and a document as the owner, who has clearance. The administrator has no grant on them."""
        world = self._world
        other = Objects(world)
        self.update(labelled_collection_id=other["collection_id"], labelled_document_id=other["document_id"])
        self["barrier_id"] = world.cleared_label
        for kind in ("collection", "document"):
            path = f"/v1/{kind}s/{self[f'labelled_{kind}_id']}/labels/{world.cleared_label}"
            world.put(world.owner, path)

    def _exclude(self) -> None:
        body = {"document_id": self["document_id"], "user_id": str(self._world.bystander.id)}
        self["exclusion_id"] = self._world.post(self._world.owner, "/v1/exclusions", **body)["id"]

    def _create_groups(self) -> None:
        world = self._world
        group, member = (world.post(world.admin, "/v1/groups", name=uuid4().hex)["id"] for _ in range(2))
        world.put(world.admin, f"/v1/groups/{group}/groups/{member}")
        world.put(world.admin, f"/v1/groups/{group}/members/{self['user_id']}")
        self.update(group_id=group, member_group_id=member)

    def _create_user(self) -> None:
        body = {"email": f"{uuid4().hex}@example.com", "name": "Made"}
        self["user_id"] = self._world.post(self._world.admin, "/v1/users", **body)["id"]

    def _create_provider(self) -> None:
        world = self._world
        body = {"name": "Staff", "issuer": "https://login.example.com", "client_id": uuid4().hex}
        provider = world.post(world.admin, "/v1/identity-providers", **body)["id"]
        linked = str(world.bystander.id)
        world.put(world.admin, f"/v1/identity-providers/{provider}/links/{linked}", json={"subject": "2"})
        self.update(provider_id=provider, linked_user_id=linked)

    def _create_key(self) -> None:
        self["key_id"] = self._world.post(self._world.granted, "/v1/keys", name="own")["id"]
        self["webhook_id"] = self._world.post(self._world.granted, "/v1/webhooks", url="https://a.example/")["id"]

    def _open_session(self) -> None:
        sessions: SessionService = self._world.server.app.state.services[SessionService]
        key = self._world.granted.http.get("/v1/me").json()["key_id"]
        who = Principal(self._world.tenant_id, self._world.granted.id, key_id=UUID(key))
        sessions.open(who)
        self["session_id"] = str(sessions.list_sessions(who, PageRequest(limit=200)).items[-1].id)

    def _ask(self) -> None:
        answer = self._world.granted.http.post("/v1/questions", json={"question": "What was net revenue?"})
        self["question_id"] = answer.json()["id"]

    def _converse(self) -> None:
        http = self._world.granted.http
        self["conversation_id"] = http.post("/v1/conversations", json={}).json()["id"]
        path = f"/v1/conversations/{self['conversation_id']}/turns"
        self["turn_id"] = http.post(path, json={"question": "What was net revenue?"}).json()["id"]

    def _judge(self) -> None:
        other = Objects(self._world)
        self["judged_question_id"] = other["question_id"]
        path = f"/v1/questions/{other['question_id']}/feedback"
        self["feedback_id"] = self._world.post(self._world.granted, path, verdict="wrong")["id"]

    def _clear(self) -> None:
        world = self._world
        body = {"label_id": self["label_id"], "user_id": self["user_id"]}
        self["clearance_id"] = world.post(world.admin, "/v1/clearances", **body)["id"]

    def _find_clearance(self) -> None:
        self["own_clearance_id"] = self._world.granted.http.get("/v1/clearances").json()["items"][0]["id"]

    def _publish(self) -> None:
        run_id = f"run-{uuid4().hex}"
        self.update(eval_run_id=run_id, eval_record=record_of(run_id))
        self._world.put(self._world.engineer, f"/v1/eval-runs/{run_id}", json=self["eval_record"])

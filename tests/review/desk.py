"""A tenant with editors, approvers and a reader, whose documents were read by a small schema."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import text

import app.documents.models  # noqa: F401  audit rows and grants refer to these tables, so SQLAlchemy needs them
from app.access.collections.schemas import NewGrant
from app.access.collections.service import AccessService
from app.core.clock import SystemClock
from app.core.ids import new_id
from app.core.principal import Principal, Role
from app.db.session import system_principal
from app.documents.models import Document, DocumentVersion, Page
from app.identity.service import TenantAdmin
from app.review.deciding.rules import Action
from app.review.evidence import decode_evidence
from app.review.fields.service import FieldService
from app.review.models import ReviewTask
from app.review.proposals import Proposal, ProposalState, ReadingMethod
from app.review.revisions.proposing import FieldWriter
from app.review.revisions.service import DecisionService, NewDecision
from app.review.schemas.definition import parse_definition
from app.review.schemas.repository import SchemaRepository
from app.review.tasks.service import TaskService
from app.review.value_texts import parse_value

PAGE = "The agreement is dated 31 December 2026. The fee is USD 4,000,000."


DEAL = {
    "title": "Deal",
    "x-document-types": ["agreement"],
    "properties": {
        "signed": {"type": "string", "format": "date", "x-field": {"importance": 2}},
        "fee": {"type": "number", "x-field": {"importance": 5, "unit": "USD", "policy": "two"}},
        "law": {"type": "string", "x-field": {"kind": "term", "policy": "blind"}},
        "renews": {"type": "boolean", "x-field": {"importance": 1, "policy": "sample"}},
    },
}
READ = {"signed": ("2026-12-31", 0.9), "fee": ("4,000,000", 0.5), "law": ("Ohio", 0.8), "renews": ("yes", 0.99)}


@dataclass
class ReviewDesk:
    """`ana` and `ben` are editors, `cleo` and `dan` approvers; `reader` may only read."""

    database: object
    ana: Principal
    ben: Principal
    cleo: Principal
    dan: Principal
    reader: Principal
    collection: UUID
    draw: float = 0.0
    documents: list[UUID] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tasks = TaskService(database=self.database.api, clock=SystemClock())
        self.fields = FieldService(database=self.database.api)
        self.decisions = DecisionService(database=self.database.api, draw=lambda: self.draw)

    @property
    def tenant(self) -> UUID:
        return self.ana.tenant_id

    @property
    def worker(self):
        return self.database.worker.transaction(system_principal(self.tenant))

    def sql(self, statement: str, **values: object) -> list[tuple]:
        with self.worker as session:
            result = session.execute(text(statement), values)
            return [tuple(row) for row in result] if result.returns_rows else []

    def grant(self, user: Principal, level: int) -> None:
        grant = NewGrant(user.user_id, None, self.collection, None, level, None)
        AccessService(database=self.database.api).create_grant(self.ana, grant)

    def publish(self, page: str = PAGE) -> UUID:
        """Store a searchable document of one page."""
        document, version, now = new_id(), new_id(), SystemClock().now()
        made = Document(
            id=document, tenant_id=self.tenant, collection_id=self.collection, access_class_id=0,
            content_sha256=document.hex, title="Fee letter", filename="fee.txt", document_type="agreement",
            revision=1, created_at=now, created_by=self.ana.user_id, updated_at=now,
        )  # fmt: skip
        its_version = DocumentVersion(
            id=version, tenant_id=self.tenant, document_id=document, number=1, status="ready",
            content_sha256=document.hex, size_bytes=1, page_count=1, created_at=now, created_by=self.ana.user_id,
        )  # fmt: skip
        its_page = Page(
            version_id=version, number=1, tenant_id=self.tenant, document_id=document, width=1, height=1, text=page,
            words=b"",
        )  # fmt: skip
        with self.worker as session:
            for row in (made, its_version, its_page):
                session.add(row)
                session.flush()
            made.current_version_id = version
        self.documents.append(document)
        return document

    def schema(self, raw: dict = DEAL, key: str = "deal") -> str:
        """Add a schema, or a version of it."""
        schema = parse_definition(key, raw)
        with self.database.api.transaction(self.ana) as session:
            schemas = SchemaRepository(session)
            row, now = schemas.find_row(key), SystemClock().now()
            if row is None:
                schemas.add(schema, raw, origin="tenant", principal=self.ana, now=now)
            else:
                schemas.add_version(row, schema, raw, principal=self.ana, now=now)
        return key

    def read(self, task_id: UUID, read: dict = READ) -> None:
        """Store what the machine read for a task: texts of values with their confidence."""
        with self.worker as session:
            task = session.get_one(ReviewTask, task_id)
            schemas = SchemaRepository(session)
            schema = schemas.get_schema(schemas.find_row(task.schema_id), task.schema_version)
            task.state = "open"
            proposals = {
                spec.key: (spec.digest, _proposal(spec, *read.get(spec.key, (None, 0.0)))) for spec in schema.fields
            }
            FieldWriter(session, task, datetime.now(UTC)).write(schema, proposals)

    def task(self, raw: dict = DEAL, read: dict = READ) -> UUID:
        """Publish a document, and read it by a schema. Return the open task."""
        view, _ = self.tasks.create_task(self.ana, self.publish(), self.schema(raw, f"s{uuid4().hex[:8]}"))
        self.read(view.row.id, read)
        return view.row.id

    def field(self, task: UUID, key: str, by: Principal | None = None):
        """Return a field as a user sees it."""
        found = self.fields.list_fields(by or self.ana, task)
        return next(each for each in found if each.row.key == key)

    def decide(self, by: Principal, task: UUID, key: str, action: str, text: str | None = None, **more):
        """Decide on a field as a user who has just seen it."""
        seen = self.field(task, key, by)
        decision = NewDecision(Action(action), text=text, **more)
        return self.decisions.decide(by, seen.row.id, decision, revision=seen.revision)


def _proposal(spec, words: str | None, confidence: float, quotes: tuple[dict, ...] = ()) -> Proposal:
    value = None if words is None else parse_value(spec.kind, words, unit=spec.unit)
    state = ProposalState.UNREAD if value is None else ProposalState.FOUND
    evidence = tuple(map(decode_evidence, quotes))
    return Proposal(spec.key, state, value, evidence, ReadingMethod.RULE, confidence)


def make_desk(database: object) -> ReviewDesk:
    admin = TenantAdmin(owner=database.owner, clock=SystemClock())
    tenant = admin.create_tenant(slug=f"t-{uuid4().hex}", name="Tenant")

    def user(name: str, role: Role) -> Principal:
        user_id, _ = admin.create_user(tenant, email=f"{uuid4().hex}@example.com", name=name, roles=[role])
        return Principal(tenant, user_id, roles=frozenset({role}), name=name)

    ana, ben = user("Ana", Role.EDITOR), user("Ben", Role.EDITOR)
    cleo, dan = user("Cleo", Role.APPROVER), user("Dan", Role.APPROVER)
    reader = user("Rae", Role.ANALYST)
    collection = AccessService(database=database.api).create_collection(ana, name="Deals").id
    desk = ReviewDesk(database, ana, ben, cleo, dan, reader, collection)
    for each, level in ((ben, 2), (cleo, 2), (dan, 2), (reader, 1)):
        desk.grant(each, level)
    return desk

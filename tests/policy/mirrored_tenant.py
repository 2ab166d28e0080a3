"""A tenant that exists twice: in the database, which Footnote's code changes, and in the oracle, which tests change.

For each step, the oracle and the database decide whether the actor may take it. Their decisions must agree.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy, deepcopy
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Self
from uuid import UUID, uuid4

from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.access.collections.repository import AccessRepository
from app.core.clock import SystemClock
from app.core.ids import new_id
from app.core.principal import Principal
from app.db.session import RightsChangedError, system_principal
from app.documents.issuers import normalise_issuer
from app.documents.models import Document
from app.documents.repository import DocumentRepository
from app.identity.keys import new_key
from app.identity.service import key_row
from app.jobs.service import RunService
from app.retrieval.index.lexicon import term_weights, tokenise
from app.retrieval.index.spaces import get_space_id
from app.retrieval.index.writing import ChunkIndex
from tests.policy import oracle
from tests.policy.conversation_rows import insert_feedback, insert_turn
from tests.policy.oracle import Access, World
from tests.policy.page_rows import replace_page_rows
from tests.policy.refusals import is_refusal
from tests.policy.review_rows import ensure_review_rows
from tests.policy.tally import DifferenceError, Tally
from tests.retrieval.conftest import HashEmbedder, PageText, make_drafts

KINDS = ("10-K", "10-Q", "8-K")
SOURCES = ("house", "client")
SET_BY_PERSON = {"document_type": {"by": "editor"}}
READ_FROM_TEXT = {"document_type": {"by": "document", "origin": "text"}}
COMMON_WORD = "covenant"
PEOPLE = (("admin", "editor"), ("editor",), ("analyst", "engineer"), ("analyst",), ("auditor",), ("editor",))
"""The roles of each user of a tenant. The first user is the administrator."""
_VISIBLE_IDS = (
    "SELECT now(), ARRAY(SELECT d.id FROM documents d) AS documents, "
    "ARRAY(SELECT c.id FROM collections c) AS collections"
)

_FAIL_RUN = text("UPDATE runs SET status = 'failed', finished_at = now() WHERE version_id = :id")
# An editor's merger of all documents into one issuer, of which each reader sees the part that is theirs.
_MERGE = text(
    "INSERT INTO issuer_edits (id, document_id, tenant_id, access_class_id, kind, token, made_by, made_at) "
    "SELECT d.tenant_id, d.id, d.tenant_id, d.access_class_id, 'merge', d.tenant_id, d.created_by, now() "
    "FROM documents d WHERE d.id = :document AND d.deleted_at IS NULL ON CONFLICT DO NOTHING"
)


def _digest(tenant: UUID, content: bytes) -> str:
    return sha256(tenant.bytes + content).hexdigest()


@dataclass
class MirroredTenant:
    """One tenant in the database and in the oracle (`world`). Each step changes both."""

    database: Any
    tally: Tally
    store: Callable[[UUID, bytes], str] = _digest
    """Function that stores a file and returns its digest."""
    names: dict[str, str] = field(default_factory=dict)
    keys: dict[UUID, str] = field(default_factory=dict)
    """The API key of each user, for requests over HTTP."""
    world: World = field(init=False)
    embedder: HashEmbedder = field(default_factory=HashEmbedder)
    versions: dict[UUID, UUID] = field(default_factory=dict)
    runs: dict[UUID, UUID] = field(default_factory=dict)
    published: set[UUID] = field(default_factory=set)

    def found(self, label: str, people: Sequence[tuple[str, ...]]) -> None:
        """Create the tenant, its users and their API keys as the owner role."""
        now, tenant = SystemClock().now(), uuid4()
        self.world = World(tenant=tenant)
        rows, keys = [], []
        for roles in people:
            user = self._named(new_id(), f"{label} user {len(rows)} ({'+'.join(roles)})")
            secret = new_key()
            self.keys[user] = secret.text
            self.world.users[user] = oracle.User(frozenset(roles))
            rows.append(
                {"id": user, "tenant": tenant, "email": f"{user}@example.org", "roles": list(roles), "now": now}
            )
            keys.append(key_row(tenant, user, name="key", secret=secret, now=now, expires_at=None))
        with self.database.owner.transaction(system_principal(tenant)) as session:
            session.execute(
                text("INSERT INTO tenants (id, slug, name, created_at) VALUES (:id, :slug, 'Made', :now)"),
                {"id": tenant, "slug": tenant.hex, "now": now},
            )
            session.execute(
                text(
                    "INSERT INTO users (id, tenant_id, email, name, roles, created_at) "
                    "VALUES (:id, :tenant, :email, 'Reader', :roles, :now)"
                ),
                rows,
            )
            session.execute(
                text(
                    "INSERT INTO api_keys (id, tenant_id, user_id, name, prefix, secret_hash, created_at) "
                    "VALUES (:id, :tenant_id, :user_id, :name, :prefix, :secret_hash, :created_at)"
                ),
                keys,
            )

    def resume_in(self, database: Any) -> Self:
        """Return a copy of this tenant. The steps of the copy change `database`, a copy of this tenant's database."""
        resumed = copy(self)
        resumed.database, resumed.tally, resumed.world = database, Tally(), deepcopy(self.world)
        resumed.names, resumed.versions, resumed.runs = {**self.names}, {**self.versions}, {**self.runs}
        resumed.published = {*self.published}
        return resumed

    # --- steps: each returns whether it succeeded ---------------------------------------------------------------------

    def create_collection(self, actor: UUID, parent: UUID | None) -> bool:
        made = self._named(new_id(), f"collection {len(self.world.parents)}")
        grant = new_id()

        def apply() -> None:
            self.world.parents[made] = parent
            self.world.grants[grant] = oracle.Grant(actor, made, oracle.OWNER, None)

        return self._try(
            actor,
            lambda access: access.may_put_into(parent),
            lambda session: AccessRepository(session).create_collection(
                made, parent_id=parent, name=str(made), grant_id=grant
            ),
            apply,
        )

    def upload(self, actor: UUID, collection: UUID, kind: str | None = None) -> UUID | None:
        """Create an unprocessed document with the type `kind`. Return its id, or None if the upload is refused."""
        number = len(self.world.documents)
        made, version, now = self._named(new_id(), f"document {number}"), new_id(), SystemClock().now()
        content = f"Words of {made}".encode()
        digest = self.store(self.world.tenant, content)
        common = {"tenant_id": self.world.tenant, "content_sha256": digest, "created_at": now, "created_by": actor}

        def act(session: Session) -> bool:
            repository = DocumentRepository(session)
            found = AccessRepository(session).find_collection(collection)
            values = {
                "id": made,
                "collection_id": collection,
                "access_class_id": 0 if found is None else found.access_class_id,
                "title": f"Document {number}",
                "filename": "made.txt",
                "document_type": kind,
                "metadata_sources": None if kind is None else SET_BY_PERSON,
                "revision": 1,
                "updated_at": now,
            }
            repository.insert_document(values | common)
            repository.insert_version(
                {"id": version, "document_id": made, "number": 1, "status": "processing", "size_bytes": len(content)}
                | common
            )
            self.runs[made] = (
                RunService(database=self.database.api, clock=SystemClock())
                .start_run(
                    session,
                    tenant_id=self.world.tenant,
                    document_id=made,
                    version_id=version,
                    created_by=actor,
                    trace_context=None,
                )
                .id
            )
            return True

        def apply() -> None:
            self.world.documents[made] = oracle.Document(collection, kind, is_set_by_person=kind is not None)
            self.versions[made] = version

        may = self._try(actor, lambda access: access.level_at_collection(collection) >= oracle.EDITOR, act, apply)
        return made if may else None

    def publish(self, document: UUID, kind: str | None, source: str | None) -> None:
        """Write the rows of a version as the worker role. A second call replaces them. `kind`, the type read from the
        text, becomes the document's type unless a person has set one.
        """
        with self._as_worker() as session:
            row = session.scalar(select(Document).where(Document.id == document).with_for_update())
            if row is None or row.deleted_at is not None:
                return
            version = self.versions[document]
            if row.metadata_sources != SET_BY_PERSON:
                row.document_type, row.metadata_sources = kind, READ_FROM_TEXT
            row.source, row.issuer_key = source, normalise_issuer(f"issuer {kind}")
            row.issuer_aliases = {"names": [document.hex]}
            row.fiscal_year = 2020 if kind == KINDS[0] else 2021
            row.current_version_id = version
            session.flush()
            session.execute(
                text("UPDATE document_versions SET status = 'ready', page_count = 1 WHERE id = :id"), {"id": version}
            )
            # Each published document has a dead letter.
            session.execute(_FAIL_RUN, {"id": version})
            words = (f"{COMMON_WORD} of {document.hex}", f"{COMMON_WORD} again, word{document.hex[-12:]}")
            replace_page_rows(session, self.world.tenant, document, version, words)
            drafts = make_drafts([PageText(words)])
            texts = [draft.indexed_text() for draft in drafts]
            ChunkIndex().replace(
                session,
                document=row,
                version_id=version,
                drafts=drafts,
                embeddings=self.embedder.embed_documents(texts),
                terms=[term_weights(tokenise(one), average_length=50.0) for one in texts],
                space_id=get_space_id(session, self.embedder.space),
            )
        with self.database.owner.transaction(system_principal(self.world.tenant)) as session:
            session.execute(_MERGE, {"document": document})
            ensure_review_rows(session, self.world.tenant, document, version)
        self.published.add(document)
        mirrored = self.world.documents[document]
        mirrored.kind, mirrored.source = mirrored.kind if mirrored.is_set_by_person else kind, source

    def describe(self, actor: UUID, document: UUID, kind: str | None, source: str | None) -> bool:
        """Set the type and the source of a document, by which entitlement packs select documents."""

        def act(session: Session) -> bool:
            repository = DocumentRepository(session)
            found = session.scalar(select(Document.revision).where(Document.id == document))
            values = {"document_type": kind, "source": source, "metadata_sources": SET_BY_PERSON}
            return found is not None and repository.update_document(document, revision=found, values=values)

        def apply() -> None:
            mirrored = self.world.documents[document]
            mirrored.kind, mirrored.source, mirrored.is_set_by_person = kind, source, True

        return self._try(actor, lambda access: access.level_at(document) >= oracle.EDITOR, act, apply)

    def delete_document(self, actor: UUID, document: UUID) -> bool:
        readers: set[UUID] = set()

        def act(session: Session) -> bool:
            readers.update(each for each in self.world.users if self.access_of(session, each).level_at(document))
            return DocumentRepository(session).delete_document(document)

        deleted = self.world.documents[document]
        return self._try(actor, lambda it: it.level_at(document) >= oracle.EDITOR, act, lambda: deleted.delete(readers))

    def move_document(self, actor: UUID, document: UUID, into: UUID) -> bool:
        old = self.world.documents[document].collection

        def apply() -> None:
            self.world.documents[document].collection = into

        return self._try(
            actor,
            lambda access: (
                access.level_at(document) == oracle.OWNER and access.may_put_into(into) and access.may_leave(old, into)
            ),
            lambda session: self._scalar(session, "SELECT move_document(:a, :b)", a=document, b=into) == "moved",
            apply,
        )

    def move_collection(self, actor: UUID, moved: UUID, into: UUID | None) -> bool:
        old = self.world.parents[moved]

        def may(access: Access) -> bool:
            return (
                access.level_at_collection(moved) == oracle.OWNER
                and access.may_put_into(into)
                and moved not in self.world.around(into)
                and access.may_leave(old, into)
            )

        def apply() -> None:
            self.world.parents[moved] = into

        return self._try(
            actor,
            may,
            lambda session: self._scalar(session, "SELECT move_collection(:a, :b)", a=moved, b=into) == "moved",
            apply,
        )

    def answer(self, asker: UUID, cited: list[UUID], drafted_from: list[UUID]) -> bool:
        """Record a question and an answer drafted from `drafted_from`. One claim cites `cited`, one is dropped."""
        question = self._named(new_id(), f"question {len(self.world.answers)}")
        key = {"tenant": self.world.tenant, "question": question}
        citations = [
            key | {"ordinal": ordinal, "document": document, "version": self.versions[document]}
            for ordinal, document in enumerate(cited, 1)
        ]

        def act(session: Session) -> bool:
            session.execute(
                text(
                    "INSERT INTO questions (id, tenant_id, user_id, text, filters, understanding, asked_at) "
                    "VALUES (:question, :tenant, :user, 'What is due?', '{}', '{}', now())"
                ),
                key | {"user": asker},
            )
            session.execute(
                text(
                    "INSERT INTO answers (question_id, tenant_id, outcome, writer, tokens_in, tokens_out, cost_usd, "
                    "duration_ms, answered_at, drafted_from) "
                    "VALUES (:question, :tenant, 'answered', 'extractive', 0, 0, 0, 1, now(), :drafted_from)"
                ),
                key | {"drafted_from": drafted_from},
            )
            session.execute(
                text(
                    "INSERT INTO claims (question_id, ordinal, tenant_id, text, dropped_reason) "
                    "VALUES (:question, 1, :tenant, 'It is due.', NULL), (:question, 2, :tenant, 'Is it?', 'repeated')"
                ),
                key,
            )
            session.execute(
                text(
                    "INSERT INTO citations (question_id, claim_ordinal, ordinal, tenant_id, document_id, version_id, "
                    "page_number, char_start, char_end, quote) "
                    "VALUES (:question, 1, :ordinal, :tenant, :document, :version, 1, 0, 8, 'covenant')"
                ),
                citations,
            )
            return insert_turn(session, key | {"user": asker, "cited": cited})

        def apply() -> None:
            self.world.answers[question] = oracle.Answer(asker, frozenset(cited), frozenset(drafted_from))

        done = self._try(asker, lambda access: True, act, apply)
        return done and insert_feedback(self.database, key | {"user": asker, "sources": [*cited, *drafted_from]})

    # --- parts of steps -----------------------------------------------------------------------------------------------

    def access_of(self, session: Session, user: UUID) -> Access:
        return Access(self.world, user, session.scalar(text("SELECT now()")))

    def fresh(self, what: str) -> UUID:
        return self._named(new_id(), f"{what} {len(self.names)}")

    @contextmanager
    def _as_worker(self) -> Iterator[Session]:
        with self.database.worker.transaction(system_principal(self.world.tenant)) as session:
            yield session

    def _try(
        self,
        actor: UUID,
        may: Callable[[Access], bool],
        act: Callable[[Session], bool],
        apply: Callable[[], object],
    ) -> bool:
        allowed = done = False
        self.tally.attempts += 1
        try:
            with self.database.api.transaction(Principal(self.world.tenant, actor)) as session:
                allowed = may(self.access_of(session, actor))
                done = act(session)
                if done:
                    apply()
                    self._check_in_own_transaction(session, actor)
        except (RightsChangedError, DBAPIError) as error:
            if not is_refusal(error):
                raise
            if allowed:
                raise DifferenceError(f"{self.names[str(actor)]} is allowed to, but was refused: {error}") from error
        if done != allowed:
            self.tally.differences += 1
            raise DifferenceError(f"{self.names[str(actor)]}: allowed: {allowed}, done: {done}")
        return done

    def _check_in_own_transaction(self, session: Session, actor: UUID) -> None:
        """Check that a transaction sees its own change. It must not use access classes cached before the change."""
        row = session.execute(text(_VISIBLE_IDS)).one()
        access = Access(self.world, actor, row.now)
        seen, expected = {*row.documents, *row.collections}, access.documents() | access.collections()
        self.tally.reads += len(self.world.documents) + len(self.world.parents)
        for each in seen ^ expected:
            difference = "is visible" if each in seen else "is not visible"
            name, who = self.names.get(str(each), each), self.names[str(actor)]
            self.tally.differences += 1
            raise DifferenceError(f"in the transaction of the change, {name} {difference} by {who}")

    @staticmethod
    def _scalar(session: Session, statement: str, **values: object) -> object:
        return session.scalar(text(statement), values)

    def _named(self, key: UUID, name: str) -> UUID:
        self.names[str(key)] = name
        return key

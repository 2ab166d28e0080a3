"""A tenant whose rights are changed through the product, step by step, while an oracle's world is changed alike.

Whether a step may be done at all is asked of the oracle too: what the database then does must be the same.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy, deepcopy
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Self
from uuid import UUID, uuid4

from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.access.collections.repository import AccessRepository
from app.core.clock import SystemClock
from app.core.ids import new_id
from app.core.principal import Principal
from app.db.session import RightsChangedError, system_principal
from app.documents.content.parsed import Words
from app.documents.content.parsed_codec import encode_words
from app.documents.models import Document, Page
from app.documents.repository import DocumentRepository
from app.identity.keys import new_key
from app.identity.service import key_row
from app.jobs.service import RunService
from app.retrieval.index.lexicon import term_weights, tokenise
from app.retrieval.index.spaces import get_space_id
from app.retrieval.index.writing import ChunkIndex
from tests.policy import oracle
from tests.policy.oracle import Sight, World
from tests.policy.refusals import is_refusal
from tests.policy.tally import DifferenceError, Tally
from tests.retrieval.conftest import HashEmbedder, PageText, make_drafts

KINDS = ("10-K", "10-Q", "8-K")
SOURCES = ("house", "client")
SAID, READ = {"document_type": {"by": "editor"}}, {"document_type": {"by": "document", "origin": "text"}}
COMMON_WORD = "covenant"
PEOPLE = (("admin", "editor"), ("editor",), ("analyst",), ("analyst",), ("auditor",), ("editor",))
"""The roles of a tenant's users; the first administers access."""
_SEEN_AT_ONCE = (
    "SELECT now(), ARRAY(SELECT d.id FROM documents d) AS documents, "
    "ARRAY(SELECT c.id FROM collections c) AS collections"
)


def _digest(tenant: UUID, content: bytes) -> str:
    return sha256(tenant.bytes + content).hexdigest()


@dataclass
class Estate:
    """One tenant in the database (as its rightful roles) and in the oracle (`world`), always changed together."""

    database: Any
    tally: Tally
    store: Callable[[UUID, bytes], str] = _digest
    """Keeps a file's bytes; gives their digest."""
    names: dict[str, str] = field(default_factory=dict)
    keys: dict[UUID, str] = field(default_factory=dict)
    """Each user's key, to ask over HTTP with."""
    world: World = field(init=False)
    embedder: HashEmbedder = field(default_factory=HashEmbedder)
    versions: dict[UUID, UUID] = field(default_factory=dict)
    runs: dict[UUID, UUID] = field(default_factory=dict)
    published: set[UUID] = field(default_factory=set)

    def found(self, label: str, people: Sequence[tuple[str, ...]]) -> None:
        """The tenant with its people, as an operator makes it."""
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
        """The same tenant, gone on with in a copy of its database."""
        resumed = copy(self)
        resumed.database, resumed.tally, resumed.world = database, Tally(), deepcopy(self.world)
        resumed.names, resumed.versions, resumed.runs = {**self.names}, {**self.versions}, {**self.runs}
        resumed.published = {*self.published}
        return resumed

    # --- steps: each says whether it was done ---------------------------------------------------------------------

    def create_collection(self, actor: UUID, parent: UUID | None) -> bool:
        made = self._named(new_id(), f"collection {len(self.world.parents)}")
        grant = new_id()

        def apply() -> None:
            self.world.parents[made] = parent
            self.world.grants[grant] = oracle.Grant(actor, made, oracle.OWNER, None)

        return self._try(
            actor,
            lambda sight: sight.may_put_into(parent),
            lambda session: AccessRepository(session).create_collection(
                made, parent_id=parent, name=str(made), grant_id=grant
            ),
            apply,
        )

    def upload(self, actor: UUID, collection: UUID, kind: str | None = None) -> UUID | None:
        """The new document, not yet read; `kind`: what its uploader says that it is."""
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
                "metadata_sources": None if kind is None else SAID,
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
            self.world.documents[made] = oracle.Document(collection, kind, is_said=kind is not None)
            self.versions[made] = version

        may = self._try(actor, lambda sight: sight.level_at_collection(collection) >= oracle.EDITOR, act, apply)
        return made if may else None

    def publish(self, document: UUID, kind: str | None, source: str | None) -> None:
        """As a worker does it: pages, chunks, vectors and terms in one transaction; again replaces all of them.

        The kind that was read is the document's where nobody has said another.
        """
        with self._as_worker() as session:
            row = session.scalar(select(Document).where(Document.id == document).with_for_update())
            if row is None or row.deleted_at is not None:
                return
            version = self.versions[document]
            if row.metadata_sources != SAID:
                row.document_type, row.metadata_sources = kind, READ
            row.source, row.issuer_key = source, f"issuer {kind}"
            row.fiscal_year = 2020 if kind == KINDS[0] else 2021
            row.current_version_id = version
            session.flush()
            session.execute(
                text("UPDATE document_versions SET status = 'ready', page_count = 1 WHERE id = :id"), {"id": version}
            )
            session.execute(
                text("UPDATE runs SET status = 'ready', finished_at = now() WHERE version_id = :id"), {"id": version}
            )
            session.execute(delete(Page).where(Page.version_id == version))
            words = (f"{COMMON_WORD} of {document.hex}", f"{COMMON_WORD} again, word{document.hex[-12:]}")
            session.add(
                Page(
                    version_id=version,
                    number=1,
                    tenant_id=self.world.tenant,
                    document_id=document,
                    width=612,
                    height=792,
                    text="\n".join(words),
                    words=encode_words(Words.none()),
                )
            )
            session.flush()
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
        self.published.add(document)
        told = self.world.documents[document]
        told.kind, told.source = told.kind if told.is_said else kind, source

    def describe(self, actor: UUID, document: UUID, kind: str | None, source: str | None) -> bool:
        """An editor's correction of what packs go by."""

        def act(session: Session) -> bool:
            repository = DocumentRepository(session)
            found = session.scalar(select(Document.revision).where(Document.id == document))
            values = {"document_type": kind, "source": source, "metadata_sources": SAID}
            return found is not None and repository.update_document(document, revision=found, values=values)

        def apply() -> None:
            told = self.world.documents[document]
            told.kind, told.source, told.is_said = kind, source, True

        return self._try(actor, lambda sight: sight.level_at(document) >= oracle.EDITOR, act, apply)

    def delete_document(self, actor: UUID, document: UUID) -> bool:
        def apply() -> None:
            self.world.documents[document].is_deleted = True

        return self._try(
            actor,
            lambda sight: sight.level_at(document) >= oracle.EDITOR,
            lambda session: DocumentRepository(session).delete_document(document),
            apply,
        )

    def move_document(self, actor: UUID, document: UUID, into: UUID) -> bool:
        place = self.world.documents[document].collection

        def apply() -> None:
            self.world.documents[document].collection = into

        return self._try(
            actor,
            lambda sight: (
                sight.level_at(document) == oracle.OWNER and sight.may_put_into(into) and sight.may_leave(place, into)
            ),
            lambda session: self._said(session, "SELECT move_document(:a, :b)", a=document, b=into) == "moved",
            apply,
        )

    def move_collection(self, actor: UUID, moved: UUID, into: UUID | None) -> bool:
        place = self.world.parents[moved]

        def may(sight: Sight) -> bool:
            return (
                sight.level_at_collection(moved) == oracle.OWNER
                and sight.may_put_into(into)
                and moved not in self.world.around(into)
                and sight.may_leave(place, into)
            )

        def apply() -> None:
            self.world.parents[moved] = into

        return self._try(
            actor,
            may,
            lambda session: self._said(session, "SELECT move_collection(:a, :b)", a=moved, b=into) == "moved",
            apply,
        )

    def answer(self, asker: UUID, cited: list[UUID], drafted_from: list[UUID]) -> bool:
        """A question that the asker once got an answer to, from these documents, with something that was dropped."""
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
            return True

        def apply() -> None:
            self.world.answers[question] = oracle.Answer(asker, frozenset(cited), frozenset(drafted_from))

        return self._try(asker, lambda sight: True, act, apply)

    # --- parts of steps --------------------------------------------------------------------------------------------

    def sight(self, session: Session, user: UUID) -> Sight:
        return Sight(self.world, user, session.scalar(text("SELECT now()")))

    def fresh(self, what: str) -> UUID:
        return self._named(new_id(), f"{what} {len(self.names)}")

    @contextmanager
    def _as_worker(self) -> Iterator[Session]:
        with self.database.worker.transaction(system_principal(self.world.tenant)) as session:
            yield session

    def _try(
        self,
        actor: UUID,
        may: Callable[[Sight], bool],
        act: Callable[[Session], bool],
        apply: Callable[[], object],
    ) -> bool:
        allowed = done = False
        self.tally.attempts += 1
        try:
            with self.database.api.transaction(Principal(self.world.tenant, actor)) as session:
                allowed = may(self.sight(session, actor))
                done = act(session)
                if done:
                    apply()
                    self._look_again(session, actor)
        except (RightsChangedError, DBAPIError) as error:
            if not is_refusal(error):
                raise
            if allowed:
                raise DifferenceError(f"{self.names[str(actor)]} may do it, and was refused: {error}") from error
        if done != allowed:
            self.tally.differences += 1
            raise DifferenceError(f"{self.names[str(actor)]} {'may' if allowed else 'may not'} do it; done: {done}")
        return done

    def _look_again(self, session: Session, actor: UUID) -> None:
        """What was changed holds for its own transaction, too: nothing that was worked out before is used again."""
        row = session.execute(text(_SEEN_AT_ONCE)).one()
        sight = Sight(self.world, actor, row.now)
        seen, expected = {*row.documents, *row.collections}, sight.documents() | sight.collections()
        self.tally.reads += len(self.world.documents) + len(self.world.parents)
        for each in seen ^ expected:
            said = "is seen" if each in seen else "is not seen"
            name, who = self.names.get(str(each), each), self.names[str(actor)]
            self.tally.differences += 1
            raise DifferenceError(f"in the transaction of the change, {name} {said} by {who}")

    @staticmethod
    def _said(session: Session, statement: str, **values: object) -> object:
        return session.scalar(text(statement), values)

    def _named(self, key: UUID, name: str) -> UUID:
        self.names[str(key)] = name
        return key

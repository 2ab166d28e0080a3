"""A store of documents for measurements. It is a tenant with its own home.

The documents are ingested once through the API and are kept for later runs. The name of the home contains digests of
the data and the schema. The name of the collection contains a digest of the stages' code. If this code changes, the
documents are ingested again into the same home, and unchanged stages reuse their outputs.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from app.client.api import ApiClient
from app.client.ingestion import Ingestion, IngestOptions, IngestOutcome, NoProgress, Watcher
from app.core.principal import Principal, Role
from app.db.session import Database, build_engine
from app.llm.port import EmbeddingSpaceSpec
from app.retrieval.index.spaces import find_space_id
from app.retrieval.repository import SearchRepository
from app.stack.founding import TENANT, ensure_admin, open_tenant_admin
from app.stack.home import Home
from evals.datasets.questions import load_questions
from evals.environment.context import SuiteContext
from evals.environment.provenance import ROOT, digest_files, digest_schema
from evals.environment.stacks import Running

PIPELINE_CODE = (
    "workers", "app/retrieval", "app/documents", "app/facts", "app/llm", "app/quantities", "app/review", "app/tables",
)  # fmt: skip
POOL = 8
VECTOR_GRAPH, NO_GRAPH = "vector_graph", "none"
_NOTES = "ingested.json"

Names = Mapping[UUID, tuple[str, ...]]
"""Maps a document to its file names without extensions. Files with the same bytes are one document."""


@dataclass(frozen=True, slots=True)
class Asker:
    """A user who asks: the principal, and its API key."""

    principal: Principal
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Store:
    """Documents, and an asker who may read only their collection.

    `files` maps a document to its file names. Files with the same bytes are one document.
    """

    stack: Running
    database: Database
    asker: Asker
    files: Mapping[UUID, tuple[str, ...]]
    outcomes: Sequence[IngestOutcome]

    @property
    def principal(self) -> Principal:
        return self.asker.principal

    @property
    def names(self) -> Names:
        return {document: tuple(Path(name).stem for name in files) for document, files in self.files.items()}


def home_name(data_digest: str) -> str:
    """Return the name of the home's folder for that data and the current schema."""
    return f"{data_digest[:16]}-{digest_schema()[:8]}"


def pipeline_digest() -> str:
    """Return the SHA-256 (hex) of the code that produces the stored data."""
    return digest_files((path for part in PIPELINE_CODE for path in (ROOT / part).rglob("*.py")), root=ROOT)


def open_database(stack: Running) -> Database:
    """Open the stack's database with the API's rights, under row-level security."""
    engine = build_engine(
        stack.database_url("api"), pool_size=POOL, statement_timeout_ms=30_000, application_name="footnote-evals"
    )
    return Database(engine=engine)


@contextmanager
def open_store(
    stack: Running,
    files: Sequence[Path],
    *,
    notify: Callable[[str], None],
    place: str | None = None,
    watcher: Watcher | None = None,
) -> Iterator[Store]:
    """Ingest `files` into the collection `place` of a running Footnote.

    The default name of the collection contains the digest of the code. Nothing is sent if the home records an earlier
    ingestion into this collection.
    """
    home = stack.home
    place = place or f"pipeline {pipeline_digest()[:16]}"
    with ApiClient(url=stack.url, key=ensure_admin(home, stack.database_url("owner"))) as client:
        collection = client.ensure_collection(place).id
        asker = ensure_asker(home, stack, client, collection)
        outcomes = known_outcomes(home, place)
        if outcomes is None:
            notify(f"Ingesting {len(files)} files")
            outcomes = ingest_in_order(client, dict.fromkeys(files, collection), watcher=watcher or NoProgress())
            remember(home, place, outcomes)
    database = open_database(stack)
    try:
        yield Store(
            stack=stack,
            database=database,
            asker=asker,
            files=documents_by_name(outcomes),
            outcomes=outcomes,
        )
    finally:
        database.close()


@contextmanager
def open_question_store(context: SuiteContext) -> Iterator[Store]:
    """Open a store with the documents of a question set. All suites on the same data share one home.

    Raises DataMissingError, DatasetError, and the errors of `Stack.start`.
    """
    files = load_questions(context.data).files
    home = Home.at(context.homes / home_name(context.data_digest))
    with open_store(context.stacks.on(home), files, notify=context.notify) as store:
        yield store


def ingest_in_order(
    client: ApiClient, collections: Mapping[Path, str], *, watcher: Watcher, replaces_by_name: bool = False
) -> list[IngestOutcome]:
    """Ingest each file into its collection, one after another, so that each run uses the same order. With
    `replaces_by_name`, a file becomes the new version of the document with the same file name, as with the CLI.

    The order affects results. If passages have equal scores, the passage of the older document comes first. If files
    are identical, their document gets the name of the first file.
    """
    options = IngestOptions(uploads_at_once=1, replaces_by_name=replaces_by_name)
    return Ingestion(client, collections, options=options, watcher=watcher).run()


def digest_texts(texts: Iterable[str]) -> str:
    """Return the SHA-256 (hex) of texts in their order."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(f"{len(text)} {text}".encode())
    return digest.hexdigest()


def describe_graph(store: Store, space: EmbeddingSpaceSpec) -> dict[str, str]:
    """Return the parameter of a run that says whether the tenant has a vector graph: searches of the same store with
    and without one may find other passages.
    """
    with store.database.transaction(store.principal) as session:
        space_id = find_space_id(session, space)
        graph = None if space_id is None else SearchRepository(session).find_graph(space_id)
    return {VECTOR_GRAPH: NO_GRAPH if graph is None else "built"}


def describe_space(space: EmbeddingSpaceSpec) -> str:
    """Describe an embedding space in one word, for records of runs."""
    return f"{space.model}/{space.dimensions}/{space.version}"


def documents_by_name(outcomes: Sequence[IngestOutcome]) -> dict[UUID, tuple[str, ...]]:
    """Map each document to the names of its files."""
    files: dict[UUID, tuple[str, ...]] = {}
    for outcome in outcomes:
        if outcome.document_id and not outcome.failed:
            document_id = UUID(outcome.document_id)
            files[document_id] = (*files.get(document_id, ()), outcome.path.name)
    return files


def ensure_asker(home: Home, stack: Running, client: ApiClient, collection: str) -> Asker:
    """Return an analyst who may read that collection and nothing else."""
    secret = f"reader-{hashlib.sha256(collection.encode()).hexdigest()[:12]}"
    tenant_id = UUID(home.read_secret(TENANT) or "")
    known = home.read_secret(secret)
    if known is None:
        admin, database = open_tenant_admin(stack.database_url("owner"))
        try:
            user_id, key = admin.create_user(tenant_id, email=f"{secret}@localhost", name="Asker", roles=[Role.ANALYST])
        finally:
            database.close()
        client.grant(collection_id=collection, user_id=str(user_id))
        home.write_secret(secret, f"{user_id} {key}")
    else:
        user, _, key = known.partition(" ")
        user_id = UUID(user)
    return Asker(Principal(tenant_id=tenant_id, user_id=user_id, roles=frozenset({Role.ANALYST})), key)


def known_outcomes(home: Home, place: str) -> list[IngestOutcome] | None:
    """Return the outcomes that `remember` recorded. Return None if there are none, or if a file failed to upload."""
    rows = _notes(home).get(place)
    if rows is None or any(row["document_id"] is None for row in rows):
        return None
    return [IngestOutcome(**{**row, "path": Path(row["path"])}) for row in rows]


def remember(home: Home, place: str, outcomes: Sequence[IngestOutcome]) -> None:
    """Record the files that were ingested into a collection of the home, so that `open_store` does not resend them."""
    rows = [
        {
            "path": str(outcome.path),
            "status": outcome.status,
            "document_id": outcome.document_id,
            "run_id": outcome.run_id,
            "code": outcome.code,
            "detail": outcome.detail,
        }
        for outcome in outcomes
    ]
    (home.path / _NOTES).write_text(json.dumps(_notes(home) | {place: rows}))


def _notes(home: Home) -> dict[str, list[dict[str, Any]]]:
    try:
        stored = json.loads((home.path / _NOTES).read_text())
    except (OSError, ValueError):
        return {}
    return stored if isinstance(stored, dict) else {}

"""Measures permissions at scale: a principal in 10,000 groups, in a tenant with 1,000 collections and 50,000 grants.

The tenant has 5,000 access classes. Each time covers a whole transaction of the api role. An empty transaction in the
same run is the reference. The benchmark times starting a transaction, reading the visible access classes, and creating
and deleting a grant as an owner. The first two are also timed directly after a policy change (`cold`).

A change of the grants on a collection must write no chunk. The first grant on a single document gives the document its
own access class, so it writes each chunk once. The second grant must write no chunk. Both grants are measured on
documents of 2,000 chunks with vectors and terms.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import text

from app.access.collections.repository import NewGrant
from app.access.collections.service import AccessService
from app.core.principal import Principal
from app.db.migrate import upgrade_to_head
from app.db.session import Database, build_engine, system_principal
from app.stack.servers.postgres import EmbeddedPostgres
from evals.running.engine import Case, SuiteResult

GROUPS, COLLECTIONS, GRANTS, TYPES, CHUNKS = 10_000, 1_000, 50_000, 4, 20_000
SINGLE_DOCUMENTS, SINGLE_CHUNKS, SINGLE_TERMS = 5, 2_000, 5_000
REPEATS = 40
_LONG_MS = 600_000

_PEOPLE = """
INSERT INTO users (id, tenant_id, email, name, roles, created_at)
VALUES (:me, :tenant, 'me@example.org', 'Me', '{analyst}', now()),
       (:owner, :tenant, 'owner@example.org', 'Owner', '{editor}', now());
"""
_GROUPS = """
INSERT INTO groups (id, tenant_id, name, created_at)
SELECT gen_random_uuid(), :tenant, 'group ' || i, now() FROM generate_series(1, :groups) i
"""
_MEMBERS = "INSERT INTO group_members (tenant_id, user_id, group_id) SELECT :tenant, :me, id FROM groups"
_COLLECTIONS = """
INSERT INTO collections (id, tenant_id, parent_id, access_class_id, name, revision, created_at, created_by)
SELECT gen_random_uuid(), :tenant, p.id, nextval('access_class_ids'), 'collection ' || i, 1, now(), :owner
FROM generate_series(1, :count) i LEFT JOIN LATERAL (
    SELECT id FROM collections WHERE tenant_id = :tenant ORDER BY access_class_id OFFSET i / 3 LIMIT 1) p ON :nested
"""
_CLASSES = """
INSERT INTO access_classes (id, tenant_id, collection_id, said_type)
SELECT access_class_id, tenant_id, id, NULL FROM collections
UNION ALL
SELECT nextval('access_class_ids'), tenant_id, id, 'type ' || i FROM collections, generate_series(1, :types) i
"""
_GRANTS = """
INSERT INTO grants (id, tenant_id, group_id, collection_id, level, created_at, created_by)
SELECT gen_random_uuid(), :tenant, g.id, c.id, 1 + (i % 3), now(), :owner
FROM generate_series(0, :grants - 1) i
JOIN (SELECT id, row_number() OVER (ORDER BY name) - 1 AS place FROM groups) g ON g.place = i % :groups
JOIN (SELECT id, row_number() OVER (ORDER BY access_class_id) - 1 AS place FROM collections) c
    ON c.place = (i * 7919 + i / :groups) % :collections
"""
_OWNED = """
INSERT INTO grants (id, tenant_id, user_id, collection_id, level, created_at, created_by)
SELECT gen_random_uuid(), :tenant, :owner, id, 3, now(), :owner FROM collections
"""
_CHUNKS = """
WITH made AS (
    INSERT INTO documents (id, tenant_id, collection_id, access_class_id, content_sha256, title, filename, revision,
        created_at, created_by, updated_at)
    SELECT gen_random_uuid(), :tenant, id, 0, concat(:a_document, id), 'x', 'x', 1, now(), :owner, now()
    FROM collections ORDER BY id LIMIT :documents
    RETURNING id, access_class_id
), versions AS (
    INSERT INTO document_versions (id, tenant_id, document_id, number, status, content_sha256, size_bytes, created_at,
        created_by)
    SELECT id, :tenant, id, 1, 'ready', 'x', 1, now(), :owner FROM made RETURNING id
), indexed AS (
    INSERT INTO indexed_documents (document_id, tenant_id, access_class_id, version_id, chunk_count, layout)
    SELECT m.id, :tenant, m.access_class_id, v.id, :a_document, '' FROM made m JOIN versions v ON v.id = m.id
    RETURNING document_id, access_class_id
)
INSERT INTO chunks (tenant_id, access_class_id, document_id, version_id, ordinal, kind, page_number, char_start,
    char_end, heading, table_header, text, section_path, token_count)
SELECT :tenant, i.access_class_id, i.document_id, i.document_id, n, 'text', 1, 0, 1, '', '', 'x', '{}', 1
FROM indexed i, generate_series(1, :a_document) n
"""
_EMBEDDINGS = """
INSERT INTO chunk_embeddings (document_id, space_id, ordinal, tenant_id, access_class_id, embedding)
SELECT document_id, 1, n, tenant_id, access_class_id, array_fill(0.0625::real, '{256}')::halfvec
FROM indexed_documents, generate_series(1, :a_document) n WHERE chunk_count = :a_document
"""
_TERMS = """
INSERT INTO term_postings (document_id, term_id, tenant_id, access_class_id, chunk_count, postings)
SELECT document_id, n, tenant_id, access_class_id, 1, 'x' FROM indexed_documents, generate_series(1, :terms) n
WHERE chunk_count = :a_document
"""
_WRITTEN = "SELECT count(*), max(xmin::text::bigint) FROM chunks"
_WRITTEN_SINCE = "SELECT count(*) FROM chunks WHERE xmin::text::bigint > :transaction"


@dataclass(frozen=True, slots=True)
class _Tenant:
    """The measured tenant, with a `Database` per role.

    `me` is the measured principal. `giver` owns the collections and creates the grants.
    """

    owner: Database
    api: Database
    me: Principal
    giver: Principal

    def run(self, statement: str, **values: object) -> None:
        with self.owner.transaction(system_principal(self.me.tenant_id)) as session:
            session.execute(text(statement), values)

    def written(self) -> tuple[int, int]:
        """Return the number of chunks, and the id of the last transaction that wrote one."""
        with self.owner.transaction(system_principal(self.me.tenant_id)) as session:
            count, transaction = session.execute(text(_WRITTEN)).one()
        return int(count), int(transaction)

    def count_written(self, *, since: int) -> int:
        """Count the chunks that transactions after `since` have written."""
        with self.owner.transaction(system_principal(self.me.tenant_id)) as session:
            return int(session.execute(text(_WRITTEN_SINCE), {"transaction": since}).scalar_one())


def bench_policy(notify: Callable[[str], None]) -> SuiteResult:
    """Run the benchmark in a temporary database. Raises ServerStartError."""
    with _open_tenant() as tenant:
        notify(f"A tenant of {GROUPS:,} groups, {COLLECTIONS:,} collections, {GRANTS:,} grants, {CHUNKS:,} chunks")
        _fill(tenant)
        notify(f"Measuring, {REPEATS} times each")
        cases = list(_measure(tenant))
    *timed, state = cases
    metrics = {
        f"{case.id}_{name}": value or 0.0
        for case in timed
        for name, value in case.measures.items()
        if name in ("p50_ms", "chunks_written")
    }
    metrics |= {name: value or 0.0 for name, value in state.measures.items()}
    return SuiteResult(metrics=metrics, cases=cases)


@contextmanager
def _open_tenant() -> Iterator[_Tenant]:
    with tempfile.TemporaryDirectory(prefix="footnote-bench-") as folder, EmbeddedPostgres(Path(folder)) as server:
        server.databases.ensure_database()
        upgrade_to_head(server.url("owner"))
        owner, api = (
            Database(
                engine=build_engine(
                    server.url(role), pool_size=1, statement_timeout_ms=_LONG_MS, application_name=f"bench-{role}"
                )
            )
            for role in ("owner", "api")
        )
        tenant_id = uuid4()
        me, giver = (Principal(tenant_id=tenant_id, user_id=uuid4()) for _ in range(2))
        try:
            yield _Tenant(owner, api, me, giver)
        finally:
            owner.close()
            api.close()


def _fill(tenant: _Tenant) -> None:
    named = {"tenant": tenant.me.tenant_id, "me": tenant.me.user_id, "owner": tenant.giver.user_id}

    def run(statement: str, **values: object) -> None:
        tenant.run(statement, **{name: value for name, value in (named | values).items() if f":{name}" in statement})

    run("INSERT INTO tenants VALUES (:tenant, 'bench', 'Bench', now())")
    run(_PEOPLE)
    run(_GROUPS, groups=GROUPS)
    run(_MEMBERS)
    run(_COLLECTIONS, count=COLLECTIONS // 4, nested=False)
    run(_COLLECTIONS, count=COLLECTIONS - COLLECTIONS // 4, nested=True)
    run(_CLASSES, types=TYPES)
    run(_GRANTS, grants=GRANTS, groups=GROUPS, collections=COLLECTIONS)
    run(_OWNED)
    run(_CHUNKS, a_document=CHUNKS // COLLECTIONS, documents=COLLECTIONS)
    run(_CHUNKS, a_document=SINGLE_CHUNKS, documents=SINGLE_DOCUMENTS)
    run(_EMBEDDINGS, a_document=SINGLE_CHUNKS)
    run(_TERMS, a_document=SINGLE_CHUNKS, terms=SINGLE_TERMS)
    with tenant.owner.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _measure(tenant: _Tenant) -> Iterator[Case]:
    access = AccessService(database=tenant.api)
    with tenant.owner.transaction(system_principal(tenant.me.tenant_id)) as session:
        places = session.scalars(text("SELECT id FROM collections ORDER BY id")).all()
        groups = session.scalars(text("SELECT id FROM groups ORDER BY id LIMIT 100")).all()
    given: list[UUID] = []

    def give() -> None:
        place, group = places[len(given) % len(places)], groups[len(given) % len(groups)]
        grant = NewGrant(user_id=None, group_id=group, collection_id=place, document_id=None, level=1, expires_at=None)
        given.append(access.create_grant(tenant.giver, grant).id)

    def withdraw() -> None:
        access.delete_grant(tenant.giver, given.pop())

    def enter() -> None:
        with tenant.api.transaction(tenant.me):
            pass

    def nothing() -> None:
        with tenant.api.anonymous() as session:
            session.execute(text("SELECT 1"))

    def see() -> int:
        with tenant.api.transaction(tenant.me) as session:
            return len(session.scalar(text("SELECT visible_classes()")) or ())

    before = tenant.written()
    yield _timed("empty_transaction", nothing)
    yield _timed("enter_cold", enter, prepare=give)
    yield _timed("enter", enter)
    yield _timed("visible_classes_cold", see, prepare=withdraw)
    yield _timed("visible_classes", see)
    yield _timed("give", give)
    yield _timed("withdraw", withdraw)
    written = float(tenant.written() != before)
    for name, group in (("first_grant_on_document", groups[0]), ("second_grant_on_document", groups[1])):
        yield _grant_each_document(tenant, access, name, group)
    measures = {"classes": float(see()), "chunks_written": written}
    yield Case("state", measures["classes"], "classes that the principal sees", {}, measures=measures)


def _grant_each_document(tenant: _Tenant, access: AccessService, name: str, group: UUID) -> Case:
    """Grant the group access to each large document. Count the chunks that are written per grant."""
    with tenant.owner.transaction(system_principal(tenant.me.tenant_id)) as session:
        large = "SELECT document_id FROM indexed_documents WHERE chunk_count = :chunks"
        left = list(session.scalars(text(large), {"chunks": SINGLE_CHUNKS}))

    def give() -> None:
        grant = NewGrant(
            user_id=None, group_id=group, collection_id=None, document_id=left.pop(), level=1, expires_at=None
        )
        access.create_grant(tenant.giver, grant)

    _, last = tenant.written()
    case = _timed(name, give, repeats=SINGLE_DOCUMENTS)
    written = tenant.count_written(since=last) / SINGLE_DOCUMENTS
    sentence = f"{case.reason}, {written:,.0f} chunks written"
    return replace(case, reason=sentence, measures={**case.measures, "chunks_written": written})


def _timed(
    name: str, work: Callable[[], object], *, prepare: Callable[[], object] | None = None, repeats: int = REPEATS
) -> Case:
    milliseconds = []
    for _ in range(repeats):
        if prepare is not None:
            prepare()
        started = time.perf_counter()
        work()
        milliseconds.append((time.perf_counter() - started) * 1000)
    measures = {"p50_ms": statistics.median(milliseconds), "max_ms": max(milliseconds)}
    return Case(
        name,
        measures["p50_ms"],
        f"p50 {measures['p50_ms']:.1f} ms, max {measures['max_ms']:.1f} ms",
        {},
        measures=measures,
    )

"""Rows that Footnote never writes: they belong to another tenant but refer to our tenant's access class, document or
question.

The superuser inserts them with constraints and triggers disabled. Each table must hide them, because they have another
tenant's id. Collections have no such rows, because an access class belongs to only one collection.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.types.json import Jsonb
from sqlalchemy.engine import make_url

from tests.policy import oracle
from tests.policy.mirrored_tenant import MirroredTenant

_COPY = """
INSERT INTO {table} SELECT (jsonb_populate_record(r, %(changes)s)).* FROM {table} r
WHERE r.{key} = %(value)s ORDER BY r.{key} LIMIT {limit}
"""


def plant_foreign_rows(
    admin_url: str, ours: MirroredTenant, theirs: MirroredTenant, document: UUID, question: UUID
) -> None:
    """Copy rows of `ours` into the tenant of `theirs`. `document` must be published and `question` answered."""
    foreign, tenant, unanswered = uuid4(), theirs.world.tenant, uuid4()
    theirs.names[str(foreign)] = "a foreign document"
    asker = ours.world.answers[question].asker
    run, version = ours.runs[document], ours.versions[document]
    others: dict[str, tuple[str, UUID, Mapping[str, Any]]] = {
        "documents": ("id", document, {"id": foreign, "content_sha256": foreign.hex}),
        "indexed_documents": ("document_id", document, {"document_id": foreign}),
        "chunks": ("document_id", document, {"document_id": foreign, "id": -(foreign.int % 2**60)}),
        "chunk_embeddings": ("document_id", document, {"document_id": foreign}),
        "term_postings": ("document_id", document, {"document_id": foreign}),
        "chunk_signatures": ("document_id", document, {"space_id": -1}),
        "document_versions": ("id", version, {"id": uuid4(), "number": 99}),
        "pages": ("version_id", version, {"version_id": uuid4()}),
        "tables": ("version_id", version, {"version_id": uuid4()}),
        "facts": ("version_id", version, {"version_id": uuid4()}),
        "issuer_names": ("document_id", document, {"document_id": foreign}),
        "issuer_edits": ("document_id", document, {"document_id": foreign}),
        "runs": ("id", run, {"id": uuid4()}),
        "stages": ("run_id", run, {"id": uuid4(), "name": "foreign"}),
        "questions": ("id", question, {"id": uuid4()}),
        "question_notes": ("question_id", question, {}),
        "answers": ("question_id", question, {"question_id": unanswered}),
        "claims": ("question_id", question, {"ordinal": 99}),
        "citations": ("question_id", question, {"ordinal": 99}),
        "conversations": ("id", question, {"id": uuid4()}),
        "turns": ("id", question, {"id": uuid4()}),
        "turn_readings": ("turn_id", question, {"turn_id": unanswered}),
        "feedback": ("id", question, {"id": uuid4()}),
    }
    with _connect(admin_url) as connection:
        connection.execute("SET session_replication_role = replica")
        for table, (key, value, changes) in others.items():
            _copy(connection, table, key, value, {**changes, "tenant_id": tenant})
        _copy(connection, "questions", "id", question, {"id": unanswered})
        _copy(connection, "conversations", "id", question, {"id": unanswered})
        own = {"id": unanswered, "conversation_id": unanswered, "question_id": unanswered}
        _copy(connection, "turns", "id", question, own)
    # This question belongs to our tenant, but its answer belongs to the other one. In the oracle, the answer cites an
    # unknown document, so the oracle hides it.
    ours.world.answers[unanswered] = oracle.Answer(asker, frozenset({uuid4()}), frozenset())


def _copy(connection: "Connection[Any]", table: str, key: str, value: UUID, changes: Mapping[str, Any]) -> None:
    written = {name: str(each) if isinstance(each, UUID) else each for name, each in changes.items()}
    statement = _COPY.format(table=table, key=key, limit=1)
    connection.execute(statement.encode(), {"changes": Jsonb(written), "value": value})


def _connect(admin_url: str) -> "Connection[Any]":
    url = make_url(admin_url).set(drivername="postgresql")
    return Connection.connect(url.render_as_string(hide_password=False), autocommit=True)

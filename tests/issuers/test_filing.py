"""Documents that earlier versions published are filed under their issuers, while the database serves."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from app.core.ids import new_id
from app.db.migrate import upgrade_to, upgrade_to_head
from app.db.session import Database, build_engine, system_principal
from app.issuers.reading import find_issuers, get_issuer
from tests.issuers.conftest import make_shelf
from workers.maintenance.filing import IssuerFiler

BEFORE = "0010_facts"


class Opened:
    """The roles' connections to a database."""

    def __init__(self, postgres, name):
        for role in ("api", "worker", "owner"):
            engine = build_engine(
                postgres.url(role, name), pool_size=2, statement_timeout_ms=30_000, application_name=f"test-{role}"
            )
            setattr(self, role, Database(engine=engine))

    def close(self):
        for role in (self.api, self.worker, self.owner):
            role.close()


@pytest.fixture
def old_database(postgres):
    name = f"test_{uuid4().hex}"
    postgres.databases.ensure_database(name)
    upgrade_to(postgres.url("owner", name), BEFORE)
    opened = Opened(postgres, name)
    yield opened, postgres.url("owner", name)
    opened.close()
    postgres.databases.drop_database(name)


def test_documents_of_the_schema_before_are_filed_in_batches(old_database):
    database, owner_url = old_database
    shelf = make_shelf(database)
    with database.worker.transaction(system_principal(shelf.tenant)) as session:
        for number in range(5):
            session.execute(
                text(
                    "INSERT INTO documents (id, tenant_id, collection_id, access_class_id, content_sha256, title, "
                    "filename, revision, created_at, created_by, updated_at, issuer, issuer_key, issuer_aliases) "
                    "SELECT :id, tenant_id, id, access_class_id, :id, 'Report', 'a.html', 1, now(), :id, now(), "
                    ":issuer, :key, CAST(:aliases AS jsonb) FROM collections WHERE id = :collection"
                ),
                {
                    "id": new_id(),
                    "collection": shelf.ours,
                    "issuer": None if number == 4 else "Acme Paper, Inc." if number else "Ostmark Mills Corp",
                    "key": None if number == 4 else "acme paper" if number else "ostmark mills",
                    "aliases": '{"names": ["acme", "0000000007"]}' if number < 2 else '{"names": ["acme"]}',
                },
            )
    upgrade_to_head(owner_url)
    filer = IssuerFiler(database=database.worker, batch=2)
    assert (filer.file_documents(shelf.tenant), filer.file_documents(shelf.tenant)) == (4, 0)
    with database.api.transaction(shelf.reader) as session:
        (acme,) = find_issuers(session, ["acme paper"])
        assert get_issuer(session, "7") == acme
        documents = session.scalar(
            text("SELECT count(*) FROM documents WHERE issuer_id = ANY(:ids)"), {"ids": list(acme.ids)}
        )
    assert (documents, acme.list_forms()[:2]) == (4, ("acme paper", "ostmark mills"))

"""Published documents get tasks for a schema: previewed, a few at a time, behind other work, and each once."""

import pytest
from sqlalchemy import text

from app.core.clock import SystemClock
from app.core.principal import PermissionRequiredError
from app.review.schemas.errors import SchemaNotFoundError
from app.review.schemas.published import PublishedService, ReadingEffect
from tests.review.desk import DEAL, make_desk
from tests.waiting import wait_for

MADE = "SELECT count(*) FROM review_tasks WHERE schema_id = (SELECT id FROM schemas WHERE key = :key)"
READ = "UPDATE review_tasks SET state = 'open' WHERE tenant_id = :tenant"
STATES = "SELECT state FROM review_tasks WHERE document_id = :id ORDER BY id"


@pytest.fixture
def desk(shared_database):
    return make_desk(shared_database)


@pytest.fixture
def published(shared_database):
    return PublishedService(database=shared_database.api, clock=SystemClock())


def relay(desk, most: int = 2) -> int:
    with desk.database.relay.anonymous() as session:
        return session.scalar(text("SELECT call_schema_readings(:most)"), {"most": most})


def test_published_documents_are_read_a_few_at_a_time_and_once(desk, published):
    for _ in range(5):
        desk.publish()
    (key, (first, *_)) = desk.schema(DEAL, "deal"), desk.documents
    desk.tasks.create_task(desk.ana, first, key)
    assert published.preview(desk.ana, key) == ReadingEffect(documents=4, pages=4, fields=4)
    assert published.preview(desk.ana, key).readings == 16
    assert published.read(desk.ana, key).documents == 4
    counts = []
    for _ in range(4):
        wait_for(lambda: relay(desk) >= 0, what="the relay")
        ((count,),) = desk.sql(MADE, key=key)
        counts.append(count)
        desk.sql(READ, tenant=desk.tenant)
    assert counts[0] == 2, "one waits already: there is room for one more"
    assert counts == sorted(counts)
    assert counts[-1] == 5
    assert published.preview(desk.ana, key).documents == 0
    published.read(desk.ana, key)
    relay(desk)
    assert desk.sql(MADE, key=key) == [(5,)]
    outbox = desk.sql(
        "SELECT payload FROM outbox WHERE tenant_id = :id AND topic = 'review.read_fields'", id=desk.tenant
    )
    assert {each["arguments"]["tenant_id"] for (each,) in outbox} == {str(desk.tenant)}


def test_only_writers_of_schemas_read_and_hidden_documents_are_not_counted(desk, published):
    desk.publish()
    key = desk.schema(DEAL, "deal")
    with pytest.raises(PermissionRequiredError):
        published.read(desk.reader, key)
    with pytest.raises(SchemaNotFoundError):
        published.preview(desk.ana, "no-such-schema")
    stranger = make_desk(desk.database)
    with pytest.raises(SchemaNotFoundError):
        published.read(stranger.ana, key)
    ((grant,),) = desk.sql("SELECT id FROM grants WHERE subject_id = :id", id=desk.ben.user_id)
    with desk.database.api.transaction(desk.ana) as session:
        session.execute(text("SELECT delete_grant(:id)"), {"id": grant})
    assert published.preview(desk.ben, key).documents == 0
    assert published.read(desk.ben, key).documents == 0
    relay(desk)
    assert desk.sql(STATES, id=desk.documents[0]) == [("queued",)], "tasks of a schema are for all its documents"


def test_archived_schema_reads_nothing(desk, published):
    desk.publish()
    key = desk.schema(DEAL, "deal")
    desk.sql(
        "UPDATE schemas SET archived_at = now() WHERE key = :key AND tenant_id = :tenant", key=key, tenant=desk.tenant
    )
    published.read(desk.ana, key)
    relay(desk)
    assert desk.sql(MADE, key=key) == [(0,)]

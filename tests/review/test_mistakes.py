"""What the machine reads wrong: counted by field, listed one by one, and only of documents that one may read."""

import pytest
from sqlalchemy import text

from app.core.clock import SystemClock
from app.core.pagination import InvalidCursorError, PageRequest
from app.core.principal import Principal, Role
from app.db.session import system_principal
from app.identity.service import TenantAdmin
from app.review.mistakes.service import MistakeService, Verdict
from app.review.schemas.errors import SchemaNotFoundError
from tests.review.desk import READ

SEVERAL = {
    "title": "Several",
    "properties": {
        "signed": {"title": "Signed", "type": "string", "format": "date"},
        "fee": {"title": "Fee", "type": "number", "x-field": {"unit": "USD"}},
        "law": {"title": "Governing law", "type": "string"},
        "renews": {"title": "Renewal", "type": "boolean"},
    },
}


@pytest.fixture
def decided(desk):
    """Two tasks of one schema: the machine read the law wrong twice, the renewal not at all, and the fee right once."""
    key = desk.schema(SEVERAL, "several")
    for right in ("Nevada", "Utah"):
        task = desk.tasks.create_task(desk.ana, desk.publish(), key)[0].row.id
        desk.read(task, {**READ, "renews": (None, 0.0)})
        desk.decide(desk.ana, task, "law", "correct", right)
        desk.decide(desk.ana, task, "renews", "correct", "no")
    desk.decide(desk.ana, task, "fee", "approve")
    desk.decide(desk.ana, task, "signed", "absent")
    return desk


def test_fields_are_ranked_by_mistakes_with_examples(decided):
    service = MistakeService(database=decided.database.api)
    found = service.list_mistakes(decided.reader)
    assert [(each.title, each.decided, each.wrong, each.counts[Verdict.UNREAD]) for each in found] == [
        ("Governing law", 2, 2, 0),
        ("Signed", 1, 1, 0),
        ("Renewal", 2, 0, 2),
    ]
    newest, oldest = found[0].examples
    assert (newest.read, newest.decided, oldest.decided) == ("Ohio", "Utah", "Nevada")
    assert (found[1].examples[0].answer, found[1].examples[0].decided) == ("absent", None)
    with pytest.raises(SchemaNotFoundError):
        service.list_mistakes(decided.reader, schema="other")


def test_corrections_are_listed_once_page_by_page(decided):
    service = MistakeService(database=decided.database.api)
    every = service.list_corrections(decided.reader, PageRequest()).items
    assert len(every) == 5
    paged, cursor = [], None
    while True:
        page = service.list_corrections(decided.reader, PageRequest(limit=2, cursor=cursor))
        paged += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert paged == every
    with pytest.raises(InvalidCursorError):
        service.list_corrections(decided.reader, PageRequest(cursor="x"))


def test_mistakes_in_hidden_documents_count_nowhere(decided):
    admin = TenantAdmin(owner=decided.database.owner, clock=SystemClock())
    user, _ = admin.create_user(decided.tenant, email="o@example.com", name="Other", roles=[Role.ANALYST])
    outsider = Principal(decided.tenant, user)
    service = MistakeService(database=decided.database.api)
    assert service.list_mistakes(outsider) == []
    assert service.list_corrections(outsider, PageRequest()).items == []
    assert len(service.list_mistakes(decided.ana)) == 3
    with decided.database.owner.transaction(system_principal(decided.tenant)) as session:
        read = "SELECT detail FROM audit_events WHERE action = 'review.mistakes.read' ORDER BY id"
        assert [detail["count"] for (detail,) in session.execute(text(read))] == [0, 0, 5]

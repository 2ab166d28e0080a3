"""Every page reads a limited number of rows, however many documents, users and questions there are."""

from uuid import UUID

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from app.core.pagination import MAX_LIMIT
from app.core.principal import Role
from evals.bench.page_data import Size, write_tenant
from evals.bench.pages import find_objects, list_addresses

MORE = MAX_LIMIT + 10
SIZE = Size(MORE, MORE, MORE, MORE, issuers=MORE, collections=MORE, groups=MORE, labels=MORE)
"""More of everything than a page of a list has, also of the user's own questions."""
LIMITS = ("LIMIT", "row_number()")


@pytest.fixture
def crowded(server):
    """A user with every role in a tenant with many rows, signed in; and the ids of some objects."""
    user = server.user(None, *(role for role in Role if role is not Role.SYSTEM))
    write_tenant(server.database.owner, user.tenant_id, user.id, lambda _: None, SIZE)
    browser = server.client(follow_redirects=True)
    assert browser.post("/sign-in", data={"key": user.key}).status_code == 200
    return browser, find_objects(server.database.owner, UUID(str(user.tenant_id)), user.id)


def test_every_page_reads_a_limited_number_of_rows(crowded):
    browser, objects = crowded
    unlimited = {}
    at = ""

    def note(_connection, cursor, statement, *_):
        if cursor.rowcount > MAX_LIMIT + 1 and not any(limit in statement for limit in LIMITS):
            unlimited.setdefault(" ".join(statement.split())[:300], (at, cursor.rowcount))

    event.listen(Engine, "after_cursor_execute", note)
    try:
        for at in list_addresses(objects):
            assert browser.get(at).status_code < 500, at
    finally:
        event.remove(Engine, "after_cursor_execute", note)
    assert not unlimited, f"Give these statements a limit: {unlimited}"

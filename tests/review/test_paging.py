"""Lists of the desk come in pages: each row once, in order, and none for a cursor that was made up."""

import pytest

from app.core.clock import SystemClock
from app.core.pagination import InvalidCursorError, PageRequest, encode_cursor
from app.review.comments.service import CommentService
from app.review.schemas.service import SchemaService
from tests.review.desk import DEAL


def walk(list_page):
    """Return the rows of all pages of two."""
    rows, cursor = [], None
    while True:
        page = list_page(PageRequest(limit=2, cursor=cursor))
        assert len(page.items) <= 2
        rows += page.items
        if page.next_cursor is None:
            return rows
        cursor = page.next_cursor


def test_histories_comments_and_versions_come_in_pages(desk):
    comments = CommentService(database=desk.database.api, clock=SystemClock())
    schemas = SchemaService(database=desk.database.api, clock=SystemClock())
    task = desk.task()
    for action in ("approve", "undo", "absent", "undo"):
        desk.decide(desk.ana, task, "signed", action)
    field = desk.field(task, "signed").row.id
    for word in "abcde":
        comments.add(desk.ana, field, word, [])
    key = desk.tasks.get_task(desk.ana, task).schema_key
    for price in ("Price", "Amount"):
        properties = DEAL["properties"] | {"price": {"type": "number", "title": price}}
        schemas.add_version(desk.ana, key, DEAL | {"properties": properties}, version=None)
    revisions = walk(lambda page: desk.fields.list_revisions(desk.reader, field, page))
    assert [each.number for each in revisions] == [1, 2, 3, 4, 5]
    assert [each.body for each in walk(lambda page: comments.list_comments(desk.reader, field, page))] == list("abcde")
    assert [each.number for each in walk(lambda page: schemas.list_versions(desk.reader, key, page))] == [3, 2, 1]
    keys = [each.schema.key for each in walk(lambda page: schemas.list_schemas(desk.reader, page))]
    assert keys == sorted(keys) and {key, "contract", "annual-report"} <= set(keys) and len(keys) == len(set(keys))


@pytest.mark.parametrize("key", ["x", "-1", "1" * 10, "²"])
def test_made_up_cursor_is_rejected(desk, key):
    field = desk.field(desk.task(), "signed").row.id
    with pytest.raises(InvalidCursorError):
        desk.fields.list_revisions(desk.reader, field, PageRequest(cursor=encode_cursor(key)))

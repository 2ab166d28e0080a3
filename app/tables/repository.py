"""SQL of tables. All queries run under row-level security."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from app.db.keyed import run_keyed
from app.documents.models import Page
from app.tables.codec import StoredTable, Texts
from app.tables.errors import TableNotFoundError
from app.tables.model import ListedTable
from app.tables.models import TableRow

_STORED_AT = """
SELECT w.version_id, t.number, t.pages, t.title, t.units_line, t.rows, t.columns, t.data
FROM unnest(%(versions)s::uuid[], %(pages)s::text[]) AS w(version_id, pages)
CROSS JOIN LATERAL (
    SELECT t.* FROM tables t WHERE t.version_id = w.version_id AND t.pages && w.pages::int[] OFFSET 0) t
ORDER BY w.version_id, t.number
"""


class TableRepository:
    """Reads the tables that the session's principal may see."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list_tables(
        self, version_id: UUID, *, page: int | None, words: str | None, after: int, limit: int
    ) -> Sequence[ListedTable]:
        """List a version's tables with a number above `after`, in order.

        `page` selects the tables on a page. `words` selects the tables with these words in their title, in any case.
        """
        query = select(TableRow).options(defer(TableRow.data)).where(TableRow.version_id == version_id)
        query = query.where(TableRow.number > after).order_by(TableRow.number).limit(limit)
        if page is not None:
            query = query.where(TableRow.pages.contains([page]))
        if words is not None:
            query = query.where(func.strpos(func.lower(TableRow.title), func.lower(words)) > 0)
        return [_listed(row) for row in self._session.scalars(query)]

    def get_table(self, version_id: UUID, number: int) -> StoredTable:
        """Return a table of a version. Raises TableNotFoundError."""
        found = self._session.get(TableRow, (version_id, number))
        if found is None:
            raise TableNotFoundError
        return StoredTable(_listed(found), found.data)

    def list_stored(self, version_id: UUID, *, pages: Iterable[int] | None = None) -> Sequence[StoredTable]:
        """List a version's tables, by default all of them, or only those on any of `pages`."""
        query = select(TableRow).where(TableRow.version_id == version_id).order_by(TableRow.number)
        if pages is not None:
            query = query.where(TableRow.pages.overlap(list(pages)))
        return [StoredTable(_listed(row), row.data) for row in self._session.scalars(query)]

    def list_stored_at(self, keys: Iterable[tuple[UUID, int]]) -> Sequence[tuple[UUID, StoredTable]]:
        """List the tables on the pages with these (version id, page number), each with its version, in order."""
        pages: dict[UUID, list[int]] = {}
        for version_id, number in keys:
            pages.setdefault(version_id, []).append(number)
        if not pages:
            return []
        # An array of arrays has only one length, so that the numbers of a version's pages are sent as text.
        numbers = [f"{{{','.join(map(str, on))}}}" for on in pages.values()]
        found = run_keyed(self._session, _STORED_AT, {"versions": list(pages), "pages": numbers})
        return [
            (version_id, StoredTable(ListedTable(number, tuple(on), title, units_line, rows, columns), data))
            for version_id, number, on, title, units_line, rows, columns, data in found
        ]

    def get_page_texts(self, version_id: UUID, pages: Iterable[int]) -> Texts:
        """Return the texts of a version's pages, by page number."""
        query = select(Page.number, Page.text).where(Page.version_id == version_id, Page.number.in_(set(pages)))
        return dict(self._session.execute(query).all())


def _listed(row: Any) -> ListedTable:
    return ListedTable(row.number, tuple(row.pages), row.title, row.units_line, row.rows, row.columns)

"""The rows of a published version in a mirrored tenant: one page, one table and one fact."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.documents.content.parsed import Words
from app.documents.content.parsed_codec import encode_words
from app.documents.models import Page
from app.tables.model import Cell, CellKind, Table
from app.tables.models import TableRow
from tests.facts.made_facts import make_fact, write_facts
from tests.tables.made_tables import make_row


def replace_page_rows(session: Session, tenant: UUID, document: UUID, version: UUID, words: Sequence[str]) -> None:
    """Write the version's page, with a line of text for each of `words`, a table with the first line as its cell and
    its title, and a fact with the first line as its label. Delete the rows that were written before.
    """
    for rows in (Page, TableRow):
        session.execute(delete(rows).where(rows.version_id == version))
    page = "\n".join(words)
    session.add(
        Page(
            version_id=version,
            number=1,
            tenant_id=tenant,
            document_id=document,
            width=612,
            height=792,
            text=page,
            words=encode_words(Words.none()),
        )
    )
    cell = Cell(0, 0, 1, 1, words[0], 1, ((0, len(words[0])),), CellKind.LABEL)
    table = Table(1, (1,), 1, 1, (cell,), title=words[0])
    session.add(make_row(tenant, document, version, table, {1: page}))
    write_facts(session, tenant, document, version, [make_fact(words[0])])
    session.flush()

"""Reads the ledger. Every read is audited.

Other features read facts in their own transaction, with `load_ledger_facts`, and record the read.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from app.audit.service import record
from app.core.pagination import InvalidCursorError, PageOf, PageRequest, encode_cursor
from app.core.principal import Principal
from app.db.session import Database
from app.facts.filters import FactFilter
from app.facts.model import StoredFact
from app.facts.repository import FactRepository, Place

MOST_LINES = 20_000
"""Lines that one request reads from the database."""


class FactService:
    """Reads facts under the principal's permissions. Documents that the principal may not see count as absent."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    def list_facts(self, principal: Principal, wanted: FactFilter, page: PageRequest) -> PageOf[StoredFact]:
        """List facts of current versions, those of the newest document first, in the order of the document.

        A page may have fewer facts than its limit although the list continues. Raises InvalidCursorError,
        FactEncodingError.
        """
        after = _parse_cursor(page)
        with self._database.transaction(principal, snapshot=True) as session:
            found, last = FactRepository(session).list_page(
                wanted, after=after, limit=page.limit, most_lines=MOST_LINES
            )
            _record_read(session, principal, "facts.fact.listed", found)
        return PageOf(items=found, next_cursor=None if last is None else encode_cursor(":".join(map(str, last))))


def load_ledger_facts(
    session: Session,
    issuer_keys: Sequence[str] = (),
    *,
    document_ids: Sequence[UUID] = (),
    items: Sequence[str] = (),
    concepts: Sequence[str] = (),
    labels: Sequence[Sequence[str]] = (),
    wanted: FactFilter | None = None,
) -> list[StoredFact]:
    """Return the facts of issuers or documents that have one of the items, one of the concepts, or all words of one of
    the labels; without these, all facts. `wanted` has further conditions. The caller records the read.

    Raises FactEncodingError.
    """
    base = replace(wanted or FactFilter(), issuer_keys=tuple(issuer_keys), document_ids=tuple(document_ids))
    repository = FactRepository(session)
    if not (items or concepts or labels):
        return repository.list_facts(base)
    return repository.load_any(base, items=items, concepts=concepts, labels=labels)


def _record_read(session: Session, principal: Principal, action: str, found: Sequence[StoredFact]) -> None:
    documents = sorted({str(stored.source.document_id) for stored in found})
    record(
        session,
        principal,
        action,
        object_type="tenant",
        object_id=principal.tenant_id,
        detail={"documents": documents, "facts": len(found)},
    )


def _parse_cursor(page: PageRequest) -> Place | None:
    after = page.after()
    if after is None:
        return None
    document, *numbers = after.split(":")
    if len(numbers) != 2 or not all(each.isascii() and each.isdigit() and len(each) <= 9 for each in numbers):
        raise InvalidCursorError
    try:
        return UUID(document), int(numbers[0]), int(numbers[1])
    except ValueError as error:
        raise InvalidCursorError from error

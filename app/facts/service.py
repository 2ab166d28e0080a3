"""Reads the ledger. Every read is audited.

Other features read facts in their own transaction, with `load_ledger_facts`, and record the read.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from app.audit.service import record
from app.core.pagination import InvalidCursorError, PageOf, PageRequest, encode_cursor
from app.core.principal import Principal
from app.db.session import Database
from app.facts.approved import ApprovedFigure, LoadApproved, list_corrected, load_none, with_approved
from app.facts.errors import StatementsTooLargeError, TooManyFactsError
from app.facts.filters import FactFilter
from app.facts.fiscal_years import align_years
from app.facts.grid import StatementGrid, build_grid
from app.facts.grid_periods import Periods, parts_of
from app.facts.model import FactSource, StatementKind, StoredFact
from app.facts.repository import MOST_LINES, FactRepository, IssuerDocument, LineRow, Place, read_lines
from app.issuers.errors import IssuerNotFoundError
from app.issuers.names import Issuer
from app.issuers.reading import get_issuer, map_issuers

_DAYS_AROUND = 400
"""Lines this many days before and after those of the statements are read, too: they have the balances at the
beginning of the first periods, and the annual report that numbers the fiscal years.
"""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class IssuerStatements:
    """Statements of an issuer, which may be read, before their facts are decoded: those of the statements and the days
    that `wanted` has. Other conditions of a filter have no effect.

    `lines` is None if the client has the statements with this `tag` already.
    """

    issuer: Issuer
    wanted: FactFilter
    documents: tuple[IssuerDocument, ...]
    lines: Sequence[LineRow] | None
    approved: Sequence[ApprovedFigure] = ()

    @property
    def statements(self) -> tuple[StatementKind, ...]:
        return self.wanted.statements

    @property
    def name(self) -> str:
        return self.issuer.name

    @property
    def unread(self) -> int:
        """The number of documents whose facts were not read, because an older version of Footnote published them."""
        return sum(document.facts is None for document in self.documents)

    @property
    def tag(self) -> str:
        """A name of the content, which changes when a document of the issuer is published or edited, or when an editor
        decides on a figure.
        """
        return _tag(self.issuer, self.documents, self.approved)

    def build(self, periods: Periods, most_columns: int) -> tuple[StatementGrid, ...]:
        """Return each statement as a grid, in the order of `statements`.

        Raises FactEncodingError, StatementsTooLargeError.
        """
        found: dict[StatementKind, list[StoredFact]] = {kind: [] for kind in self.statements}
        try:
            facts = list(read_lines(self.lines or (), parts_of(periods)))
            for stored in with_approved(facts, self.approved):
                found[stored.fact.statement].append(stored)
        except TooManyFactsError as error:
            raise StatementsTooLargeError from error
        return tuple(
            build_grid(
                kind,
                align_years(facts),
                periods=periods,
                most_columns=most_columns,
                is_wanted=self.wanted.has_day,
            )
            for kind, facts in found.items()
        )


class FactService:
    """Reads facts under the principal's permissions. Documents that the principal may not see count as absent."""

    def __init__(self, *, database: Database, approved: LoadApproved = load_none) -> None:
        """`approved` reads what editors approved."""
        self._database = database
        self._approved = approved

    def list_facts(
        self, principal: Principal, wanted: FactFilter, page: PageRequest, *, issuer: str | None = None
    ) -> PageOf[StoredFact]:
        """List facts of current versions, those of the newest document first, in the order of the document. The source
        of each has the ID and the name of its issuer.

        `issuer` is as in `get_statements`. A page may have fewer facts than its limit although the list
        continues. Raises InvalidCursorError, IssuerNotFoundError, IssuerAmbiguousError, FactEncodingError.
        """
        after = _parse_cursor(page)
        with self._database.transaction(principal, snapshot=True) as session:
            if issuer is not None:
                wanted = replace(wanted, issuer_ids=tuple(get_issuer(session, issuer).ids))
            # Decisions change the status of facts, and how certain they are.
            found, last = FactRepository(session).list_page(
                replace(wanted, status=None, least_confidence=0.0),
                after=after,
                limit=page.limit,
                most_lines=MOST_LINES,
            )
            found = [stored for stored in self._with_approved(session, found) if wanted.accepts(stored)]
            found = _with_issuers(session, found)
            read = {str(stored.source.document_id) for stored in found}
            _record_read(session, principal, "facts.fact.listed", read, len(found))
        return PageOf(items=found, next_cursor=None if last is None else encode_cursor(":".join(map(str, last))))

    def _with_approved(self, session: Session, found: Sequence[StoredFact]) -> list[StoredFact]:
        """Return a page of facts with what editors approved, also amounts that no fact states."""
        approved = self._approved(session, {stored.source.document_id for stored in found})
        laid = [stored for stored in with_approved(found, approved) if stored.number > 0]
        if not approved:
            return laid
        versions = {figure.version_id for figure in approved}
        documents = {stored.source.document_id for stored in found if stored.source.version_id in versions}
        items = sorted({figure.item for figure in approved})
        every = load_ledger_facts(session, document_ids=sorted(documents), items=items)
        return laid + list_corrected(found, every, approved)

    def get_statements(
        self,
        principal: Principal,
        issuer: str,
        wanted: FactFilter,
        *,
        has: Callable[[str], bool] = lambda _: False,
    ) -> IssuerStatements:
        """Return the facts of statements of an issuer. `issuer` is its ID, its name in any spelling, an identifier, or
        a short form that no other issuer has. `wanted` has the statements, and on which days their periods end.

        `has` returns whether the client has the statements with a tag: then their lines are not read.
        Raises IssuerNotFoundError, IssuerAmbiguousError, StatementsTooLargeError.
        """
        with self._database.transaction(principal, snapshot=True) as session:
            repository = FactRepository(session)
            found = get_issuer(session, issuer)
            documents = repository.list_sources(found.ids)
            if not documents:
                raise IssuerNotFoundError
            lines = None
            approved = self._approved(session, [document.source.document_id for document in documents])
            if not has(_tag(found, documents, approved)):
                around = replace(wanted.with_days_around(_DAYS_AROUND), issuer_ids=tuple(found.ids))
                try:
                    lines = repository.list_lines(around)
                except TooManyFactsError as error:
                    raise StatementsTooLargeError from error
            read = {str(document.source.document_id) for document in documents if document.facts}
            _record_read(session, principal, "facts.statements.read", read, len(lines or ()))
        return IssuerStatements(found, wanted, tuple(documents), lines, approved)


def load_ledger_facts(
    session: Session,
    issuer_keys: Sequence[str] = (),
    *,
    issuer_ids: Iterable[UUID] = (),
    document_ids: Sequence[UUID] = (),
    items: Sequence[str] = (),
    concepts: Sequence[str] = (),
    labels: Sequence[Sequence[str]] = (),
    wanted: FactFilter | None = None,
) -> list[StoredFact]:
    """Return the facts of issuers, by names or records, or of documents, that have one of the items, one of the
    concepts, or all words of one of the labels; without these, all facts. `wanted` has further conditions. The caller
    records the read.

    If they are more than one request reads, none are returned: the best figure cannot be chosen among some of them.
    Raises FactEncodingError.
    """
    base = replace(
        wanted or FactFilter(),
        issuer_keys=tuple(issuer_keys),
        issuer_ids=tuple(issuer_ids),
        document_ids=tuple(document_ids),
    )
    repository = FactRepository(session)
    try:
        if not (items or concepts or labels):
            return repository.list_facts(base)
        return repository.load_any(base, items=items, concepts=concepts, labels=labels)
    except TooManyFactsError as error:
        log.warning("facts.ledger.too_large", code=error.code, issuers=len(issuer_keys))
        return []


def list_ledger_states(
    session: Session,
    issuer_keys: Sequence[str] = (),
    *,
    issuer_ids: Iterable[UUID] = (),
    document_ids: Sequence[UUID] = (),
) -> tuple[tuple[object, ...], ...]:
    """Return the state of each visible document whose facts `load_ledger_facts` returns. With equal states, it returns
    equal facts.
    """
    wanted = FactFilter(issuer_keys=tuple(issuer_keys), issuer_ids=tuple(issuer_ids), document_ids=tuple(document_ids))
    return FactRepository(session).list_states(wanted)


def _with_issuers(session: Session, found: Sequence[StoredFact]) -> list[StoredFact]:
    issuers = map_issuers(session, (stored.source.issuer_id for stored in found))
    sources = {stored.source.document_id: _of_issuer(stored.source, issuers) for stored in found}
    return [replace(stored, source=sources[stored.source.document_id]) for stored in found]


def _of_issuer(source: FactSource, issuers: Mapping[UUID, Issuer]) -> FactSource:
    issuer = None if source.issuer_id is None else issuers.get(source.issuer_id)
    return source if issuer is None else replace(source, issuer_id=issuer.id, issuer=issuer.name)


def _tag(issuer: Issuer, documents: Iterable[IssuerDocument], approved: Iterable[ApprovedFigure]) -> str:
    digest = hashlib.sha256(f"{issuer.id} {issuer.name}\n".encode())
    for document in documents:
        digest.update(f"{document.source.version_id} {document.revision} {document.published_at}\n".encode())
    for figure in approved:
        digest.update(f"{figure.revision}\n".encode())
    return digest.hexdigest()[:32]


def _record_read(session: Session, principal: Principal, action: str, documents: Iterable[str], count: int) -> None:
    """Record a read of facts of several documents. `count` is the number of facts, or of lines of statements."""
    detail = {"documents": sorted(documents), "count": count}
    record(session, principal, action, object_type="tenant", object_id=principal.tenant_id, detail=detail)


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

"""SQL of facts. All queries run under row-level security, and return facts of current versions only."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.keyed import driver_connection
from app.documents.models import Document, DocumentVersion
from app.facts.codec import StoredLine, decode_line, may_have
from app.facts.errors import TooManyFactsError
from app.facts.filters import FactFilter
from app.facts.model import FactSource, FactStatus, StatementKind, StoredFact

MOST_LINES = 20_000
"""Most lines that one request reads: those of about 100 annual and quarterly reports' statements, in 60 MB."""

MOST_FIGURES = 200_000
"""Most figures that one request decodes, in about 2 s."""

_LINES = """
SELECT f.number, f.first_end, f.last_end, f.statement, f.item, f.concept, f.path, f.data, f.statuses, d.id,
       d.current_version_id, d.issuer_key, d.issuer, d.title, d.document_type, d.filing_date, d.issuer_id
FROM documents d JOIN facts f ON f.version_id = d.current_version_id
"""
_SOURCE = (
    Document.id,
    Document.current_version_id,
    Document.issuer_key,
    Document.issuer,
    Document.title,
    Document.document_type,
    Document.filing_date,
    Document.issuer_id,
)
_STATUSES = tuple(FactStatus)
_STATES = """
SELECT d.id, d.current_version_id, d.revision, d.xmin::text, d.issuer_key, d.issuer, d.title, d.document_type,
       d.filing_date, d.issuer_id
FROM documents d
"""
LineRow = Any
"""A row of the database with a line and its document."""
Place = tuple[UUID, int, int]
"""A position in the list of facts: document, number of a line, and number of a fact in it."""


@dataclass(frozen=True, slots=True)
class IssuerDocument:
    """A searchable document of an issuer. `facts` is None if its facts were not read."""

    source: FactSource
    revision: int
    published_at: datetime | None
    facts: int | None


class FactRepository:
    """Reads the facts that the session's principal may see."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list_facts(self, wanted: FactFilter) -> list[StoredFact]:
        """List all facts that a filter selects, by document and number. Raises FactEncodingError, TooManyFactsError."""
        return [fact for fact in read_lines(self.list_lines(wanted)) if wanted.accepts(fact)]

    def list_lines(self, wanted: FactFilter) -> Sequence[LineRow]:
        """List the lines with facts that a filter may select, by document and number, for `read_lines`.

        Raises TooManyFactsError.
        """
        return self._list(_Query(wanted))

    def list_sources(self, issuer_ids: Iterable[UUID]) -> Sequence[IssuerDocument]:
        """List the searchable documents of an issuer with these records, by ID."""
        query = (
            select(*_SOURCE, Document.revision, DocumentVersion.published_at, DocumentVersion.fact_count)
            .join(DocumentVersion, DocumentVersion.id == Document.current_version_id)
            .where(Document.issuer_id.in_(list(issuer_ids)), Document.deleted_at.is_(None))
            .order_by(Document.id)
        )
        return [
            IssuerDocument(_source(*described), revision, published, facts)
            for *described, revision, published, facts in self._session.execute(query)
        ]

    def list_states(self, wanted: FactFilter) -> tuple[tuple[object, ...], ...]:
        """List the searchable documents of a filter's issuers or IDs, with everything that their facts and sources
        depend on: facts of a version are written once, and a user who may read a document may read its facts.
        """
        query = _Query(wanted)
        query.conditions.append("d.current_version_id IS NOT NULL")
        return tuple(query.run(self._session, "d.id", MOST_LINES + 1, of=_STATES))

    def load_any(
        self,
        wanted: FactFilter,
        *,
        items: Sequence[str] = (),
        concepts: Sequence[str] = (),
        labels: Sequence[Sequence[str]] = (),
        statements: Sequence[StatementKind] = (),
    ) -> list[StoredFact]:
        """List the facts that a filter selects and that have one of the items, one of the concepts, all words of one of
        the labels, or one of the statements. Raises FactEncodingError, TooManyFactsError.
        """
        query = _Query(wanted)
        named = [
            *query.any_of("f.item", items),
            *query.any_of("f.concept", concepts),
            *query.any_of("f.statement", [kind.value for kind in statements]),
            *(f"({' AND '.join(map(query.has_word, words))})" for words in labels if words),
        ]
        query.conditions.append(f"({' OR '.join(named) or 'false'})")
        lines = self._list(query)
        return [fact for fact in read_lines(lines, of_group=wanted.of_group) if wanted.accepts(fact)]

    def _list(self, query: "_Query") -> Sequence[LineRow]:
        found = query.run(self._session, "d.id, f.number", MOST_LINES + 1)
        if len(found) > MOST_LINES:
            raise TooManyFactsError
        return found

    def list_page(
        self, wanted: FactFilter, *, after: Place | None, limit: int, most_lines: int
    ) -> tuple[list[StoredFact], Place | None]:
        """List up to `limit` facts, those of the newest document first. Return them with the position from which the
        list continues, or None at its end.

        At most `most_lines` lines are read, so that the list may continue although fewer than `limit` facts are found.
        Raises FactEncodingError.
        """
        found: list[StoredFact] = []
        batch = min(limit + 1, most_lines)
        while most_lines > 0:
            query = _Query(wanted)
            if after is not None:
                query.begin_at(after)
            rows = query.run(self._session, "d.id DESC, f.number", batch)
            most_lines -= len(rows)
            for row in rows:
                for fact in read_lines([row]):
                    place = (fact.source.document_id, row[0], fact.number)
                    if after is not None and place[:1] == after[:1] and fact.number <= after[2]:
                        continue
                    if wanted.accepts(fact):
                        if len(found) == limit:
                            return found, after
                        found.append(fact)
                    after = place
            if len(rows) < batch:
                return found, None
            batch = min(2 * batch, 1_000)
        return found, after


class _Query:
    """The statement that reads the lines with facts that a filter may select. SQLAlchemy takes longer to build it than
    PostgreSQL to answer.
    """

    def __init__(self, wanted: FactFilter) -> None:
        self.conditions = ["d.deleted_at IS NULL"]
        self._parameters: dict[str, Any] = {}
        for column, values in (
            ("d.issuer_key", wanted.issuer_keys),
            ("d.issuer_id", wanted.issuer_ids),
            ("d.id", wanted.document_ids),
            ("f.item", wanted.items),
            ("f.concept", wanted.concepts),
            ("f.statement", [kind.value for kind in wanted.statements]),
        ):
            self.conditions += self.any_of(column, values)
        if wanted.first_end is not None:
            self.conditions.append(f"f.last_end >= {self._add(wanted.first_end)}")
        if wanted.last_end is not None:
            self.conditions.append(f"f.first_end <= {self._add(wanted.last_end)}")
        self.conditions += map(self.has_word, wanted.words)

    def any_of(self, column: str, values: Collection[object]) -> list[str]:
        """Return the condition that a column has one of the values; nothing without values."""
        return [f"{column} = ANY({self._add(list(values))})"] if values else []

    def has_word(self, word: str) -> str:
        """Return the condition that a line's labels have a word."""
        return f"strpos(lower(f.path), {self._add(word.lower())}) > 0"

    def begin_at(self, after: Place) -> None:
        """Begin at a position in the list of facts, in which the newest document is first."""
        document, line = self._add(after[0]), self._add(after[1])
        self.conditions.append(f"(d.id < {document} OR (d.id = {document} AND f.number >= {line}))")

    def run(self, session: Session, order: str, limit: int, *, of: str = _LINES) -> list[LineRow]:
        """Return the rows in an order, up to a limit."""
        where = " AND ".join(self.conditions)
        statement = f"{of} WHERE {where} ORDER BY {order} LIMIT {int(limit)}"
        return driver_connection(session).cursor(binary=True).execute(statement, self._parameters).fetchall()

    def _add(self, value: object) -> str:
        name = f"p{len(self._parameters)}"
        self._parameters[name] = value
        return f"%({name})s"


def read_lines(
    rows: Iterable[LineRow], parts: frozenset[str] | None = None, *, of_group: bool = False
) -> Iterator[StoredFact]:
    """Yield the facts of lines: all, or those whose fiscal label has one of `parts`, and which are `of_group`.

    Raises FactEncodingError, TooManyFactsError.
    """
    sources: dict[UUID, FactSource] = {}
    count = 0
    for row in rows:
        number, first_end, last_end, statement, item, concept, path, data, statuses, *described = row
        if parts is not None and not may_have(data, parts):
            continue
        source = sources.get(described[0])
        if source is None:
            source = sources[described[0]] = _source(*described)
        line = StoredLine(number, first_end, last_end, statement, item, concept, path, bytes(data))
        facts = decode_line(line, parts, of_group=of_group)
        count += len(facts)
        if count > MOST_FIGURES:
            raise TooManyFactsError
        for index, fact in facts:
            status = FactStatus.PROPOSED if statuses is None else _STATUSES[statuses[index - number]]
            yield StoredFact(fact, index, source, status)


def _source(
    document: UUID,
    version: UUID,
    issuer_key: str | None,
    issuer: str | None,
    title: str,
    kind: str | None,
    filed: Any,
    issuer_id: UUID | None,
) -> FactSource:
    return FactSource(
        document_id=document,
        version_id=version,
        issuer_key=issuer_key or "",
        issuer=issuer or "",
        title=title,
        document_type=kind,
        filed=None if filed is None else filed.isoformat(),
        issuer_id=issuer_id,
    )

"""SQL of facts. All queries run under row-level security, and return facts of current versions only."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session

from app.documents.models import Document, DocumentVersion
from app.facts.codec import StoredLine, decode_line, may_have
from app.facts.errors import TooManyFactsError
from app.facts.filters import FactFilter
from app.facts.model import FactSource, FactStatus, StatementKind, StoredFact
from app.facts.models import FactRow

MOST_LINES = 20_000
"""Most lines that one request reads: those of about 100 annual and quarterly reports' statements, in 60 MB."""

MOST_FIGURES = 200_000
"""Most figures that one request decodes, in about 2 s."""

_LINE = (
    FactRow.number,
    FactRow.first_end,
    FactRow.last_end,
    FactRow.statement,
    FactRow.item,
    FactRow.concept,
    FactRow.path,
    FactRow.data,
)
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
        return self._list(_select_lines(wanted))

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
        named = or_(
            false(),
            *([FactRow.item.in_(items)] if items else []),
            *([FactRow.concept.in_(concepts)] if concepts else []),
            *([FactRow.statement.in_([kind.value for kind in statements])] if statements else []),
            *(and_(*map(_has_word, words)) for words in labels if words),
        )
        lines = self._list(_select_lines(wanted).where(named))
        return [fact for fact in read_lines(lines, of_group=wanted.of_group) if wanted.accepts(fact)]

    def _list(self, query: Any) -> Sequence[LineRow]:
        ordered = query.order_by(Document.id, FactRow.number).limit(MOST_LINES + 1)
        found: Sequence[LineRow] = self._session.execute(ordered).all()
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
            query = _select_lines(wanted).order_by(Document.id.desc(), FactRow.number).limit(batch)
            if after is not None:
                query = query.where(_from(after))
            rows = self._session.execute(query).all()
            most_lines -= len(rows)
            for row in rows:
                for fact in read_lines([row]):
                    place = (fact.source.document_id, row.number, fact.number)
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


def _select_lines(wanted: FactFilter) -> Any:
    query: Any = (
        select(*_LINE, FactRow.statuses, *_SOURCE)
        .join(FactRow, FactRow.version_id == Document.current_version_id)
        .where(Document.deleted_at.is_(None))
    )
    for column, values in (
        (Document.issuer_key, wanted.issuer_keys),
        (Document.issuer_id, wanted.issuer_ids),
        (Document.id, wanted.document_ids),
        (FactRow.item, wanted.items),
        (FactRow.concept, wanted.concepts),
        (FactRow.statement, [kind.value for kind in wanted.statements]),
    ):
        if values:
            query = query.where(column.in_(values))
    if wanted.first_end is not None:
        query = query.where(FactRow.last_end >= wanted.first_end)
    if wanted.last_end is not None:
        query = query.where(FactRow.first_end <= wanted.last_end)
    return query.where(*map(_has_word, wanted.words))


def _has_word(word: str) -> ColumnElement[bool]:
    return func.strpos(func.lower(FactRow.path), word.lower()) > 0


def _from(place: Place) -> ColumnElement[bool]:
    document, line, _ = place
    return or_(Document.id < document, and_(Document.id == document, FactRow.number >= line))


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

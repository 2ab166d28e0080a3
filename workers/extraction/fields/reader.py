"""The reader of fields: a document and the fields of a schema in, one proposal per field out.

A rule reads one kind of field. It registers by name (`@rule("contract.parties", version=1)`), and a field names the
rule that reads it. Fields without a rule are read by the general rule. A model, where one is configured, reads what
rules leave unread (`workers.extraction.fields.model_reading`).
"""

import hashlib
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, TypeVar

import structlog

from app.core.errors import MISTAKES
from app.documents.content.parsed import ParsedDocument
from app.documents.metadata import DocumentMetadata
from app.facts.model import Fact
from app.review.evidence import Evidence
from app.review.learnt.lessons import Lesson, signature_of
from app.review.proposals import Alternative, Proposal, ProposalState, ReadingMethod, Search
from app.review.schemas.definition import FieldSpec
from app.review.schemas.lines import item_of
from app.review.value_codec import is_storable
from app.tables.model import Table
from workers.extraction.fields.contents import Span, find_contents
from workers.extraction.fields.flow import Flow

READER_VERSION: Final = 1
"""The version of what all rules share. Increase it when every field must be read again."""

GENERAL: Final = "general"
"""The name of the rule that reads fields without a rule."""

T = TypeVar("T")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)  # no slots: `flow` is computed once
class ReadDocument:
    """A parsed document and what was read from it before: tables, facts and metadata.

    `lessons` are what corrections taught about documents like this one, newest first (`app.review.learnt.lessons`).
    `derived` has what several rules read, by its name (see `once`).
    """

    parsed: ParsedDocument
    tables: tuple[Table, ...]
    facts: tuple[Fact, ...]
    metadata: DocumentMetadata
    lessons: tuple[Lesson, ...] = ()
    derived: dict[Hashable, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    @cached_property
    def flow(self) -> Flow:
        """Return the running text of the pages."""
        return Flow(self.parsed.pages)

    @cached_property
    def contents(self) -> Mapping[int, tuple[Span, ...]]:
        """Return the lines that only name other places, by page (see `workers.extraction.fields.contents`)."""
        return find_contents(self.parsed.pages)

    @cached_property
    def prose(self) -> Flow:
        """Return the running text without tables of contents and pages of headings."""
        return Flow(self.parsed.pages, without=self.contents) if self.contents else self.flow

    def once(self, name: Hashable, compute: Callable[[], T]) -> T:
        """Return a value that depends on this document and `name` only. It is computed once."""
        if name not in self.derived:
            self.derived[name] = compute()
        value: T = self.derived[name]
        return value

    def search(self, terms: Sequence[str]) -> Search:
        """Return the proof that the whole document was searched for `terms`."""
        pages = self.parsed.pages
        return Search(
            terms=tuple(terms),
            pages=tuple(page.number for page in pages if page.text.strip()),
            unreadable=tuple(page.number for page in pages if not page.text.strip()),
        )


Rule = Callable[[ReadDocument, FieldSpec], Proposal]


@dataclass(frozen=True, slots=True)
class RegisteredRule:
    name: str
    version: int
    read: Rule


_RULES: dict[str, RegisteredRule] = {}


def rule(name: str, *, version: int) -> Callable[[Rule], Rule]:
    """Register a function as the rule `name`. Increase `version` with each change of what it reads.

    Raises ValueError if the name is taken.
    """

    def register(read: Rule) -> Rule:
        if name in _RULES:
            raise ValueError(f"There are two rules {name!r}.")
        _RULES[name] = RegisteredRule(name, version, read)
        return read

    return register


def find_rule(name: str | None) -> RegisteredRule | None:
    """Return the rule `name`, or the general rule for None; None if there is no such rule."""
    return _RULES.get(name or GENERAL)


def extraction_digest(spec: FieldSpec, model: str = "", lessons: Sequence[Lesson] = ()) -> str:
    """Return the SHA-256 (hex) that names what is read for a field in one version of a document: that of the field, the
    rule's name and version, the reader's version, the name of the model that completes the reading, if any, and what
    corrections taught about the field's line item.
    """
    known = find_rule(spec.rule) or find_rule(None)
    version = "" if known is None else f"{known.name}/{known.version}"
    content = f"{spec.digest}\n{version}\n{READER_VERSION}"
    item = item_of(spec) if lessons else None
    learnt = "" if item is None else signature_of(lessons, item.name)
    content = f"{content}\n{learnt}" if learnt else content
    return hashlib.sha256((f"{content}\n{model}" if model else content).encode()).hexdigest()


class FieldReader:
    """Reads fields by their rules."""

    def read(self, document: ReadDocument, fields: Sequence[FieldSpec]) -> tuple[Proposal, ...]:
        """Return one proposal per field, in their order. A field whose rule is unknown is read by the general rule; one
        whose rule fails is unread. Quotes that are not on their page are dropped, and values without any with them.
        """
        return tuple(self._read_field(document, spec) for spec in fields)

    def _read_field(self, document: ReadDocument, spec: FieldSpec) -> Proposal:
        known = find_rule(spec.rule) or find_rule(None)
        if known is None:
            return unread(spec)
        try:
            proposal = known.read(document, spec)
        except MISTAKES as error:
            _log.warning("extraction.field.failed", rule=known.name, field=spec.key, exc_info=error)
            return unread(spec)
        return _checked(document, spec, proposal)


def unread(spec: FieldSpec, search: Search | None = None) -> Proposal:
    """Return the proposal of a field that the machine cannot read."""
    return Proposal(spec.key, ProposalState.UNREAD, None, (), ReadingMethod.RULE, 0.0, search=search)


def _checked(document: ReadDocument, spec: FieldSpec, proposal: Proposal) -> Proposal:
    """Return the proposal with only those quotes that are on their page, and only values of the field's kind
    that can be stored.
    """
    evidence = _on_pages(document, proposal.evidence)
    alternatives = tuple(
        Alternative(each.value, quotes, each.reason)
        for each in proposal.alternatives
        if is_storable(each.value, spec.kind) and (quotes := _on_pages(document, each.evidence))
    )
    value = proposal.value
    is_wrong_kind = value is not None and not is_storable(value, spec.kind)
    is_unproved = proposal.state is ProposalState.FOUND and (value is None or not evidence)
    is_unsearched = proposal.state is ProposalState.ABSENT and proposal.search is None
    if is_wrong_kind or is_unproved or is_unsearched:
        return unread(spec, proposal.search)
    confidence = min(max(proposal.confidence, 0.0), 1.0)
    return replace(proposal, key=spec.key, evidence=evidence, alternatives=alternatives, confidence=confidence)


def _on_pages(document: ReadDocument, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    pages = {page.number: page.text for page in document.parsed.pages}
    return tuple(quote for quote in evidence if quote.quote and quote.is_in(pages.get(quote.page, "")))

"""What is understood of a question: one value, made once, that search and answering share."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.documents.content.statements import Statement
from app.documents.metadata import DocumentType
from app.quantities.asked_periods import AskedPeriods
from app.retrieval.questions.issuers import VisibleIssuer, find_issuers


@dataclass(frozen=True, slots=True)
class Understanding:
    """A question without what it says on the form of the answer, and what that asks for.

    `core` are the sentences that ask, `search_terms` their terms, and `key_terms` those that carry the question: none
    are periods or units. `named_statements` are asked for by name, `statements` follow from the metrics too. `synonyms`
    are the metrics in the words of statements, `synonym_terms` the terms that they add to the key ones. `names` are
    words that may name somebody or something: each a name's words.
    """

    core: str = ""
    search_terms: tuple[str, ...] = ()
    key_terms: frozenset[str] = frozenset()
    issuer_keys: tuple[str, ...] = ()
    issuer_names: tuple[str, ...] = ()
    periods: AskedPeriods = field(default_factory=AskedPeriods)
    document_types: tuple[DocumentType, ...] = ()
    named_statements: tuple[Statement, ...] = ()
    statements: tuple[Statement, ...] = ()
    synonyms: tuple[str, ...] = ()
    synonym_terms: frozenset[str] = frozenset()
    names: tuple[tuple[str, ...], ...] = ()
    wants_number: bool = False
    wants_outlook: bool = False

    def among(self, issuers: Sequence[VisibleIssuer]) -> "Understanding":
        """The same with the issuers that the question names, out of `issuers` only."""
        found = find_issuers(self.core, issuers)
        return replace(
            self,
            issuer_keys=tuple(issuer.key for issuer in found),
            issuer_names=tuple(issuer.name for issuer in found),
        )

    def as_record(self) -> dict[str, Any]:
        """What is kept of it as JSON, in the question's row."""
        return {
            "issuers": list(self.issuer_names),
            "fiscal_years": list(self.periods.years),
            "quarters": [[quarter, year] for quarter, year in self.periods.quarters],
            "days": [day.isoformat() for day in self.periods.days],
            "document_types": [kind.value for kind in self.document_types],
            "statements": [statement.value for statement in self.statements],
        }

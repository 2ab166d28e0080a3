"""The understanding of a question. It is created once, and search and answering share it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.documents.content.statements import Statement
from app.documents.metadata import DocumentType
from app.quantities.asked_periods import AskedPeriods
from app.retrieval.questions.issuers import VisibleIssuer, find_issuers


@dataclass(frozen=True, slots=True)
class Understanding:
    """A question's core and the fields parsed from it.

    `core` is the question without sentences about the form of the answer. `search_terms` are its terms, and
    `key_terms` are the search terms without periods and units. `issuer_forms` are the key and aliases of each issuer.
    `named_statements` are the statements that the question names. `statements` also include the statements with the
    requested metrics. `synonyms` are the names of these metrics in statements. `synonym_terms` are the terms of
    `synonyms`, without `key_terms` and without words that many line items contain. `wants_figure` states that the
    question asks for the figure of a metric ("what were net sales"). `wants_amended` states that the question asks for
    amended or restated figures. `names` has the words of each possible name of a company, person or product.
    """

    core: str = ""
    search_terms: tuple[str, ...] = ()
    key_terms: frozenset[str] = frozenset()
    issuer_keys: tuple[str, ...] = ()
    issuer_names: tuple[str, ...] = ()
    issuer_forms: tuple[frozenset[str], ...] = ()
    periods: AskedPeriods = field(default_factory=AskedPeriods)
    document_types: tuple[DocumentType, ...] = ()
    named_statements: tuple[Statement, ...] = ()
    statements: tuple[Statement, ...] = ()
    synonyms: tuple[str, ...] = ()
    synonym_terms: frozenset[str] = frozenset()
    names: tuple[tuple[str, ...], ...] = ()
    wants_number: bool = False
    wants_figure: bool = False
    wants_amended: bool = False
    wants_outlook: bool = False

    def among(self, issuers: Sequence[VisibleIssuer]) -> "Understanding":
        """Return a copy with the issuers, out of `issuers`, that the question names."""
        found = find_issuers(self.core, issuers)
        return replace(
            self,
            issuer_keys=tuple(issuer.key for issuer in found),
            issuer_names=tuple(issuer.name for issuer in found),
            issuer_forms=tuple(frozenset((issuer.key, *issuer.aliases)) for issuer in found),
        )

    def as_record(self) -> dict[str, Any]:
        """Return the JSON object for the question's row."""
        return {
            "issuers": list(self.issuer_names),
            "fiscal_years": list(self.periods.years),
            "quarters": [[quarter, year] for quarter, year in self.periods.quarters],
            "days": [day.isoformat() for day in self.periods.days],
            "document_types": [kind.value for kind in self.document_types],
            "statements": [statement.value for statement in self.statements],
        }

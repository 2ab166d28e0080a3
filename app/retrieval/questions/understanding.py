"""The understanding of a question. It is created once, and search and answering share it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from app.documents.content.statements import Statement
from app.documents.metadata import DocumentType
from app.quantities.asked_periods import AskedPeriods
from app.retrieval.passages import Passage
from app.retrieval.questions.concepts import Concept
from app.retrieval.questions.coverage import Coverage
from app.retrieval.questions.issuers import NamedIssuers, VisibleIssuer, find_named, group_issuers
from app.retrieval.questions.names import find_other_entity
from app.retrieval.questions.spans import QuestionWords


@dataclass(frozen=True, slots=True)
class Understanding:
    """A question's core and the fields parsed from it.

    `core` is the question without sentences about the form of the answer. `search_terms` are its terms, and
    `key_terms` are the search terms without periods and units. `issuer_forms` are the key and aliases of each issuer.
    `issuer_groups` has a number for each key; all keys of a renamed issuer have the same number.
    `issuer_phrases` are the words of the question that name the issuers. `issuer_records` are the records of the named
    issuers (`documents.issuer_id`), if all have some: documents with the same key may be of an issuer that an editor
    split off. `key_records` has the records of the issuer of each key, or none.
    `named_statements` are the statements that the question names. `statements` also include the statements with the
    requested metrics. `synonyms` are the names of these metrics in statements. `synonym_terms` are the terms of
    `synonyms`, without `key_terms` and without words that many line items contain. `wants_figure` states that the
    question asks for the figure of a metric ("what were net sales"). `wants_amended` states that the question asks for
    amended or restated figures. `concepts` are its words of the field, with other words for them. `names` has the words
    of each possible name of a company, person or product.

    Which issuers are meant, decided over the visible documents (`app.retrieval.scope`):
    `is_implied`: the question names no issuer, but documents of one issuer only are visible.
    `is_open`: the question names no issuer, and documents of several are visible. An answer names the issuer of each
    figure.
    `shared_names` are short names of several issuers, with these issuers' names; all of them are meant.
    `respelt` are misspelt names and initials, with the names of the issuers that were taken for them.
    `absent_issuers` are names of issuers without visible documents, whose figures the question asks for.
    `unseen_names` are other names, and places, that no visible document (of the named issuers, if there are any)
    mentions.
    `must_mention` has the words of names that a source has to mention: other sentences are about something else.
    `other_entity` is an entity beside the issuer ("Example Operating Partnership").
    `coverage` has the periods that the documents report on, and `missing_periods` are asked ones that none can report.
    """

    core: str = ""
    search_terms: tuple[str, ...] = ()
    key_terms: frozenset[str] = frozenset()
    issuer_keys: tuple[str, ...] = ()
    issuer_names: tuple[str, ...] = ()
    issuer_forms: tuple[frozenset[str], ...] = ()
    issuer_groups: tuple[int, ...] = ()
    issuer_phrases: tuple[str, ...] = ()
    issuer_records: frozenset[UUID] = frozenset()
    key_records: tuple[frozenset[UUID], ...] = ()
    periods: AskedPeriods = field(default_factory=AskedPeriods)
    document_types: tuple[DocumentType, ...] = ()
    named_statements: tuple[Statement, ...] = ()
    statements: tuple[Statement, ...] = ()
    synonyms: tuple[str, ...] = ()
    synonym_terms: frozenset[str] = frozenset()
    concepts: tuple[Concept, ...] = ()
    names: tuple[tuple[str, ...], ...] = ()
    wants_number: bool = False
    wants_figure: bool = False
    wants_amended: bool = False
    wants_outlook: bool = False
    is_implied: bool = False
    is_open: bool = False
    shared_names: tuple[tuple[str, tuple[str, ...]], ...] = ()
    respelt: tuple[tuple[str, str], ...] = ()
    absent_issuers: tuple[str, ...] = ()
    unseen_names: tuple[str, ...] = ()
    must_mention: tuple[tuple[str, ...], ...] = ()
    other_entity: str | None = None
    coverage: Coverage = field(default_factory=Coverage)
    missing_periods: tuple[str, ...] = ()

    def among(self, issuers: Sequence[VisibleIssuer]) -> "Understanding":
        """Return a copy with the issuers, out of `issuers`, that the question names."""
        return self.naming(find_named(QuestionWords(self.core), issuers))

    def naming(self, named: Sequence[NamedIssuers]) -> "Understanding":
        """Return a copy with the issuers that phrases of the question name."""
        found = tuple({issuer.key: issuer for match in named for issuer in match.issuers}.values())
        forms = tuple(frozenset(issuer.forms()) for issuer in found)
        return replace(
            self,
            issuer_keys=tuple(issuer.key for issuer in found),
            issuer_names=tuple(issuer.name for issuer in found),
            issuer_forms=forms,
            issuer_groups=group_issuers(named),
            issuer_phrases=tuple(dict.fromkeys(match.text for match in named)),
            shared_names=tuple(
                (match.text, tuple(issuer.name for issuer in match.issuers)) for match in named if match.is_shared()
            ),
            other_entity=find_other_entity(
                self.core, self.names, [*(issuer.name for issuer in found), *(form for each in forms for form in each)]
            ),
        )

    def absence(self) -> str | None:
        """Return the sentence that says which names and periods no visible document has; None without such."""
        of = f" of {', '.join(dict.fromkeys(self.issuer_names))}" if self.issuer_names else ""
        if self.absent_issuers:
            return _sentence(f"No document that you may see is of {', '.join(self.absent_issuers)}")
        if self.unseen_names:
            return _sentence(f"No document{of} that you may see mentions {', '.join(self.unseen_names)}")
        if self.missing_periods:
            return _sentence(f"No document that you may see covers {', '.join(self.missing_periods)}{of}")
        return None

    def is_absent(self) -> bool:
        """Return whether no visible document can have the answer: none is of an issuer that the question names, none
        mentions what it names, or none covers any of its fiscal years and quarters.
        """
        if self.unseen_names:
            return True
        if self.absent_issuers:
            return not self.issuer_keys
        asked = set(self.periods.years) | {year for _, year in self.periods.quarters if year is not None}
        return bool(self.missing_periods) and self.coverage.reach.isdisjoint(asked)

    def is_of_named(self, record: UUID | None) -> bool:
        """Return whether a document with a record may be of a named issuer."""
        return record is None or not self.issuer_records or record in self.issuer_records

    def mentions(self, text: str) -> bool:
        """Return whether a text has all words of one of the names that a source must mention, or needs none."""
        folded = text.casefold()
        return not self.must_mention or any(
            all(word.casefold() in folded for word in words) for words in self.must_mention
        )

    def is_about(self, passage: Passage) -> bool:
        """Return whether a passage's document or heading has one of the names that a source must mention."""
        return self.mentions(f"{passage.issuer or ''} {passage.document_title} {passage.heading}")

    def as_record(self) -> dict[str, Any]:
        """Return the JSON object for the question's row."""
        return {
            "issuers": list(dict.fromkeys(self.issuer_names)),
            "fiscal_years": list(self.periods.years),
            "quarters": [[quarter, year] for quarter, year in self.periods.quarters],
            "days": [day.isoformat() for day in self.periods.days],
            "document_types": [kind.value for kind in self.document_types],
            "statements": [statement.value for statement in self.statements],
            **{name: value for name, value in self._facts().items() if value},
        }

    def _facts(self) -> dict[str, Any]:
        return {
            "implied_issuer": self.is_implied,
            "shared_names": [[text, *names] for text, names in self.shared_names],
            "respelt": [list(pair) for pair in self.respelt],
            "absent_issuers": list(self.absent_issuers),
            "unseen_names": list(self.unseen_names),
            "missing_periods": list(self.missing_periods),
            "absence": self.absence(),
        }


def _sentence(text: str) -> str:
    """Return the text with one point at its end, also after "Inc."."""
    return text if text.endswith(".") else f"{text}."

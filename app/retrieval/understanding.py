"""Understanding a question without a model: whose documents, which periods and types, which metrics and statements.

Issuers are looked for among those that the principal sees, and no others: a question that names a hidden one reads like a
question that names nobody.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.documents.issuers import issuer_aliases, normalise_issuer
from app.documents.metadata import DocumentType
from app.retrieval.asked_periods import AskedPeriods, parse_asked_periods
from app.retrieval.vocabulary import FinanceVocabulary, Statement

_TYPES: tuple[tuple[DocumentType, str], ...] = (
    (DocumentType.FORM_10K, r"10-?\s?ks?|form 10-?\s?k|annual (?:filing|report on form)"),
    (DocumentType.FORM_10Q, r"10-?\s?qs?|quarterly (?:report|filing)s?"),
    (DocumentType.FORM_8K, r"8-?\s?ks?|current report"),
    (DocumentType.FORM_20F, r"20-?\s?fs?"),
    (DocumentType.EARNINGS_RELEASE, r"(?:earnings|results) (?:press )?(?:release|announcement)s?|press release"),
    (DocumentType.ANNUAL_REPORT, r"annual reports?"),
    (DocumentType.PROSPECTUS, r"prospectus(?:es)?(?: supplements?)?"),
    (DocumentType.OFFERING_MEMORANDUM, r"offering (?:memorandum|memoranda|circular)"),
    (DocumentType.CREDIT_AGREEMENT, r"(?:credit|loan) (?:agreement|facility)"),
    (DocumentType.INDENTURE, r"(?:supplemental )?indentures?"),
)
_WORD = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*&?")
_POSSESSIVE = re.compile(r"['’]s?$")
_LONGEST_NAME = 6
_ABBREVIATION = 4


@dataclass(frozen=True, slots=True)
class VisibleIssuer:
    """An issuer of documents that the principal sees: its key, one spelling of its name, forms that people use."""

    key: str
    name: str
    aliases: tuple[str, ...] = ()

    def forms(self) -> frozenset[str]:
        return frozenset((self.key, *self.aliases, *issuer_aliases(self.name)))


@dataclass(frozen=True, slots=True)
class Understanding:
    """What was understood. `named_statements` were asked for by name, `statements` follow from the metrics too."""

    issuer_keys: tuple[str, ...] = ()
    issuer_names: tuple[str, ...] = ()
    periods: AskedPeriods = AskedPeriods()
    document_types: tuple[DocumentType, ...] = ()
    named_statements: tuple[Statement, ...] = ()
    statements: tuple[Statement, ...] = ()
    synonyms: tuple[str, ...] = ()

    def as_record(self) -> dict[str, Any]:
        """The same as JSON, for the question's row."""
        return {
            "issuers": list(self.issuer_names),
            "fiscal_years": list(self.periods.years),
            "quarters": [[quarter, year] for quarter, year in self.periods.quarters],
            "days": [day.isoformat() for day in self.periods.days],
            "document_types": [kind.value for kind in self.document_types],
            "statements": [statement.value for statement in self.statements],
        }


class QuestionReader:
    """Reads questions. Immutable: threads share it."""

    def __init__(self, *, vocabulary: FinanceVocabulary) -> None:
        self._vocabulary = vocabulary
        self._types = tuple(
            (kind, re.compile(rf"(?<![\w-])(?:{pattern})(?!\w)", re.IGNORECASE)) for kind, pattern in _TYPES
        )

    def read(self, question: str, *, issuers: Sequence[VisibleIssuer]) -> Understanding:
        """Understand `question`, naming issuers out of `issuers` only."""
        found = find_issuers(question, issuers)
        named = self._vocabulary.find_named_statements(question)
        implied, synonyms = self._vocabulary.find_metrics(question)
        return Understanding(
            issuer_keys=tuple(issuer.key for issuer in found),
            issuer_names=tuple(issuer.name for issuer in found),
            periods=parse_asked_periods(question),
            document_types=tuple(kind for kind, pattern in self._types if pattern.search(question)),
            named_statements=named,
            statements=tuple(dict.fromkeys((*named, *implied))),
            synonyms=synonyms,
        )


def find_issuers(question: str, issuers: Iterable[VisibleIssuer]) -> tuple[VisibleIssuer, ...]:
    """The issuers that the question names: the longest names first, no name inside a longer one.

    Single words must be written like names (a capital, or all of the question in small letters), and abbreviations of up
    to 4 letters in capitals, so that "all" or "target" in a sentence is no issuer.
    """
    by_form: dict[str, list[VisibleIssuer]] = {}
    for issuer in issuers:
        for form in issuer.forms():
            by_form.setdefault(form, []).append(issuer)
    words = [match.group() for match in _WORD.finditer(unicodedata.normalize("NFKC", question))]
    found: dict[str, VisibleIssuer] = {}
    taken = [False] * len(words)
    for length in range(min(_LONGEST_NAME, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            span = words[start : start + length]
            if any(taken[start : start + length]):
                continue
            matched = _match(span, by_form, small=question.islower())
            if matched:
                taken[start : start + length] = [True] * length
                found.update((issuer.key, issuer) for issuer in matched)
    return tuple(found.values())


def _match(span: Sequence[str], by_form: Mapping[str, list[VisibleIssuer]], *, small: bool) -> list[VisibleIssuer]:
    plain = [*span[:-1], _POSSESSIVE.sub("", span[-1])]
    if len(span) == 1 and not small:
        word = plain[0]
        if not any(letter.isupper() or letter.isdigit() for letter in word):
            return []
        if len(word) <= _ABBREVIATION and not word.isupper() and word.casefold() not in _keys(by_form, word):
            return []
    text = " ".join(plain)
    for form in (normalise_issuer(text), text.casefold()):
        if form in by_form:
            return by_form[form]
    return []


def _keys(by_form: Mapping[str, list[VisibleIssuer]], word: str) -> set[str]:
    """Keys of the issuers that go by the word: a short name that is the whole name needs no capitals ("Visa")."""
    return {issuer.key for issuer in by_form.get(word.casefold(), ())}

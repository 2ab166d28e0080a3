"""Understanding a question without a model: whose documents, which periods and types, which metrics and statements.

Issuers are looked for among those that the principal sees, and no others: a question that names a hidden one reads
like a question that names nobody.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.documents.issuers import normalise_issuer
from app.documents.metadata import DocumentType
from app.documents.statements import Statement
from app.quantities.asked_periods import AskedPeriods, parse_asked_periods
from app.retrieval.vocabulary import FinanceVocabulary

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
_READ = 4_000  # characters of a question in which names are looked for


@dataclass(frozen=True, slots=True)
class VisibleIssuer:
    """An issuer of documents that the principal sees: its key, one spelling of its name, forms that people use."""

    key: str
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Understanding:
    """What was understood. `named_statements` were asked for by name, `statements` follow from the metrics too."""

    issuer_keys: tuple[str, ...] = ()
    issuer_names: tuple[str, ...] = ()
    periods: AskedPeriods = field(default_factory=AskedPeriods)
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


def name_forms(question: str) -> list[str]:
    """The forms under which the question may be naming issuers: what to look for among stored keys and aliases."""
    words = _words(question)
    forms: dict[str, None] = {}
    for start in range(len(words)):
        for length in range(1, min(_LONGEST_NAME, len(words) - start) + 1):
            forms.update(dict.fromkeys(_forms(words[start : start + length], small=question.islower())))
    return list(forms)


def find_issuers(question: str, issuers: Iterable[VisibleIssuer]) -> tuple[VisibleIssuer, ...]:
    """The issuers that the question names: the longest names first, no name inside a longer one.

    A name must begin like one (a capital or a digit, unless all of the question is in small letters), and abbreviations
    of up to 4 letters must be in capitals, so that "all" or "target" in a sentence is no issuer.
    """
    by_form: dict[str, dict[str, VisibleIssuer]] = {}
    for issuer in issuers:
        for form in (issuer.key, *issuer.aliases):
            by_form.setdefault(form, {})[issuer.key] = issuer
    if not by_form:
        return ()
    words, small = _words(question), question.islower()
    found: dict[str, VisibleIssuer] = {}
    taken = [False] * len(words)
    for length in range(min(_LONGEST_NAME, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            if any(taken[start : start + length]):
                continue
            matched = [by_form[form] for form in _forms(words[start : start + length], small=small) if form in by_form]
            for issuers_of_form in matched:
                taken[start : start + length] = [True] * length
                found.update(issuers_of_form)
    return tuple(found.values())


def _words(question: str) -> list[str]:
    return [match.group() for match in _WORD.finditer(unicodedata.normalize("NFKC", question[:_READ]))]


def _forms(span: Sequence[str], *, small: bool) -> tuple[str, ...]:
    """The span as keys and aliases are written; none when it is not written like a name."""
    first, last = span[0], _POSSESSIVE.sub("", span[-1])
    if not (small or first[0].isupper() or any(letter.isdigit() for letter in first)):
        return ()
    if len(span) == 1 and not small and len(last) <= _ABBREVIATION and not (last.isupper() or last.istitle()):
        return ()
    text = " ".join((*span[:-1], last))
    return tuple(dict.fromkeys((normalise_issuer(text), text.casefold())))

"""Understand a question without a model: its periods, document types, metrics and statements."""

import re
from collections.abc import Sequence

from app.documents.content.statements import Statement
from app.documents.metadata import DocumentType
from app.quantities.asked_periods import parse_asked_periods
from app.quantities.unit_mentions import SCALE_WORD
from app.retrieval.index.lexicon import tokenise
from app.retrieval.questions.concepts import find_concepts
from app.retrieval.questions.issuers import NamedIssuers
from app.retrieval.questions.names import Mention, find_mentions
from app.retrieval.questions.spans import QuestionWords
from app.retrieval.questions.understanding import Understanding
from app.retrieval.questions.vocabulary import FinanceVocabulary
from app.retrieval.questions.wording import get_core, key_terms, search_terms

_TYPES: tuple[tuple[DocumentType, str], ...] = (
    (DocumentType.FORM_10K_A, r"10-?\s?ks?/as?|amended 10-?\s?ks?"),
    (DocumentType.FORM_10Q_A, r"10-?\s?qs?/as?|amended 10-?\s?qs?"),
    (DocumentType.FORM_8K_A, r"8-?\s?ks?/as?|amended 8-?\s?ks?"),
    (DocumentType.FORM_20F_A, r"20-?\s?fs?/as?|amended 20-?\s?fs?"),
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
_QUANTITY = re.compile(
    r"\b(?:how (?:much|many|large|big|high)|amount|value|total|ratio|margin|percent(?:age)?|rate|growth|average|"
    rf"per share|usd|dollars?|{SCALE_WORD}s?|number of|what (?:is|was|were|are) the)\b|[$€£%]",
    re.IGNORECASE,
)
_AMENDED = re.compile(r"\b(?:as |most recently )?(?:amended|restated)\b|\bamendment no\b", re.IGNORECASE)
_ASKS_FIGURE = re.compile(r"\b(?:what(?:['’]s| is| was| are| were)|how (?:much|many|large|high))\b", re.IGNORECASE)
_OUTLOOK = re.compile(
    r"\b(?:forecast|guid(?:ance|es|ing)|outlook|expect|project(?:s|ed|ion|ing)|plan(?:s|ned|ning)?)", re.I
)
_COMMON_ITEM_WORDS = frozenset({"total", "net"})
"""Words of many line items. Synonyms do not include them: otherwise, "total net sales" would outrank "net sales"."""


class QuestionReader:
    """Parses questions. Immutable and thread-safe."""

    def __init__(self, *, vocabulary: FinanceVocabulary) -> None:
        self._vocabulary = vocabulary
        self._types = tuple(
            (kind, re.compile(rf"(?<![\w-])(?:{pattern})(?!\w|/a)", re.IGNORECASE)) for kind, pattern in _TYPES
        )

    def read(self, question: str) -> Understanding:
        """Parse all fields of a question's understanding except the issuers (see `Understanding.among`). Never fails;
        fields may be empty.
        """
        core = get_core(question)
        named = self._vocabulary.find_named_statements(core)
        implied, synonyms = self._vocabulary.find_metrics(core)
        statements: tuple[Statement, ...] = tuple(dict.fromkeys((*named, *implied)))
        keys = key_terms(core)
        types = tuple(kind for kind, pattern in self._types if pattern.search(core))
        return Understanding(
            core=core,
            search_terms=tuple(search_terms(core)),
            key_terms=keys,
            periods=parse_asked_periods(core),
            document_types=types,
            named_statements=named,
            statements=statements,
            synonyms=synonyms,
            synonym_terms=frozenset(term for words in synonyms for term in tokenise(words)) - _COMMON_ITEM_WORDS - keys,
            concepts=find_concepts(core),
            names=tuple(mention.words for mention in self.find_mentions(QuestionWords(core), ())),
            wants_number=bool(statements or _QUANTITY.search(question)),
            wants_figure=bool(implied) and _ASKS_FIGURE.search(core) is not None,
            wants_amended=any(kind.is_amendment for kind in types) or _AMENDED.search(core) is not None,
            wants_outlook=_OUTLOOK.search(core) is not None,
        )

    def find_mentions(self, words: QuestionWords, named: Sequence[NamedIssuers]) -> tuple[Mention, ...]:
        """Return the names of the question outside those that name issuers, in order."""
        return find_mentions(words, named, self._is_metric)

    def _is_metric(self, words: str) -> bool:
        # Statements may use other words for metrics, so that a metric with capitals is no name.
        return any(self._vocabulary.find_metrics(words))

"""Which field a question asks for: by the titles and words of the schema, and the form of the question.

A field is taken only if the question has all words of its title, or of one of its words, and no word that the field,
its document or the form of the question does not explain. Other questions are answered without approved values.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.retrieval.index.lexicon import tokenise
from app.review.schemas.definition import FieldSpec
from app.review.values import FieldKind

_COLLECTIONS = frozenset({FieldKind.LIST, FieldKind.TABLE})
_WORDS_OF_KIND: dict[FieldKind, frozenset[str]] = {
    kind: frozenset(tokenise(words))
    for kind, words in {
        FieldKind.DATE: "date day",
        FieldKind.QUANTITY: "amount size much many total",
        FieldKind.DURATION: "long period length time",
        FieldKind.PARTY: "name party",
        FieldKind.TERM: "name",
        FieldKind.TEXT: "name",
        FieldKind.YES_NO: "there any",
        FieldKind.LIST: "date day amount size much many total name party",
        FieldKind.TABLE: "date day amount size much many total name party",
    }.items()
}
_CUES: tuple[tuple[re.Pattern[str], frozenset[FieldKind]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), kinds | _COLLECTIONS)
    for pattern, kinds in (
        (r"\b(?:when|(?:what|which) (?:date|day))\b", frozenset({FieldKind.DATE})),
        (r"\bhow long\b", frozenset({FieldKind.DURATION})),
        (r"\bhow (?:much|many)\b", frozenset({FieldKind.QUANTITY})),
        (r"\bwho\b", frozenset({FieldKind.PARTY, FieldKind.TEXT, FieldKind.TERM})),
    )
)
_YES_NO = re.compile(r"^\W*(?:is|are|does|do|did|has|have|can|may|will|must|was|were)\b", re.IGNORECASE)
_OTHER_FORMS = re.compile(r"\b(?:why|compare|compared|difference|summari[sz]e|explain|before|after|originally)\b", re.I)
_ASKING = frozenset(
    tokenise(
        "what when which who where how do does did is are please tell me give state name list find show can could you "
        "would the of in under for this that its our and or"
    )
)
_OF_DOCUMENTS = frozenset(
    tokenise(
        "agreement contract document deed indenture prospectus memorandum offering circular filing report exhibit "
        "letter note notes bond bonds security securities company issuer deal transaction"
    )
)


@dataclass(frozen=True, slots=True)
class FieldMatch:
    """How well a question asks for a field. `left` are its words that only the value itself can explain: the row of a
    table ("the revolving commitment"). `is_title` states that it has the words of the title.
    """

    words: int
    is_title: bool
    left: frozenset[str] = frozenset()

    @property
    def rank(self) -> tuple[int, bool]:
        return self.words, self.is_title


def match_field(question: str, spec: FieldSpec, of_document: Iterable[str]) -> FieldMatch | None:
    """Return how well a question, without the words that name an issuer, asks for a field of a document whose type,
    title and issuer are `of_document`; None if it asks for something else.
    """
    if _OTHER_FORMS.search(question) or not _has_form(question, spec.kind):
        return None
    asked = frozenset(tokenise(question)) - _ASKING
    kind_words = _WORDS_OF_KIND[spec.kind]
    plain = _OF_DOCUMENTS.union(tokenise(" ".join(of_document)))
    best: FieldMatch | None = None
    for phrase, is_title in ((spec.title, True), (spec.key.replace("_", " "), True), *((w, False) for w in spec.words)):
        own = frozenset(tokenise(phrase))
        needed = (own - kind_words) or own
        if needed <= plain:
            # "Agreement date" and "Issuer": the form of the question, or all words, must show that it is asked for.
            needed = own if not _has_cue(question, spec.kind) else needed
        if not needed or not needed <= asked:
            continue
        left = asked - own - kind_words - plain - _vocabulary(spec)
        if left and spec.kind is not FieldKind.TABLE:
            continue
        found = FieldMatch(len(needed), is_title, left)
        if best is None or (len(found.left), -found.words, not is_title) < (
            len(best.left),
            -best.words,
            not best.is_title,
        ):
            best = found
    return best


def choose_field(matches: Sequence[tuple[FieldSpec, FieldMatch]]) -> str | None:
    """Return the key of the field that is asked for; None if several are asked for equally."""
    if not matches:
        return None
    best = max(match.rank for _, match in matches)
    keys = {spec.key for spec, match in matches if match.rank == best}
    return keys.pop() if len(keys) == 1 else None


def _vocabulary(spec: FieldSpec) -> frozenset[str]:
    return frozenset(tokenise(" ".join((spec.title, *spec.words))))


def _has_form(question: str, kind: FieldKind) -> bool:
    """Return whether the form of a question ("when", "is there") fits the kind of a field."""
    if _YES_NO.search(question) is not None:
        return kind is FieldKind.YES_NO
    return all(kind in kinds for pattern, kinds in _CUES if pattern.search(question))


def _has_cue(question: str, kind: FieldKind) -> bool:
    return any(kind in kinds - _COLLECTIONS for pattern, kinds in _CUES if pattern.search(question))

"""Clauses that a contract has or has not: the sentences that speak most for one, and a learnt curve over weights."""

import re
from typing import Final

from app.review.evidence import Evidence
from app.review.schemas.definition import FieldSpec
from app.review.values import YesNoValue
from workers.extraction.fields.contract.clause_words import CLAUSES, weigh
from workers.extraction.fields.flow import Sentence
from workers.extraction.fields.grading import Graded, graded_rule
from workers.extraction.fields.reader import ReadDocument

_MOST_QUOTES: Final = 6
_NEAR_BEST: Final = 2.0
"""Sentences that weigh this much less than the best one are quoted, too."""

_FEWEST_WORDS: Final = 5
_FORM: Final = re.compile(r"\blimited (?:liability (?=company|partnership)|(?=partnership))")
"""Words of legal forms that limit no liability here."""


def weigh_sentences(document: ReadDocument, key: str) -> list[tuple[float, Sentence]]:
    """Return the sentences that speak for a clause with their weights, the heaviest first."""
    clause = CLAUSES[key]
    weighed = []
    for sentence, lower in document.once("contract.sentences", lambda: _lowered(document)):
        weight = weigh(lower, clause)
        if weight > 0:
            weighed.append((weight, sentence))
    return sorted(weighed, key=lambda each: (-each[0], each[1].start))


@graded_rule("contract.clause", version=3, learnt_as=lambda spec: f"contract.clause.{spec.key}")
def read_clause(document: ReadDocument, spec: FieldSpec) -> Graded:
    """Read whether the contract has the clause of the field's key."""
    terms = spec.words
    if spec.key not in CLAUSES:
        return Graded(None, (), "unknown", terms)
    weighed = weigh_sentences(document, spec.key)
    score = weighed[0][0] if weighed else 0.0
    quotes: list[Evidence] = []
    for weight, sentence in weighed[:_MOST_QUOTES]:
        if weight >= score - _NEAR_BEST:
            quotes.extend(document.flow.evidence(sentence.start, sentence.end))
    return Graded(YesNoValue(yes=True), tuple(quotes), "scored", terms, score=score)


def _lowered(document: ReadDocument) -> list[tuple[Sentence, str]]:
    return [
        (sentence, _FORM.sub("", sentence.text.lower()))
        for sentence in document.flow.sentences
        if len(sentence.text.split()) >= _FEWEST_WORDS
    ]

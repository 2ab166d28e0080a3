"""Answer questions for a fact with the sentence that states it: who, where, when, which, how many, how much.

A sentence's score is its fit, raised if it states the well-known fact that is asked for, and lowered if it has nothing
of the kind that is asked for: no name for "who", no date for "when".
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from app.answers.kinds import Expected, QuestionKind, read_expected
from app.answers.writing.fact_patterns import Relation, find_relation, has_expected
from app.answers.writing.kind_writer import Reading, Written, quote, written
from app.answers.writing.said import Fit, Said, rank
from app.retrieval.index.lexicon import tokenise

_WITHOUT_EXPECTED = 0.35
_STATES = 1.6
_LEADS = 0.4
_LEADING = re.compile(r"\bthe following (?:tables?|charts?|graphs?|discussion|summar)\w*", re.IGNORECASE)
"""A line that leads to others states nothing itself."""
_LEAST_STATED = 0.75
_UNRANKED = 0.45
_AGAINST = 0.6
_HEADING = 0.7
_LEAST = 0.45
"""Answers below are declined until the writers' scores are calibrated."""
_LEAST_COVERAGE = 0.4
_SUPPOSED = 0.65
_SUPPOSES = re.compile(
    r"^\W*(?:if|when|unless|should)\b|\b(?:if|unless|in the event)\b|\b(?:could|might|would)\b"
    r"|\brequires?\b|\bnot (?:more|less) than\b|\bat (?:least|most)\b",
    re.IGNORECASE,
)
"""A sentence that supposes something or sets a limit states no fact, unless the question asks for terms."""
_TERMS = 1.25
_LIMITS = re.compile(
    r"\b(?:limit(?:s|ed)?|permit(?:s|ted)?|restrict\w*|maximum|minimum|up to|may not|exceed)\b", re.IGNORECASE
)
_ASKS_TERMS = re.compile(
    r"\b(?:may|can|could|might|would|should|must|if|when|allow\w*|permit\w*|require\w*|limit\w*|covenants?|maximum|"
    r"minimum)\b",
    re.IGNORECASE,
)
_ASKS_OUTCOME = re.compile(
    r"\bwhat (?:became|has become|happened|is the (?:status|outcome))\b|\boutcome\b|\bstatus of\b", re.IGNORECASE
)
_OUTCOME = re.compile(
    r"\b(?:dismiss|settl|resol|grant|den(?:y|ied)|rul|affirm|award|verdict|clos|complet|terminat|withdr|conclud"
    r"|agreed)\w*",
    re.IGNORECASE,
)
_ENDS = 1.4
_BEGINS = 0.8


def write_fact(reading: Reading) -> Written | None:
    """Return the sentence that states a fact, and a second one if it fits as well; None if no sentence fits enough."""
    relation = find_relation(reading.understanding.core)
    ranked = sorted(_rescored(reading, relation), key=lambda fit: -fit.score)
    if not ranked:
        return None
    best = ranked[0]
    states = relation is not None and relation.states.search(best.said.text) is not None
    features = {
        "coverage": best.coverage,
        "states": float(states),
        "expected": float(has_expected(reading.asked.expected, best.said.text)),
        "rank": float(best.said.passage.rank),
        "second": ranked[1].score / best.score if len(ranked) > 1 and best.score else 0.0,
    }
    if best.score < _LEAST or (best.coverage < _LEAST_COVERAGE and not states):
        return None
    return written("fact", best.score, quote(reading, [best]), features)


def write_both(reading: Reading) -> Written | None:
    """Answer a question of two parts ("what does it pay, and when is it due?") with a sentence for each; None if it has
    one part, or no sentence for one of them.
    """
    parts = _PARTS.match(reading.understanding.core)
    if parts is None:
        return None
    answers = []
    for part in parts.groups():
        expected = read_expected(part)
        about = replace(reading.understanding, core=part)
        subject = _SUBJECT.search(parts["one"]) if _PRONOUN.search(part) else None
        words = frozenset(tokenise(f"{part} {subject['subject'] if subject else ''}"))
        asked = replace(reading.asked, expected=expected, terms=reading.asked.terms & words or reading.asked.terms)
        ranked = rank(asked, reading.understanding, reading.texts)
        answers.append(write_fact(replace(reading, asked=asked, understanding=about, ranked=ranked)))
    first, second = answers
    if first is None or second is None:
        return first or second
    one, other = first.claims[0], second.claims[0]
    if one.citations == other.citations:
        return first
    joined = replace(one, text=f"{one.text.rstrip(' .;')}. {other.text}", citations=(*one.citations, *other.citations))
    return Written((joined,), min((first.score, second.score), key=lambda score: score.raw))


_PRONOUN = re.compile(r"\b(?:they|it|its|their|them)\b", re.IGNORECASE)
_SUBJECT = re.compile(r"\b(?:do|does|did|is|are|was|were|will) (?P<subject>[^?]{2,100}?) \w+$", re.IGNORECASE)
_PARTS = re.compile(
    r"(?P<one>[^?]{8,200}?),? and "
    r"(?P<other>(?:when|who|whom|where|what|which|how (?:much|many|long)|at what)\b[^?]{3,200})\??\W*$",
    re.IGNORECASE,
)


def _rescored(reading: Reading, relation: Relation | None) -> Iterator[Fit]:
    expected, core = reading.asked.expected, reading.understanding.core
    asks_terms = _ASKS_TERMS.search(core) is not None and reading.asked.kind is not QuestionKind.DATE
    asks_outcome = _ASKS_OUTCOME.search(core) is not None
    ranked = list(reading.ranked)
    if relation is not None:  # other words than the question's may state a well-known fact
        known = {(id(fit.said.passage), fit.said.start) for fit in ranked}
        ranked += [
            Fit(unit, _UNRANKED, _UNRANKED)
            for unit in reading.texts.units
            if relation.states.search(unit.text) and (id(unit.passage), unit.start) not in known
        ]
    for fit in ranked:
        said, score = fit.said, fit.score
        if not has_expected(expected, _without_names(reading, said)):
            score *= _WITHOUT_EXPECTED
        if relation is not None:
            if relation.states.search(said.text) and (expected is not Expected.NAME or _has_name(said)):
                score = max(score * _STATES, _LEAST_STATED)
            if relation.against is not None and relation.against.search(said.text):
                score *= _AGAINST
        if said.is_heading and (expected is Expected.TEXT or not has_expected(expected, said.text)):
            score *= _HEADING
        if said.text.rstrip().endswith(":") or _LEADING.search(said.text):
            score *= _LEADS
        supposes = _SUPPOSES.search(said.text) is not None
        if supposes and not asks_terms:
            score *= _SUPPOSED
        elif asks_terms and (supposes or _LIMITS.search(said.text)):
            score *= _TERMS
        if asks_outcome:
            score *= _ENDS if _OUTCOME.search(said.text) else _BEGINS
        yield replace(fit, score=score)


def _has_name(said: Said) -> bool:
    return has_expected(Expected.NAME, said.text)


def _without_names(reading: Reading, said: Said) -> str:
    """Return the text without the issuers' names, which are no answer to "who" or "where"."""
    text = said.text
    for name in reading.understanding.issuer_names:
        text = text.replace(name, " ")
    return text

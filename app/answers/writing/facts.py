"""Answer questions for a fact with the sentence that states it: who, where, when, which, how many, how much."""

import re
from dataclasses import replace

from app.answers.kinds import Expected, QuestionKind, read_expected
from app.answers.writing.choosing import choose, is_enough
from app.answers.writing.kind_writer import Reading, Written, quote, written
from app.answers.writing.said import rank
from app.retrieval.index.lexicon import tokenise

FACT, FIGURE = "fact", "figure"
_OF_FIGURES = frozenset({Expected.AMOUNT, Expected.SHARE, Expected.COUNT})


def write_fact(reading: Reading) -> Written | None:
    """Return the sentence that states a fact; None if no sentence surely does."""
    writer = fact_writer(reading)
    chosen = choose(reading, writer)
    if not is_enough(reading, writer, chosen) or not _names_measure(reading, writer, chosen[0].fit.said.text):
        return None
    best = chosen[0]
    return written(writer, best.certainty, quote(reading, [best.fit]), best.features)


def _names_measure(reading: Reading, writer: str, text: str) -> bool:
    """Return whether a text has the initials that a question for a figure has ("EBITDA"): other words seldom mean the
    same measure.
    """
    if writer != FIGURE:
        return True
    named = {word for forms in reading.understanding.issuer_forms for form in forms for word in form.lower().split()}
    asked = {word.lower() for word in _INITIALS.findall(reading.understanding.core)} - named - _NO_MEASURES
    return all(word in text.lower() for word in asked)


_INITIALS = re.compile(r"\b[A-Z]{3,6}\b")
_NO_MEASURES = frozenset({"gaap", "usd", "eur", "gbp", "usa", "inc", "plc", "ceo", "cfo"})


def fact_writer(reading: Reading) -> str:
    """Return the writer's name, which says whether a question asks for a figure: a wrong figure misleads more."""
    is_figure = reading.asked.expected in _OF_FIGURES or reading.asked.kind is QuestionKind.FIGURE
    return FIGURE if is_figure else FACT


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
        subject = _SUBJECT.search(parts["one"]) if _PRONOUN.search(part) else None
        core = part if subject is None else _PRONOUN.sub(subject["subject"].replace("\\", " "), part, count=1)
        about = replace(reading.understanding, core=core)
        words = frozenset(tokenise(core))
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

"""Choose the sentence that answers a question, and say how sure that is.

A reader scores the sentences that fit a question's words best, each together with the question. A log-linear model
turns this score, the fit and what the sentence has (a date for "when", a cause for "why", a year of the question) into
the probability that this sentence answers, among the others and the possibility that none does. `make choosing` learns
its weights (`choosing.json`), with and without a reader, and for each writer the certainty below which it declines.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files

from app.answers.writing.choice_features import PART, asks_outcome, can_answer, defines, features_of
from app.answers.writing.kind_writer import Reading
from app.answers.writing.other_meanings import find_later_twins
from app.answers.writing.plain_question import write_plainly
from app.answers.writing.said import Fit, Said, year_of

MOST_READ = 12
_FIRST = 6
"""These are read first. If one of them surely answers, the others are not read."""
_SURE = 6.0
_OF_READ = 4.0
_MOST_AHEAD = 2.0


@dataclass(frozen=True, slots=True)
class Weights:
    """A weight by feature, and by writer the least certainty. Below it, the writer declines."""

    weights: Mapping[str, float]
    least: Mapping[str, float]

    def odds(self, features: Mapping[str, float]) -> float:
        """Return the odds that a sentence with these features answers, against that no sentence does."""
        total = sum(self.weights.get(name, 0.0) * value for name, value in features.items())
        return math.exp(max(-_MOST_LOGITS, min(_MOST_LOGITS, total)))


_MOST_LOGITS = 30.0


@dataclass(frozen=True, slots=True)
class Chosen:
    """A sentence with the probability that it answers, that any sentence does, and the sentence's features."""

    fit: Fit
    sure: float
    any_sure: float
    features: Mapping[str, float]

    @property
    def certainty(self) -> float:
        """Return the geometric mean of both: two sentences that say the same share the first one."""
        return math.sqrt(self.sure * self.any_sure)


@lru_cache(maxsize=2)
def standard_weights(*, is_read: bool) -> Weights:
    """Return the learnt weights for choices with a reader, or without one."""
    stored = json.loads((files(__package__) / "choosing.json").read_text())["read" if is_read else "unread"]
    return Weights(stored["weights"], stored["least"])


def choose(reading: Reading, writer: str) -> list[Chosen]:
    """Return the sentences that may answer, the surest first."""
    candidates = list_candidates(reading, writer)
    described = list(describe(reading, candidates, writer))
    weights = standard_weights(is_read=reading.reader is not None)
    odds = [weights.odds(features) for features in described]
    whole = 1.0 + sum(odds)
    found = [
        Chosen(fit, own / whole, 1.0 - 1.0 / whole, features)
        for fit, own, features in zip(candidates, odds, described, strict=True)
    ]
    return sorted(found, key=lambda chosen: -chosen.sure)


def is_enough(reading: Reading, writer: str, chosen: Sequence[Chosen]) -> bool:
    """Return whether it is sure enough for a writer that one of the sentences answers."""
    least = standard_weights(is_read=reading.reader is not None).least
    return bool(chosen) and chosen[0].certainty >= least[writer]


def list_candidates(reading: Reading, writer: str) -> list[Fit]:
    """Return the sentences that come nearest to a question in words and meaning, and those that state a well-known fact
    or define a term in other words than the question's.
    """
    fits = {(id(fit.said.passage), fit.said.start): fit for fit in reading.ranked}
    units = [unit for unit in reading.texts.units if len(unit.text) >= _SHORTEST and can_answer(reading, unit, writer)]
    all_fits = [fits.get((id(unit.passage), unit.start), Fit(unit, 0.0, 0.0)) for unit in units]
    all_fits = [replace(fit, near=near) for fit, near in zip(all_fits, _nearness(reading, units), strict=True)]
    order = sorted(range(len(units)), key=lambda at: -(all_fits[at].score + all_fits[at].near))
    also = [at for at in order[MOST_READ:] if _is_certain_kind(reading, units[at])]
    return [all_fits[at] for at in (*order[:MOST_READ], *also[:_MOST_ALSO])]


_SHORTEST = 20
_MOST_ALSO = 6


def _nearness(reading: Reading, units: Sequence[Said]) -> Sequence[float]:
    """Return the cosines of the units with the question, or zeros without an embedder."""
    if reading.embedder is None or not units:
        return [0.0] * len(units)
    question = reading.embedder.embed_query(write_plainly(reading.understanding))
    cosines: list[float] = (reading.embedder.embed_documents([unit.text for unit in units]) @ question).tolist()
    return cosines


def _is_certain_kind(reading: Reading, unit: Said) -> bool:
    relation = reading.relation
    return (relation is not None and relation.states.search(unit.text) is not None) or defines(reading, unit) > 0


def describe(reading: Reading, candidates: Sequence[Fit], writer: str) -> Iterator[dict[str, float]]:
    """Yield the features of each candidate."""
    scores = _read(reading, candidates)
    best = max((fit.score for fit in candidates), default=0.0) or 1.0
    newest = max((year_of(fit.said.passage) for fit in candidates), default=0)
    twins = find_later_twins([fit.said for fit in candidates])
    asks_part = PART.search(reading.understanding.core) is not None
    for place, fit in enumerate(candidates):
        features = {"bias": 1.0, f"of_{writer}": 1.0, "share_of_best": fit.score / best, "near": fit.near}
        features |= features_of(reading, fit, writer, newest=newest)
        features |= {"later_twin": 1.0} if twins[place] and not asks_part else {}
        if scores is not None:
            score = scores[place]
            others = max((other for at, other in enumerate(scores) if at != place), default=score - _OF_READ)
            features["read"] = score / _OF_READ
            features[f"read_of_{writer}"] = min(0.0, features["read"])
            features["read_heading"] = features["read"] if fit.said.is_heading else 0.0
            features["read_positive"] = max(score, 0.0) / _OF_READ
            features["read_ahead"] = max(-_MOST_AHEAD, min(_MOST_AHEAD, (score - others) / _OF_READ))
        yield features


def _read(reading: Reading, candidates: Sequence[Fit]) -> list[float] | None:
    """Return the reader's scores. What is not read, because an earlier sentence surely answers, has the lowest one."""
    if reading.reader is None:
        return None
    question = write_plainly(reading.understanding)
    texts = [_with_lead(reading, fit.said) for fit in candidates]
    scores = reading.reader.score(question, texts[:_FIRST])
    if max(scores, default=0.0) < _SURE:
        return scores + reading.reader.score(question, texts[_FIRST:])
    return scores + [min(scores)] * (len(texts) - len(scores))


_POINTS_BACK = re.compile(
    r"^(?:the|this|that|these|such) (?:\w+ ){0,2}?(?:increase|decrease|decline|change|growth|improvement"
    r"|reduction|rise|fall|drop|gain|loss)s?\b|^(?:it|this|these|they|both|he|she)\b",
    re.IGNORECASE,
)
_DEFINITE = re.compile(r"(?:the|this|that|these|those|such) ", re.IGNORECASE)


def _with_lead(reading: Reading, said: Said) -> str:
    """Return a sentence, after the one that it points back to, or whose outcome it states."""
    before = reading.texts.before(said)
    if before is None or before.paragraph != said.paragraph:
        return said.text
    needs_lead = _POINTS_BACK.search(said.text) is not None or asks_outcome(reading)
    if not needs_lead and _DEFINITE.match(said.text):
        missing = reading.asked.terms - said.terms
        needs_lead = not before.terms.isdisjoint(missing)
    return f"{before.text} {said.text}" if needs_lead else said.text

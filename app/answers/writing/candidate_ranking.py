"""Rank the sentences and rows of passages by the question's words.

A candidate's score is its BM25 weight for the question's words, with an IDF over the candidates. The score is raised if
the candidate is of the requested year, or if its passage ranks high. Of a table's row, only the figures of the
requested period count. A row without such figures is no answer, and neither are rows that match the question less well.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from app.answers.claims import PageTexts
from app.answers.evidence_tables import EvidenceTables
from app.answers.writing.candidates import Candidate, CandidateFinder, Candidates
from app.quantities.headings import find_years
from app.retrieval.index.lexicon import tokenise
from app.retrieval.passages import Passage
from app.retrieval.questions.understanding import Understanding

_K1 = 1.2
_B = 0.5
_SYNONYM_WEIGHT = 0.7
_LEAST_COVERAGE = 0.25
_LEAST_OF_BLOCKED = 0.9
"""A row that scores less than this share of a better row without the requested period is no answer."""

# Headings of primary statements. Primary statements have the totals, while notes and segment tables have the parts.
_PRIMARY = re.compile(r"consolidated (?:[a-z]+ )?(?:statements?|balance sheets?)", re.IGNORECASE)


def rank_candidates(
    understanding: Understanding, passages: Sequence[Passage], pages: PageTexts, tables: EvidenceTables
) -> list[Candidate]:
    """Rank the sentences and rows of passages, best first, without those that a better row without the requested period
    outranks.
    """
    ranked = _ranked(_find(understanding, passages, pages, tables), understanding)
    return _without_outranked(ranked, understanding)


def _find(
    understanding: Understanding, passages: Sequence[Passage], pages: PageTexts, tables: EvidenceTables
) -> Candidates:
    candidates = CandidateFinder(understanding, pages, tables).find(passages)
    return candidates.amended() if understanding.wants_amended else candidates


def _ranked(candidates: Candidates, understanding: Understanding) -> list[Candidate]:
    """Rank candidates by words, best first. A candidate that covers less than a quarter of the question's weight is
    removed.
    """
    found, total = candidates.found, candidates.total
    if not found:
        return []
    frequency = Counter(term for candidate in found for term in set(candidate.terms))
    mean_length = sum(len(candidate.terms) for candidate in found) / len(found) or 1.0

    def idf(term: str) -> float:
        return math.log(1 + (total - frequency[term] + 0.5) / (frequency[term] + 0.5))

    named = _named_by_documents(found)
    weights = {term: idf(term) for term in understanding.key_terms - named}
    # A rare synonym must not outweigh the words of the question.
    most = max((weights[term] for term in weights if frequency[term]), default=math.inf)
    weights |= {term: min(idf(term), most) * _SYNONYM_WEIGHT for term in understanding.synonym_terms - named}
    whole = sum(weights[term] for term in understanding.key_terms - named if frequency[term]) or sum(weights.values())
    scored: list[Candidate] = []
    for candidate in found:
        counts = Counter(term for term in candidate.terms if term in weights)
        covered = sum(weights[term] for term in counts)
        if not counts or covered < _LEAST_COVERAGE * whole:
            continue
        norm = _K1 * (1 - _B + _B * len(candidate.terms) / mean_length)
        score = sum(weights[term] * count * (_K1 + 1) / (count + norm) for term, count in counts.items())
        scored.append(replace(candidate, score=score * _prior(candidate, counts, understanding)))
    return sorted(scored, key=lambda candidate: -candidate.score)


def _without_outranked(ranked: list[Candidate], understanding: Understanding) -> list[Candidate]:
    """Remove the rows without the requested period, and whatever matches the question less well than such a row, except
    sentences about the requested year.
    """
    best = max((candidate.score for candidate in ranked if candidate.is_blocked), default=0.0)
    years = frozenset(understanding.periods.years)
    return [
        candidate
        for candidate in ranked
        if not candidate.is_blocked
        and (candidate.score >= _LEAST_OF_BLOCKED * best or (candidate.row is None and candidate.years & years))
    ]


def _prior(candidate: Candidate, counts: Counter[str], understanding: Understanding) -> float:
    """Weight a candidate by its passage's rank, its form (row or sentence), and its years."""
    prior = 0.6 + 0.4 / math.sqrt(candidate.passage.rank)
    row = candidate.row
    if row is not None:
        # Prefer labels with few other words: "Net sales" before "Net sales to affiliates".
        precision = len(counts) / max(1, len(set(candidate.terms)))
        prior *= (0.35 + 0.65 * precision) * (1.5 if understanding.wants_number else 0.7)
        about = f"{candidate.passage.heading} {row.table.title or ''}"
        if _PRIMARY.search(about) or _PRIMARY.search(candidate.passage.text[:300]):
            prior *= 1.25
    if years := understanding.periods.years:
        period = candidate.passage.period or ""
        if not _years_of(candidate).isdisjoint(years):
            prior *= 1.5
        elif not any(str(year) in period for year in years):
            prior *= 0.6
    return prior


def _years_of(candidate: Candidate) -> frozenset[int]:
    if candidate.row is None:
        return candidate.years
    headings = " ".join(heading for cell in candidate.row.figures for heading in cell.header_path)
    periods = {cell.period.end.year for cell in candidate.row.figures if cell.period}
    return frozenset(periods).union(map(int, find_years(headings)))


def _named_by_documents(candidates: Sequence[Candidate]) -> frozenset[str]:
    """Return the words of the candidates' issuer names. Retrieval has already used them to find the documents."""
    issuers = {candidate.passage.issuer for candidate in candidates if candidate.passage.issuer}
    return frozenset(term for issuer in issuers for term in tokenise(issuer))

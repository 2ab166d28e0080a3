"""Document priors: weight documents by the periods and types in the question.

The factors are not probabilities. They were chosen by hand: documents of the requested year rank first, then documents
of neighbouring years, then all others. No document is excluded.
"""

from collections.abc import Sequence

from app.documents.metadata import DocumentType
from app.retrieval.questions.understanding import Understanding
from app.retrieval.repository import Candidate

_ANNUAL = frozenset({DocumentType.FORM_10K, DocumentType.FORM_20F, DocumentType.FORM_40F, DocumentType.ANNUAL_REPORT})
_INTERIM = frozenset({DocumentType.FORM_10Q, DocumentType.EARNINGS_RELEASE, DocumentType.FORM_8K})


def document_priors(candidates: Sequence[Candidate], understanding: Understanding) -> list[float]:
    """Return a factor in (0, 1.56] for each document."""
    newest: dict[str | None, int] = {}
    for candidate in candidates:
        year = _year(candidate)
        if year is not None:
            newest[candidate.issuer_key] = max(year, newest.get(candidate.issuer_key, year))
    return [
        _period_factor(candidate, understanding, newest.get(candidate.issuer_key))
        * _type_factor(candidate, understanding)
        for candidate in candidates
    ]


def _year(candidate: Candidate) -> int | None:
    if candidate.fiscal_year is not None:
        return candidate.fiscal_year
    day = candidate.period_end or candidate.filing_date
    return None if day is None else day.year


def _period_factor(candidate: Candidate, understanding: Understanding, newest: int | None) -> float:
    periods = understanding.periods
    if any(day in (candidate.period_end, candidate.filing_date) for day in periods.days):
        return 1.3
    target, year = periods.target_year(), _year(candidate)
    if target is None:
        return 1.0 if year is None or newest is None else max(0.6, 0.9 ** (newest - year))
    if year is None:
        return 0.6
    reasons = (
        (1.0, year == target),
        # The outlook for a year is in the report of the previous year.
        (0.9, understanding.wants_outlook and year == target - 1),
        # Issuers name a fiscal year after the year of its start or of its end.
        (0.8, candidate.period_end is not None and candidate.period_end.year == target),
        (0.6, year in periods.years),
        (0.5, year == target + 1),  # reports also have the previous year's figures
    )
    return max((factor for factor, holds in reasons if holds), default=0.25)


def _type_factor(candidate: Candidate, understanding: Understanding) -> float:
    kind = _type(candidate)
    asked = understanding.document_types
    if asked:
        fits = kind in asked or kind.base in asked or (kind.base in _ANNUAL and not _ANNUAL.isdisjoint(asked))
        return 1.0 if fits else 0.4
    quarters = understanding.periods.quarters
    if quarters:
        return _quarter_factor(candidate, kind.base, quarters)
    if kind is DocumentType.EARNINGS_RELEASE:
        return 0.85 if candidate.fiscal_period in ("Q4", "FY") else 0.6
    return {DocumentType.FORM_10Q: 0.6}.get(kind.base, 1.0 if kind.base in _ANNUAL else 0.8)


def _type(candidate: Candidate) -> DocumentType:
    try:
        return DocumentType(candidate.document_type or DocumentType.OTHER)
    except ValueError:
        return DocumentType.OTHER


def _quarter_factor(candidate: Candidate, kind: DocumentType, quarters: Sequence[tuple[int, int | None]]) -> float:
    if kind in _INTERIM and candidate.fiscal_period in {f"Q{quarter}" for quarter, _ in quarters}:
        return 1.2
    if kind in _ANNUAL:
        return 1.0 if any(quarter == 4 for quarter, _ in quarters) else 0.8
    return 0.5

"""Which document: priors that choose where to search first, and signals of documents for the ranker.

The factors of priors are not probabilities. They were chosen by hand: documents of the requested year come first, then
documents of neighbouring years, then all others. No document is excluded. How much each signal counts in the order of
pages is learnt (`app.retrieval.ranker`).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt

from app.documents.metadata import DocumentType
from app.retrieval.questions.understanding import Understanding
from app.retrieval.repository import Candidate

_ANNUAL = frozenset({DocumentType.FORM_10K, DocumentType.FORM_20F, DocumentType.FORM_40F, DocumentType.ANNUAL_REPORT})
_INTERIM = frozenset({DocumentType.FORM_10Q, DocumentType.EARNINGS_RELEASE, DocumentType.FORM_8K})


DOCUMENT_SIGNALS: Final = (
    "prior", "same_year", "outlook_for_year", "ends_in_year", "year_within", "year_before", "year_after", "same_day",
    "near_day", "no_year", "age", "is_newest", "type_fits", "type_differs", "annual", "quarterly", "release", "current",
    "other_type", "same_quarter", "release_of_quarter", "annual_for_quarter", "other_for_quarter", "release_of_year",
    "whole_year", "part_of_year", "whole_year_by_end", "part_of_year_by_end", "quarter_by_end", "current_of_day",
    "current_undated", "release_undated", "annual_undated", "current_of_year",
)  # fmt: skip
"""Signals of a document for a question: how its period, type and issuer relate to what is asked. Most are 0 or 1."""

_TYPE_SIGNALS = {
    DocumentType.FORM_10Q: "quarterly",
    DocumentType.EARNINGS_RELEASE: "release",
    DocumentType.FORM_8K: "current",
}
_MOST_AGE = 5
_NEAR_DAYS = 7
_WHOLE_YEAR = ("Q4", "FY")


def document_signals(
    candidates: Sequence[Candidate],
    priors: npt.NDArray[np.float32],
    understanding: Understanding,
    places: Sequence[int],
) -> npt.NDArray[np.float32]:
    """Return an array with a row for each of the documents at `places`, and a column for each of DOCUMENT_SIGNALS.
    `candidates` and `priors` are those of the whole scope.
    """
    columns = {name: column for column, name in enumerate(DOCUMENT_SIGNALS)}
    found = np.zeros((len(places), len(columns)), np.float32)
    found[:, columns["prior"]] = np.log(priors[places])
    newest = _newest(candidates)
    by_start = {candidate.issuer_key for candidate in candidates if _is_named_by_start(candidate)}
    for row, place in enumerate(places):
        candidate = candidates[place]
        key = candidate.issuer_key
        named = (
            *_type_signals(candidate, understanding),
            *_type_of_year_signals(candidate, understanding, by_start=key in by_start),
        )
        found[row, [columns[name] for name in named]] = 1
        for name, value in _period_signals(candidate, understanding, newest.get(key)).items():
            found[row, columns[name]] = value
    return found


def _is_named_by_start(candidate: Candidate) -> bool:
    """Return whether the document's fiscal year is named after the year of its start."""
    end, year = candidate.period_end, candidate.fiscal_year
    return end is not None and year == end.year - 1 and _has_whole_year(candidate)


def _period_signals(candidate: Candidate, understanding: Understanding, newest: int | None) -> Mapping[str, float]:
    periods, year, target = understanding.periods, _year(candidate), understanding.periods.target_year()
    found: dict[str, float] = {}
    if any(day in (candidate.period_end, candidate.filing_date) for day in periods.days):
        found["same_day"] = 1
    own_day = candidate.filing_date or candidate.period_end
    if own_day is not None and any(_is_near(day, own_day) for day in periods.days):
        found["near_day"] = 1
    if year is None or (target is None and newest is None):
        found["no_year"] = 1
    elif target is None:
        found["age"] = min(newest - year, _MOST_AGE) / _MOST_AGE if newest is not None else 0
        found["is_newest"] = year == newest
    else:
        reasons = (
            ("same_year", year == target),
            ("outlook_for_year", understanding.wants_outlook and year == target - 1),
            ("ends_in_year", candidate.period_end is not None and candidate.period_end.year == target),
            ("year_within", year in periods.years),
            ("year_after", year == target + 1),
            ("year_before", year == target - 1),
        )
        found |= dict.fromkeys([name for name, holds in reasons if holds][:1], 1.0)
    return found


def _is_near(day: date, other: date) -> bool:
    return abs((day - other).days) <= _NEAR_DAYS


def _type_signals(candidate: Candidate, understanding: Understanding) -> Iterator[str]:
    kind = _type(candidate)
    base, asked, quarters = kind.base, understanding.document_types, understanding.periods.quarters
    if asked:
        yield "type_fits" if _is_asked(kind, asked) else "type_differs"
    elif quarters:
        if base in _INTERIM and candidate.fiscal_period in {f"Q{quarter}" for quarter, _ in quarters}:
            yield "same_quarter"
            if base is not DocumentType.FORM_10Q:
                yield "release_of_quarter"
        else:
            yield "annual_for_quarter" if base in _ANNUAL else "other_for_quarter"
    elif base in _ANNUAL:
        yield "annual"
    else:
        yield _TYPE_SIGNALS.get(base, "other_type")
        if base is DocumentType.EARNINGS_RELEASE and candidate.fiscal_period in _WHOLE_YEAR:
            yield "release_of_year"


def _type_of_year_signals(candidate: Candidate, understanding: Understanding, *, by_start: bool) -> Iterator[str]:
    """Yield how much of the asked year a document has. `by_start` states that the issuer names its fiscal years after
    the year of their start, although users may name it after the year of its end.
    """
    base, target = _type(candidate).base, understanding.periods.target_year()
    if target is None:
        if base is DocumentType.FORM_8K:
            yield "current_undated"
        elif base is DocumentType.EARNINGS_RELEASE:
            yield "release_undated"
        elif base in _ANNUAL:
            yield "annual_undated"
        return
    year, end_year = _year(candidate), candidate.fiscal_year
    is_by_end = by_start and end_year is not None and end_year + 1 == target
    is_whole = _has_whole_year(candidate)
    if understanding.periods.days and base is DocumentType.FORM_8K:
        yield "current_of_day"
    if understanding.periods.quarters:
        if is_by_end:
            yield "quarter_by_end"
    elif understanding.document_types:
        return
    elif year == target:
        yield "whole_year" if is_whole else "part_of_year"
        if base is DocumentType.FORM_8K:
            yield "current_of_year"
    elif is_by_end:
        yield "whole_year_by_end" if is_whole else "part_of_year_by_end"


def document_priors(candidates: Sequence[Candidate], understanding: Understanding) -> list[float]:
    """Return a factor in (0, 1.56] for each document."""
    newest = _newest(candidates)
    return [
        _period_factor(candidate, understanding, newest.get(candidate.issuer_key))
        * _type_factor(candidate, understanding)
        for candidate in candidates
    ]


def _newest(candidates: Sequence[Candidate]) -> Mapping[str | None, int]:
    """Return issuer → year of its newest document."""
    newest: dict[str | None, int] = {}
    for candidate in candidates:
        year = _year(candidate)
        if year is not None:
            newest[candidate.issuer_key] = max(year, newest.get(candidate.issuer_key, year))
    return newest


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
        return 1.0 if _is_asked(kind, asked) else 0.4
    quarters = understanding.periods.quarters
    if quarters:
        return _quarter_factor(candidate, kind.base, quarters)
    if kind is DocumentType.EARNINGS_RELEASE:
        return 0.85 if candidate.fiscal_period in ("Q4", "FY") else 0.6
    return {DocumentType.FORM_10Q: 0.6}.get(kind.base, 1.0 if kind.base in _ANNUAL else 0.8)


def _has_whole_year(candidate: Candidate) -> bool:
    base = _type(candidate).base
    return base in _ANNUAL or (base is DocumentType.EARNINGS_RELEASE and candidate.fiscal_period in _WHOLE_YEAR)


def _is_asked(kind: DocumentType, asked: Collection[DocumentType]) -> bool:
    return kind in asked or kind.base in asked or (kind.base in _ANNUAL and not _ANNUAL.isdisjoint(asked))


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

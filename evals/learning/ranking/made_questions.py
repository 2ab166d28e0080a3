"""Questions with known pages, made from what filings say: figures, measures, headings, topics, sentences and terms.

They are in analysts' words (`evals/learning/ranking/wordings.py`), some without a word, in small letters, or without a
period. No question of a question set is used.
"""

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.documents.metadata import DocumentType
from evals.learning.ranking.drafts import Draft
from evals.learning.ranking.library import Filing
from evals.learning.ranking.made_figures import figure_questions
from evals.learning.ranking.made_texts import text_questions
from evals.learning.ranking.wordings import DAYS, NOW, QUARTERS, RELEASES, YEARS

ANNUAL = frozenset({DocumentType.FORM_10K, DocumentType.FORM_20F, DocumentType.ANNUAL_REPORT})
_LEGAL_FORM = re.compile(r"[,.]?\s+(?:inc|incorporated|corp|corporation|co|company|plc|ltd|limited)\b\.?.*$", re.I)
_SPACE = re.compile(r"\s+")
_QUARTERS = ("first", "second", "third", "fourth")
_SMALL_LETTERS = 0.12

Page = tuple[int, int]
"""A filing's index and a page number."""


@dataclass(frozen=True, slots=True)
class MadeQuestion:
    """A question. Each of `pages` is a set of pages of which one is needed; `filing` is the filing that it is about."""

    kind: str
    text: str
    company: str
    filing: int
    pages: tuple[frozenset[Page], ...]


def make_questions(filings: Sequence[Filing], *, seed: int = 7) -> list[MadeQuestion]:
    """Make the questions of all filings. The same filings and seed give the same questions."""
    chance = random.Random(seed)  # noqa: S311 - a repeatable choice, no secret
    same = _same_filings(filings)
    by_company: dict[str, list[int]] = defaultdict(list)
    for number, filing in enumerate(filings):
        by_company[filing.company].append(number)
    made = []
    for numbers in by_company.values():
        years = _CompanyYears([filings[number] for number in numbers])
        for number in numbers:
            for draft in _drafts(filings[number], years, chance):
                text = _worded(draft, filings[number], years, chance)
                pages = tuple(
                    frozenset((other, page) for page in group for other in same[number])
                    for group in draft.pages
                    if group
                )
                if pages:
                    made.append(MadeQuestion(draft.kind, text, filings[number].company, number, pages))
    return made


def _drafts(filing: Filing, years: "_CompanyYears", chance: random.Random) -> Iterator[Draft]:
    yield from figure_questions(
        filing, is_annual=is_annual(filing), older=years.is_missing_before(filing), chance=chance
    )
    yield from text_questions(filing, chance)


def is_annual(filing: Filing) -> bool:
    return filing.metadata.document_type in ANNUAL and filing.metadata.fiscal_year is not None


class _CompanyYears:
    """Which fiscal years a company's annual reports cover, and how it names them."""

    def __init__(self, filings: Sequence[Filing]) -> None:
        self._annual = {filing.metadata.fiscal_year for filing in filings if is_annual(filing)}
        newest = max((filing.metadata.fiscal_year or 0 for filing in filings), default=0)
        self._newest = newest if newest in self._annual or len(filings) == 1 else None
        whole = [filing.metadata for filing in filings if is_annual(filing) or _is_release_of_year(filing)]
        self._is_by_start = any(
            each.period_end is not None and each.fiscal_year == each.period_end.year - 1 for each in whole
        )

    def is_missing_before(self, filing: Filing) -> bool:
        """Return whether the annual report of the year before is missing."""
        year = filing.metadata.fiscal_year
        return year is not None and year - 1 not in self._annual

    def is_newest(self, filing: Filing) -> bool:
        return self._newest is not None and filing.metadata.fiscal_year == self._newest

    def year_of(self, filing: Filing, chance: random.Random) -> int | None:
        """Return the fiscal year, sometimes named after the year of its end although the issuer does not do so."""
        year = filing.metadata.fiscal_year
        if year is not None and self._is_by_start and year + 1 not in self._annual and chance.random() < 0.35:
            return year + 1
        return year


def _is_release_of_year(filing: Filing) -> bool:
    metadata = filing.metadata
    return metadata.document_type is DocumentType.EARNINGS_RELEASE and metadata.fiscal_period in ("Q4", "FY")


def _worded(draft: Draft, filing: Filing, years: _CompanyYears, chance: random.Random) -> str:
    period = _period(filing, years, chance, is_free=draft.is_free) if draft.period is None else draft.period
    wording = draft.wording
    if "{p}" not in wording and period.strip() not in NOW:
        wording = wording.rstrip("?.") + "{p}" + ("?" if wording.endswith("?") else "")
    named = filing.metadata.issuer or ""
    short = _LEGAL_FORM.sub("", named)
    text = wording.format(c=chance.choice((named, short, short, short)), p=period, **draft.names)
    text = _SPACE.sub(" ", text).strip()
    return text.lower() if chance.random() < _SMALL_LETTERS else text


def _period(filing: Filing, years: _CompanyYears, chance: random.Random, *, is_free: bool) -> str:
    """Return words for the filing's period, or for the filing."""
    metadata = filing.metadata
    kind = metadata.document_type.base
    if is_free and kind not in ANNUAL and kind is not DocumentType.FORM_10Q and chance.random() < 0.35:
        return ""
    year = years.year_of(filing, chance)
    day = metadata.filing_date or metadata.period_end
    if day is not None and (year is None or (kind is DocumentType.FORM_8K and chance.random() < 0.75)):
        return f" in {day.year}" if chance.random() < 0.2 else _words_of_day(day, kind, chance)
    return "" if year is None else _words_of_year(filing, year, chance, is_newest=years.is_newest(filing))


def _words_of_year(filing: Filing, year: int, chance: random.Random, *, is_newest: bool) -> str:
    metadata = filing.metadata
    kind, quarter = metadata.document_type.base, metadata.fiscal_period
    names = {"y": year, "before": year - 1, "short": f"{year % 100:02d}"}
    if quarter in ("Q1", "Q2", "Q3") and kind not in ANNUAL:
        number = int(quarter[1])
        return chance.choice(QUARTERS).format(q=number, word=_QUARTERS[number - 1], **names)
    if kind is DocumentType.EARNINGS_RELEASE and chance.random() < 0.6:
        return chance.choice(RELEASES).format(**names)
    if is_newest and chance.random() < 0.35:
        return chance.choice(NOW)
    end = metadata.period_end
    if end is not None and chance.random() < 0.08:
        return f" for the year ended {end:%B} {end.day}, {end.year}"
    return chance.choice(YEARS).format(**names)


def _words_of_day(day: date, kind: DocumentType, chance: random.Random) -> str:
    words = {DocumentType.FORM_8K: "8-K", DocumentType.EARNINGS_RELEASE: "earnings release"}.get(kind, "filing")
    return chance.choice(DAYS).format(kind=words, day=f"{day:%B} {day.day}, {day.year}", iso=day.isoformat())


def _same_filings(filings: Sequence[Filing]) -> Mapping[int, Sequence[int]]:
    """Return filing → filings that say the same: one filing is sometimes published twice."""
    groups: dict[object, list[int]] = defaultdict(list)
    for number, filing in enumerate(filings):
        metadata = filing.metadata
        drafts = filing.read.drafts
        key = (filing.company, metadata.document_type, metadata.period_end, len(drafts), drafts[0].text)
        groups[key].append(number)
    return {number: group for group in groups.values() for number in group}

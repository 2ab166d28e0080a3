"""Decide the period of a table's column, or of a row whose label states a period.

What is not stated is not guessed: without a length, a day or a fiscal year, the period is None.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache

from app.quantities.calendar import FiscalCalendar
from app.quantities.dates import day_in, is_month_end
from app.quantities.durations import Duration
from app.quantities.number_words import CARDINAL
from app.quantities.period_words import MOST_CHARACTERS, PeriodWords, read_period_words
from app.quantities.periods import Period

_MOST_CONTEXT = 12
_NEAREST = 2  # lines that say what a table is about
_DAY = timedelta(days=1)
_COUNT = rf"(?:\d{{1,2}}|{CARDINAL})"
_REST = r"(?:[^.;:]|\.(?=\s?\d))"  # the full stop of "Dec. 31" ends no sentence
_FRAMED = re.compile(
    rf"\b(?:{_COUNT}-?\s+(?:and|or)\s+)?(?:{_COUNT}[\s-]+)?(?:(?:fiscal|financial)\s+)?"
    rf"(?:years?|months?|weeks?|quarters?|periods?|half[\s-]years?)\s+(?:then\s+)?(?:ended|ending)\b{_REST}{{0,120}}"
    rf"|\b(?:during|for|in)\s+(?:the\s+)?(?:fiscal\s+)?(?:years?\s+)?(?=(?:19|20)\d\d\b){_REST}{{0,40}}"
    rf"|\bas\s+(?:of|at)\b{_REST}{{0,80}}|\b(?:at|on)\s+(?=[A-Z\d]){_REST}{{0,60}}",
    re.IGNORECASE,
)
"""The words in a sentence or a title that state a period."""

_COHORT = re.compile(r"\b(?:originat\w+|vintages?|cohorts?|(?:accident|policy|underwriting)\s+years?)\b", re.IGNORECASE)
_BALANCES = re.compile(
    r"\bbalance\s+sheets?\b|\bfinancial\s+(?:position|condition)\b|\bfair\s+values?\b|\bcarrying\s+(?:values?|amounts?)\b"
    r"|\bamortized\s+costs?\b|\b(?:total|identifiable|net|segment|current)\s+(?:assets|liabilities)\b",
    re.IGNORECASE,
)
_FLOWS = re.compile(
    r"\bstatements?\s+of\s+(?:consolidated\s+)?(?:income|operations|earnings|cash\s+flows?|comprehensive|profit|loss)"
    r"|\bincome\s+statements?\b|\bresults\s+of\s+operations\b|\bcash\s+flows\b|\bprofit\s+and\s+loss\b",
    re.IGNORECASE,
)
_OPENING = re.compile(r"\bbalances?\b|\bopening\b", re.IGNORECASE)
_MAY_STATE = re.compile(r"\d|ended|ending|year|quarter|month|as of|as at", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[a-z)\d])\.\s+(?=[A-Z])")
_INTRODUCES = re.compile(r"\b(?:follow\w*|below|tables?|summar\w+|presents?|shows?)\b", re.IGNORECASE)
_MOST_OF_TITLE = 100
_FEWEST_BLANKS_OF_SENTENCE = 7


def is_period_heading(text: str) -> bool:
    """Return whether a heading or label states a period or a part of one ("2024", "Three months ended", "Q4")."""
    words = read_period_words(text)
    return words.states_period and not words.change


def is_change_heading(text: str) -> bool:
    """Return whether a heading is that of a column of changes ("% change", "2024 vs. 2023"), which has no period."""
    return read_period_words(text).change


def read_column_period(
    path: Sequence[str],
    *,
    context: Sequence[str] = (),
    calendar: FiscalCalendar,
    instant_hint: bool | None = None,
) -> Period | None:
    """Return the period of a column; None if it has none, or if the words do not determine it.

    `path` are the headings over the column, outermost first. `context` are the title and the lines above the table, in
    reading order: the last is the nearest. `instant_hint` states whether the figures are balances at a day (True) or
    flows (False); None if that is unknown.
    """
    return _read(tuple(path), tuple(context), calendar, instant_hint)


@lru_cache(maxsize=512)  # the cells of a table ask for the same periods, one after the other
def _read(
    path: tuple[str, ...], context: tuple[str, ...], calendar: FiscalCalendar, instant_hint: bool | None
) -> Period | None:
    own = _parts_of_path(path, context)
    if own is None or (any(words.split for words in own) and calendar.known_end is None):
        return None
    lines = context[-_MOST_CONTEXT:]
    around = _around(lines)
    if instant_hint is None:
        instant_hint = _first_kind(path)
        if instant_hint is None and not any(map(_states_kind, around)):
            instant_hint = _first_kind(lines[::-1])
    if not any(words.states_column_period for words in own):
        return _of_context(around, calendar, instant_hint)
    explicit = next((words.range for words in own if words.range), None)
    if explicit is not None:
        return Period(explicit[1]) if instant_hint else Period(explicit[1], explicit[0])
    period = _resolve(own, around, calendar, instant_hint)
    is_opening = period is not None and period.start is None and any(_OPENING.search(text) for text in path)
    if period is not None and is_opening and is_first_day(period.end, calendar):
        return Period(period.end - _DAY)
    return period


def _parts_of_path(path: Sequence[str], context: Sequence[str]) -> list[PeriodWords] | None:
    """Return the parts of periods in the headings, innermost first; None for a change or an open-ended period.

    Years in which loans were made or accidents happened are no periods of the figures.
    """
    read = [read_period_words(text) for text in path]
    if any(map(_COHORT.search, (*path, *context[-_NEAREST:]))):
        read = [words for words in read if words.has_date or (words.is_flow and not words.unknown)]
    own = [words for words in reversed(read) if words.states_column_period or (words.instant and not words.others)]
    return None if any(words.change for words in read) or any(words.unknown for words in own) else own


def is_first_day(day: date, calendar: FiscalCalendar) -> bool:
    """Return whether a balance at a day is an opening balance, which is that at the end of the day before."""
    if not calendar.by_weeks:
        return day.day == 1
    years = (calendar.part(label, 1, 12) for label in (day.year, day.year + 1))
    return any(year is not None and year.start == day for year in years)


def _first_kind(texts: Iterable[str]) -> bool | None:
    """Return whether the first text that says it is about balances (True) or about flows (False)."""
    return next((kind for text in texts if (kind := _kind(text)) is not None), None)


@lru_cache(maxsize=20_000)
def _kind(text: str) -> bool | None:
    if len(text) > _MOST_OF_TITLE:
        return None
    balances, flows = _BALANCES.search(text) is not None, _FLOWS.search(text) is not None
    return balances if balances != flows else None


def _states_kind(words: PeriodWords) -> bool:
    return words.is_flow or words.instant or bool(_days_of_year(words))


def _resolve(
    own: Sequence[PeriodWords], around: Sequence[PeriodWords], calendar: FiscalCalendar, instant_hint: bool | None
) -> Period | None:
    is_instant = _is_instant(own, around, instant_hint)
    if is_instant is None:
        return None
    named = _named_part(own, calendar)
    if named is not None:
        return Period(named.end) if is_instant else named
    end = _end(own, around, calendar)
    if end is None:
        return None
    is_unfinished = calendar.period_end is not None and end > calendar.period_end
    if is_instant:
        # The balance of a year that has not ended is that of the document's day.
        if is_unfinished and any(words.days and end not in words.days for words in own):
            return None  # a day and another year are not one heading
        is_current = is_unfinished and _is_bare_year(own, around) and _year(own) == calendar.fiscal_year
        return Period(calendar.period_end if is_current and calendar.period_end is not None else end)
    return _duration(own, around, calendar, end)


def _is_bare_year(own: Sequence[PeriodWords], around: Sequence[PeriodWords]) -> bool:
    return not any(words.has_date or words.labels for words in own) and not any(map(_days_of_year, around))


def _is_instant(own: Sequence[PeriodWords], around: Sequence[PeriodWords], instant_hint: bool | None) -> bool | None:
    """Return whether a column has an instant; None if it says both that and a duration."""
    if instant_hint is True:
        return True
    flow, instant = any(words.is_flow for words in own), any(words.instant for words in own)
    if flow != instant:
        return instant
    if flow or instant_hint is False:
        return None if flow and instant_hint is None else False
    days = {day for words in own for day in _days_of_year(words)}
    for words in around:
        its_days = _days_of_year(words)
        if (words.is_flow != words.instant or its_days) and not (days and days.isdisjoint(its_days)):
            return None if words.is_flow and words.instant else not words.is_flow
    return any(words.has_date for words in own)


def _days_of_year(words: PeriodWords) -> set[tuple[int, int]]:
    return {*words.month_days, *((day.month, day.day) for day in words.days)}


def _named_part(own: Sequence[PeriodWords], calendar: FiscalCalendar) -> Period | None:
    """Return the period of a quarter, a half, or a year that is named by its number, without a day."""
    if any(words.days or words.months or words.month_days for words in own):
        return None  # also "fourth quarter ended December 31, 2024"
    label = _year(own)
    quarter = next((words.quarter for words in own if words.quarter), None)
    half = next((words.half for words in own if words.half), None)
    if label is None or any(words.trailing or words.to_date for words in own):
        return None
    in_calendar_years = any(words.calendar for words in own)
    parts = _CALENDAR_YEARS if in_calendar_years else calendar
    if quarter is not None:
        return parts.part(label, quarter * 3 - 2, quarter * 3)
    if half is not None:
        return parts.part(label, half * 6 - 5, half * 6)
    if in_calendar_years or any(label in words.labels for words in own):
        length = _length(own, ())
        return parts.part(label, 1, 12 if length is None else length.months)
    return None


_CALENDAR_YEARS = FiscalCalendar.of((), period_end=None, fiscal_year=None)


def _year(own: Iterable[PeriodWords]) -> int | None:
    """Return the year of the innermost heading that has one; None if it has several."""
    for words in own:
        years = {*words.years, *words.labels, *(day.year for day in words.days), *(year for year, _ in words.months)}
        if years:
            return next(iter(years)) if len(years) == 1 else None
    return None


def _end(own: Sequence[PeriodWords], around: Sequence[PeriodWords], calendar: FiscalCalendar) -> date | None:
    """Return the last day of the column's period."""
    dated = next((words for words in own if words.has_year), None)
    year = None if dated is None else _year([dated])
    if dated is None or year is None:
        return None
    if dated.days:
        return dated.days[0] if len(set(dated.days)) == 1 else None
    if dated.months:
        return day_in(*dated.months[0], 31) if len(set(dated.months)) == 1 else None
    quarter = next((words.quarter for words in own if words.quarter), None)
    if quarter is not None:  # "LTM Q3 2024"
        part = calendar.part(year, quarter * 3 - 2, quarter * 3)
        return None if part is None else part.end
    found = next(filter(None, (_day_of_year(words, year, calendar) for words in (*own, *around))), None)
    return found or _end_without_day(own, around, calendar, year)


def _end_without_day(
    own: Sequence[PeriodWords], around: Sequence[PeriodWords], calendar: FiscalCalendar, year: int
) -> date | None:
    """Return the last day of a period if only its year and perhaps its length are stated."""
    if any(words.to_date for words in own):
        return calendar.period_end_in(year)
    if any(words.trailing for words in own):
        return None
    length = _length(own, around)
    if length is None or length.months == 12:
        return calendar.year_end(year)
    part = calendar.part(year, 1, length.months) if _says_months(own) else None
    return None if part is None else part.end


def _says_months(own: Sequence[PeriodWords]) -> bool:
    """Return whether the headings count months without saying when they end ("Nine months 2024")."""
    return any(words.duration is not None and words.duration.months in (6, 9) for words in own)


def _day_of_year(words: PeriodWords, year: int, calendar: FiscalCalendar) -> date | None:
    """Return the day in `year` that a text states, as a date of that year or as a day of any year."""
    exact = {day for day in words.days if day.year == year}
    if len(exact) == 1:
        return next(iter(exact))
    if exact:
        return None
    days = _days_of_year(words)
    if len(days) == 1:
        month, day = next(iter(days))
        found = day_in(year, month, min(day, 31)) if day else None
        return None if found is None or (words.days and calendar.by_weeks) else found
    return None


def _length(own: Sequence[PeriodWords], around: Sequence[PeriodWords]) -> Duration | None:
    for words in (*own, *around):
        if words.several_durations:
            return None
        if words.trailing:
            return Duration(12)
        if words.quarter is not None:
            return Duration(3)
        if words.half is not None:
            return Duration(6)
        if words.duration is not None:
            return words.duration
    return None


def _duration(
    own: Sequence[PeriodWords], around: Sequence[PeriodWords], calendar: FiscalCalendar, end: date
) -> Period | None:
    if any(words.to_date for words in own):
        return _year_to_date(calendar, end)
    length = _length(own, around)
    if length is None:
        several = any(words.several_durations for words in (*own, *around))
        if several or any(words.has_date for words in own) or _is_unfinished_year(own, calendar, end):
            return None
        length = Duration(12)
    by_weeks = calendar.by_weeks or not is_month_end(end)
    return Period(end, calendar.start(end, months=length.months, weeks=length.weeks, by_weeks=by_weeks))


def _is_unfinished_year(own: Sequence[PeriodWords], calendar: FiscalCalendar, end: date) -> bool:
    """Return whether a bare year is the one in which an interim document's period ends: its length is not stated."""
    if calendar.period_end is None or any(words.forecast or words.labels for words in own):
        return False
    year = calendar.part(calendar.fiscal_year, 1, 12) if calendar.fiscal_year is not None else None
    return year is not None and year.end == end and calendar.period_end < end


def _year_to_date(calendar: FiscalCalendar, end: date) -> Period | None:
    for label in (end.year, end.year + 1):
        year = calendar.part(label, 1, 12)
        if year is not None and year.start is not None and year.start <= end <= year.end:
            return Period(end, year.start)
    return None


def _of_context(around: Sequence[PeriodWords], calendar: FiscalCalendar, instant_hint: bool | None) -> Period | None:
    """Return the only period that the nearest line with a period states for the whole table."""
    for at, words in enumerate(around):
        if words.has_year:
            is_kind_stated = words.is_flow or words.instant or bool(words.years) or instant_hint is not None
            if not is_kind_stated or _year([words]) is None or len({*words.days}) > 1:
                return None
            return _resolve([words], around[at + 1 :], calendar, instant_hint)
    return None


@lru_cache(maxsize=4_000)
def _around(context: tuple[str, ...]) -> tuple[PeriodWords, ...]:
    """Return the periods in the lines around a table, the nearest first. What is above a sentence is about others."""
    found: list[PeriodWords] = []
    for line in reversed(context):
        found.extend(_of_line(line))
        if line.rstrip().endswith((".", ":")) and line.count(" ") >= _FEWEST_BLANKS_OF_SENTENCE:
            break
    return tuple(found)


@lru_cache(maxsize=20_000)
def _of_line(line: str) -> tuple[PeriodWords, ...]:
    """Return the periods in a heading, or in the sentence of a paragraph that introduces a table."""
    if _MAY_STATE.search(line) is None:
        return ()
    if len(line) < MOST_CHARACTERS:
        words = read_period_words(line)
        if words.states_period and not words.others and not words.change:
            return () if words.unknown else (words,)
    sentence = line[max(0, len(line) - 2 * MOST_CHARACTERS) :]
    if line.rstrip().endswith((".", ":")):
        sentence = _SENTENCE_END.split(sentence.rstrip(" .:"))[-1]
        if len(sentence) > _MOST_OF_TITLE and line.rstrip().endswith(".") and not _INTRODUCES.search(sentence):
            return ()
    framed = [read_period_words(match.group()) for match in _FRAMED.finditer(sentence)]
    return tuple(words for words in framed if words.states_period and not (words.change or words.unknown))

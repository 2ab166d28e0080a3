"""Decide the period of a table's row: balances at the edges of a period, rows of years, and rows between balances."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache

from app.quantities.calendar import FiscalCalendar
from app.quantities.column_periods import is_first_day, is_period_heading, read_column_period
from app.quantities.headings import find_years
from app.quantities.period_words import read_period_words
from app.quantities.periods import Period

_DAY = timedelta(days=1)
_SPAN = r"(?:the\s+)?(?:fiscal\s+)?(?:years?|periods?|quarters?|months?)"
_BEGINNING = re.compile(
    rf"\b(?:beginning|start)\s+(?:of\s+{_SPAN}|balances?)|\bopening\b|\bbalances?\W+(?:at\s+)?(?:the\s+)?beginning\b"
    rf"|\bbeginning\s+balance|\bat\s+(?:the\s+)?beginning\b|\bbeginning\s*$|^\W*(?:{_SPAN}\W+)?beginning\s+(?:cash|equity)",
    re.IGNORECASE,
)
_END = re.compile(
    rf"\b(?:end|close)\s+of\s+{_SPAN}|\b(?:ending|closing)\s+(?:balances?|cash|equity)|\bat\s+(?:the\s+)?end\b"
    r"|\b(?:balances?|cash)\W+(?:at\s+)?(?:the\s+)?end\b|\b(?:year|period|quarter)[\s-]end\s*$",
    re.IGNORECASE,
)
_BALANCE = re.compile(r"\bbalances?\b|\bas\s+(?:of|at)\b|\bat\b|\bopening\b|\bclosing\b|\boutstanding\b", re.IGNORECASE)
_PART_OF_FLOW = re.compile(r"\b(?:that|which|included|recogni[sz]ed)\b", re.IGNORECASE)
_NAMES_FLOW = re.compile(
    r"\b(?:revenues?|sales|income|expenses?|earnings|provisions?|costs?|payments|charge-offs|margin)\b", re.IGNORECASE
)
_NAMES_BALANCE = re.compile(
    r"\b(?:assets|liabilities|receivables?|loans|deposits|equity|inventor(?:y|ies))\b", re.IGNORECASE
)
_DIGIT = re.compile(r"\d")
_YEAR = 12


def read_cell_period(
    path: Sequence[str],
    labels: Sequence[str],
    *,
    context: Sequence[str] = (),
    calendar: FiscalCalendar,
    instant_hint: bool | None = None,
) -> Period | None:
    """Return the period of a figure from the headings over it and its row's label; None if they do not determine it.

    `labels` are the row's label and the labels above it in the hierarchy, outermost first. A label that states an edge
    ("Balance at beginning of year") or a day ("Balance, March 31, 2024") gives an instant. Another label with a period
    gives it where the headings give none. A year after the document's period is no period if the table is as of a day:
    it says when an amount falls due. The other arguments are those of `read_column_period`.
    """
    own = labels[-1] if labels else ""
    in_heading = any(map(is_period_heading, path))
    day = _day_of_balance(own, calendar, needs_word=in_heading)
    if day is not None:
        return Period(day)
    edge = _edge(own) or next(filter(None, map(_edge, path)), None)
    if edge is not None and read_period_words(own).has_date:
        edge = None  # "Beginning balance, January 1"
    hint = None if edge else instant_hint
    period = read_column_period(path, context=context, calendar=calendar, instant_hint=hint)
    if period is None and hint is None and edge is None and (kind := _kind_of_label(own)) is not None:
        period = read_column_period(path, context=context, calendar=calendar, instant_hint=kind)
    label = _period_of_labels(labels)
    if label is not None:
        joined = _joined(tuple(path), label)
        if joined is not None:
            period = read_column_period(joined, context=context, calendar=calendar, instant_hint=hint) or period
        elif not in_heading or period is None or _is_dated_flow(label):
            period = _of_label(label, context, calendar, hint) or period
    if edge is None or period is None:
        return period
    if edge == "end":
        return Period(period.end)
    return None if period.start is None else Period(period.start - _DAY)


def _period_of_labels(labels: Sequence[str]) -> str | None:
    """Return the nearest label that states a period, with the year that a label above it states ("2023" > "Q1")."""
    stated = [label for label in labels if is_period_heading(label)]
    if len(stated) > 1 and not find_years(stated[-1]) and find_years(stated[-2]):
        return f"{stated[-1]} {stated[-2]}"
    return stated[-1] if stated else None


def periods_between_balances(labels: Sequence[str], calendar: FiscalCalendar) -> tuple[Period | None, ...]:
    """Return each row's period in a table whose rows run from one balance to the next, as in statements of equity.

    A row with a balance has the balance's day; a row between two balances has the time from one to the other. The
    labels are those of the rows, from top to bottom. Rows before the first and after the last balance have None.
    """
    found: list[Period | None] = []
    last: date | None = None
    waiting = 0
    for label in labels:
        day = _day_of_balance(label, calendar)
        if day is None:
            found.append(None)
            waiting += 1
            continue
        if last is not None and waiting and last < day:
            found[len(found) - waiting :] = [Period(day, last + _DAY)] * waiting
        found.append(Period(day))
        last, waiting = day, 0
    return tuple(found)


@lru_cache(maxsize=20_000)
def _joined(path: tuple[str, ...], label: str) -> tuple[str, ...] | None:
    """Return headings and label as one path if each states a part of the period ("2024" and "First quarter")."""
    own, read = read_period_words(label), [words for text in path if (words := read_period_words(text)).states_period]
    has_year = any(words.has_year for words in read)
    is_part = own.quarter or own.half or own.has_date or own.ended or (own.duration and own.duration.months < _YEAR)
    if is_part and not own.has_year and has_year:
        years = [year for words in read for year in (*words.years, *words.labels)]
        if own.month_days and not own.is_flow and years:
            return (str(years[-1]), label)  # a day of the year, whatever period the headings state
        return (*path, label)
    if own.has_year and not has_year and any(words.has_date or words.is_flow for words in read):
        return (label, *path)
    return None


def _is_dated_flow(label: str) -> bool:
    """Return whether a label is the heading of rows ("Three months ended June 30, 2024"), and no due date or year."""
    words = read_period_words(label)
    return bool(words.has_date and (words.duration or words.ended or words.range))


def _of_label(label: str, context: Sequence[str], calendar: FiscalCalendar, hint: bool | None) -> Period | None:
    row = read_column_period((label,), context=context, calendar=calendar, instant_hint=hint)
    if row is None or calendar.period_end is None or row.end <= calendar.period_end:
        return row
    as_of = read_column_period((), context=context, calendar=calendar, instant_hint=None)
    if as_of is not None and as_of.start is None:
        return as_of
    return None if read_period_words(label).days else row  # a day to come is that of a payment


def _day_of_balance(label: str, calendar: FiscalCalendar, *, needs_word: bool = False) -> date | None:
    """Return the day at whose end a label's balance is; None if the label is none of a balance.

    A balance at the first day of a month is that of the day before, unless the document counts in weeks.
    """
    if _DIGIT.search(label) is None:
        return None
    words = read_period_words(label)
    if len(set(words.days)) != 1 or words.is_flow:
        return None
    if not _BALANCE.search(label) and (needs_word or words.others):
        return None
    day = words.days[0]
    if calendar.period_end is not None and day > calendar.period_end:
        return None  # a maturity
    return day - _DAY if is_first_day(day, calendar) else day


def _kind_of_label(label: str) -> bool | None:
    """Return whether a label names a balance (True) or a flow (False); None if it may be either."""
    balances, flows = _NAMES_BALANCE.search(label) is not None, _NAMES_FLOW.search(label) is not None
    return balances if balances != flows else None


@lru_cache(maxsize=20_000)
def _edge(text: str) -> str | None:
    if _PART_OF_FLOW.search(text):
        return None
    if _BEGINNING.search(text):
        return "beginning"
    return "end" if _END.search(text) else None

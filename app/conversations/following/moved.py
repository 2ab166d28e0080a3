"""Put the periods that a follow-up asks for in the place of those of a question."""

from collections.abc import Sequence

from app.answers.computing.requests import AskedPeriod
from app.conversations.following.before import Before
from app.conversations.following.context import Unclear
from app.conversations.following.periods import (
    Mention,
    Named,
    Shift,
    Span,
    Wanted,
    mentions_of,
    replace_periods,
    shifted,
)

_QUARTERS = ("Q1", "Q2", "Q3", "Q4")


def with_periods(text: str, wanted: Wanted, before: Before, *, is_added: bool = False) -> str | Unclear:
    """Return a question about the wanted periods; with `is_added`, beside those that it has. Asks which period is
    meant if the question before leaves it open.
    """
    mentions = mentions_of(text)
    periods = [mention.period for mention in mentions] or list(before.periods())
    years = sorted({period.year for period in periods if period.year is not None})
    if isinstance(wanted, Named):
        return _named(text, mentions, years, wanted, before, is_added=is_added)
    if not periods:
        return before.unclear("Which period do you mean? The question before names none.")
    if isinstance(wanted, Shift):
        return _shifted(text, mentions, periods, wanted, before, is_added=is_added)
    if not years:
        return before.unclear("Which year do you mean?")
    if isinstance(wanted, Span):
        return replace_periods(
            text, mentions, [str(year) for year in range(years[-1] - wanted.years + 1, years[-1] + 1)]
        )
    return _other_part(text, mentions, years, wanted.part, before)


def _shifted(
    text: str,
    mentions: Sequence[Mention],
    periods: Sequence[AskedPeriod],
    wanted: Shift,
    before: Before,
    *,
    is_added: bool,
) -> str | Unclear:
    moved = [found for period in periods if (found := shifted(period, wanted)) is not None]
    if len(moved) < len(periods):
        why = "is not about single quarters" if wanted.quarters else "names no year"
        return before.unclear(f"Which period do you mean? The question before {why}.")
    new = [period.text for period in moved]
    old = [period.text for period in periods]
    if wanted.is_last:
        before.notes.append(f"“{before.follow_up}” is read as the period before {' and '.join(old)}.")
    return replace_periods(text, mentions, list(dict.fromkeys((*new, *old))) if is_added else new)


def _other_part(
    text: str, mentions: Sequence[Mention], years: Sequence[int], part: str, before: Before
) -> str | Unclear:
    if part == "FY":
        return replace_periods(text, mentions, [f"fiscal year {year}" for year in years])
    dated = mentions[0].period if len(mentions) == 1 else None
    if part.startswith("first") and dated is not None and dated.day is not None:
        ended = f"{part.removeprefix('first ')} ended {dated.day:%B} {dated.day.day}, {dated.day.year}"
        return replace_periods(text, mentions, [ended])
    if part.startswith("first"):
        return replace_periods(text, mentions, [f"the {part} of {year}" for year in years])
    if part == "QQ":
        return replace_periods(text, mentions, [f"{quarter} {year}" for year in years for quarter in _QUARTERS])
    period = mentions[0].period if len(mentions) == 1 else None
    if period is not None and period.day is not None and period.months is not None:
        day = period.day
        return replace_periods(text, mentions, [f"three months ended {day:%B} {day.day}, {day.year}"])
    return before.unclear(
        f"Which quarter of {years[-1]} do you mean?", [f"{quarter} {years[-1]}" for quarter in _QUARTERS]
    )


def _named(
    text: str, mentions: Sequence[Mention], years: Sequence[int], wanted: Named, before: Before, *, is_added: bool
) -> str | Unclear:
    new: list[str] = []
    first = mentions[0].period if mentions else None
    for named in wanted.mentions:
        written = wanted.text[named.start : named.end]
        if named.period.year is None:
            if len(years) != 1:
                return before.unclear(f"Which year's {written} do you mean?")
            written = f"{written} {years[0]}"
        elif written.isdigit() and first is not None and first.year is not None and _is_part(first):
            same = shifted(first, Shift(years=named.period.year - first.year))
            if same is not None:
                before.notes.append(
                    f"“{written}” is read as {same.text}. Write “fiscal year {written}” for the whole year."
                )
                written = same.text
        elif written.isdigit() and first is not None and first.day is not None and first.months is None:
            written = f"the end of {written}"
        new.append(written)
    if is_added:
        return replace_periods(text, mentions, list(dict.fromkeys((*(text[m.start : m.end] for m in mentions), *new))))
    if wanted.is_range() and len(mentions) != len(new):
        return replace_periods(text, mentions, [wanted.text])
    return replace_periods(text, mentions, new)


def _is_part(period: AskedPeriod) -> bool:
    """Return whether a period is a part of a year."""
    return period.part != "FY" and period.months != 12

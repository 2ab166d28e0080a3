"""Read the parts of periods that a heading, a label or a title states: days, years, quarters, lengths.

A part is read once: what is read is removed from the text before the next part is looked for.
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from app.quantities.case import fold_case
from app.quantities.dates import DATE, YEAR, day_in, parse_date
from app.quantities.durations import Duration, find_durations
from app.quantities.fiscal_labels import full_year
from app.quantities.months import MONTH, MONTH_NAMES, parse_month
from app.quantities.number_words import ORDINAL, parse_ordinal

MOST_CHARACTERS = 400
_MOST_WORDS_BESIDE_YEAR = 4

_MARK = r"(?:\(\s*(?:\d{1,2}|[a-z]{1,2}|[*†‡§]+)\s*\)|[*†‡§⁰¹²³⁴-⁹]+)"
_MARKS = re.compile(rf"(?<=[\w.,)*†‡§]){_MARK}|(?<=\d)\s+{_MARK}(?=\s*$|\s*\()", re.IGNORECASE)
_GLUED = r"(?<=[a-z]{3})\d(?=\s|$)"  # "Restated3"
_UNITS = re.compile(rf"['’‘]000s?\b|(?<=[$€£¥])\s?(?:000s?|m|mn|bn|k)\b|[$€£¥₹`]|(?!{MONTH}){_GLUED}", re.IGNORECASE)
_PARTED_YEAR = re.compile(r"(?<![\d.,] )(?<![\d.,])(?:2 0|1 9) \d \d(?! ?[\d.,%])")
_GLUED_DAY = re.compile(rf"\b({'|'.join(MONTH_NAMES)})(?=\d)", re.IGNORECASE)
_SHORT_DATE = (
    r"(?<![\d/.-])(?:\d{1,2}/\d{1,2}/\d\d|\d{1,2}\.\d{1,2}\.(?:(?:19|20)\d\d|\d\d)|\d{1,2}-\d{1,2}-(?:19|20)\d\d)"
    rf"(?![\d/])|\b\d{{1,2}}[- ]{MONTH}[-. ]+(?:{YEAR}|['’]?\d\d)(?!\d)|\b{MONTH}\.?\s+\d{{1,2}},?\s+['’]\d\d(?!\d)"
)
_DAY = re.compile(rf"{DATE}|{_SHORT_DATE}", re.IGNORECASE)
_RANGE = re.compile(
    rf"({DATE}|{MONTH}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?)\s*(?:,\s*)?(?:[-–—]|\b(?:to|through|until|thru)\b)\s*"
    rf"({DATE}|{_SHORT_DATE})",
    re.IGNORECASE,
)
_SLASH_RANGE = re.compile(
    r"(?<![\d/.])(\d{1,2}/\d{1,2}/\d{2,4})\s*(?:[-–—]|\bto\b|\bthrough\b)\s*(\d{1,2}/\d{1,2}/\d{2,4})(?![\d/])"
)
_MONTH_RANGE = re.compile(
    rf"\b({MONTH})\.?\s*(?:[-–—]|\bto\b|\bthrough\b)\s*({MONTH})\.?,?\s+({YEAR}|['’]\d\d)(?!\d)", re.IGNORECASE
)
_MONTH_YEAR = re.compile(
    rf"\b({MONTH})(?:\.?,?\s+|\.|\s*[-/]\s*)({YEAR}|['’]\d\d|(?<=[-/])\d\d|(?<=[-/]\s)\d\d)(?![\d,])"
    rf"|\b({MONTH})(?:\s?['’])?(\d\d)(?=$|[\s)AEae])(?!\s*,)",
    re.IGNORECASE,
)
_MONTH_DAY = re.compile(
    rf"\b({MONTH})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b|\b(\d{{1,2}})(?:st|nd|rd|th)?\s+({MONTH})\b", re.IGNORECASE
)
_YEAR_AFTER = rf"(?:\s*[-/,]?\s*(?:of\s+)?(?:(?:fy|fiscal(?:\s+year)?)\s*)?['’]?({YEAR}|\d\d))?(?!\d)"
_QUARTER = re.compile(
    rf"(?<![a-z])(?:f?(q[1-4]|(?<!\d)[1-4]q)(?![a-z]){_YEAR_AFTER}|({ORDINAL})[\s-]+(?:fiscal[\s-]+)?(?:quarter|qtr\.?)\b"
    r"|\b(?:quarter|qtr\.?)\s+([1-4])\b(?!,?\d))",
    re.IGNORECASE,
)
_HALF = re.compile(
    rf"(?<![a-z])(?:(h[12y]|(?<!\d)[12]h)(?![a-z]){_YEAR_AFTER}|(first|second|1st|2nd)[\s-]+half\b(?:[\s-]+years?\b)?)",
    re.IGNORECASE,
)
_MONTH_CODE = re.compile(rf"(?<![a-z\d])(3|6|9|12)m(?![a-z]){_YEAR_AFTER}", re.IGNORECASE)
_LABEL = re.compile(
    rf"\b(fye?|f(?=['’]?\d\d\b)|fiscal(?:\s+years?)?|financial\s+years?|cy|calendar(?:\s+years?)?)[\s:'’-]{{0,3}}({YEAR}|\d\d(?![\d-]))"
    r"(?:[/-](\d\d)(?!\d))?\s?[aepfb]?(?![\w%])",
    re.IGNORECASE,
)
_SPLIT_YEAR = re.compile(rf"(?<![\d/.-])({YEAR})\s?[/-]\s?({YEAR}|\d\d)(?![\d/.,%-])")
_YEAR = re.compile(rf"(?<![\d.,$€£])(?<!\d-)({YEAR})(?:\s?(?:[aefpb]|pf))?(?![\w%]|[.,]\d)", re.IGNORECASE)
_HALF_LENGTH = re.compile(r"\bhalf[\s-]+years?\b|\bhalf[\s-]yearly\b|\bsix[\s-]+months?\b", re.IGNORECASE)
_QUARTER_LENGTH = re.compile(r"\b(?:quarters?|qtr)\b|\bquarterly\b", re.IGNORECASE)
_YEAR_LENGTH = re.compile(r"\b(?:fiscal|financial|full|calendar)?[\s-]*years?\b|\bannual\b|\bfye?\b", re.IGNORECASE)
_MONTH_LENGTH = re.compile(r"\b(?:one[\s-]+|1[\s-]+)?months?(?=\s+end)|\bmonthly\b", re.IGNORECASE)
_TRAILING = re.compile(
    r"\b(?:ltm|ttm|(?:last|trailing|latest|past|previous|prior)[\s-]+(?:twelve|12)[\s-]+months?)\b", re.IGNORECASE
)
_TO_DATE = re.compile(r"\bytd\b|\byear[\s-]+to[\s-]+date\b", re.IGNORECASE)
_OPEN_ENDED = re.compile(
    r"\b(?:inception|itd|life[\s-]to[\s-]date|cumulative|thereafter|beyond|remainder|remaining|after|before|thru|later"
    r"|earlier|prior\s+to|and\s+prior)\b",
    re.IGNORECASE,
)
_INSTANT = re.compile(r"\b(?:as\s+(?:of|at)|at|balances?|outstanding\s+at)\b", re.IGNORECASE)
_ENDED = re.compile(r"\b(?:ended|ending|then ended|period from|for the)\b", re.IGNORECASE)
_CHANGE = re.compile(
    r"\b(?:change|changes|variance|variances|increases?|decreases?|inc|dec|difference|growth|chg|vs|versus|yoy|qoq|y/y"
    r"|year[\s-]over[\s-]year|better|worse|b/\(?w\)?|compared)\b|[△Δ]",
    re.IGNORECASE,
)
_FORECAST = re.compile(
    r"\b(?:20\d\d\s?[efpb]|estimate[sd]?|projected|projections?|forecast|budget|guidance|outlook|targets?|expected"
    r"|full[\s-]year)\b",
    re.IGNORECASE,
)
_CONTRACT = re.compile(
    r"\b(?:due|matur\w*|expir\w*|notes?|bonds?|debentures?|loans?|facility|plan|agreement|series|dated|acqui\w*|program"
    r"|restructuring|incentive|authoriz\w*|repurchase|warrants?|weeks?|wk|spring|summer|autumn|fall|winter|seasons?"
    r"|\d+)\b",
    re.IGNORECASE,
)
_CHANGE_FILLER_WORDS = (
    "in to the of and percent percentage pct amount dollar dollars points basis bps period prior year previous same"
    " last constant currency currencies reported organic favorable unfavorable favourable unfavourable better worse"
    " fx a as w or net total from over fav b yoy qoq y"
)
_CHANGE_FILLER = frozenset(_CHANGE_FILLER_WORDS.split())
_FILLER_WORDS = (
    "the of and for as at on in to by unaudited audited restated recast revised reclassified adjusted actual"
    " actuals estimate estimated estimates projected projection forecast forecasted budget budgeted guidance outlook"
    " target plan pro forma reported originally previously historical combined consolidated successor predecessor"
    " period periods ended ending end from through until then first last total a e f p b pf us gaap non months month"
    " weeks week day days unless otherwise except million millions thousand thousands billion billions per share"
    " data amounts year years quarter quarters fiscal note under current prior expected preliminary full half"
    " high low mid point midpoint range q annual interim date is was are only approximately about dollars euros usd"
    " eur"
)
_FILLER = frozenset(_FILLER_WORDS.split())
# A text with none of these words and no digit states no period. It halves the time for a document's labels.
_TRIGGER = re.compile(
    rf"\d|{MONTH}|year|quarter|qtr|month|week|half|fy|ended|ending|annual|date|ltm|ttm|inception|itd|cumulative|thereafter|beyond|after|before|remain"
    rf"|as (?:of|at)|\bat\b|balance|{_CHANGE.pattern}",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+|\d+")
# Searches for single characters without which the longer patterns match nothing. They halve the time for headings.
_DIGIT = re.compile(r"\d")
_MARK_CHARACTER = re.compile("[(*†‡§⁰¹²³⁴-⁹]")
_UNITS_CHARACTER = re.compile(r"['’‘$€£¥₹`]|\d(?<=[^\W\d_].)")
_LETTER_BEFORE_DIGIT = re.compile(r"\d(?<=[^\W\d_].)")


@dataclass(frozen=True, slots=True)
class PeriodWords:
    """The parts of periods in a text, in order.

    `days` are dates; `month_days` are days without a year, as (month, day); `months` are (year, month); `years` are
    years without a label; `labels` are fiscal years ("FY24", "fiscal 2024"); `calendar` states that they are
    calendar years. `range` is an explicit period. `forecast` states that the year lies ahead or is meant as a
    whole. `others` counts the words that belong to no period; `of_contract` states that one of them is about a
    contract, whose date is no reporting period ("Notes due June 15, 2029").
    """

    range: tuple[date, date] | None = None
    days: tuple[date, ...] = ()
    month_days: tuple[tuple[int, int], ...] = ()
    months: tuple[tuple[int, int], ...] = ()
    years: tuple[int, ...] = ()
    labels: tuple[int, ...] = ()
    calendar: bool = False
    split: bool = False
    quarter: int | None = None
    half: int | None = None
    duration: Duration | None = None
    several_durations: bool = False
    trailing: bool = False
    to_date: bool = False
    unknown: bool = False
    instant: bool = False
    ended: bool = False
    change: bool = False
    forecast: bool = False
    others: int = 0
    of_contract: bool = False

    @property
    def has_date(self) -> bool:
        return bool(self.range or self.days or self.month_days or self.months)

    @property
    def has_year(self) -> bool:
        return bool(self.days or self.months or self.years or self.labels)

    @property
    def is_flow(self) -> bool:
        """Whether the words are those of a duration."""
        return bool(
            self.range or self.quarter or self.half or self.duration or self.several_durations or self.trailing
            or self.to_date or self.ended or self.labels
        )  # fmt: skip

    @property
    def states_period(self) -> bool:
        """Whether the text states a part of a period, and is not about something else that only mentions a year."""
        if not self.others:
            return self.has_date or self.is_flow or bool(self.years) or self.unknown
        if self.of_contract and not (self.ended or self.instant):
            return False
        is_named = bool(self.quarter or self.half or self.labels or self.trailing or self.to_date or self.ended)
        return self.has_date or is_named or self.unknown or bool(self.years and self.duration)

    @property
    def states_column_period(self) -> bool:
        """Whether the text states a part of a period if it is the heading of a column ("2024 effective rate")."""
        is_year = len(self.years) == 1 and self.others <= _MOST_WORDS_BESIDE_YEAR
        return self.states_period or (is_year and not self.of_contract)


class _Reader:
    """A text from which parts are taken one after the other."""

    def __init__(self, text: str) -> None:
        self.text = text

    def take(self, pattern: re.Pattern[str]) -> list[re.Match[str]]:
        if not self.text or self.text.isspace():
            return []  # no pattern matches blanks alone
        found = list(pattern.finditer(self.text))
        if found:
            parts, position = [], 0
            for match in found:
                parts.append(self.text[position : match.start()])
                position = match.end()
            self.text = " ".join((*parts, self.text[position:]))
        return found

    def take_numbers(self, pattern: re.Pattern[str]) -> list[re.Match[str]]:
        """Take the matches of a pattern that contains a digit."""
        return self.take(pattern) if _DIGIT.search(self.text) else []

    def take_durations(self) -> set[Duration]:
        found = list(find_durations(self.text))
        for start, end in sorted({(mention.start, mention.end) for mention in found}, reverse=True):
            self.text = f"{self.text[:start]} {self.text[end:]}"
        return {mention.duration for mention in found}

    def has(self, pattern: re.Pattern[str]) -> bool:
        return bool(self.take(pattern))


@lru_cache(maxsize=20_000)
def read_period_words(text: str) -> PeriodWords:
    """Return the parts of periods that a text states."""
    if _DIGIT.search(text) is None and _TRIGGER.search(text) is None:
        return PeriodWords(others=1 if any(map(str.isalnum, text)) else 0)
    folded = _plain(text[:MOST_CHARACTERS])
    reader = _Reader(folded)
    explicit = _explicit_range(reader)
    days = tuple(day for match in reader.take_numbers(_DAY) if (day := parse_heading_date(match.group())) is not None)
    quarters = reader.take(_QUARTER)
    halves = reader.take(_HALF)
    counted = reader.take_numbers(_MONTH_CODE)
    coded = [full_year(year) for match in (*quarters, *halves, *counted) if (year := match.group(2)) is not None]
    labels = reader.take_numbers(_LABEL)
    months = tuple(_month_year(match) for match in reader.take_numbers(_MONTH_YEAR))
    month_days = tuple(_month_day(match) for match in reader.take_numbers(_MONTH_DAY))
    splits = [year for match in reader.take_numbers(_SPLIT_YEAR) if (year := _split_year(match)) is not None]
    years = [int(match.group(1)) for match in reader.take_numbers(_YEAR)]
    durations = reader.take_durations()
    durations |= {Duration(int(match.group(1))) for match in counted}
    trailing, to_date, open_ended = reader.has(_TRAILING), reader.has(_TO_DATE), reader.has(_OPEN_ENDED)
    if trailing:
        durations.discard(Duration(12))
    if not durations and not quarters:
        durations = _named_durations(reader, has_years=bool(labels))
    change = _is_change(reader.text)
    instant, ended = reader.has(_INSTANT), reader.has(_ENDED)
    others = sum(word not in _FILLER for word in _WORD.findall(fold_case(reader.text)))
    return PeriodWords(
        range=explicit,
        days=days,
        month_days=month_days,
        months=months,
        years=tuple(years),
        labels=(*coded, *(full_year(match.group(3) or match.group(2)) for match in labels), *splits),
        calendar=any(match.group(1)[0] in "cC" for match in labels),
        split=bool(splits) or any(match.group(3) for match in labels),
        quarter=_one([_quarter(match) for match in quarters]),
        half=_one([_half(match) for match in halves]),
        duration=next(iter(durations)) if len(durations) == 1 else None,
        several_durations=len(durations) > 1,
        trailing=trailing,
        to_date=to_date,
        unknown=(open_ended and others == 0) or len({_quarter(match) for match in quarters}) > 1,
        instant=instant,
        ended=ended,
        change=change,
        forecast=_FORECAST.search(folded) is not None,
        others=others - change,
        of_contract=_CONTRACT.search(reader.text) is not None,
    )


def _plain(text: str) -> str:
    """Return a text without footnote marks and units, and with blanks where the page has too many or none."""
    if _MARK_CHARACTER.search(text):
        text = _MARKS.sub(" ", text)
    if _UNITS_CHARACTER.search(text):
        text = _UNITS.sub(" ", text)
    if "2 0 " in text or "1 9 " in text:
        text = _PARTED_YEAR.sub(lambda found: found.group().replace(" ", ""), text)
    if _LETTER_BEFORE_DIGIT.search(text):
        text = _GLUED_DAY.sub(r"\1 ", text)
    return " ".join(text.split())


def parse_heading_date(text: str) -> date | None:
    """Parse a date as headings write it: also "12/31/24", "31.12.2024", "31-Dec-24" and "Dec. 31, '24".

    Return None for other texts.
    """
    digits = re.findall(r"\d+", text)
    if (day := parse_date(text)) is not None and 4 in (len(digits[0]), len(digits[-1])):
        return day
    numbers = [int(part) for part in digits]
    if not numbers:
        return None
    word = next((month for part in re.findall(r"[^\W\d_]+", text) if (month := parse_month(part))), None)
    if word is not None:
        day_of_month, year = numbers[0], full_year(str(numbers[-1]))
        return _date(year, word, day_of_month)
    if len(numbers) != 3:
        return None
    first, second, year = numbers
    year = full_year(f"{year:02d}")
    if "." in text or first > 12:
        first, second = second, first  # day first
    return _date(year, first, second)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _explicit_range(reader: _Reader) -> tuple[date, date] | None:
    for match in reader.take_numbers(_MONTH_RANGE):
        months = parse_month(match.group(1)), parse_month(match.group(2))
        year = full_year(match.group(3).strip("'’"))
        if months[0] is not None and months[1] is not None:
            return date(year - (months[0] > months[1]), months[0], 1), day_in(year, months[1], 31)
    for match in (*reader.take_numbers(_SLASH_RANGE), *reader.take_numbers(_RANGE)):
        end = parse_heading_date(match.group(2))
        start = parse_heading_date(match.group(1)) if re.search(r"\d\d\d\d|/", match.group(1)) else None
        if start is None and end is not None and (day := _MONTH_DAY.fullmatch(match.group(1))) is not None:
            month, number = _month_day(day)
            start = _date(end.year - ((month, number) > (end.month, end.day)), month, number)
        if start is not None and end is not None and start <= end:
            return start, end
    return None


def _month_year(match: re.Match[str]) -> tuple[int, int]:
    return full_year((match.group(2) or match.group(4)).strip("'’")), parse_month(match.group(1) or match.group(3)) or 1


def _month_day(match: re.Match[str]) -> tuple[int, int]:
    return parse_month(match.group(1) or match.group(4)) or 1, int(match.group(2) or match.group(3))


def _quarter(match: re.Match[str]) -> int:
    code, _, ordinal, digit = match.groups()
    return parse_ordinal(ordinal) if ordinal else int((code or digit).lower().strip("q"))


def _half(match: re.Match[str]) -> int:
    if match.group(1) is None:
        return parse_ordinal(match.group(3))
    digit = match.group(1).lower().strip("h")
    return 1 if digit == "y" else int(digit)  # "HY24" is the first half of the year


def _split_year(match: re.Match[str]) -> int | None:
    """Return the second year of "2024/25" and "2024/2025"; None for a range of years."""
    first, second = int(match.group(1)), match.group(2)
    return first + 1 if int(second) % 100 == (first + 1) % 100 and (len(second) == 2 or "/" in match.group()) else None


def _named_durations(reader: _Reader, *, has_years: bool) -> set[Duration]:
    for pattern, length in ((_HALF_LENGTH, 6), (_QUARTER_LENGTH, 3), (_MONTH_LENGTH, 1)):
        if reader.has(pattern):
            return {Duration(length)}
    return {Duration(12)} if reader.has(_YEAR_LENGTH) and not has_years else set()


def _one(numbers: list[int]) -> int | None:
    return numbers[0] if len(set(numbers)) == 1 else None


def _is_change(text: str) -> bool:
    """Return whether a text without its periods is the heading of a change: "% change", "2024 vs. 2023"."""
    rest, changes = _CHANGE.subn(" ", text)
    return bool(changes) and all(word in _CHANGE_FILLER for word in _WORD.findall(fold_case(rest)))

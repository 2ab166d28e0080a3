"""Replace the periods of a question by those that a follow-up names, or that lie before or after them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.answers.computing.periods import find_periods
from app.answers.computing.requests import AskedPeriod
from app.conversations.following.names import listed
from app.quantities.dates import day_in, is_month_end
from app.quantities.number_words import CARDINAL, parse_cardinal

_YEAR_DIGITS = re.compile(r"(?:19|20)\d\d")
_COUNT = rf"(?:(?P<count>\d\d?|{CARDINAL}|a|one)\s+)?"
_UNIT = r"(?:fiscal |financial |calendar |full )?(?P<unit>years?|quarters?|periods?)"
_SHIFTS = (
    re.compile(
        rf"(?:the )?{_COUNT}{_UNIT} (?P<way>before|earlier|prior|previously|ago|after|later"
        rf"|afterwards)(?: that| this)?",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?:the |its )?(?P<way>prior|previous|preceding|last|next|following|earlier|subsequent) {_UNIT}",
        re.IGNORECASE,
    ),
)
_SAME_PART = re.compile(
    r"(?:the )?(?:same|year[- ]ago|prior[- ]year|last year['’]s) (?:quarter|period|months?|half)?"
    r"(?: (?:of|in|a|the|one))*(?: (?:last|prior|previous|preceding) year| year (?:before|earlier|ago))?",
    re.IGNORECASE,
)
_SPAN = re.compile(
    rf"(?:(?:each|all) of )?(?:the |its )?(?:last|past|previous|latest|preceding) (?P<count>\d\d?|{CARDINAL}) "
    r"(?:fiscal |financial )?years",
    re.IGNORECASE,
)
_WHOLE_YEAR = re.compile(
    r"(?:the |a )?(?:(?:full|whole|entire|fiscal|complete)[ -]year|year as a whole|annual(?:ly"
    r"| figure| total)?|year)",
    re.IGNORECASE,
)
_EACH_QUARTER = re.compile(
    r"(?:by|per|each|every) quarter|quarterly|(?:the |all )?(?:four )?quarters|quarter by quarter", re.IGNORECASE
)
_LENGTH = re.compile(
    r"(?:the )?(?:first )?(?P<length>(?:\d\d?|three|six|nine|twelve|thirteen|twenty-six"
    r"|thirty-nine|fifty-two|fifty-three)[ -](?:months?|weeks?))(?: period)?"
    r"|(?:the )?(?:first[ -]half|half[ -]year)(?: year)?",
    re.IGNORECASE,
)
_ONE_QUARTER = re.compile(r"(?:just |only )?(?:the |a )(?:single )?quarter(?: only| alone)?", re.IGNORECASE)
_PARTS = ((_EACH_QUARTER, "QQ"), (_ONE_QUARTER, "Q"), (_WHOLE_YEAR, "FY"))
_LEAD_WORD = re.compile(r"^(?:in|for|during|over|at|from|of|as of|on)\s+", re.IGNORECASE)
_LEAD = re.compile(
    r"(?:(?:in|for|during|of|at|as of|as at|from|on|over|through|back in|the|end of|year|fiscal"
    r"|financial|years?|ended"
    r"|ending|period|quarter)\s+)*$",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"\b(?:in|for|during|of|at|as of|as at|from|between|on|over|through|within|by|since)\s+(?:the\s+)?"
    r"(?:(?:end of|year|fiscal|financial|years?|ended|ending|quarter|period)\s+)*$",
    re.IGNORECASE,
)
_RANGE = re.compile(r"\d\s*(?:[-–]|to\b|through\b|until\b)", re.IGNORECASE)
_AFTER = {"after", "later", "afterwards", "next", "following", "subsequent"}
_LONGEST_SPAN = 12
_QUARTERS = 4


@dataclass(frozen=True, slots=True)
class Mention:
    """A period at `start` to `end` of a text."""

    start: int
    end: int
    period: AskedPeriod


@dataclass(frozen=True, slots=True)
class Shift:
    """The periods of the question before, moved by `years` or `quarters` (negative: earlier). `is_last` states that the
    words are "last year", which can also mean the year before today's.
    """

    years: int = 0
    quarters: int = 0
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """The last `years` years up to the latest year of the question before."""

    years: int


@dataclass(frozen=True, slots=True)
class YearPart:
    """Another part of the year of the question before: "FY" for the whole, "Q" for one quarter, "QQ" for each quarter,
    or words for a part ("first nine months").
    """

    part: str


@dataclass(frozen=True, slots=True)
class Named:
    """Periods that a follow-up names itself, with its words for them."""

    text: str
    mentions: tuple[Mention, ...]

    @classmethod
    def of(cls, text: str, mentions: Sequence[Mention]) -> "Named":
        """Return the part of a text with the periods."""
        start = mentions[0].start
        moved = tuple(Mention(each.start - start, each.end - start, each.period) for each in mentions)
        return cls(text[start : mentions[-1].end], moved)

    def is_range(self) -> bool:
        """Return whether the words are a range of periods ("2019 to 2021")."""
        return _RANGE.search(self.text) is not None


Wanted = Shift | Span | YearPart | Named


def mentions_of(text: str) -> tuple[Mention, ...]:
    """Return the periods that a text names, in order."""
    return tuple(Mention(start, end, period) for start, end, period in find_periods(text))


def read_wanted(words: str) -> Wanted | None:
    """Read words that only name a period ("the year before", "in Q2 2021", "the last three years"), else None."""
    bare = _LEAD_WORD.sub("", words).strip()
    return _shift_of(bare) or _span_of(bare) or _part_of(bare) or _named_of(words)


def _shift_of(bare: str) -> Shift | None:
    if _SAME_PART.fullmatch(bare):
        return Shift(years=-1) if "year" in bare.lower() else None
    found = next((match for pattern in _SHIFTS if (match := pattern.fullmatch(bare)) is not None), None)
    return None if found is None else _shift(found)


def _span_of(bare: str) -> Span | None:
    found = _SPAN.fullmatch(bare)
    return None if found is None else Span(min(_number(found["count"]), _LONGEST_SPAN))


def _part_of(bare: str) -> YearPart | None:
    if (length := _LENGTH.fullmatch(bare)) is not None:
        return YearPart(f"first {length['length'] or 'six months'}")
    return next((YearPart(part) for pattern, part in _PARTS if pattern.fullmatch(bare)), None)


def _named_of(words: str) -> Named | None:
    mentions = mentions_of(words)
    return Named.of(words, mentions) if mentions and not _left_of(words, mentions) else None


def _left_of(words: str, mentions: Sequence[Mention]) -> str:
    """Return what a text says beside its periods and the words that lead to them."""
    left, end = [], 0
    for mention in mentions:
        left.append(_LEAD.sub("", words[end : mention.start]))
        end = mention.end
    left.append(words[end:])
    return re.sub(
        r"\b(?:and|to|or|through|versus|vs|both|between|compared (?:to|with))\b|\W", "", " ".join(left), flags=re.I
    )


def _shift(found: re.Match[str]) -> Shift:
    count = found.groupdict().get("count")
    number = 1 if count in (None, "a", "one") else min(_number(count), _LONGEST_SPAN)
    way = found["way"].lower()
    signed = number if way in _AFTER else -number
    if found["unit"].lower().startswith("quarter"):
        return Shift(quarters=signed)
    return Shift(years=signed, is_last=way == "last")


def _number(text: str | None) -> int:
    if text is None:
        return 1
    return int(text) if text.isdigit() else parse_cardinal(text) or 1


def shifted(period: AskedPeriod, shift: Shift) -> AskedPeriod | None:
    """Return a period moved by a shift, in the same words if they have its year; None if the year is unknown, or if
    a period that is no quarter is moved by quarters.
    """
    if period.year is None:
        return None
    if shift.quarters:
        return _other_quarter(period, shift.quarters)
    if shift.years < 0:
        moved: AskedPeriod | None = period
        for _ in range(-shift.years):
            moved = None if moved is None else moved.before()
    else:
        year = period.year + shift.years
        moved = AskedPeriod(f"FY{year}" if period.part == "FY" else f"{period.part} FY{year}", year, period.part)
        if period.day is not None and period.months is not None:
            day = day_in(year, period.day.month, 31 if is_month_end(period.day) else period.day.day)
            moved = AskedPeriod.ending(day, period.months, f"{day:%B} {day.day}, {day.year}")
    if moved is None or moved.year is None:
        return None
    if period.day is not None:
        return moved if period.months is not None else AskedPeriod(f"the end of FY{moved.year}", moved.year)
    same = _YEAR_DIGITS.sub(str(moved.year), period.text)
    return AskedPeriod(same if _YEAR_DIGITS.search(same) else moved.label(), moved.year, moved.part)


def _other_quarter(period: AskedPeriod, quarters: int) -> AskedPeriod | None:
    if period.year is None or not re.fullmatch(r"Q[1-4]", period.part):
        return None
    number = period.year * _QUARTERS + int(period.part[1]) - 1 + quarters
    year, quarter = divmod(number, _QUARTERS)
    return AskedPeriod(f"Q{quarter + 1} {year}", year, f"Q{quarter + 1}")


def replace_periods(text: str, mentions: Sequence[Mention], new: Sequence[str]) -> str:
    """Replace each period of a text by the one at its place in `new`; if there are more or fewer, the phrase with all
    periods becomes one that lists the new ones. A text without periods gets them at its end.
    """
    if mentions and len(new) == len(mentions) and not _RANGE.search(new[0]):
        for mention, words in reversed(list(zip(mentions, new, strict=True))):
            before = text[: mention.start]
            if words.startswith("Q"):  # "at the third quarter" becomes "at Q2"
                before = re.sub(r"\bthe $", "", before, flags=re.IGNORECASE)
            text = f"{before}{words}{text[mention.end :]}"
        return text
    words = listed(new)
    if not mentions:
        return insert_last(text, f"{'from' if _RANGE.search(words) else 'in'} {words}")
    start, end = mentions[0].start, mentions[-1].end
    before = text[:start]
    if (found := _PREPOSITION.search(before)) is not None:
        before = f"{before[: found.start()]}{'from' if _RANGE.search(words) else 'in'} "
    return f"{before}{words}{text[end:]}"


def period_phrase(text: str, mentions: Sequence[Mention]) -> str:
    """Return the words of a text that name its periods, with the preposition before them."""
    if not mentions:
        return ""
    start, end = mentions[0].start, mentions[-1].end
    found = _PREPOSITION.search(text[:start])
    phrase = text[start if found is None else found.start() : end]
    return phrase if found is not None else f"in {phrase}"


def insert_last(text: str, words: str) -> str:
    """Return a question with more words at its end, before its punctuation."""
    bare = text.rstrip("?! ") if text.rstrip().endswith("?") else text.rstrip(".! ")
    return f"{bare} {words}?"

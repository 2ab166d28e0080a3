"""Find the figures of items in sentences that state exactly them: "Depreciation expense was $510 million in 2019"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from app.answers.claims import PageKey, PageTexts
from app.answers.computing.currencies import is_in_currency
from app.answers.computing.found import Figure, found_figure, words_of
from app.answers.computing.periods import find_periods
from app.answers.computing.requests import AskedPeriod
from app.answers.computing.table_places import FindSpan
from app.answers.computing.terms import FRAME, OPERATIONS, SOFT, terms_of
from app.answers.evidence_tables import EvidenceTables
from app.answers.verification.instructions import blank_instructions
from app.core.kept import Kept
from app.documents.content.sentences import find_sentences
from app.facts.fiscal import QUARTERS_OF_YEAR, FiscalSpan
from app.facts.formulas.expressions import Label, Name
from app.facts.found import Found, NotFound
from app.facts.model import FiscalLabel, StatementKind
from app.facts.sought import Dimensions, Sought
from app.quantities.periods import Period
from app.quantities.unit_mentions import CURRENCY, SCALE_WORD
from app.quantities.values import Kind, Quantity, parse_value

_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_AMOUNT = re.compile(
    rf"(?<![\w.,$€£]){CURRENCY}\s?(?:\({_NUMBER}\)|{_NUMBER})(?:\s(?:{SCALE_WORD})\b)?"
    rf"|(?<![\w.,$€£]){_NUMBER}(?:\s?%|\s(?:percent|per\scent|{SCALE_WORD})\b)"
    r"|(?<![\w.,$€£-])\d{1,3}(?:,\d{3})+(?![\w%]|[.,]\d)"
)
_DIGIT = re.compile(r"\d")
_COUNT = r"(?<![\w.,$€£-])\d{1,3}(?:,\d{3})*(?![\w%]|[.,]\d)"
_HAS = (
    r"\b(?:(?:had|has|have|operate[sd]?|employ(?:s|ed)?|own(?:s|ed)?|lease[sd]?|serve[sd]?|was|were|is|are|total(?:s|led|ed)?)"
    r"\s+(?:(?:a\s+total\s+of|approximately|about|around|roughly|some)\s+)?|:\s*)"
)
"""What stands before the number of what an issuer has. Of "opened 12 stores" or "40 of our stores", it is another."""
_WHERE = rf"(?:{_COUNT}\s+(?:[a-z-]+\s+){{1,2}}?(?:in|across)\s+)?"
"""The first of two numbers: "operated 412 stores in 38 states"."""
_KINDS = r"(?:(?:total|full-time|equivalent|regular)\s+){0,2}?"
_NEAR = 2
"""Words between a number and what it counts, at most."""
_MOVES = re.compile(
    r"\b(?:increas|decreas|grew|grow|rose|ris(?:e|ing)|fell|fall|declin|reduc|improv|higher|lower|compared|chang|offset"
    r"|up|down)\w*",
    re.IGNORECASE,
)
_RESPECTIVELY = re.compile(r"\brespectively\b", re.IGNORECASE)
_OF_WHICH = re.compile(r"\bof which\b|\binclud(?:ing|ed in)\b|\bexcept\b|\bexcluding\b", re.IGNORECASE)
_LED_BY_PERIOD = re.compile(
    r"(?:as\s+of|as\s+at|at|on|in|for|during)\b[^,]{1,60}\d[^,]{0,20}(?:,\s*\d{4})?,\s+", re.IGNORECASE
)
_ARTICLE = re.compile(r"(?:the|our|its|the\s+(?:company|group|issuer)['’]s)\s+", re.IGNORECASE)
_NARROWER = re.compile(
    r" (?:outstanding |drawn |available )?(?:under|of|from|in|for|on|with|to|attributable to|relating to|related to)\b"
    r"[^.;:$€£\d]{2,120}? (?:was|were|is|are|totall?ed|amounted to)\b",
    re.IGNORECASE,
)
_LONGEST = 700
_MOST_AMOUNTS = 8
_LEAST_PRECISE = 0.45
_SURELY_WHOLE = 1_000_000
_FEW = 40
"""Cells of a table that show its scale."""
_CERTAINTY = 0.85


_Said = tuple[int, str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class AmountMention:
    """An amount of a sentence, from `start` to `end`."""

    start: int
    end: int
    value: Quantity


@dataclass(frozen=True, slots=True)
class _Sentence:
    key: PageKey
    start: int
    text: str
    terms: frozenset[str]


class ProseFigures:
    """The sentences of pages, outside their tables. Implements `Source`."""

    def __init__(
        self,
        pages: PageTexts,
        tables: EvidenceTables,
        *,
        currency: str | None = None,
        find_span: FindSpan | None = None,
    ) -> None:
        self._currency = currency
        self._find_span = find_span
        self._pages = pages
        self._tables = tables

    def __len__(self) -> int:
        return len(self._sentences)

    def find(self, sought: Sought, period: FiscalSpan | Period, dimensions: Dimensions = ()) -> Found | NotFound:
        """Find the figure of an item in the only sentence that states it for its period."""
        words = words_of(sought, dimensions)
        found = self._find(words, AskedPeriod.of(period))
        if found is None:
            return NotFound("not-read", f"no sentence states {words} for {AskedPeriod.of(period).label()}")
        return found_figure(found, period, None)

    def has_read(self, _statement: StatementKind | None, _period: FiscalSpan | Period) -> bool:
        """Return False: sentences do not show what statements lack."""
        return False

    def find_span(self, _period: Period) -> FiscalSpan | None:
        """Return None: sentences are compared with the days that a question names."""
        return None

    def latest(self, _quarters: int = QUARTERS_OF_YEAR) -> FiscalLabel | None:
        """Return None: sentences have no newest period."""
        return None

    def latest_year(self, _quarters: int) -> int | None:
        """Return None: sentences have no newest period."""
        return None

    def series(self, words: str) -> Sequence[tuple[FiscalLabel | Period | None, Found]] | NotFound:
        """Return the figure of the only sentence about an item, as a series of one."""
        found = self._find(words, None)
        if found is None:
            return NotFound("not-read", f"no sentence states {words}")
        return [(None, found_figure(found, None, None))]

    def members(self, _item: Label | Name, _axis: str, _when: FiscalLabel | Period) -> Sequence[tuple[str, str]]:
        """Return nothing: sentences have no parts."""
        return ()

    def nearest(self, _words: str) -> Sequence[Figure]:
        """Return nothing: sentences state an item, or not."""
        return ()

    def _find(self, words: str, period: AskedPeriod | None) -> Figure | None:
        wanted = terms_of(words)
        hard = wanted - SOFT or wanted
        if not hard:
            return None
        stating = [sentence for sentence in self._sentences if hard <= sentence.terms]
        found = [(sentence, figure) for sentence in stating for figure in self._read(sentence, words, period, hard)]
        if period is None:
            newest = max((_last_day(sentence.text) for sentence in stating), default=date.min)
            found = [each for each in found if _last_day(each[0].text) in (newest, date.min)]
        values = {(figure.amount(), figure.kind) for _, figure in found}
        return found[0][1] if len(values) == 1 else None

    def find_narrower(self, words: str, period: AskedPeriod) -> Figure | None:
        """Find the only amount that sentences state for an item with more words after it: "Total debt under the notes
        was $5 million". It may be a part of the item, so only the sentence itself is an answer.
        """
        found: dict[object, Figure] = {}
        hard = terms_of(words) - SOFT
        for sentence in self._sentences:
            if not hard <= sentence.terms or not _begins_with(sentence.text, words):
                continue
            amounts = list(find_amounts(sentence.text))
            if len(amounts) != 1 or _MOVES.search(sentence.text) or _OF_WHICH.search(sentence.text):
                continue
            chosen = _choose(sentence.text, amounts, period, self._find_span)
            if chosen is not None and is_in_currency(chosen[0].value.unit, self._currency):
                figure = _figure(sentence, words, *chosen)
                found.setdefault((figure.amount(), figure.kind), figure)
        return next(iter(found.values())) if len(found) == 1 else None

    @cached_property
    def _sentences(self) -> list[_Sentence]:
        return [
            _Sentence(key, start, text, terms)
            for key, page in self._pages.items()
            for start, text, terms in _said_of(page, self._tables.covered(key))
        ]

    def _is_in_scale_of_tables(self, key: PageKey, amount: Quantity) -> bool:
        """Return whether an amount may be in the scale of its document's tables, without saying so: "$202" beside
        statements in millions.
        """
        value = abs(amount.value) if amount.value is not None else Decimal(0)
        is_bare = amount.kind is Kind.AMOUNT and amount.scale is None and value < _SURELY_WHOLE
        return is_bare and key[0] in self._scaled_documents

    @cached_property
    def _scaled_documents(self) -> frozenset[UUID]:
        """The documents with a table in thousands or more."""
        scales = (
            (key[0], cell.value.scale)
            for key, tables in self._tables.all_tables().items()
            for table in tables
            for cell in table.cells[:_FEW]
            if cell.value is not None
        )
        return frozenset(version for version, scale in scales if scale)

    def _read(
        self, sentence: _Sentence, words: str, period: AskedPeriod | None, hard: frozenset[str]
    ) -> Iterator[Figure]:
        """Yield the figure of a sentence for an item, if the sentence says which of its amounts it is."""
        counted = list(_counted(sentence.text, words))
        amounts = counted or [each for each in find_amounts(sentence.text) if not _is_count(sentence.text, each, words)]
        if any(self._is_in_scale_of_tables(sentence.key, each.value) for each in amounts):
            return
        before_count = sentence.text[: counted[0].start] if len(counted) == 1 else sentence.text
        if not amounts or len(amounts) > _MOST_AMOUNTS or _OF_WHICH.search(before_count):
            return
        if not hard & OPERATIONS and _MOVES.search(sentence.text):
            return
        if len(counted) == 1:  # "412 stores": the number says what it counts
            chosen = _choose(sentence.text, counted, period, self._find_span)
            if chosen is not None:
                yield _figure(sentence, words, *chosen)
            return
        before = terms_of(sentence.text[: amounts[0].start])
        told = before - SOFT - FRAME
        if hard <= before and len(hard) < _LEAST_PRECISE * len(told):
            return
        if not hard <= before and len(hard) < _LEAST_PRECISE * len(sentence.terms - SOFT - FRAME):
            return
        chosen = _choose(sentence.text, amounts, period, self._find_span)
        if chosen is not None and is_in_currency(chosen[0].value.unit, self._currency):
            yield _figure(sentence, words, *chosen)


def _figure(sentence: _Sentence, words: str, amount: AmountMention, period: str) -> Figure:
    value = amount.value
    assert value.value is not None, "amounts have numbers"
    return Figure(
        value=value.value,
        kind=value.kind,
        unit=value.unit,
        scale=value.scale if value.scale is not None else 0,
        label=words,
        period=period,
        key=sentence.key,
        span=(sentence.start + amount.start, sentence.start + amount.end),
        certainty=_CERTAINTY,
        sentence=(sentence.start, sentence.start + len(sentence.text)),
    )


def _last_day(text: str) -> date:
    """Return the last day of the periods that a sentence names, or the first of all days if it names none."""
    days = (
        period.day or (date(period.year, 12, 31) if period.year else date.min) for _, _, period in find_periods(text)
    )
    return max(days, default=date.min)


def _begins_with(text: str, words: str) -> bool:
    """Return whether the subject of a sentence is an item with a narrower phrase."""
    rest = text
    if (led := _LED_BY_PERIOD.match(text)) is not None and find_periods(led.group()):
        rest = text[led.end() :]
    rest = _ARTICLE.sub("", " ".join(rest.split()), count=1)
    if not rest.lower().startswith(f"{words.lower()} "):
        return False
    return _NARROWER.match(rest, len(words)) is not None


def find_amounts(text: str) -> Iterator[AmountMention]:
    """Yield the amounts, percentages and large numbers of a sentence."""
    for found in _AMOUNT.finditer(text):
        value = parse_value(found.group())
        if value.value is not None and value.kind in (Kind.AMOUNT, Kind.PERCENTAGE, Kind.NUMBER):
            yield AmountMention(*found.span(), value)


def _is_count(text: str, amount: AmountMention, words: str) -> bool:
    """Return whether a number says how many of what is counted something is about: "hired 1,200 employees"."""
    rest = [word.strip(".,;:()") for word in text[amount.end :].lower().split()[: _NEAR + len(words.split())]]
    nouns = words.lower().split()
    return amount.value.unit is None and any(rest[at : at + len(nouns)] == nouns for at in range(_NEAR + 1))


def _counted(text: str, words: str) -> Iterator[AmountMention]:
    """Yield the numbers of what an issuer has, which stand before the words that are counted."""
    nouns = r"\s+".join(map(re.escape, words.split()))
    if not words.isascii() or not words.replace(" ", "").isalpha():
        return
    for found in re.finditer(rf"{_HAS}{_WHERE}(?P<count>{_COUNT})(?=\s+{_KINDS}{nouns}\b)", text, re.IGNORECASE):
        value = parse_value(found["count"])
        if value.value is not None:
            yield AmountMention(*found.span("count"), Quantity(Kind.NUMBER, value.value, None, 0))


def _choose(
    text: str, amounts: Sequence[AmountMention], asked: AskedPeriod | None, find_span: FindSpan | None = None
) -> tuple[AmountMention, str] | None:
    """Return the amount for a period, with the period in the sentence's words."""
    periods = find_periods(text)
    fitting = [
        index
        for index, (_, _, period) in enumerate(periods)
        if asked is not None and _is_same(_labelled(period, asked, find_span), asked)
    ]
    if asked is None or not periods:
        return (amounts[0], "") if len(amounts) == 1 and asked is None else None
    if not fitting:
        return None
    name = periods[fitting[0]][2].text
    if len(amounts) == 1 and len(periods) == 1:
        return amounts[0], name
    is_aligned = len(amounts) == len(periods) and (_RESPECTIVELY.search(text) or _in_turn(amounts, periods))
    return (amounts[fitting[0]], name) if is_aligned and len(fitting) == 1 else None


def _in_turn(amounts: Sequence[AmountMention], periods: Sequence[tuple[int, int, AskedPeriod]]) -> bool:
    """Return whether amounts and periods take turns: "$5 million in 2019 and $4 million in 2018"."""
    order = sorted([(amount.start, "a") for amount in amounts] + [(start, "p") for start, _, _ in periods])
    kinds = "".join(kind for _, kind in order)
    return kinds in ("ap" * len(amounts), "pa" * len(amounts))


def _labelled(period: AskedPeriod, asked: AskedPeriod, find_span: FindSpan | None) -> AskedPeriod:
    """Return the last day of a fiscal year as that year, if the question names the year and the calendar is known."""
    if find_span is None or asked.day is not None or period.day is None or period.months is not None:
        return period
    span = find_span(Period(period.day))
    return period if span is None else AskedPeriod.of(span)


def _is_same(period: AskedPeriod, asked: AskedPeriod) -> bool:
    if asked.day is not None and period.day is not None:
        is_length = asked.part == period.part or {asked.part, period.part} == {"FY", "12M"}
        return asked.day == period.day and is_length
    return asked.year is not None and period.year == asked.year and asked.part == period.part


_MOST_CHARACTERS = 4 << 20
_said: Kept[tuple[_Said, ...]] = Kept(most=_MOST_CHARACTERS)


def _said_of(page: str, covered: Sequence[tuple[int, int]]) -> tuple[_Said, ...]:
    """Return the start, text and terms of a page's sentences with figures. They are kept: they depend on the page."""
    return _said.get((page, tuple(covered)), len(page), lambda: tuple(_read_page(page, covered)))


def _read_page(page: str, covered: Sequence[tuple[int, int]]) -> Iterator[_Said]:
    plain = blank_instructions(page)
    for begin, stop in _outside(len(plain), covered):
        for first, last in find_sentences(plain[begin:stop]):
            text = plain[begin + first : begin + last]
            if "\t" not in text and 20 < len(text) <= _LONGEST and _DIGIT.search(text):
                yield begin + first, text, terms_of(text)


def _outside(end: int, covered: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the parts of a text that no row of a table covers."""
    at = 0
    for first, last in covered:
        if first > at:
            yield at, first
        at = max(at, last)
    if at < end:
        yield at, end

"""Parse what a text states about the units of figures: "(in millions, except per share data)", "£m", "% change".

The text is a units line, a caption, a title, a heading, a row's label, or a sentence of the document. Words that only
mention money ("approximately 3 million shares were sold") state no units.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from app.quantities.dates import YEAR
from app.quantities.measures import parse_measure, prices_units
from app.quantities.unit_words import WORDS_OR_CURRENCIES, Role, Word, find_words, may_state_units
from app.quantities.values import Kind

_MOST_CHARACTERS = 1_000
_MOST_OF_LABEL = 16  # words
_OPENING, _CLOSING, _STOPS = frozenset("([{（【"), frozenset(")]}）】"), frozenset(";|•")
_MAGNITUDES = {"10": 1, "ten": 1, "100": 2}
_AMOUNTS = (Role.CURRENCY, Role.SCALE, Role.BOTH)
_JOINERS = (Role.IN, Role.OF)
_YEAR = re.compile(YEAR)
_COUNTS_WORDS = "a several many few one two three four five six seven eight nine twenty half over"
_COUNTS = frozenset(_COUNTS_WORDS.split())
_SUBJECTS_WORDS = (
    "amount amounts figure figures value values number numbers sums statements information data table tables tabular"
    " results all references"
)
_SUBJECTS = frozenset(_SUBJECTS_WORDS.split())
_BARRIERS = _SUBJECTS | {"."}
_PROSE_WORDS = (
    "was were has have had will would may could should by increased decreased rose grew fell declined sold paid used"
    " received we our which that"
)
_PROSE = frozenset(_PROSE_WORDS.split())
_CHANGES = frozenset({"change", "changes", "variance", "difference", "increase", "decrease", "amount"})
_FEW = 3  # words
_NOT_OF_FIGURES_WORDS = "denominated payable functional converted settled"
_NOT_OF_FIGURES = frozenset(_NOT_OF_FIGURES_WORDS.split())
_EXCEPTIONS = frozenset({"unless", "save", "apart"})


@dataclass(frozen=True, slots=True)
class Units:
    """The units that a text states. None means that it states nothing, which is not 0.

    `currency` is an ISO 4217 code, or "$" if the text does not say which dollar. `scale` is the power of ten of amounts
    of money (0 for "in dollars", -2 for "in cents"). `share_scale` is the power of ten of numbers of shares (0 for
    "except share data"). `except_per_share` states that the scale does not apply to amounts per share. `measure` is
    what the values of the column or row are: PERCENTAGE, PERCENTAGE_POINTS, BASIS_POINTS, RATIO, PER_SHARE, SHARES, or
    NUMBER for units of no currency.
    `spans` are the words that state currency and scales, as (start, end) in the text.
    """

    currency: str | None = None
    scale: int | None = None
    share_scale: int | None = None
    except_per_share: bool = False
    measure: Kind | None = None
    spans: tuple[tuple[int, int], ...] = ()

    @property
    def states_units(self) -> bool:
        """Whether the text states a currency or a scale."""
        return self.currency is not None or self.scale is not None or self.share_scale is not None

    def within(self, outer: "Units") -> "Units":
        """Return these units, completed by those of a place further away. `measure` and `spans` stay as they are."""
        if not (outer.states_units or outer.except_per_share):
            return self
        return Units(
            outer.currency if self.currency in (None, "$") and _refines(self, outer) else self.currency,
            outer.scale if self.scale is None else self.scale,
            outer.share_scale if self.share_scale is None else self.share_scale,
            self.except_per_share or outer.except_per_share,
            self.measure,
            self.spans,
        )


def _refines(own: Units, outer: Units) -> bool:
    """Return whether a place further away says which currency it is: a dollar stays a dollar."""
    return own.currency is None or (outer.currency or "").endswith("D")


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A phrase such as "in thousands of euros": the words `first` to `last` (exclusive) of a segment."""

    first: int
    last: int
    currency: str | None
    scale: int | None
    has_in: bool

    @property
    def is_strong(self) -> bool:
        """Whether the phrase states a scale beside "in" or a currency."""
        return self.scale is not None and (self.has_in or self.currency is not None)


@lru_cache(maxsize=20_000)
def parse_units(text: str) -> Units:
    """Return the units that a text states."""
    measure = parse_measure(text)
    found = Units(measure=measure)
    if may_state_units(text):
        words = find_words(text[:_MOST_CHARACTERS])
        found = replace(_of_words(words), measure=measure)
    if measure is Kind.SHARES and found.scale is not None and found.currency is None:
        found = replace(found, scale=None, share_scale=found.scale)
    if found.scale is None and measure is Kind.NUMBER:
        found = replace(found, scale=_only_scale(text))
    if found.scale is None and prices_units(text):
        found = replace(found, scale=0)
    return found


def _only_scale(text: str) -> int | None:
    """Return the power of ten before a unit of no currency: "in thousands of barrels"."""
    scales = {word.exponent for word in find_words(text[:_MOST_CHARACTERS]) if word.role is Role.SCALE}
    return scales.pop() if len(scales) == 1 else None


def _of_words(words: Sequence[Word]) -> Units:
    found = Units()
    spans: list[tuple[int, int]] = []
    for segment in _segments(words):
        stated = _of_segment(segment, in_prose=len(words) > _MOST_OF_LABEL)
        if stated is not None:
            spans.extend(stated.spans)
            found = found.within(stated)
    return replace(found, spans=tuple(spans))


def _segments(words: Sequence[Word]) -> Iterator[list[Word]]:
    """Yield the words inside each pair of brackets, and the words outside, between semicolons."""
    open_segments: list[list[Word]] = [[]]
    for word in words:
        if word.role is Role.MARK and word.text in _OPENING:
            open_segments.append([])
        elif word.role is Role.MARK and word.text in _CLOSING:
            if len(open_segments) > 1:
                yield open_segments.pop()
        elif word.role is Role.MARK and word.text in _STOPS:
            yield open_segments[-1]
            open_segments[-1] = []
        else:
            open_segments[-1].append(word)
    yield from reversed(open_segments)


def _of_segment(words: list[Word], *, in_prose: bool) -> Units | None:
    # A sentence mentions currencies in brackets ("the euro (EUR)").
    phrases = [phrase for phrase in _phrases(words) if phrase.scale is not None or phrase.has_in or not in_prose]
    tail, tail_end = _exception(words, phrases)
    if not phrases and not (tail < len(words) and _is_frame(words[:tail])):
        return None
    per_share = _per_share(words)
    shares = [at for at, word in enumerate(words) if word.role is Role.SHARE and at not in per_share]
    in_tail = range(tail, tail_end)
    except_shares = any(at in in_tail for at in shares)
    except_per_share = any(at in in_tail for at in per_share)
    share_scale: int | None = None
    money: list[_Phrase] = []
    share_phrases: list[_Phrase] = []
    previous = 0
    for phrase in phrases:
        of_shares = _is_of_shares(words, phrase, shares, previous)
        subject_is_money = any(w.role in _AMOUNTS for w in words[previous : phrase.first])
        if phrase.scale is not None or phrase.has_in:
            previous = phrase.last
        if of_shares and phrase.scale is not None:
            share_scale, share_phrases = phrase.scale, [*share_phrases, phrase]
            if not (subject_is_money and phrase.first not in in_tail):
                continue
        if phrase.first not in in_tail:
            money.append(phrase)
    stated = [phrase for phrase in money if _states(words, phrase, tail, tail_end)]
    if not stated and share_scale is None and not except_shares and not except_per_share:
        return None
    if money and not stated:
        return None
    units = _combined(words, stated, share_scale, except_shares=except_shares, except_per_share=except_per_share)
    places = sorted({*stated, *share_phrases}, key=lambda phrase: phrase.first)
    return replace(units, spans=tuple((words[place.first].start, words[place.last - 1].end) for place in places))


def _phrases(words: Sequence[Word]) -> Iterator[_Phrase]:
    at = 0
    while at < len(words):
        last = at
        while last < len(words) and (words[last].role in (*_AMOUNTS, *_JOINERS) or _is_magnitude(words, last)):
            last += 1
        if last == at:
            at += 1
            continue
        end = last
        while end > at and words[end - 1].role in _JOINERS:
            end -= 1
        phrase = _phrase(words, at, end) if end > at else None
        if phrase is not None:
            yield phrase
        at = last


def _is_magnitude(words: Sequence[Word], at: int) -> bool:
    """Return whether a word multiplies the scale after it, in a statement ("in 100 millions", "Unit: 10 thousand")."""
    if words[at].text not in _MAGNITUDES or at + 1 >= len(words) or words[at + 1].role is not Role.SCALE:
        return False
    return at > 0 and (words[at - 1].role in _JOINERS or words[at - 1].text == ":")


def _phrase(words: Sequence[Word], first: int, last: int) -> _Phrase | None:
    """Return the phrase of the words `first` to `last`; None for an amount ("3 million", "hundreds of millions")."""
    before = words[first - 1] if first else None
    after = words[last] if last < len(words) else None
    # "2024 £m" is no amount, because a year is before the sign.
    is_year = before is not None and _YEAR.fullmatch(before.text) and words[first].role is not Role.SCALE
    if (before is not None and not is_year and (before.role is Role.NUMBER or before.text in _COUNTS)) or (
        after is not None and after.role is Role.NUMBER and words[last - 1].role is Role.CURRENCY
    ):
        return None
    run = words[first:last]
    scales = [w for w in run if w.exponent is not None]
    if len(scales) > 1 and any(w.role is Role.OF for w in run[run.index(scales[0]) : run.index(scales[-1])]):
        return None
    currency = _only(w.currency for w in run if w.role is not Role.SCALE)
    exponents = [w.exponent for w in run if w.exponent is not None]
    scale = sum(exponents) + sum(_MAGNITUDES.get(w.text, 0) for w in run) if exponents else None
    has_in = any(w.role is Role.IN for w in run)
    if scale is None and not has_in and all(w.text in WORDS_OR_CURRENCIES for w in run):
        return None
    return None if currency is None and scale is None else _Phrase(first, last, currency, scale, has_in)


def _only(codes: Iterator[str | None]) -> str | None:
    """Return the only currency; "$" is less than the dollar of a country. None if there are several."""
    found = {code for code in codes if code is not None}
    if len(found) > 1:
        found.discard("$")
    return next(iter(found)) if len(found) == 1 else None


def _exception(words: Sequence[Word], phrases: Sequence[_Phrase]) -> tuple[int, int]:
    """Return the first word of "except ..." and the word after its last. Before the phrase, it ends at a comma."""
    first = next((at for at, w in enumerate(words) if w.role is Role.EXCEPT or w.text in _EXCEPTIONS), len(words))
    if phrases and first < phrases[0].first:
        return first, next((at for at in range(first, len(words)) if words[at].text == ","), phrases[0].first)
    return first, len(words)


def _per_share(words: Sequence[Word]) -> frozenset[int]:
    """Return the words of "per share", "per-share" and "per common share"."""
    found: set[int] = set()
    for at, word in enumerate(words):
        if word.role is Role.PER:
            stop = min(at + 5, len(words))
            share = next(
                (i for i in range(at + 1, stop) if words[i].role is Role.SHARE or words[i].text == "unit"), None
            )
            if share is not None:
                found.update(range(at, share + 1))
    return frozenset(found)


def _is_of_shares(words: Sequence[Word], phrase: _Phrase, shares: Sequence[int], previous: int) -> bool:
    if phrase.currency is not None and all(w.role is not Role.CURRENCY for w in words[previous : phrase.first]):
        return False
    after = phrase.last + (phrase.last < len(words) and words[phrase.last].role is Role.OF)
    return after in shares or any(previous <= at < phrase.first for at in shares)


def _is_frame(words: Sequence[Word]) -> bool:
    """Return whether all words are ones that statements of units consist of."""
    return all(w.role not in (Role.WORD, Role.NUMBER) for w in words)


def _states(words: Sequence[Word], phrase: _Phrase, tail: int, tail_end: int) -> bool:
    body = [w for at, w in enumerate(words) if not tail <= at < tail_end and not phrase.first <= at < phrase.last]
    if any(w.text in _NOT_OF_FIGURES for w in body):
        return False
    if _is_frame(body):
        return True
    return _is_framed(words, phrase) or _is_beside_label(words, phrase, body, tail)


def _is_framed(words: Sequence[Word], phrase: _Phrase) -> bool:
    """Return whether a sentence says that its amounts are in the phrase's units."""
    at = phrase.first - 1
    while at >= 0 and words[at].role in (Role.FRAME, Role.IN, Role.MARK) and words[at].text not in _BARRIERS:
        at -= 1
    if at < 0 or words[at].role is not Role.VERB or (not phrase.has_in and words[phrase.first - 1].text != "nearest"):
        return False
    return any(w.text in _SUBJECTS or w.role is Role.CURRENCY for w in words[max(0, at - 14) : at])


def _is_beside_label(words: Sequence[Word], phrase: _Phrase, body: Sequence[Word], tail: int) -> bool:
    """Return whether the phrase stands at the beginning or the end of a heading or label."""
    if len(body) > _MOST_OF_LABEL or any(w.text in _PROSE or w.role is Role.VERB for w in body):
        return False
    rest = words[phrase.last : tail]
    if all(w.role is Role.MARK for w in rest):
        return phrase.is_strong or _is_sign_after(words, phrase, body)
    if phrase.first > 0:
        return False
    if phrase.is_strong:
        return rest[0].role in (Role.MARK, Role.NUMBER)
    is_plain = rest[0].text == "/" or all(w.role in (Role.MARK, Role.NUMBER) or w.text in _CHANGES for w in rest)
    return phrase.scale is None and not phrase.has_in and is_plain


def _is_sign_after(words: Sequence[Word], phrase: _Phrase, body: Sequence[Word]) -> bool:
    """Return whether the phrase is a currency's sign at the end of a label ("Revenue, $"), or ends a short label.

    A name or a code after a comma ("Deposits, U.S. dollars") says what is reported, and not in which currency.
    """
    before = words[phrase.first - 1] if phrase.first else None
    if before is not None and before.role is Role.MARK:
        return before.text not in "'’\"" and not words[phrase.last - 1].text.isalpha()
    return phrase.scale is None and not phrase.has_in and len(body) < _FEW


def _combined(
    words: Sequence[Word],
    stated: Sequence[_Phrase],
    share_scale: int | None,
    *,
    except_shares: bool,
    except_per_share: bool,
) -> Units:
    currency = _only(phrase.currency for phrase in stated)
    scales = {phrase.scale for phrase in stated if phrase.scale is not None}
    scale = next(iter(scales)) if len(scales) == 1 else None
    if not scales and _is_in_units(words, stated):
        scale = 0
    if share_scale is None:
        if except_shares:
            share_scale = 0
        elif except_per_share or all(phrase.currency is None for phrase in stated):
            share_scale = scale
    return Units(currency, scale, share_scale, except_per_share)


def _is_in_units(words: Sequence[Word], stated: Sequence[_Phrase]) -> bool:
    """Return whether amounts are in whole units of the currency ("in dollars", "Unit: RMB").

    A sentence about the currency of statements or the meaning of "dollar" does not say so.
    """
    texts = {w.text for w in words}
    if not stated or "statements" in texts or "references" in texts or len(stated) > 1:
        return False
    return stated[0].has_in or bool(texts & {"unit", "units", "whole"})

"""Figures that a label lists, with the columns that they are of: "1,800 shares issued at May 31, 2031 and 1,796 ...".

A label is read as letters, one for each word that matters, and the letters as a list of forms: a word before its
figures or after them, and days or years after each figure, before it, or for both. What is in none of the forms is not
read.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import islice

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_POWERS = {"thousand": 3, "million": 6, "billion": 9}
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d*\.\d+|\d+)"
_COUNTED = r"(?:shares|preferred|common|ordinary|thousand|million|billion)\b"
_POWER = r"(?:\s*(?P<{}>thousand|million|billion)s?\b)?"
_TOKEN = re.compile(
    rf"(?P<d>(?:\b|(?<=and))(?P<month>{'|'.join(_MONTHS)})[a-z]{{0,6}}\.?\s+(?P<day>\d{{1,2}})(?:\s*,?\s*(?P<dated>(?:19|20)\d\d))?(?![\d,]\d))"
    r"|(?P<fence>(?<!\d)\d+(?:\.\d+)?\s*%|\bnotes?\s+\d+\w?|[()]|\.(?=\s|$)|\bpar\s+value(?:\s+of)?\s+\d?\.\d+|\d?\.\d+\s+par\b)"
    rf"|(?:US)?[$€£¥]\s*(?P<m>{_NUMBER})(?P<fraction>\s*\d*/\d+)?{_POWER.format('of_money')}"
    r"|(?P<c>\b(?:class|series)\s+(?-i:[A-Z]{1,2}(?:-\d+)?|\d{1,2})\b)"
    rf"|(?P<y>(?<![\d,.])(?:19|20)\d\d(?![\d,.]\d|\w|\s+{_COUNTED}))"
    rf"|(?P<n>(?<![\d,.])(?!(?:19|20)\d\d\s+{_COUNTED}){_NUMBER}){_POWER.format('power')}(?!\w|[,.]\d|\s*(?:thous|mill|bill)|,?\s+(?:19|20)\d\d\b)"
    r"|(?P<z>\b(?:none|zero|nil|no(?=\s+(?:shares|(?:preferred|common|ordinary)\s+shares)))\b)"
    r"|(?P<s>\b(?:authori[sz]ed|issued|outstanding)\b)"
    rf"|(?P<and>\band(?:\b|(?=(?:{'|'.join(_MONTHS)})[a-z]{{0,6}}\.?\s+\d))|&)"
    r"|(?P<x>\d[\d,.]*|\b(?:not|unissued|issuable|owed|subscribed|reserved|excluding|including|net|less|options?|warrants?|unvested"
    r"|redemption|redeemed|classes|held|treasury|split|votes?|restricted)\b)"
    r"|(?P<w>[^\W\d_]+)|(?P<semicolon>;)",
    re.IGNORECASE,
)
_KINDS = ("d", "fence", "m", "c", "y", "n", "z", "s", "and", "x", "w", "semicolon")
_LETTERS = {"and": "&", "semicolon": ";", "fence": "|", "y": "d"}
_CHUNKS = re.compile(r"(?:[^;|m]|;(?=d[nz](?:[;|m]|$)))+")
_CONNECTING = frozenset({"at", "as", "of", "on", "in", "for", "respectively", "fiscal"})
_COUNT = re.compile(r"\d[,.]\d|\d\s+(?:\S+\s+){0,3}shares\b", re.IGNORECASE)
"""Distinguishes a number of shares from the number of a note, as in "Treasury shares (2)"."""
_MOST_TOKENS, _MOST_IN_CHUNK = 200, 40


def _listed(first_day: bool) -> str:
    figures = r"[nz]&[nz]d&d|[nz]d[;&]*[nz]d|[nz]d&d|[nz]d|[nz]&[nz]|[nz]"
    return rf"(?:d[nz][;&]*d[nz]|{figures}|d[nz])" if first_day else rf"(?:{figures})"


_LIST = re.compile(_listed(first_day=True))
_FORMS = tuple(
    re.compile(form)
    for state in ("s(?:&?s)*", "s")
    for form in (
        rf"[nz]&[nz]{state}d&d",
        rf"[nz]{state}d[;&]*[nz]d",
        rf"[nz]{state}d(?:&d)?",
        rf"{_listed(first_day=False)}{state}",
        rf"{state}{_listed(first_day=True)}",
    )
)


@dataclass(frozen=True, slots=True)
class Day:
    """A day or a year that a label names. Parts that the label omits are None."""

    year: int | None
    month: int | None = None
    day: int | None = None

    def is_of(self, day: date) -> bool:
        pairs = ((self.year, day.year), (self.month, day.month), (self.day, day.day))
        return all(own is None or own == other for own, other in pairs)


@dataclass(frozen=True, slots=True)
class Count:
    """A figure in a label. `power` is the word behind it as a power of ten. `days` or `rank` say which columns it is
    of: those that end on the days, the one with that rank of two, or all. `words` are the states, such as "issued", and
    `part` is the class of shares.
    """

    value: Decimal
    power: int | None
    days: tuple[Day, ...] = ()
    rank: int | None = None
    words: tuple[str, ...] = ()
    part: str | None = None


def find_counts(label: str) -> Iterator[Count]:
    """Yield the figures that have a state (authorized, issued, outstanding), with their classes."""
    tokens = _tokens(label)
    several = len(_classes(tokens)) > 1
    part: str | None = None
    for chunk in _chunks(tokens):
        classes = _classes(chunk)
        rest = [token for token in chunk if token[0] not in "cw"]
        if len(classes) > 1:
            part = None
            continue
        part = next(iter(classes), part)
        if (several and part is None) or len(rest) > _MOST_IN_CHUNK:
            continue
        for start, end in _split("".join(letter for letter, _ in rest)):
            yield from _read(rest[start:end], part)


@lru_cache(maxsize=256)
def find_classes(label: str) -> Sequence[str]:
    """Return the classes and series of shares that a label names."""
    return _classes(_tokens(label))


def find_treasury(label: str) -> Iterator[Count]:
    """Yield the numbers of treasury shares in a label that states one list of them."""
    if not _COUNT.search(label):
        return
    # The words that distinguish classes of shares are common in such labels, and mean nothing here.
    tokens = [
        token
        for token in _tokens(label)
        if token[0] not in "cswx" or token[1].group()[0].isdigit() or token[1].group().casefold() == "issued"
    ]
    chunks = [chunk for chunk in _chunks(tokens) if any(letter == "n" for letter, _ in chunk)]
    if len(chunks) == 1 and _LIST.fullmatch("".join(letter for letter, _ in chunks[0])):
        yield from _read(chunks[0], None)


def find_amounts(text: str) -> Iterator[Count]:
    """Yield the amounts with which a text goes on, such as "for credit losses of $20 and $17 (Note 8)"."""
    tokens = [("n" if letter == "m" else letter, found) for letter, found in _tokens(text)]
    tokens = [token for token in tokens if token[0] != "w" or token[1].group().casefold() not in _CONNECTING]
    while tokens and tokens[0][0] in "wx&":
        del tokens[0]
    letters = "".join(letter for letter, _ in tokens).split("|")[0]
    listed = re.split(r"[^nzd&;]", letters)[0]
    others = letters[len(listed) :]
    listed = listed.rstrip("&;")
    if _LIST.fullmatch(listed) and not {"n", "d"} & set(others):
        yield from _read(tokens[: len(listed)], None)


_Token = tuple[str, re.Match[str]]


def _tokens(text: str) -> list[_Token]:
    """Return the words that matter, with a letter for each."""
    tokens = []
    for found in islice(_TOKEN.finditer(text), _MOST_TOKENS):
        kind = next(name for name in _KINDS if found[name] is not None)
        tokens.append((_LETTERS.get(kind, kind), found))
    return tokens


def _classes(tokens: Sequence[_Token]) -> Sequence[str]:
    return list(dict.fromkeys(" ".join(found.group().split()) for letter, found in tokens if letter == "c"))


def _chunks(tokens: Sequence[_Token]) -> Iterator[Sequence[_Token]]:
    """Yield the tokens between semicolons, brackets and amounts; "; 2030: 500" goes on with what stands before it."""
    known = [token for token in tokens if token[0] != "w"]
    for found in _CHUNKS.finditer("".join(letter for letter, _ in known)):
        yield known[found.start() : found.end()]


def _split(letters: str) -> list[tuple[int, int]]:
    """Return the places of forms that the letters consist of, in order; none if they don't."""
    rest: dict[int, list[tuple[int, int]]] = {len(letters): []}
    for start in reversed(range(len(letters))):
        if letters[start] == "&":
            if start + 1 in rest:
                rest[start] = rest[start + 1]
            continue
        ends = (found.end() for form in _FORMS if (found := form.match(letters, start)))
        end = next((end for end in ends if end in rest), None)
        if end is not None:
            rest[start] = [(start, end), *rest[end]]
    return rest.get(0, [])


def _read(tokens: Sequence[_Token], part: str | None) -> Iterator[Count]:
    """Yield the figures of one form: each with its own day, with all days, or with its place among two."""
    values = [token for token in tokens if token[0] in "nz"]
    days = [_day(found) for letter, found in tokens if letter == "d"]
    words = tuple(found.group().casefold().replace("ised", "ized") for letter, found in tokens if letter == "s")
    powers = [_power(found) for _, found in values]
    for rank, (letter, found) in enumerate(values):
        if letter != "n":
            continue
        power = powers[rank] if powers[rank] is not None else next((own for own in powers if own is not None), None)
        own_days = (days[rank],) if len(values) > 1 and days else tuple(days)
        value = Decimal((found["n"] or found["m"]).replace(",", ""))
        yield Count(value, power, own_days, rank if len(values) > 1 and not days else None, words, part)


def _power(found: re.Match[str]) -> int | None:
    word = found["power"] or found["of_money"]
    return None if word is None else _POWERS[word.casefold()]


def _day(found: re.Match[str]) -> Day:
    if found["y"]:
        return Day(int(found["y"]))
    month = _MONTHS.index(found["month"].casefold()[:3]) + 1
    return Day(int(found["dated"]) if found["dated"] else None, month, int(found["day"]))

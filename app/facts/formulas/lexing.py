"""Split a formula, or a definition in analysts' words, into the tokens of the grammar."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from lark import Token

from app.facts.fiscal import parse_label
from app.facts.formulas.expressions import Expression, Label, Last, Name, Number, Shift
from app.facts.formulas.functions import FUNCTIONS
from app.facts.formulas.keywords import FILLERS, LONGEST_KEYWORD, keyword
from app.facts.formulas.problems import ExpressionError
from app.facts.formulas.vocabulary import Vocabulary
from app.quantities.periods import Period, months_ending

LONGEST_TEXT = 2000
_MOST_TOKENS = 300
_UNSAFE = frozenset({"Cc", "Cs"})
_SPACE = re.compile(r"[\s ]+")
_QUOTED = re.compile(r"[\"“”]([^\"“”]{1,200})[\"“”]")
_SHIFT = re.compile(r"(?:(FY|Y|Q) ?)([+−–-]) ?(\d{1,2})(?![\d.])")
_DAY = re.compile(r"(?:(3|6|9|12)M )?((?:19|20|21)\d\d-[01]\d-[0-3]\d)(?![\w-])")
_BARE_SHIFT = re.compile(r"([+−–-]) ?(\d{1,2})(?= ?\])")
_LAST = re.compile(r"last (\d{1,2}) (year|quarter)s?\b", re.IGNORECASE)
_PERIOD = re.compile(
    r"(?:(?:TTM|LTM)[ -]?)?(?:(?:Q[1-4]|[1-4]Q|H[12]|[12]H|9M|FY)[ '’/]{0,2}(?:of )?(?:FY|fiscal(?: year)?)?[ '’]{0,2}"
    r"(?:(?:19|20|21)\d\d|\d\d)|fiscal(?: year)? (?:19|20|21)\d\d)[AE]?(?![\w%])(?!\.\d)",
    re.IGNORECASE,
)
_YEARS_AVERAGE = re.compile(
    r"(\d{1,2}|two|three|four|five|ten)[ -]years? (?:average|avg|mean)(?: of)?(?= )", re.IGNORECASE
)
_NUMBER = re.compile(r"(\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?: ?(%)|x\b)?(?!\w)")
_YEAR = re.compile(r"(?:19|20|21)\d\d")
_MOST_DIGITS = 30
_CONCEPT = re.compile(r"[A-Za-z][A-Za-z0-9-]*:[A-Z]\w*")
_WORD = r"(?:%|[A-Za-z][A-Za-z0-9]*(?:['’]s?\b)?)"
_RUN = re.compile(rf"{_WORD}(?:(?: ?& ?| |-(?=[a-z])){_WORD}){{0,40}}")
_LISTED = re.compile(rf"{_WORD}(?:(?: ?& ?| |, |-(?=[a-z])){_WORD}){{1,12}}")
"""Words with commas, as in "property, plant and equipment"."""
_PIECE = re.compile(rf"({_WORD})|&")
_GLOSS = re.compile(r"\(([A-Za-z][A-Za-z&/%. -]{0,39})\)")
_STATEMENT = re.compile(
    r"(?:from|in|on|of|per|using|within) (?:the |its )?(?:consolidated )?"
    r"(?:cash flow statement|statements? of cash flows?|income statement|p&l(?: statement)?|balance sheet"
    r"|statements? of (?:income|operations|earnings|financial position))(?!\w)",
    re.IGNORECASE,
)
"""Where a definition says that an item stands, which the item itself says."""
_OPERATORS = re.compile(r"\.\.|<=|>=|==|[-+*/()\[\]{},:<>=×·÷−–≤≥]")
_TYPES = {
    "+": "PLUS", "-": "MINUS", "−": "MINUS", "–": "MINUS", "*": "TIMES", "×": "TIMES", "·": "TIMES", "/": "OVER",
    "÷": "OVER", "(": "LPAR", ")": "RPAR", "[": "LSQB", "]": "RSQB", "{": "LBRACE", "}": "RBRACE", ",": "COMMA",
    ":": "COLON", "..": "DOTS", "<": "COMPARE", "<=": "COMPARE", ">": "COMPARE", ">=": "COMPARE", "=": "COMPARE",
    "==": "COMPARE", "≤": "COMPARE", "≥": "COMPARE",
}  # fmt: skip
_SAME = {"≤": "<=", "≥": ">=", "==": "="}
_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "ten": 10}


@dataclass(frozen=True, slots=True)
class _Run:
    """Words without any sign between them; `ends` are the ends of each in the text."""

    words: tuple[str, ...]
    written: tuple[str, ...]
    ends: tuple[int, ...]


def split_tokens(text: str, vocabulary: Vocabulary) -> list[Token]:
    """Return the tokens of a formula. Raises ExpressionError for text that is too long, or has a strange character."""
    if len(text) > LONGEST_TEXT:
        raise ExpressionError(f"The formula is longer than {LONGEST_TEXT} characters.")
    if any(unicodedata.category(character) in _UNSAFE and not character.isspace() for character in text):
        raise ExpressionError("The formula has control characters or invalid Unicode.")
    tokens: list[Token] = []
    for token in _tokens(text, vocabulary):
        tokens.append(token)
        if len(tokens) > _MOST_TOKENS:
            raise ExpressionError(f"The formula has more than {_MOST_TOKENS} parts.")
    return tokens


def _tokens(text: str, vocabulary: Vocabulary) -> Iterator[Token]:
    at, before = 0, ""
    while at < len(text):
        if (space := _SPACE.match(text, at)) is not None:
            at = space.end()
            continue
        if before in ("NAME", "LABEL") and (gloss := _GLOSS.match(text, at)) and _is_gloss(gloss.group(1)):
            at = gloss.end()
            continue
        if before and (statement := _STATEMENT.match(text, at)) is not None:
            at = statement.end()
            continue
        token, end = _next_token(text, at, before, vocabulary)
        if token is not None:
            before = token.type
            yield token
        at = end


def _next_token(text: str, at: int, before: str, vocabulary: Vocabulary) -> tuple[Token | None, int]:
    """Return the token at a place and its end; the token is None for a word without meaning."""
    found = _match_literal(text, at, before)
    if found is not None:
        return found
    if (concept := _CONCEPT.match(text, at)) is not None and before != "LBRACE":
        return _token("NAME", Name(concept.group().removeprefix("us-gaap:")), text, at, concept.end())
    if (listed := _match_listed(text, at, vocabulary)) is not None:
        return listed
    if (run := _RUN.match(text, at)) is not None:
        return _match_words(text, at, _split_run(run), vocabulary)
    if (operator := _OPERATORS.match(text, at)) is not None:
        sign = operator.group()
        return _token(_TYPES[sign], _SAME.get(sign, sign), text, at, operator.end())
    raise ExpressionError(f"The formula has a character that it cannot have: {text[at]!r} at position {at + 1}.")


def _match_literal(  # noqa: PLR0911 (a return for each kind)
    text: str, at: int, before: str
) -> tuple[Token, int] | None:
    """Return a quoted label, a period or a number."""
    if (quoted := _QUOTED.match(text, at)) is not None:
        return _token("LABEL", Label(" ".join(quoted.group(1).split())), text, at, quoted.end())
    if before == "LSQB" and (shift := _SHIFT.match(text, at) or _BARE_SHIFT.match(text, at)) is not None:
        *kind, sign, count = shift.groups()
        by = int(count) if sign == "+" else -int(count)
        moved = Shift(quarters=by) if kind == ["Q"] else Shift(years=by)
        return _token("SHIFT", moved, text, at, shift.end())
    if (last := _LAST.match(text, at)) is not None and before == "COMMA":
        count = Last(int(last.group(1)), quarters=last.group(2).lower() == "quarter")
        return _token("LAST", count, text, at, last.end())
    if (day := _DAY.match(text, at)) is not None:
        return _token("DAY", _days(day), text, at, day.end())
    if (period := _PERIOD.match(text, at)) is not None and (label := parse_label(period.group())) is not None:
        return _token("PERIOD", label, text, at, period.end())
    if (years := _YEARS_AVERAGE.match(text, at)) is not None:
        word = years.group(1).lower()
        count = Last(_NUMBERS.get(word) or int(word))
        return _token("YEARS_AVERAGE", count, text, at, years.end())
    if (number := _NUMBER.match(text, at)) is not None:
        return _number(number, text, at)
    return None


def _days(found: re.Match[str]) -> Period:
    """Return the months that end on a day; without a length, the day."""
    try:
        day = date.fromisoformat(found.group(2))
    except ValueError as error:
        raise ExpressionError(f"“{found.group(2)}” is not a day: write the date as 2023-06-30.") from error
    return Period(day) if found.group(1) is None else months_ending(day, int(found.group(1)))


def _number(number: re.Match[str], text: str, at: int) -> tuple[Token, int]:
    digits, percent = number.groups()
    if len(digits) > _MOST_DIGITS:
        raise ExpressionError(f"A number has more than {_MOST_DIGITS} digits.")
    if _YEAR.fullmatch(number.group()):
        return _token("YEAR", digits, text, at, number.end())
    value = Decimal(digits.replace(",", ""))
    constant = Number(value / 100, percent=True) if percent else Number(value)
    return _token("NUMBER", constant, text, at, number.end())


def _split_run(run: re.Match[str]) -> _Run:
    pieces = list(_PIECE.finditer(run.group()))
    written = tuple(piece.group() for piece in pieces)
    words = tuple("and" if word == "&" else re.sub(r"['’]s?$", "", word).lower() for word in written)
    return _Run(words, written, tuple(run.start() + piece.end() for piece in pieces))


def _match_listed(text: str, at: int, vocabulary: Vocabulary) -> tuple[Token, int] | None:
    """Return a name that has commas in it. Its last word but one is after an "and": other commas part arguments."""
    found = _LISTED.match(text, at)
    if found is None or ", " not in found.group():
        return None
    run = _split_run(found)
    phrase = vocabulary.longest_phrase(run.words)
    if phrase is None:
        return None
    end = run.ends[phrase[0] - 1]
    after_comma = text[at:end].rpartition(", ")
    if not after_comma[1] or not {"and", "&"} & set(after_comma[2].lower().split()):
        return None
    return _token("LABEL" if isinstance(phrase[1], Label) else "NAME", phrase[1], text, at, end)


def _match_words(text: str, at: int, run: _Run, vocabulary: Vocabulary) -> tuple[Token | None, int]:
    """Return the token of the first words of a run: a function, a name, a keyword, or a label of unknown words."""
    first = run.written[0]
    if first.lower() in FUNCTIONS and text[run.ends[0] :].lstrip().startswith("("):
        return _token("FUNC", first.lower(), text, at, run.ends[0])
    known = _match_known(run.words, vocabulary)
    is_longer = known is not None and known[0] == "NAME" and known[2] > 1
    if not is_longer and (vocabulary.knows(first) or _is_camel(first)):
        return _token("NAME", Name(first), text, at, run.ends[0])
    if known is not None:
        kind, value, count = known
        if kind == "OF" and not _begins_period(text, run.ends[count - 1]):
            return (None, run.ends[count - 1])
        if kind == "FILLER":
            return (None, run.ends[count - 1])
        return _token(kind, value, text, at, run.ends[count - 1])
    count = 1
    while count < len(run.words) and _match_known(run.words[count:], vocabulary) is None:
        count += 1
    return _token("LABEL", Label(" ".join(run.written[:count])), text, at, run.ends[count - 1])


def _match_known(words: Sequence[str], vocabulary: Vocabulary) -> tuple[str, str | Expression, int] | None:
    """Return the type, the value and the number of words of the longest phrase or keyword that the words begin with."""
    phrase = vocabulary.longest_phrase(words)
    for count in range(min(LONGEST_KEYWORD, len(words)), 0, -1):
        kind = keyword(tuple(words[:count]))
        # "change in inventory" is the change of a balance, although the cash flow statement has such a line
        if kind is not None and (phrase is None or phrase[0] < count or kind == "CHANGE"):
            return kind, " ".join(words[:count]), count
    if phrase is not None:
        return "LABEL" if isinstance(phrase[1], Label) else "NAME", phrase[1], phrase[0]
    return ("FILLER", words[0], 1) if words[0] in FILLERS else None


def _begins_period(text: str, at: int) -> bool:
    rest = text[at : at + 40].lstrip().removeprefix("the ").lstrip()
    return _PERIOD.match(rest) is not None or _YEAR.match(rest) is not None


def _is_camel(word: str) -> bool:
    """Return whether a word is written as the name of a concept: with a capital after a small letter."""
    return word[0].isupper() and any(one.islower() and two.isupper() for one, two in pairwise(word))


def _is_gloss(words: str) -> bool:
    """Return whether words in brackets after a name only explain it: "earnings … and amortization (EBITDA)"."""
    return "/" not in words and " - " not in words


def _token(kind: str, value: object, text: str, at: int, end: int) -> tuple[Token, int]:
    token = Token(kind, text[at:end], start_pos=at)
    token.value = value
    return token, end

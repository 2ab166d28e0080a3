"""Parse a formula in words: "365 * (average inventory between FY2018 and FY2019) / FY2019 COGS"."""

import re
from collections.abc import Callable
from decimal import Decimal

from app.facts.formulas.expressions import Binary, Expression, Number

_MOST_TOKENS = 120
_DEEPEST = 24
_WORD_OPERATORS = {
    "divided by": "/", "over": "/", "times": "*", "multiplied by": "*", "less": "-", "minus": "-", "plus": "+",
    "subtract": "-", "subtracting": "-",
}  # fmt: skip
_TOKEN = re.compile(
    r"(?P<open>[(\[])|(?P<close>[)\]])|(?P<operator>[*×÷+/−–]|(?<=[\s)\]])-(?=[\s(\[]))"
    r"|\b(?P<word>divided\s+by|multiplied\s+by|times|less|minus|plus|subtract(?:ing)?|over)\b"
    r"|(?P<number>(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?%?(?![\w.]))",
    re.IGNORECASE,
)
_SIGNS = {"×": "*", "÷": "/", "−": "-", "–": "-"}
_COUNTED = re.compile(r"[\s-]+(?:years?|months?|quarters?|days\b(?!\s*[*/)]))", re.IGNORECASE)
_YEARS = re.compile(r"(?:19|20)\d\d")

Leaf = Callable[[str], Expression | None]


class _UnreadableError(Exception):
    """The text is no formula."""


def parse_formula(text: str, leaf: Leaf) -> Expression | None:
    """Parse a formula, whose operands `leaf` reads; None if it is none. `*` and `/` bind closer than `+` and `-`."""
    try:
        tokens = _tokens(text)
        node, at = _sum(tokens, 0, leaf, 0)
    except _UnreadableError:
        return None
    return node if at == len(tokens) else None


def _tokens(text: str) -> list[tuple[str, str]]:
    """Return (kind, text) of operators, brackets, numbers and words between them."""
    tokens: list[tuple[str, str]] = []
    end = 0

    def words(until: int) -> None:
        between = text[end:until].strip(" ,.;:")
        if between:
            tokens.append(("words", between))

    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or ""
        if kind == "number" and (_YEARS.fullmatch(found.group()) or _is_inside_words(text, found)):
            continue
        if kind == "operator" and found.group() == "–" and _is_range(text, found):
            continue
        words(found.start())
        end = found.end()
        if kind == "word":
            tokens.append(("operator", _WORD_OPERATORS[" ".join(found.group().lower().split())]))
        elif kind == "operator":
            tokens.append(("operator", _SIGNS.get(found.group(), found.group())))
        else:
            tokens.append((kind, found.group()))
    words(len(text))
    if not tokens or len(tokens) > _MOST_TOKENS:
        raise _UnreadableError
    return tokens


def _is_range(text: str, found: re.Match[str]) -> bool:
    return text[: found.start()].rstrip()[-1:].isdigit() and text[found.end() :].lstrip()[:2].upper() in (
        "FY",
        "20",
        "19",
    )


def _is_inside_words(text: str, found: re.Match[str]) -> bool:
    """Return whether a number is a part of words: "3 year average", "September 30"."""
    return _COUNTED.match(text, found.end()) is not None


def _sum(tokens: list[tuple[str, str]], at: int, leaf: Leaf, depth: int) -> tuple[Expression, int]:
    node, at = _product(tokens, at, leaf, depth)
    while at < len(tokens) and tokens[at] in (("operator", "+"), ("operator", "-")):
        right, after = _product(tokens, at + 1, leaf, depth)
        node, at = Binary(tokens[at][1], node, right), after
    return node, at


def _product(tokens: list[tuple[str, str]], at: int, leaf: Leaf, depth: int) -> tuple[Expression, int]:
    node, at = _operand(tokens, at, leaf, depth)
    while at < len(tokens) and tokens[at] in (("operator", "*"), ("operator", "/")):
        right, after = _operand(tokens, at + 1, leaf, depth)
        node, at = Binary(tokens[at][1], node, right), after
    return node, at


def _operand(tokens: list[tuple[str, str]], at: int, leaf: Leaf, depth: int) -> tuple[Expression, int]:
    if at >= len(tokens) or depth > _DEEPEST:
        raise _UnreadableError
    kind, text = tokens[at]
    if kind == "open":
        node, after = _sum(tokens, at + 1, leaf, depth + 1)
        if after >= len(tokens) or tokens[after][0] != "close":
            raise _UnreadableError
        return node, after + 1
    if kind == "number":
        plain = text.replace(",", "")
        return Number(Decimal(plain[:-1]) / 100 if plain.endswith("%") else Decimal(plain)), at + 1
    if kind != "words":
        raise _UnreadableError
    found = leaf(text)
    if found is None:
        raise _UnreadableError
    return found, at + 1

"""Parse formulas, and definitions in analysts' words, with one grammar."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput, v_args
from lark.lexer import Lexer

from app.facts.formulas.expressions import (
    At,
    Between,
    Binary,
    Call,
    Expression,
    Last,
    Name,
    Negative,
    Number,
    Of,
    Range,
    Shift,
    When,
    depth_of,
)
from app.facts.formulas.functions import FUNCTIONS
from app.facts.formulas.lexing import split_tokens
from app.facts.formulas.problems import ExpressionError
from app.facts.formulas.vocabulary import Vocabulary
from app.facts.model import FiscalLabel
from app.quantities.periods import Period

_DEEPEST = 40
_GRAMMAR = r"""
?start: sum | sum COMPARE sum -> binary
?sum: product | sum (PLUS | MINUS) product -> binary
?product: unary | product (TIMES | OVER) unary -> binary
?unary: prefixed | MINUS unary -> negative | PLUS unary -> positive
?prefixed: postfix
    | period prefixed -> during
    | AVERAGE prefixed -> average
    | AVERAGE prefixed BETWEEN period AND period -> average_between
    | CHANGE prefixed -> change
    | CHANGE prefixed BETWEEN period AND period -> change_between
    | GROWTH_OF prefixed -> growth_of
    | OPENING_OF prefixed -> opening_of
    | YEARS_AVERAGE prefixed -> years_average
?postfix: atom
    | postfix LSQB when RSQB -> at
    | postfix OF period -> at_words
    | postfix LBRACE members RBRACE -> of
    | postfix MARGIN -> margin
    | postfix GROWTH -> growth_of_it
?atom: NUMBER -> number | YEAR -> year_number | named
    | FUNC LPAR arguments RPAR -> call | FUNC LPAR RPAR -> call
    | LPAR start RPAR -> bracketed
?named: (NAME | LABEL) -> name | named LPAR period RPAR -> at_gloss
arguments: argument (COMMA argument)*
?argument: start | LAST -> last | end DOTS end -> between
?end: period | DAY -> day
when: period | DAY | SHIFT | NAME | LABEL
members: member (COMMA member)*
member: (LABEL | NAME) | (LABEL | NAME) COLON (LABEL | NAME)
period: PERIOD | YEAR
%declare PLUS MINUS TIMES OVER COMPARE LPAR RPAR LSQB RSQB LBRACE RBRACE COMMA COLON DOTS NUMBER YEAR PERIOD DAY SHIFT
%declare LAST NAME LABEL FUNC AVERAGE CHANGE GROWTH_OF GROWTH MARGIN OPENING_OF YEARS_AVERAGE BETWEEN AND OF
"""
_OPERATORS = {"PLUS": "+", "MINUS": "-", "TIMES": "*", "OVER": "/"}
_REVENUE = Name("Revenue")
_ENDS_ONLY = frozenset({"growth", "change", "cagr"})
"""Functions from one period to another, which take no run of periods."""


def parse_expression(text: str, vocabulary: Vocabulary) -> Expression:
    """Parse a formula of the language, or a definition in analysts' words: "(total debt - cash) / EBITDA".

    A period after the whole expression, if it is the only one, is for all of it ("total debt to EBITDA in FY2020").
    Raises ExpressionError.
    """
    tokens = split_tokens(text, vocabulary)
    if not tokens:
        raise ExpressionError("The formula is empty.")
    if len(tokens) > 2 and tokens[-2].type == "OF" and not _has_period(tokens[:-2]):
        return At(_parse(tokens[:-2]), _label(tokens[-1]))
    return _parse(tokens)


def _has_period(tokens: Iterable[Token]) -> bool:
    return any(token.type in ("PERIOD", "YEAR") for token in tokens)


def _parse(tokens: list[Token]) -> Expression:
    try:
        parsed: Any = _grammar().parse(tokens)
    except UnexpectedInput as error:
        raise ExpressionError(_explain(error)) from None
    if not isinstance(parsed, Expression):
        raise ExpressionError("The formula is a range of periods, and no expression.")
    if depth_of(parsed) > _DEEPEST:
        raise ExpressionError(f"The formula is nested more than {_DEEPEST} deep.")
    return parsed


def _explain(error: UnexpectedInput) -> str:
    token = getattr(error, "token", None)
    if not isinstance(token, Token) or token.type == "$END":
        return "The formula ends too early."
    return f"“{str(token)[:40]}” at position {(token.start_pos or 0) + 1} of the formula does not fit there."


class _TokenLexer(Lexer):
    """Passes on tokens that were split beforehand, because names depend on the vocabulary."""

    def __init__(self, lexer_conf: object) -> None:
        pass

    def lex(self, data: Iterable[Token]) -> Iterator[Token]:  # type: ignore[override]  # lark's form for own lexers
        return iter(data)


@cache
def _grammar() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", lexer=_TokenLexer, transformer=_Builder(), maybe_placeholders=False)


def _label(token: Token) -> FiscalLabel:
    value = token.value
    return value if isinstance(value, FiscalLabel) else FiscalLabel(int(value))


@v_args(inline=True)
class _Builder(Transformer[Token, Expression]):
    """Builds expressions while the parser reads, so that deep formulas need no deep stack."""

    def number(self, token: Token) -> Number:
        value = token.value
        assert isinstance(value, Number)
        return value

    def year_number(self, token: Token) -> Number:
        return Number(Decimal(token.value))

    def name(self, token: Token) -> Expression:
        value: Expression = token.value
        return value

    def bracketed(self, _left: Token, inner: Expression, _right: Token) -> Expression:
        return inner

    def binary(self, left: Expression, operator: Token, right: Expression) -> Binary:
        return Binary(_OPERATORS.get(operator.type, operator.value), left, right)

    def negative(self, _sign: Token, of: Expression) -> Negative:
        return Negative(of)

    def positive(self, _sign: Token, of: Expression) -> Expression:
        return of

    def period(self, token: Token) -> FiscalLabel:
        return _label(token)

    def day(self, token: Token) -> Period:
        period: Period = token.value
        return period

    def when(self, value: FiscalLabel | Token) -> When:
        if isinstance(value, FiscalLabel):
            return value
        if isinstance(value.value, Shift | Period):
            return value.value
        if str(value).lower() == "opening":
            return Shift(opening=True)
        raise ExpressionError(f"“{value}” is not a period: write FY2023, Q2 2023, 2023-06-30, FY-1, Q-1 or opening.")

    def at(self, of: Expression, _left: Token, when: When, _right: Token) -> At:
        return At(of, when)

    def at_words(self, of: Expression, _word: Token, label: FiscalLabel) -> At:
        return At(of, label)

    def at_gloss(self, of: Expression, _left: Token, label: FiscalLabel, _right: Token) -> At:
        return At(of, label)

    def during(self, label: FiscalLabel, of: Expression) -> At:
        return At(of, label)

    def average(self, _word: Token, of: Expression) -> Call:
        return Call("avg", (of,))

    def average_between(
        self, _word: Token, of: Expression, _between: Token, first: FiscalLabel, _and: Token, last: FiscalLabel
    ) -> Call:
        return Call("avg", (At(of, first), At(of, last)))

    def change(self, _word: Token, of: Expression) -> Call:
        return Call("change", (of,))

    def change_between(
        self, _word: Token, of: Expression, _between: Token, first: FiscalLabel, _and: Token, last: FiscalLabel
    ) -> Binary:
        return Binary("-", At(of, last), At(of, first))

    def growth_of(self, _word: Token, of: Expression) -> Call:
        return Call("growth", (of,))

    def growth_of_it(self, of: Expression, _word: Token) -> Call:
        return Call("growth", (of,))

    def opening_of(self, _word: Token, of: Expression) -> Call:
        return Call("opening", (of,))

    def years_average(self, years: Token, of: Expression) -> Call:
        last: Last = years.value
        return Call("avg", (of,), last)

    def margin(self, of: Expression, _word: Token) -> Call:
        return Call("percent", (Binary("/", of, _REVENUE),))

    def of(self, of: Expression, _left: Token, members: tuple[tuple[str, str], ...], _right: Token) -> Of:
        return Of(of, members)

    def members(self, *members: tuple[str, str] | Token) -> tuple[tuple[str, str], ...]:
        return tuple(member for member in members if not isinstance(member, Token))

    def member(self, *tokens: Token) -> tuple[str, str]:
        words = [str(token).strip('"“” ') for token in tokens if token.type != "COLON"]
        return (words[0], words[1]) if len(words) == 2 else ("", words[0])

    def last(self, token: Token) -> Last:
        value: Last = token.value
        return value

    def between(self, first: FiscalLabel | Period, _dots: Token, last: FiscalLabel | Period) -> Between:
        return Between(first, last)

    def arguments(self, *arguments: Expression | Range | Token) -> tuple[Expression | Range, ...]:
        return tuple(argument for argument in arguments if not isinstance(argument, Token))

    def call(
        self, name: Token, _left: Token, arguments: tuple[Expression | Range, ...] | Token, _right: Token | None = None
    ) -> Call:
        given = arguments if isinstance(arguments, tuple) else ()
        return build_call(str(name.value), given)


def build_call(name: str, given: tuple[Expression | Range, ...]) -> Call:
    """Return the call of a function. Raises ExpressionError if it does not take such arguments."""
    function = FUNCTIONS[name]
    range_: Range | None = None
    rest = list(given)
    takes = function.takes_count
    if rest and isinstance(rest[-1], Last | Between):
        range_ = rest.pop()  # type: ignore[assignment]  # isinstance does not narrow an item of a list
        takes = function.takes_range and (name not in _ENDS_ONLY or isinstance(range_, Between))
    elif function.takes_count:
        range_ = _count(name, rest)
    expressions = tuple(argument for argument in rest if isinstance(argument, Expression))
    if len(expressions) != len(rest) or (range_ is not None and (not takes or len(expressions) != 1)):
        raise ExpressionError(f"The function {name} does not take such a range of periods.")
    if not function.least <= len(expressions) <= function.most:
        wanted = str(function.least) if function.least == function.most else f"{function.least} to {function.most}"
        raise ExpressionError(f"The function {name} takes {wanted} expressions, not {len(expressions)}.")
    return Call(name, expressions, range_)


def _count(name: str, arguments: list[Expression | Range]) -> Last:
    """Take the last argument of a function, which has to be a small whole number."""
    last = arguments.pop() if len(arguments) > 1 else None
    if not isinstance(last, Number) or last.percent or last.value != last.value.to_integral_value() or last.value > 40:
        raise ExpressionError(f"The function {name} takes an expression and a whole number: {name}(Revenue, 2).")
    return Last(int(last.value))

"""The functions of the language: their names, arguments and meaning."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Function:
    """A function: the least and most expressions it takes, and whether it takes a range of periods or a count."""

    name: str
    least: int
    most: int
    meaning: str
    takes_range: bool = False
    takes_count: bool = False


_MANY = 12
FUNCTIONS: Final = {
    function.name: function
    for function in (
        Function("avg", 1, _MANY, "Average of a balance at the beginning and the end of the period; with a range of "
                 "periods, of the values of each; of two and more values, their average.", takes_range=True),
        Function("sum", 1, _MANY, "Sum over a range of periods, or of several values.", takes_range=True),
        Function("min", 1, _MANY, "Least value.", takes_range=True),
        Function("max", 1, _MANY, "Greatest value.", takes_range=True),
        Function("abs", 1, 1, "Value without its sign."),
        Function("ttm", 1, 1, "Value for the twelve months that end with the period."),
        Function("growth", 1, 1, "Change against the same period a year earlier, as a share of that; with two "
                 "periods (FY2020..FY2023), from the first to the last.", takes_range=True),
        Function("qoq", 1, 1, "Change against the quarter before, as a share of that."),
        Function("cagr", 1, 1, "Compound annual growth over so many years, or from one period to another.",
                 takes_range=True, takes_count=True),
        Function("change", 1, 1, "Balance at the end of the period less that at its beginning; amount of the period "
                 "less that of a year earlier; with two periods, from the first to the last.", takes_range=True),
        Function("opening", 1, 1, "Balance at the beginning of the period."),
        Function("round", 1, 1, "Value rounded half up to so many decimal places.", takes_count=True),
        Function("first", 1, _MANY, "First of several expressions that has all it needs."),
        Function("known", 1, _MANY, "Sum of those expressions that have all they need; at least one must."),
        Function("optional", 1, 1, "Value, or zero if the issuer does not report it."),
        Function("percent", 1, 1, "Ratio as a percentage."),
        Function("positive", 1, 1, "Value, which has to be above zero: a multiple of a loss has no meaning."),
        Function("days", 0, 0, "Days of the period: 365 for a year, and as many of them as the period's quarters."),
    )
}  # fmt: skip

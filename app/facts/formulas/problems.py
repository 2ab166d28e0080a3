"""Why a formula has no result, as values; and errors of its text.

InvalidInputError
├── ExpressionError  the text is no formula
└── BadPeriodError   the text is no fiscal period

Codes of problems: those of `app.facts.found.NotFound`, and "missing-input", "division-by-zero", "negative-base",
"units-do-not-match", "same-figure", "too-large", "out-of-range", "no-period".
"""

from dataclasses import dataclass

from app.core.errors import InvalidInputError


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a formula has no result: a stable code and a sentence."""

    code: str
    detail: str


class ExpressionError(InvalidInputError):
    code = "bad-expression"
    title = "The formula cannot be read."


class BadPeriodError(InvalidInputError):
    code = "bad-period"
    title = "The period is none that formulas take: send FY2023, Q2 2023, H1 2023, 9M 2023 or TTM Q2 2023."

"""Validation of text in requests. Text must be valid Unicode without control characters, which is safe to store,
display and log.
"""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

_ALLOWED = frozenset("\t\n\r")


def _check(text: str, allowed: frozenset[str]) -> str:
    if any(character not in allowed and unicodedata.category(character) in {"Cc", "Cs"} for character in text):
        raise PydanticCustomError("invalid_text", "control characters and invalid Unicode are not allowed")
    return text


def _check_line(text: str) -> str:
    return _check(text, frozenset())


def _check_lines(text: str) -> str:
    return _check(text, _ALLOWED)


def _check_raw(value: object) -> object:
    # This check runs before Pydantic's, whose message for invalid Unicode does not explain how to fix it.
    return _check(value, _ALLOWED) if isinstance(value, str) else value


LINE_PATTERN = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$"
"""Matches a line without control characters that is not only white space."""

Line = Annotated[
    str,
    BeforeValidator(_check_raw),
    AfterValidator(_check_line),
    StringConstraints(min_length=1, max_length=200, strip_whitespace=True),
    Field(json_schema_extra={"pattern": LINE_PATTERN}),
]
"""A name or title: 1 to 200 characters on one line."""

LINES_PATTERN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
"""Matches text without control characters, except tabs and line ends."""

Lines = Annotated[str, BeforeValidator(_check_raw), AfterValidator(_check_lines)]
"""Text that may have several lines; each field sets its own length limit."""

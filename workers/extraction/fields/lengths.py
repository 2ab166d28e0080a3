"""Lengths of time as contracts write them: "three (3) years", "a period of eighteen (18) months", "thirty-day"."""

import re
from typing import Final

from app.quantities.number_words import CARDINAL
from app.review.value_texts import parse_duration
from app.review.values import DurationValue

LENGTH: Final = re.compile(
    rf"(?P<length>(?:(?:\d{{1,4}}(?:\.\d{{1,2}})?"
    rf"|(?:{CARDINAL})(?:[- ](?:{CARDINAL}))?)(?: ?\( ?\d{{1,4}} ?\))?|\ban?)"
    r"[- ]?(?: ?\(\d{1,4}\))?[- ]?(?:full +|successive +|consecutive +|calendar +|business +"
    r"|contract +|additional +)*(?:day|week|month|quarter|year)s?)\b(?! +of +(?:age|experience))",
    re.IGNORECASE,
)
"""A length of time. Its group `length` is what `parse_duration` parses."""


def read_length(text: str) -> DurationValue | None:
    """Return the length that a match of `LENGTH` states."""
    plain = " ".join(re.sub(r"\( ?(\d+) ?\)", r"(\1)", text.replace("-", " ")).split())
    inner = re.search(r"\((\d{1,4})\)", plain)
    if inner:
        unit = re.search(r"(day|week|month|quarter|year)s?$", plain, re.IGNORECASE)
        return parse_duration(f"{inner[1]} {unit[1]}") if unit else None
    plain = re.sub(
        r"\b(?:full|successive|consecutive|calendar|business|contract|additional) ", "", plain, flags=re.IGNORECASE
    )
    return parse_duration(plain)

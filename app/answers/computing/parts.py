"""The parts of a whole that a question ranks: segments, regions or products, without their total."""

import re
from collections.abc import Container, Mapping
from decimal import Decimal

_LEAST_OF_SUM = 3
_WHOLE = re.compile(r"\b(?:sub)?totals?\b|\bconsolidated\b|^(?:the )?group\b", re.IGNORECASE)


def list_parts(amounts: Mapping[tuple[str, str], Decimal], called: Container[str]) -> tuple[tuple[str, str], ...]:
    """Return the parts among the rows of a group of amounts. `called` has the names of the item in lower case.

    The total of the group is no part: it is named as one, or its amount is the sum of the others.
    """
    parts = {part: amount for part, amount in amounts.items() if not _is_whole(part[1], called)}
    whole = sum(parts.values(), Decimal(0))
    are_many = len(parts) >= _LEAST_OF_SUM
    return tuple(part for part, amount in parts.items() if not (are_many and amount and amount * 2 == whole))


def _is_whole(label: str, called: Container[str]) -> bool:
    rest = " ".join(_WHOLE.sub(" ", label).split()).strip(" :,").lower()
    return not rest or rest in called or re.search(r"\b(?:total|consolidated)\b", label, re.IGNORECASE) is not None

"""Ratios to one: "4.50:1.00", "4.50 to 1.00"."""

import re

ONE = r"1(?:[.,](0+))?"
"""The second number of a ratio. Its only group has the zeros behind the decimal mark."""

_DECIMALS = re.compile(r"[.,]([0-9]+)$")


def is_ratio(number: str, joint: str, zeros: str | None) -> bool:
    """Return whether "number joint 1.zeros" is a ratio, and not a range from below one to one ("0.5 to 1.0").

    With "to", a number below one is a ratio if both are printed with two decimals, or with different ones.
    """
    if not number:
        return False
    if ":" in joint or number.lstrip("0")[:1] not in ("", ".", ","):
        return True
    found = _DECIMALS.search(number)
    return zeros == "00" or (found is not None and len(found[1]) != len(zeros or ""))

"""The end of a contract, where its parties sign: where it begins, and the dates beside the signatures."""

import re
from typing import Final

from workers.extraction.fields.days import Day, find_days, find_short_days

_WITNESS: Final = re.compile(
    r"\bIN +WITNESS +(?:WHEREOF|HEREOF)\b|\b(?:executed|signed)\b[^.]{0,80}\b(?:as +of|on)\b"
    r"|\bAGREED +(?:TO|AND)\b|\bSIGNED\b"
    r"|\bhave +(?:\w+ +){0,3}(?:executed|signed)\b|\bSIGNATURES?\b|\b[Vv]ery +truly +yours\b",
    re.IGNORECASE,
)
_BY: Final = re.compile(r"\b(?:By|BY|Signature|SIGNATURE|Signed|Per) *: *(?:/s/|_{2,}|[A-Z])")
_SIGNED_ON: Final = re.compile(
    r"\b(?:dated?|signed)(?: +(?:signed|on))? *[:_]{1,40} *$|\bdated +(?:this +)?(?:the +)?$"
    r"|\b(?:executed|signed)(?: +and +\w+)?(?: +on)?(?: +this)?(?: +the)? *$",
    re.IGNORECASE,
)
_AROUND: Final = 60
_LONGEST: Final = 4_000
_BLOCK: Final = 1_500


def find_signing(text: str) -> int | None:
    """Return where the signatures begin: the last words that introduce them, or the first of the last "By:" lines."""
    blocks = [found.start() for found in _BY.finditer(text)]
    if not blocks:
        return next((found.start() for found in reversed(list(_WITNESS.finditer(text)))), None)
    # Exhibits may be signed, too: the first run of blocks counts.
    start = next(
        (at for at, after in zip(blocks, [*blocks[1:], None], strict=True) if after and after - at < _BLOCK), None
    )
    start = blocks[-1] if start is None else start
    introduced = [found.start() for found in _WITNESS.finditer(text, max(start - _BLOCK, 0), start)]
    return introduced[-1] if introduced else max(start - 200, 0)


def find_signed_days(text: str) -> list[Day]:
    """Return the dates beside signatures, in order."""
    start = find_signing(text)
    if start is None:
        return []
    end = min(start + _LONGEST, len(text))
    days = sorted([*find_days(text, start, end), *find_short_days(text, start, end)], key=lambda each: each.start)
    return [day for day in days if _SIGNED_ON.search(text[max(day.start - _AROUND, 0) : day.start])]

"""The names and families of a credit agreement's facilities."""

import re
from typing import Final

_FAMILIES: Final = (
    ("delayed draw", re.compile(r"delayed[- ]draw|\bddtl")),
    (
        "term a",
        re.compile(
            r"\bterm(?: loan)?(?: facility)? ?-?a\b|tranche a(?:-\d)? term|term a\b|facility a\d?\b|initial term a"
        ),
    ),
    ("term b", re.compile(r"\bterm(?: loan)?(?: facility)? ?-?b\b|tranche b(?:-\d)? term|term b\b|facility b\d?\b")),
    ("term c", re.compile(r"\bterm(?: loan)?(?: facility)? ?-?c\b|tranche c(?:-\d)? term|facility c\d?\b")),
    ("capex", re.compile(r"capex|capital expenditure|acquisition facility")),
    ("bridge", re.compile(r"\bbridge\b")),
    ("revolving", re.compile(r"revolv|\brcf\b|\brevolver\b")),
    ("term", re.compile(r"\bterm\b|\bloans?\b(?<=term loan)|\btlb?\b")),
)
_DROPPED: Final = re.compile(
    r"^(?:(?:the|aggregate|total|initial|maximum|combined|closing date|available|each)\s+)+|\s*\b(?:commitments?"
    r"|commitment amount|amount)\s*$",
    re.I,
)
_OTHER: Final = re.compile(
    r"incremental|swing|letters? of credit|\bl/?c\b|increase|extended|extension|minimum|sublimit|defaulting"
    r"|fee\b|letter\b|percentage|refinanc"
    r"|replacement|alternat|ancillary|party|unused|excess|required|collateral|pro rata|specified|additional"
    r"|other\b|new\b|usage|exposure|threshold"
    r"|lender|currency|availab|hedg|reduction|increas|cap\b|basket|date|competitive|bid\b|protective|overadvance"
    r"|permitted|material",
    re.I,
)


def find_family(name: str) -> str | None:
    """Return the family of a facility's name: "revolving", "term b" …; None if the name says none."""
    plain = name.casefold()
    return next((family for family, pattern in _FAMILIES if pattern.search(plain)), None)


def is_part_of_facility(term: str) -> bool:
    """Return whether a term is of a part or measure of a facility, such as a sublimit or an increase."""
    return bool(_OTHER.search(term))


def print_facility(term: str) -> str:
    """Return a facility's name from the term of its commitments: "Revolving Commitments" is the Revolving Facility."""
    plain = _DROPPED.sub("", " ".join(term.split())).strip(" ,")
    while (shorter := _DROPPED.sub("", plain).strip(" ,")) != plain:
        plain = shorter
    if not plain:
        return "Credit Facility"
    low = plain.casefold()
    if re.search(r"(?:facility|facilities|loans?|revolver|credit facility)(?: [a-z]\d?)?$", low):
        return re.sub(r"(?i)\bloan$", "Loans", plain)
    if low.startswith(("term", "tranche", "initial term", "delayed")):
        return f"{plain} Loans" if "loan" not in low else plain
    return f"{plain} Facility"

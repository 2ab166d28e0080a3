"""Recognise units that are neither money nor shares: barrels, megawatt-hours, tons, square feet, years, employees.

A text states such a unit alone, in brackets, or after "in": "Oil (MBbl)", "(in thousands of barrels)", "Term in years".
"""

import re
from functools import lru_cache

_TECHNICAL = (
    r"(?:mm?|b)?(?:bbls?|boe)|barrels?(?: of oil(?: equivalents?)?)?|(?:mm?|b|t)cfe?|gallons?|lit(?:er|re)s?|bushels?"
    r"|cubic (?:feet|met(?:er|re)s|yards)|[kmgt]wh?|(?:kilo|mega|giga)watts?(?:[ -]hours?)?|(?:mm)?btus?|(?:mm)?dth"
    r"|therms|gj|(?:short |long |metric |dry )?(?:tons|tonnes)|[km]t|[km]?oz|(?:troy )?ounces|lbs?|kg|kilograms|carats"
    r"|square (?:feet|met(?:er|re)s|foot|miles)|sq\.? ?(?:ft|m)\.?|acres|hectares|miles|kilomet(?:er|re)s|teus?|asms?"
    r"|rpms?"
)
_TIME = r"years|yrs\.?|months|mos\.|weeks|days|hours"
_THINGS = (
    r"employees|people|persons|headcount|ftes?|customers|subscribers|members|passengers|guests|units|vehicles|rooms|beds"
    r"|stores|restaurants|connections|accounts|transactions"
)
_PER_TIME = r"(?: ?per |/)(?:d|day|year|annum|month|hour)"
_RATE = r"(?:mm?|b)?(?:boe|bo|bbls?)p?/?d|(?:mm?|b)cfe?p?/?d"
_SCALE = r"(?:(?:hundred|thousand|million|billion)s? (?:of )?|000s? (?:of )?)"
_END = r"(?:,? (?:except|unless|unaudited)\b.*)?\s*(?:[),;]|$)"
_STATED = re.compile(
    rf"(?:(?:^|[(,;]|\bin )\s*(?:in )?{_SCALE}?(?:(?:{_TECHNICAL})(?:{_PER_TIME})?|{_RATE})"
    rf"|(?:\(|\bin )\s*(?:in )?{_SCALE}?(?:{_TIME})|(?:\((?:in )?{_SCALE}?|\bin {_SCALE})(?:{_THINGS})){_END}"
)
_SCALED = re.compile(
    rf"(?<![a-z])(?:{_TECHNICAL}|{_THINGS})(?: (?:sold|produced|delivered|shipped|carried|served|owned|leased|held))?"
    r" \((?:in )?(?:thousands|millions|billions|000s?)\)\W*$"
)
_COUNTED = re.compile(
    r"\b(?:stores|restaurants|rooms|subscribers|customers|employees|locations|branches|vehicles|aircraft|members|hotels"
    r"|properties|communities|clinics|hospitals|beds|students)\b[^$(]{0,20}\b(?:end|beginning|start|close) of "
    r"(?:the )?(?:period|year|quarter)\b"
    r"|^(?:total |average |full[- ]time |part[- ]time )*(?:employees|headcount|ftes?|full[- ]time equivalents?)\W*$"
    r"|^(?:units|vehicles) (?:sold|delivered|shipped|produced)\W*$"
    r"|^days (?:sales|payables?|inventor(?:y|ies)|receivables?)\b"
)
_MONEY = re.compile(r"[$€£¥₹]|\bper\b(?! (?:d|day|annum|month|year|hour)\b)|\b(?:dollars|euros|sterling)\b")
_SALES = re.compile(r"\b(?:revenues?|sales)\b")
_MAY_STATE = re.compile(
    r"bbl|boe|barrel|cfe?\b|cfe?p?/?d\b|gallon|lit[er]{2}s|bushel|cubic|[kmgt]wh?\b|watt|btu|dth|therm|gj|tons|tonne|[km]t\b"
    r"|oz\b|ounce|lbs?\b|kg|kilo|carat|squ|sq|acre|hectare|miles|teu|asm|rpm|years|yrs|months|mos\.|weeks|days|hours|bopd"
    r"|employee|people|persons|head|fte|full|customers|subscribers|members|passengers|guests|units|vehicles|rooms|beds"
    r"|stores|restaurants|connections|accounts|transactions|locations|branches|aircraft|hotels|properties|communities"
    r"|clinics|hospitals|students"
)
"""Of lower case: only then does the search skip to the letters with which a word begins."""


@lru_cache(maxsize=1 << 14)
def may_state_physical_unit(text: str) -> bool:
    """Return whether a text has a word that can be such a unit. Most labels have none."""
    return _MAY_STATE.search(text.lower()) is not None


def states_physical_unit(folded: str) -> bool:
    """Return whether a heading, label or line in lower case says that its figures are in a unit of no currency."""
    if not may_state_physical_unit(folded) or _MONEY.search(folded) is not None:
        return False
    if _STATED.search(folded) is not None or _COUNTED.search(folded) is not None:
        return True
    return _SCALED.search(folded) is not None and _SALES.search(folded) is None

"""Parse what the figures of a column or row are, from its heading or label: percentages, ratios, shares, per share."""

import re

from app.quantities.case import fold_case
from app.quantities.physical_units import states_physical_unit
from app.quantities.values import Kind

_MOST_CHARACTERS = 200
_GLUED_MARK = re.compile(r"(?<=[a-z]{3})\d{1,2}(?![\w.])")
_EXCEPT = re.compile(r"\b(?:except|excluding)\b")
_POINTS = re.compile(
    r"\bpercent(?:age)?[\s-]points?\b|%[\s-]?(?:points?|pts)\b|\bppts?\b"
    r"|(?:^|[(,]\s*)(?:in )?(?:p\.?p\.?|pts|points)\W*$"
)
_BASIS_POINTS = re.compile(r"\bbasis[\s-]points?\b|\bbps\b|(?:^|[(,]\s*)(?:in )?b\.?p\.?s?\W*$")
_PERCENTAGE = re.compile(r"%|\bper\s?cent(?:age)?s?\b|\bpct\b")
_RATIO = re.compile(r"(?:^|[(,]\s*)(?:in )?(?:x|times|multiples?)\W*$|^times\s")
_NUMBER_BEFORE = re.compile(r"(?:[\d)]|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|half))[\s-]*$")
_PER_SHARE = re.compile(
    r"\bper[\s-]+(?:[a-z]+[\s-]+){0,3}?(?:shares?|ads|adr|rsu|psu|option|award|warrant|(?:common|partner|partnership|trust|lp)[\s-]units?)\b"
    r"|/\s?(?:share|ads)\b|\beps\b|\b(?:je aktie|par action|por acci[oó]n|per azione|por aç[aã]o|per aandeel)\b"
    r"|\bexercise price\b|\bgrant[\s-]date fair value\b"
    r"|\bweighted[\s-]+average\b[^$]{0,40}?\bfair\s+values?\b"
)
_FOR_PER_SHARE = re.compile(r"\b(?:for (?:basic|diluted)|used|comput\w+|calculat\w+|numerator|excluded|aggregate)\b")
"""Before "per share": the figures are those from which earnings per share are computed."""
_PAR_VALUE = re.compile(r"\bpar\b|\bstated value\b|\bliquidation\b|[$€£]\s*\d")
_QUALITY = (
    r"(?:the|total|basic|diluted|common|ordinary|preferred|treasury|class|[a-z]|weighted|average|number|no\.?|of|and"
    r"|restricted|adjusted|outstanding|american|depositary|used|in|thousands|millions|pro|forma|shares?|stock)"
)
_SHARES = re.compile(
    rf"^\W*(?:{_QUALITY}[\s,/–-]+){{0,10}}?(?:shares|adss?|share count)\b"
    r"(?:\s+of\s+(?:[a-z]+\s+){0,3}?(?:stock|shares))?(?P<rest>.*)$",
    re.DOTALL,
)
_REST_OF_SHARES = re.compile(
    r"^\W*(?:$|\b(?:outstanding|used|basic|diluted|authori[sz]ed|assuming|(?:in )?(?:thousands|millions|issue)|for)\b"
    r"|issued\W*$|issued and outstanding\b|in 000|under option"
    r"|\((?:in\s+)?(?:average|weighted|thousands|millions|000))|^\s*/"
)
_CLASS_ONLY = re.compile(
    r"^\W*(?!.*\bstock shares)(?:class [a-z]|(?:common|ordinary|preferred|preference|treasury|[a-z]) )[\w ]*shares\W*$"
)
_COUNTED = re.compile(
    r"^\W*(?:[\w-]+\W+){0,4}?(?:weighted[\s-]average\b[^$]{0,80}?\b(?:shares|adss?|units)\b"
    r"|number of (?:[a-z]+ ){0,4}?shares\b|denominator\b)"
)
_AWARD = r"(?:rsus?|psus?|prsus?|options?|awards?|warrants?|sars?|(?:share|stock|restricted|performance)[\s-]+units?)"
_AWARDS = re.compile(
    rf"\bnumber of (?:[a-z-]+ ){{0,4}}?{_AWARD}\b|^\W*(?:share|stock) units\W*$|^\W*{_AWARD} outstanding\W*$"
    r"|^\W*(?:options|rsus|psus|warrants)(?:\s+\((?:in\s+)?[a-z0]+\))?\W*$"
    r"|\banti-?dilutive\b|\bdiluti(?:ve|on)\b[^$]{0,40}?\b(?:effects?|impact|securities|options|awards|units|shares)\b"
    r"|\b(?:effect|impact) of (?:[a-z]+ ){0,3}?diluti(?:ve|on)\b"
    r"|\bweighted[\s-]+average\b[^$]{0,40}?\b(?:common|ordinary) stock\W*(?:outstanding\W*)?$|^\W*shares [a-z]"
)
"""Awards of shares, and what dilutes earnings per share, are counted as shares are."""
_VALUE_OF = re.compile(r"\b(?:value|price|cost|proceeds|fair|intrinsic)\b")
_IN_SHARES = re.compile(r"\((?:in\s+)?(?:(?:thousands|millions|number)\s+of\s+)?shares(?:\s+in\s+\w+)?\)")
_WORDS_OF_SHARES = (
    *("share", "stock", "ads", "adr", "eps", "rsu", "psu", "option", "award", "warrant", "sar", "unit", "denominator"),
    *("price", "fair", "dilut", "aktie", "par action", "por ac", "por aç", "azione", "aandeel"),
)
"""Each text that measures shares has one of these. It is much faster to look for them first."""
_PRICE = re.compile(
    r"\b(?:prices?|costs?|revenues?|sales|expenses?|income|profit|ebitda|earnings|margin|rents?|spend|dollars|cents)\b"
    r"|[$€£¥₹]"
)
_PER_OTHER = re.compile(
    r"(?:\bper|/)\s*(?:(?:average|available|occupied|equivalent|metric|short|rentable|leased|net|gross) ){0,2}"
    r"(?:t|barrel|bbl|mm?boe|boe|ounce|oz|tonn?e?|mt|pound|lb|kg|gallon|gal|lit(?:er|re)|mcfe?|mmbtu|mwh|kwh|gj"
    r"|square (?:foot|met(?:er|re))|sq|room|unit|day|bushel|mile|asm|rpm|passenger|seat|hour|acre|head|employee|user"
    r"|subscriber|member|guest|visit|store|restaurant|location|customer|account|transaction|vehicle|case|bed|patient)\b"
)


def parse_measure(text: str) -> Kind | None:
    """Return what the figures under a heading or beside a label are; None if it does not say so."""
    folded = _GLUED_MARK.sub("", fold_case(" ".join(text[:_MOST_CHARACTERS].split())))
    if (exception := _EXCEPT.search(folded)) is not None:
        folded = folded[: exception.start()]
    if _stands_alone(_POINTS, folded):
        return Kind.PERCENTAGE_POINTS
    if _stands_alone(_BASIS_POINTS, folded):
        return Kind.BASIS_POINTS
    if (found := _of_shares(folded)) is not None:
        return found
    if _stands_alone(_PERCENTAGE, folded):
        return Kind.PERCENTAGE
    if _RATIO.search(folded):
        return Kind.RATIO
    return Kind.NUMBER if states_physical_unit(folded) else None


def prices_units(text: str) -> bool:
    """Return whether a label is a price or cost of one thing ("Price per barrel"), which no scale of a table covers."""
    folded = fold_case(text[:_MOST_CHARACTERS])
    return _PER_OTHER.search(folded) is not None and _PRICE.search(folded) is not None


def _stands_alone(pattern: re.Pattern[str], folded: str) -> bool:
    """Return whether a unit occurs without a number before it ("5% notes", "plus 50 basis points")."""
    return any(not _NUMBER_BEFORE.search(folded, 0, found.start()) for found in pattern.finditer(folded))


def _of_shares(folded: str) -> Kind | None:
    if not any(word in folded for word in _WORDS_OF_SHARES):
        return None
    if _PAR_VALUE.search(folded) or _CLASS_ONLY.match(folded):
        return None  # a column of a statement of equity, named after a class of shares, has amounts
    per_share = _PER_SHARE.search(folded)
    end = len(folded) if per_share is None else per_share.start()
    before = folded[: end + 1]
    if (counted := _SHARES.match(folded)) is not None and counted.start("rest") <= end:
        return Kind.SHARES if _REST_OF_SHARES.match(counted.group("rest")) or "number of" in folded else None
    if _COUNTED.search(before) is not None:
        return None if _VALUE_OF.search(before) else Kind.SHARES
    if per_share is not None:
        return None if _FOR_PER_SHARE.search(before) else Kind.PER_SHARE
    counts_awards = _AWARDS.search(folded) is not None and _VALUE_OF.search(folded) is None
    return Kind.SHARES if counts_awards or _IN_SHARES.search(folded) else None

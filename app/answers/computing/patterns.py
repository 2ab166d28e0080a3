"""The phrases of questions for figures, as patterns. They match text whose words are parted by single blanks."""

import re

MOST_CHARACTERS = 400
"""The longest asking sentence that is matched: some patterns take quadratic time."""


def _phrase(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(f"^(?:{each})$" for each in alternatives), re.IGNORECASE)


_PERCENT = r"(?:percent(?:age)?|per cent|%|pct|relative)"
_MOVE = (
    r"(?:changes?|increase ?/ ?\(?decrease\)?|\(?decrease\)? ?/ ?increase|increases?(?: or decrease)?|decreases?|growth"
    r"|declines?|differences?|movement|rise|drop|fall|variation)"
)
_OF = r"(?: (?:in|of|for|to|from|between|on))? (?:the )?"
_SIZE = r"(?:(?:amount|value|level|figure)s? of (?:the )?)?"
_YEARS = r"(?:(?:\d+|two|three|four|five|six|ten)[- ]years? )?"
_RATE = r"growth(?: rate)?"
_OVER_YEAR = r"(?:year[- ]over[- ]year|yoy|y/y|annual)"
_COMPOUND = rf"(?:cagr|compound(?:ed)? annual {_RATE})"
_VERB = r"(?:increased?|decreased?|grow|grew|grown|rise|rose|decline[ds]?|fall|fell|changed?|drop(?:ped)?|improved?)"
_PART = r"(?:percent(?:age)?|%|share|proportion|fraction)"
_YEAR = r"\W*(?:in )?which (?:fiscal |financial )?(?:year|period|quarter)"
_MORE = r"(?:larger|largest|higher|highest|greater|greatest|bigger|biggest|more|most)"
_LESS = r"(?:lower|lowest|smaller|smallest|less|least|fewer|fewest)"
_WHO = r"(?:(?:the )?(?:company|group|firm|issuer)|they|it|we)"
_DOES = r"(?:did|do|does|has|have|had|was|were|is|are)"
_HAS = (
    r"(?:have|had|record(?:ed)?|report(?:ed)?|generated?|earn(?:ed)?|spend|spent|pay(?: out)?|paid(?: out)?|make|made"
    r"|incur(?:red)?|hold|held|invest(?:ed)?|recogni[sz]ed?|return(?:ed)?)"
)

CAGR = _phrase(rf"{_YEARS}(?P<a>.+?) {_COMPOUND}", rf"{_YEARS}{_COMPOUND}{_OF}(?P<b>.+)")
GROWTH = _phrase(
    rf"{_PERCENT} {_MOVE}{_OF}{_SIZE}(?P<a>.+)",
    rf"(?P<b>.+?) {_PERCENT} {_MOVE}",
    rf"(?:{_OVER_YEAR} )?(?:{_RATE}|rate of growth){_OF}(?P<c>.+)",
    rf"{_OVER_YEAR} (?:{_PERCENT} )?(?:change|growth){_OF}(?P<d>.+)",
    rf"(?P<e>.+?) (?:{_OVER_YEAR} )?{_RATE}",
    rf"(?P<f>.+?) {_OVER_YEAR}(?: change)?",
    rf"{_PERCENT} (?:did|has|have) (?:the )?(?P<g>.+?) {_VERB}(?: by)?",
)
CHANGE = _phrase(
    rf"(?:(?:net|absolute|nominal|overall|total|dollar) )?{_MOVE}{_OF}{_SIZE}(?P<a>.+)",
    rf"(?P<b>.+?) {_VERB}(?: by)?",
    r"(?P<c>.+?) (?:change|difference)",
)
DIFFERENCE = _phrase(
    r"(?:\w+ )?differences? (?:between|in|of|from) (?:the )?(?P<x>.+?) "
    r"(?:and|versus|vs\.?|from|less|minus) (?:the )?(?P<y>.+)"
)
AVERAGE = _phrase(
    rf"{_YEARS}(?:average|mean) (?:annual |yearly )?(?:of |in |for )?(?:the )?{_SIZE}(?P<a>.+)",
    r"(?P<b>.+?) on average",
)
SUM = _phrase(
    r"(?:the )?(?:(?:total )?sum|total|combined(?: (?:amount|total|value))?|aggregate) (?:(?:amount|value) )?(?:of )?"
    r"(?:the )?(?P<x>.+)"
)
SURELY_SUM = re.compile(r"(?:the )?(?:total )?(?:sum|combined|aggregate|total of)\b", re.IGNORECASE)
RATIO = _phrase(
    r"(?:the )?ratio (?:of|between) (?:the )?(?P<x>.+?) (?:to|and|over) (?:the )?(?P<y>.+)",
    r"(?P<v>[\w ,&'’-]+?)[ -]to[ -](?P<w>[\w ,&'’-]+?)(?: ratio)?",
)
SHARE = _phrase(
    rf"(?:the )?{_SIZE}(?P<x>.+?) ?,? (?:(?:expressed|stated) )?(?:as|is|represents?) (?:an? )?{_PART} of "
    r"(?:the )?(?P<y>.+)",
    rf"(?:the )?{_PART}(?: (?:constitution|contribution|composition))? of (?:the )?(?P<v>.+?) "
    r"(?:in|over|of|to|out of|relative to|against|on) (?:the )?(?P<w>.+)",
)
MARGIN = _phrase(rf"(?P<x>.+?) (?:{_PERCENT} )?margins?(?: {_PERCENT}| \(%\))?")
WHICH_PERIOD = _phrase(
    rf"{_YEAR} (?:was|were|is|are|had|did|has|saw) (?:there )?(?:the )?(?P<x>.+?) (?:the )?(?:have )?"
    rf"(?:(?P<more>{_MORE})|(?P<less>{_LESS}))\W*",
    rf"{_YEAR} (?:had|has|saw|shows?|was|with) (?:the )?(?:(?P<more2>{_MORE})|(?P<less2>{_LESS})) "
    r"(?:of )?(?P<y>.+?)\W*",
)
DID_MOVE = _phrase(
    r"\W*(?:did|has|have) (?:the |its |their )?(?P<x>.+?) "
    rf"(?:{_VERB}|worsened?|expand(?:ed)?|contract(?:ed)?)\b(?P<after>.*)"
)
YES_OR_NO = re.compile(r"\W*(?:is|are|was|were|has|have|had|do|does|did|can|could|will|would|should)\b", re.IGNORECASE)
OPERATORS = re.compile(r"[+*×÷/]| [-−–] |\b(?:divided by|multiplied by|less|minus|plus)\b", re.IGNORECASE)
SURE_OPERATORS = re.compile(r"[+*×÷]| [-−–/] |\b(?:divided by|multiplied by|minus|plus)\b|\) ?/", re.IGNORECASE)
ALIAS = re.compile(r" ?\((?:[^()+*/]{2,60})\) ?$")
LEAD = re.compile(
    r"^\W*(?:(?:what(?:['’]s)?|how (?:much|many|large|big|high)|by (?:how much|what)|which|calculate|compute|determine"
    r"|find|give|tell|show|provide|state)\b ?)?(?:me )?"
    r"(?:(?:is|was|were|are|did|does|do|has|have|had|would be)\b ?)?(?:(?:there|be)\b ?)?(?:in\b ?)?"
    r"(?:(?:the|a|an|its|their|it|they|company|group)\b ?)*",
    re.IGNORECASE,
)
VERBS = re.compile(rf"^{_DOES} | {_DOES}(?: {_WHO})?(?: {_HAS})?$", re.IGNORECASE)
HOW_MUCH_DID = re.compile(rf"\W*how (?:much|many)\b.*?\b{_DOES}\b", re.IGNORECASE)
FIRST_VERB = re.compile(rf"^(?:{_DOES} )?(?:{_WHO} )?{_HAS} (?:(?:in|on|of|from|to|as) )?", re.IGNORECASE)
_SMALL = r"(?:the|a|an|of|in|for|its|their|was|were|is|are|there|and|to|from|both|any)"
_SMALL_LAST = r"(?:in|of|for|at|the|and|from|to|be|between|during|was|were|is|are|did|as|on|by|over)"
TRIM = re.compile(rf"^(?:[ ,.;:'’\"“”-]|\b{_SMALL}\b)+|(?:[ ,.;:\"“”-]|\b{_SMALL_LAST}\b)+$", re.IGNORECASE)
STATEMENT = re.compile(
    r" ?,? ?\b(?:from|per|in|on|according to|based on|as (?:reported|shown|stated) (?:in|on)) (?:the )?"
    r"(?:company['’]s )?(?:consolidated )?(?:cash[- ]?flow statements?|statements? of (?:cash flows?|income|operations"
    r"|earnings|financial position)|balance sheets?|income statements?|p ?& ?l(?: statement)?)",
    re.IGNORECASE,
)
PERCENT_WORDS = re.compile(r"\b(?:percent(?:age)?|per cent|margins?|growth rate|tax rate|yield)\b|%", re.IGNORECASE)

"""The phrases of follow-up questions, as patterns. They match text whose words are parted by single blanks."""

import re

MOST_CHARACTERS = 300
"""The longest question that may be a follow-up. A longer one is complete in itself."""


def _whole(*alternatives: str) -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(alternatives)})", re.IGNORECASE)


LEAD = re.compile(
    r"(?:and what about|what about|how about|and how about|what if it (?:is|was)|and|but|or|so|ok|okay|now|then|also"
    r"|please|no|sorry|actually|i mean|i meant|rather|instead|thanks|thank you|great|can you|could you|would you"
    r"|let me see|i want|same question|(?:the )?same(?: thing| question| figure"
    r"| again)?(?! (?:quarter|period|month|half|year)))\b[,:;.!]?(?: |$)",
    re.IGNORECASE,
)
"""A word or phrase that begins a follow-up and has no meaning of its own."""

ASKS = re.compile(
    r"^(?:what|which|who|whose|whom|when|where|why|how|did|does|do|is|are|was|were|has|have|had|can|could|will|would"
    r"|should|list|summari[sz]e|describe|explain|compare|calculate|compute|find|name)\b",
    re.IGNORECASE,
)
"""How a whole sentence that asks begins."""

SHOW = re.compile(
    r"^(?:show|give|tell|get|display|see|print)(?: (?:me|us))?(?: (?:it|that|this|them))?\b ?", re.IGNORECASE
)
GREETING = _whole(r"(?:hi|hello|hey|thanks|thank you|great|ok(?:ay)?|cool|good|perfect|yes|no)(?: .{0,20})?")

_IT = (
    r"(?:it|that|this|they|those|these|the (?:change|figure|number|amount|value|result|increase"
    r"|decrease|decline|drop|rise))"
)
_MOVES = r"(?:change|fall|rise|grow|drop|decline|decrease|increase|improve|worsen|go (?:up|down)|happen|move)"
WHY = _whole(
    r"why(?: so| (?:is|was|are|were) (?:it|that|this|they)(?: so)?(?: \w+)?| (?:that|this))?",
    rf"why (?:did|has|have|does|do) {_IT} (?P<verb>{_MOVES})d?(?: so much)?",
    rf"what (?:drove|caused|explains?|is behind|was behind|led to) (?:{_IT})(?: (?:{_MOVES}|change))?",
    r"(?:what (?:is|was|were|are) )?(?:the )?(?:reasons?|causes?|drivers?|explanations?)(?: (?:for|of"
    r"|behind) (?:it|that|this))?",
    r"how come",
    r"explain(?: (?:it|that|this))?",
)
BY_PARTS = _whole(
    r"(?:broken down |split |a (?:split|breakdown) |breakdown )?(?:by|per|for each|for every"
    r"|for all(?: the)?|of each) "
    r"(?:the )?(?P<axis>(?:business |operating |reportable |reporting |geographic(?:al)? )?"
    r"(?:segment|division|business unit|region|geography|country|product(?: line| category)?|market"
    r"|brand|channel|customer"
    r"|currency|maturity|tranche|subsidiary)(?:s|ies)?)",
    r"(?:break|split) (?:it|that|this|them)(?: down)?(?: (?:by|into))? (?:the )?(?P<axis2>\w+(?: \w+)?)",
    r"(?:the )?(?P<axis3>segments|divisions|regions|countries|products|geographies)",
)
SHARE = _whole(
    r"(?:expressed |stated |shown )?(?:as|in) (?:an? )?(?:percent(?:age)?|per cent|%|share|proportion"
    r"|fraction|multiple|ratio)"
    r"(?: of| to) (?:the |its |their )?(?P<of>.{2,80})",
    r"(?:relative|compared|in relation|as compared) to (?:the |its |their )?(?P<to>.{2,80})",
    r"(?:divided by|over|per) (?:the |its |their )?(?P<over>.{2,80})",
    r"what (?:percent(?:age)?|share|proportion|%) of (?:the |its |their )?(?P<what>.{2,60}?) (?:is"
    r"|was|are|were) (?:that|it|this)",
)
OPERATION = _whole(
    r"(?:the |its )?(?P<op>(?:annual |yearly |year[- ]over[- ]year |percent(?:age)? |compound annual )?"
    r"(?:growth(?: rate)?|change|increase|decrease|cagr|average|total|sum|difference))",
    r"how much (?:did|has|have|does) (?:it|that|this|they) (?P<verb>change|grow|grown|increase"
    r"|decrease|rise|fall|decline|drop)d?",
    r"(?:did|has|have) (?:it|that|this|they) (?P<did>change|grow|grown|increase|decrease|rise|fall"
    r"|decline|improve)d?",
)
MARGIN = _whole(r"(?:the |its |and the )?(?:margin|% margin|margin percentage)", r"as (?:a )?margin")
PER_SHARE = _whole(r"(?:(?:and )?per (?:diluted |basic )?share)(?: basis)?", r"on a per[- ]share basis")
CURRENCY = _whole(
    r"(?:convert(?:ed)? (?:it |that |them )?(?:in)?to|in|expressed in) (?:us |u\.s\. |canadian |australian )?"
    r"(?:euros?|eur|dollars?|usd|pounds?(?: sterling)?|sterling|gbp|yen|jpy|swiss francs?|chf"
    r"|renminbi|rmb|yuan|cny|cad|aud"
    r"|rupees|inr|[€$£¥])",
)
UNIT = _whole(
    r"(?:in|to) (?:the )?(?:nearest )?(?:thousand|million|billion)s?(?: of (?:dollars|euros))?",
    r"(?:in|as a?) ?(?:percent(?:age)?|%)(?: terms)?",
    r"rounded to .{3,30}",
    r"to (?:one|two|three|\d) decimals?(?: places)?",
)
PARENT = _whole(
    r"(?:for |of )?(?:the )?parent(?: company)?(?: only| alone)?|parent[- ]only|stand-?alone(?: basis)?"
    r"|unconsolidated|on a (?:stand-?alone|parent[- ]only|unconsolidated) basis",
)
GUARANTORS = _whole(
    r"(?:for |of )?(?:the )?(?:(?:subsidiary )?(?P<who>guarantors?|non-?guarantors?|issuers?)(?: subsidiaries)?)"
)
CONSOLIDATED = _whole(
    r"(?:for |of )?(?:the )?(?:consolidated(?: (?:group|total|figure|basis))?|group(?: total)?"
    r"|whole (?:company|group)|total|overall|in total|all segments|all of it)"
)
STATEMENT = _whole(
    r"(?:from |in |on )?(?:the |its )?(?P<statement>income statement|balance sheet|cash[- ]?flow statement"
    r"|statement of (?:operations|cash flows|income|financial position)|p&l)",
)
PEER = re.compile(
    r"\b(?:competitors?|peers?|rivals?|competition|the others?|another (?:company|issuer)|comparable(?:s| companies)?"
    r"|(?:its|their|the) (?:parent|subsidiary|customer|supplier|acquirer|target|predecessor|successor)"
    r"|other (?:company|companies|issuers?))\b",
    re.IGNORECASE,
)
COMPARE = re.compile(
    r"^(?:(?:how does (?:it|that|this) )?compares?d?(?: (?:it|that|this))?(?: (?:to|with|against))"
    r"|versus|vs\.?|against"
    r"|(?:and |or )?compared (?:to|with)|relative to) (?P<what>.+)$",
    re.IGNORECASE,
)
SOURCE = _whole(
    r"(?:what|which) (?:page|document|source|table)(?: is (?:it|that|this)(?: (?:on|in|from))?)?",
    r"where (?:is|was|does|did) (?:it|that|this)(?: \w+){0,3}",
    r"(?:show (?:me )?)?(?:the )?(?:source|page|evidence|quote)s?",
    r"how (?:did you|was (?:it|that)|is (?:it|that)) (?:compute|calculate|get|computed|calculated"
    r"|know)d?(?: (?:it|that|this))?",
    r"(?:are you )?sure",
    r"again|repeat(?: (?:it|that))?",
)
OF_ALL = re.compile(
    r"\b(?:(?:which|what|any|all|every|each|how many) (?:of (?:the|these|those) )?(?:other )?"
    r"(?:compan(?:y|ies)|issuers?|borrowers?|documents?|filings?|agreements?)|across (?:all|the)"
    r"|among (?:all|the)|anyone|who else)\b",
    re.IGNORECASE,
)
"""A question about several issuers or documents carries no issuer over."""

OWNER = re.compile(
    r"\b(?:its|their|(?:the|this|that|these) (?:company|group|issuer|borrower|firm|registrant)['’]s)\b", re.IGNORECASE
)
ACTOR = re.compile(
    r"\b(?:(?:the|this|that|same) (?:same )?(?:company|group|issuer|borrower|firm|registrant)|they|it)\b",
    re.IGNORECASE,
)
IT_MOVES = re.compile(
    rf"\b(?P<it>it|that|this|they)(?= (?:has |have )?(?:{_MOVES}|grown|fallen|risen|compare|develop"
    rf"|evolve|changed)\w*\b)",
    re.IGNORECASE,
)
THERE = re.compile(
    r"\b(?:then|in that year|that year|that (?:quarter|period)|the same (?:year|quarter|period)"
    r"|at that (?:time|date))\b",
    re.IGNORECASE,
)
"""Words for the periods of the question before."""

IT_THING = re.compile(
    r"\b(?P<it>it|they|this|that|these|those)(?= (?:mature|expire|bear|accrue|rank|amount to|come due"
    r"|mean|fall due|apply)s?\b)",
    re.IGNORECASE,
)
"""A pronoun for what was asked about, not for the issuer."""
THEM = re.compile(
    r"(?P<verb>summari[sz]e|list|describe|explain|compare|discuss)(?: (?:it|them|that|this|these"
    r"|those|all))?(?: (?:briefly|please|in short))?",
    re.IGNORECASE,
)
NO_OBJECT = re.compile(r"^how many(?= (?:did|does|do|has|have|had|were|are)\b)", re.IGNORECASE)
COUNT_ONLY = re.compile(r"how many (?P<things>[\w' -]{3,60})", re.IGNORECASE)
WHICH_IS = re.compile(
    r"which (?:one|of (?:them|the two|these)|company)?\s*(?:is|was|has|had) (?:the )?(?P<more>larger"
    r"|largest|higher|highest|greater|greatest"
    r"|bigger|biggest|lower|lowest|smaller|smallest|more|less|better|worse)(?: one)?",
    re.IGNORECASE,
)

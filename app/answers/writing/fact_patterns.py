"""Patterns of facts in text: which words of a question ask for which fact, and which words of a document state it.

The relations are general: offices, auditors, people in roles, listings, ratings, parties of agreements. They name no
company. All repetitions are bounded, so that every pattern takes linear time.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from app.answers.kinds import Expected
from app.quantities.months import MONTH

_WORD = r"[A-Z][\w&.'’-]{0,30}"
_NAME = rf"{_WORD}(?: (?:of |and |& |de |van |von |the )?{_WORD}){{0,5}}"
PERSON = re.compile(
    r"(?<![.\w])[A-Z][a-z'’-]{1,20}(?: [A-Z]\.?(?: [A-Z]\.)?)?(?: (?:de |van |von |del )?[A-Z][A-Za-z'’-]{1,25}){1,2}"
)
ORGANISATION = re.compile(
    rf"{_NAME},? (?:LLP|L\.L\.P\.|PLLC|LLC|L\.P\.|N\.A\.|Inc\.?|Corp(?:oration|\.)?|plc|Ltd\.?|Limited|Company"
    rf"|Co\.|AG|SE|"
    r"S\.A\.|N\.V\.|Bank|Group|GmbH|Trust(?: Company)?|National Association|Partners|Associates)"
)
PLACE = re.compile(
    rf"\b(?:in|at|near|from|around|across|throughout|of) (?:the |central |downtown |northern |southern |eastern "
    rf"|western )?"
    rf"(?!{MONTH}\b|Q[1-4]|Item|Note|Part|Section)(?-i:{_WORD})"
    rf"|(?-i:{_WORD}(?: {_WORD}){{0,2}}), (?-i:[A-Z][a-z]+|[A-Z]{{2}})\b",
    re.IGNORECASE,
)
DATE = re.compile(
    rf"\b(?:{MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?,? (?:19|20)\d\d|\d{{1,2}} {MONTH},? (?:19|20)\d\d"
    rf"|{MONTH},? (?:of )?(?:19|20)\d\d"
    r"|(?:19|20)\d\d-\d\d-\d\d|(?:(?:early|mid|late|the|first|second|third|fourth|half|quarter|end|of|fiscal|FY"
    r"|year|in|by|until|since)[ -]){1,6}"
    r"(?:19|20)\d\d"
    r"|(?:\d{1,3}|[a-z]+)(?: \(\d{1,3}\))? (?:calendar )?(?:days|months|years|weeks)"
    r"|(?:first|second|third|fourth) (?:quarter|half))\b",
    re.IGNORECASE,
)
COUNT = re.compile(
    r"(?<![\d.,$€£])(?!(?:19|20)\d\d\b(?! (?!and\b|to\b)[a-z]+s\b))\d{1,3}(?:,\d{3})+(?![\d,])"
    r"|(?<![\d.,$€£-])(?!(?:19|20)\d\d\b)\d{1,6}(?![\d%]|[.,]\d)"
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|hundred|"
    r"no|none|both|several|single)\b",
    re.IGNORECASE,
)
MONEY = re.compile(
    r"[$€£¥]\s?\d|\b(?:USD|EUR|GBP|CHF|JPY|CAD|AUD)\s?\d|\d(?:\.\d+)? (?:million|billion|thousand)|\bcents\b"
)
SHARE = re.compile(
    r"\d(?:\.\d+)?\s?%|\bper ?cent|\bbasis points\b|\d(?:\.\d+)?\s?x\b|\d(?:\.\d+)? to \d|\d(?:\.\d+)? times\b"
    r"|\b(?:half|third|quarter)\b"
)
_TYPES: dict[Expected, tuple[re.Pattern[str], ...]] = {
    Expected.NAME: (ORGANISATION, PERSON),
    Expected.PLACE: (PLACE,),
    Expected.DATE: (DATE,),
    Expected.COUNT: (COUNT,),
    Expected.AMOUNT: (MONEY, SHARE, COUNT),
    Expected.SHARE: (SHARE, MONEY),
}


def has_expected(expected: Expected, text: str) -> bool:
    """Return whether a text has what a question asks for: a name, a place, a date, a number."""
    patterns = _TYPES.get(expected)
    return patterns is None or any(pattern.search(text) for pattern in patterns)


@dataclass(frozen=True, slots=True)
class Relation:
    """A well-known fact: the words of questions for it, and those of the text that states it."""

    name: str
    asks: re.Pattern[str]
    states: re.Pattern[str]
    against: re.Pattern[str] | None = None


def _relation(name: str, asks: str, states: str, against: str | None = None) -> Relation:
    flags = re.IGNORECASE
    return Relation(
        name, re.compile(asks, flags), re.compile(states, flags), re.compile(against, flags) if against else None
    )


_FORMER = (
    r"\b(?:former(?:ly)?|previous(?:ly)?|until|stood down|step(?:s|ped) down|retired|resigned|predecessor|dismissed)\b"
)

RELATIONS: tuple[Relation, ...] = (
    _relation(
        "auditor",
        r"\bauditors?\b|\baudit(?:s|ed)? (?:firm|the|its|by|first|[a-z]+['’]s)|\baccountants?\b|\bwho audits?\b"
        r"|accounting firm",
        r"(?:independent (?:registered )?(?:public )?(?:accounting firm|accountants|auditors?)"
        r"|\bstatutory auditors?|\bauditors?\b)"
        r"[^.]{0,160}(?-i:LLP|PLLC|P\.C\.|PC\b|& Co|GmbH|AG\b|Limited|CPAs?|[A-Z][a-z]+ (?:& )?[A-Z][a-z]+)"
        r"|(?-i:LLP|PLLC)[^.]{0,120}(?:independent|auditors?|audited)",
        r"\bresponsib|\bcommittee (?:is|reviews|oversees)",
    ),
    _relation(
        "headquarters",
        r"\bhead ?quarter|\bhead office\b|\bwhere (?:is|are) (?:the )?[^?]{0,60}(?:based|located|situated)\b"
        r"|principal (?:executive )?offices?",
        r"(?:head ?quarter(?:s|ed)|head office|principal (?:executive )?offices?"
        r"|corporate offices?)\b[^.]{0,140}(?-i:[A-Z][a-z]+)",
        r"\b(?:former|move[ds]?|relocat)",
    ),
    _relation(
        "registered office",
        r"\bregistered (?:office|agent|address)\b",
        r"\bregistered (?:office|agent|address)\b[^.]{0,140}(?-i:[A-Z][a-z]+)",
    ),
    _relation(
        "employees",
        r"\bhow many (?:people|employees|staff|workers|persons|full-time)|\bhead ?count\b"
        r"|\bnumber of (?:employees|people|staff)"
        r"|\bhow (?:big|large) is (?:the|its) (?:workforce|staff)|\bwork(?:s|ed)? (?:for|at)\b",
        r"\b(?:employ(?:s|ed)?|had|have|has|of|workforce)\b[^.]{0,60}?\d[\d,]*[^.]{0,40}?\b(?:employees|people"
        r"|colleagues|associates|team members|"
        r"staff|persons|workers)|\d[\d,]* (?:full-time |regular |active |permanent )?(?:employees|colleagues"
        r"|associates|team members|people)",
        r"\bplans?\b|\bbenefit|\bretire|\blaid off|\bstock option|\boccupied by\b|\b(?:site|campus|buildings?)\b",
    ),
    *(
        _relation(name, asks, rf"(?:{states})", _FORMER)
        for name, asks, states in (
            ("chief executive", r"\bceo\b|chief executive|\bwho (?:runs|leads|heads)\b", r"chief executive|\bCEO\b"),
            (
                "chief financial officer",
                r"\bcfo\b|chief financial|finance (?:director|chief)",
                r"chief financial|finance director|\bCFO\b",
            ),
            ("chair", r"\bchair(?:man|woman|person)?\b", r"\bchair(?:man|woman|person)?\b"),
            ("president", r"\bpresident\b", r"\bpresident\b"),
            ("general counsel", r"\bgeneral counsel\b", r"\bgeneral counsel\b"),
        )
    ),
    _relation(
        "trading symbol",
        r"\bticker\b|\b(?:trading|stock|ticker) symbol\b|\bsymbol\b",
        r"\b(?:under the (?:ticker |trading |stock )?symbol|trading symbol|ticker(?: symbol)?)\b|(?-i:\((?:NYSE"
        r"|Nasdaq|NASDAQ|LSE)[^)]{0,20}\))",
    ),
    _relation(
        "exchange",
        r"\b(?:which|what|where)\b[^?]{0,60}\b(?:exchange|listed|traded|quoted)\b",
        r"\b(?:stock (?:exchange|market)|nyse|nasdaq|listed on|admitted to trading)\b",
    ),
    _relation(
        "incorporation",
        r"\b(?:incorporated|founded|established|organi[sz]ed|formed)\b",
        r"\b(?:incorporated|founded|established|organi[sz]ed|formed)\b (?:under|in|as|by|on)\b",
    ),
    _relation(
        "law firm",
        r"\blaw firm\b|\blawyers?\b|\blegal (?:counsel|advis[eo]rs?)\b|\bcounsel\b",
        r"(?-i:LLP|PLLC|L\.L\.P\.|P\.C\.)[^.]{0,160}\b(?:counsel|legal)|\b(?:counsel|legal (?:matters|opinion)"
        r"|validity)\b[^.]{0,200}(?-i:LLP|PLLC|P\.C\.)",
    ),
    _relation(
        "business",
        r"\bwhat (?:does|do) [^?]{2,60} (?:do|make|sell|produce)\b|\bwhat (?:industry|sector|kind of (?:company"
        r"|business)|line of business)\b",
        r"\b(?:is|are|we are) (?:an? |the |one of the )?(?:\w+[ -]){0,3}?(?:leader|provider|manufacturer"
        r"|producer|developer|operator|company|"
        r"retailer|distributor|supplier|bank|insurer|designer|owner)\b|\b(?:engaged? in|develops?|designs?"
        r"|manufactures?|principal activit)",
        r"\bcompetit|\brisk",
    ),
    _relation(
        "coupon",
        r"\b(?:interest|coupon)\b[^?]{0,60}\b(?:notes?|bonds?|debentures?)\b"
        r"|\b(?:notes?|bonds?|debentures?)\b[^?]{0,60}\b(?:interest|coupon)\b",
        r"\d{1,2}(?:\.\d{1,4})?%[^.]{0,40}\b(?:notes|bonds|debentures)\b"
        r"|\b(?:notes|bonds|debentures)\b[^.]{0,60}\b(?:bear|accrue)[^.]{0,40}\d{1,2}(?:\.\d{1,4})?%",
        r"\bredeem|\brepurchase|\bexchange\b",
    ),
    _relation("trustee", r"\btrustee\b", r"\bas (?:the )?(?:\w+ )?trustee\b|\btrustee\b[^.]{0,80}(?-i:Bank"
                                         r"|Trust|N\.A\.)"),
    _relation(
        "administrative agent",
        r"\b(?:administrative |collateral |facility )?agent\b",
        r"\bas (?:the )?(?:administrative|collateral|facility) agent\b",
    ),
    _relation("rating", r"\brat(?:ing|ed)\b", r"(?-i:\b(?:AAA|AA|A|BBB|BB|B|CCC|Aaa|Aa|Baa|Ba|B"
                                              r"|Caa)[123+-]?\b)[^.]{0,80}|\brated\b"),
    _relation(
        "term of an agreement",
        r"\bhow long (?:is|does|will|was) [^?]{0,80}\b(?:term|last|run|effect|agreement|contract)\b|\binitial term\b",
        r"\bterm of (?:this|the) (?:\w+ ){0,2}?(?:agreement|contract)\b[^.]{0,120}\b(?:years?|months?|until)\b"
        r"|\b(?:shall|will) have an? (?:initial )?term of\b|\binitial term\b[^.]{0,120}\b(?:years?|months?)\b"
        r"|\b(?:shall|will) (?:continue|remain) in (?:full force and )?effect\b[^.]{0,100}\b(?:years?|months?|until)\b",
    ),
    _relation(
        "drawn credit",
        r"\b(?:drawn|borrowed|drew|used|tapped|outstanding)\b[^?]{0,60}\b(?:revolver|revolving|credit (?:facility|line"
        r"|agreement))\b",
        r"\b(?:no|nothing|none|not|\$ ?\d[\d,.]*(?: (?:million|billion))?)\b[^.]{0,80}"
        r"\b(?:outstanding|borrow\w*|drawn)\b[^.]{0,100}"
        r"\b(?:revolv\w*|credit (?:facility|agreement|line)|facilit(?:y|ies))\b"
        r"|\b(?:revolv\w*|credit (?:facility|agreement))\b[^.]{0,80}\b(?:undrawn|no (?:amounts?|borrowings))\b",
    ),
    _relation(
        "maturity",
        r"\b(?:mature|matures|maturity|due|come due|expire|expires|repaid|repay)\b",
        rf"\b(?:matur\w+|due|expir\w+|repay\w*)\b[^.]{{0,100}}(?:{MONTH}|(?:19|20)\d\d)",
    ),
)  # fmt: skip


@lru_cache(maxsize=1024)  # a question is compared with every sentence of its pages
def find_relation(question: str) -> Relation | None:
    """Return the well-known fact that a question asks for."""
    return next((relation for relation in RELATIONS if relation.asks.search(question)), None)

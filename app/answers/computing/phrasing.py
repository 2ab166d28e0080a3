"""Say in the grammar's words what everyday questions ask, when their issuers and periods are taken out.

"How much cash did they throw off from operations" asks for operating cash flow, "how fast did sales grow" for the
growth rate of sales. The rules are of English, not of any issuer. All patterns are bounded.
"""

import re
from collections.abc import Collection

COMPANY = "the company"
_NAMED = rf"{COMPANY}(?:['’]s?(?!\w))?"
_JOINED = r"(?:,? (?:and|or|vs\.?|versus|to|with) |, )"
_COMPANIES = re.compile(
    rf"{_NAMED}(?:{_JOINED}{_NAMED})*(?<=['’]s)|{_NAMED}(?:{_JOINED}{_NAMED})*(?<=['’])"
    rf"|(?:\b(?:of|at|by|for|in|from)\s+)?{COMPANY}(?:{_JOINED}{COMPANY})*(?!\w|['’])",
    re.IGNORECASE,
)
_BASED_ON = re.compile(
    r"\b(?:based on|using|according to|judging by|going by) (?:the |its |their )?([^,.?]{2,30}?)(?:['’]s)? "
    r"(?:data|figures|numbers|financials|results|information)\b",
    re.IGNORECASE,
)
_POINT = r"(?:(?<=inc|ltd|orp)\.)?"
"""The point of an abbreviation that ends a name."""
_ROLE = re.compile(r"\b(?:as|of|in) (?:the )?(?:fiscal )?(?:year[- ]?end|close)\b", re.IGNORECASE)
_X = r"(?P<x>[^?.;]{2,90}?)"
_DID = r"(?:did|does|do|has|have|is|are|was|were)"
_THEY = r"(?:(?:the )?(?:business|company|group|firm)(?: of)? |it |they )?"
_ITS = r"(?:the |its |their )?"
_KIND = (
    r"(?P<kind>(?:business |operating |reportable |geographic |product )?(?:segment|division|business unit|region"
    r"|country|geography|market|product line|product category|product|line of business|business line"
    r"|service line))s?"
)
_MORE = r"(?P<more>biggest|largest|highest|greatest|most|smallest|lowest|least|fewest)"
_HAD = (
    r"(?:had|has|have|brought in|brings in|generated?s?|made|makes|sold|sells|earned|recorded|reported|posted"
    r"|contributed?|delivered)"
)
_GET = r"(?:get|make|earn|generate|derive|bring in|book|record|report|come|have)d?"
_GREW = r"(?:grow(?:n|ing)?|increas(?:e|ed|ing)|ris(?:e|en|ing)|expand(?:ed|ing)?|chang(?:e|ed))"
_MOVED = r"(?:chang(?:e|ed)|increased?|decreased?|grow|grown|rise|risen|fall|fallen|declined?|drop(?:ped)?|improved?)"
_PERCENT = r"(?:percent(?:age)?|per cent|%)"
_OWN_SHARES = r"(?:its |their )?(?:own )?(?:stock|shares)"
_FIXED_ASSETS = r"(?:property,? plant,? and equipment|pp&e|fixed assets|property and equipment|plant and equipment)"
_STATEMENT = (
    r"(?:consolidated )?(?:income statements?|balance sheets?|cash flow statements?|financial statements?|p&l"
    r"|filings?|reports?|10-[kq])"
)
_MOVES = (
    (r"\b(?:grow|rise|increase|improve|expand|go up|gain) or "
     r"(?:shrink|fall|decline|decrease|worsen|go down|contract|lose|drop)\b", "change"),
    (r"\b(?:went|gone|go) up\b", "increase"),
    (r"\b(?:went|gone|go) down\b", "decrease"),
    (rf"^\W*(?:at what rate|how (?:fast|quickly|rapidly)) {_DID} {_X} {_GREW}\W*$",
     r"what was the growth rate of \g<x>"),
    (rf"^\W*(?:by )?(?:what|how many) {_PERCENT} {_DID} {_X} {_MOVED}(?: by)?\W*$",
     r"what was the percentage change in \g<x>"),
)  # fmt: skip
_MONEY = (
    (rf"^\W*how much (?:cash|money) {_DID} {_THEY}(?:generate|throw off|produce|bring in|make|earn|get)d? "
     r"(?:from|through|in) (?:its |their )?(?:operations|operating activities|running the business)",
     "what was operating cash flow"),
    (rf"^\W*how much (?:cash|money) {_DID} {_THEY}(?:generate|throw off|produce)d?\W*$",
     "what was operating cash flow"),
    (rf"^\W*how much (?:cash|money) {_DID} {_THEY}(?:have|hold|keep|sit|sitting|left)(?: left| in)?"
     r"(?: on(?: hand)?| in the bank)?\W*$", "what were cash and cash equivalents"),
    (rf"^\W*how much (?:money )?{_DID} {_THEY}(?:invest|spend|spent|put)(?:ed)? (?:in|on|into) (?:new )?"
     rf"{_FIXED_ASSETS}\W*$", "what were capital expenditures"),
    (rf"^\W*how (?:much|many) (?:of its )?(?:own )?(?:stock|shares|equity) {_DID} {_THEY}"
     r"(?:buy back|bought back|repurchase)d?\W*$", "what were share repurchases"),
    (rf"^\W*how much {_DID} {_THEY}(?:spend|spent|pay|paid) (?:on|for) (?:buying back|repurchasing) {_OWN_SHARES}\W*$",
     "what were share repurchases"),
    (rf"^\W*how much (?:money )?{_DID} (?:its |their )?customers owe\b.{{0,80}}$", "what were accounts receivable"),
    (rf"^\W*how much (?:money )?{_DID} {_THEY}owe (?:to )?(?:its |their )?(?:suppliers|vendors)\W*$",
     "what were accounts payable"),
    (rf"^\W*how much (?:of a )?(?:cash )?dividends? (?:per|a) share {_DID} {_THEY}(?:declare|pay)d?\W*$",
     "what were dividends declared per share"),
    (rf"^\W*(?:roughly |about )?how (?:many times|often) {_DID} {_THEY}(?:turn(?:ed)? over|turn|sell|sold) "
     r"(?:through )?(?:its |their )?(?:entire )?inventor(?:y|ies)\b.{0,80}$", "what was inventory turnover"),
    (rf"^\W*how much (?:money )?{_DID} {_THEY}(?:lose|lost|(?:make|earn) or lose)\W*$", "what was net income"),
    (r"^\W*what (?:did|does) (?:each(?: of them)? |it |they )?(?:make|earn)(?: or lose)?\W*$", "what was net income"),
    (rf"^\W*how much (?:money )?{_DID} {_THEY}(?:lose|lost) (?:on|in|from) {_ITS}{_X}\W*$",
     r"what was operating income from \g<x>"),
    (rf"^\W*how much (?:money )?{_DID} {_THEY}(?:set|put) aside for "
     r"(?:bad (?:loans|debts?)|(?:credit|loan) losses)\W*$",
     "what was the provision for credit losses"),
    (r"^\W*(?:what|how much|which) (?:share|part|portion|percent(?:age)?|fraction)? ?(?:of )?"
     rf"{_ITS}(?:profits?|earnings|net income) {_DID} {_THEY}(?:pay out|paid out|distribute|return)d? "
     r"(?:as|in|through|to) (?:cash )?(?:dividends?|shareholders).{0,80}$", "what was the dividend payout ratio"),
)  # fmt: skip
_PARTS = (
    (rf"^\W*(?:what|which) (?:was|is|were|are) {_ITS}{_MORE} {_KIND} (?:by|in terms of|on) {_X}\W*$",
     r"which \g<kind> had the \g<more> \g<x>"),
    (rf"^\W*(?:what|which)(?: of {_ITS})? ?{_KIND}(?: of)? {_HAD} (?:the )?{_MORE}(?: of)? {_X}\W*$",
     r"which \g<kind> had the \g<more> \g<x>"),
    (rf"^\W*how much (?P<y>[^?.;]{{2,60}}?) {_DID} {_THEY}{_GET} (?:from|in) {_ITS}{_X}\W*$",
     r"what was \g<y> from \g<x>"),
    (r"\b(revenue|net income|profit) of (in|from|on) ", r"\1 \2 "),
    (rf"^\W*how much (?:money )?{_DID} {_THEY}sell in {_ITS}{_X}\W*$", r"what was revenue from \g<x>"),
)  # fmt: skip
_DUE = (
    (rf"^\W*how much (?P<y>[^?.;]{{2,40}}?) {_DID} {_THEY}(?:have |has )?(?:maturing|falling due|coming due|due"
     r"|to (?:repay|pay back))\W*$", r"what were \g<y> maturities"),
    (rf"^\W*how much (?:of )?{_ITS}(?P<y>[^?.;]{{2,40}}?) (?:(?:comes?|falls?|is|are|will (?:be|come|fall))"
     r"(?: coming)? due|(?:will )?matures?|(?:is|are) maturing)\W*$", r"what were \g<y> maturities"),
)  # fmt: skip
_AROUND = (
    (r"\b(?:(?:explicitly|directly|clearly) )?(?:outlined|disclosed|shown|reported|stated|recorded|presented) "
     rf"(?:(?:in|on) )?{_ITS}{_STATEMENT}\b", " "),
    (r" (?:explicitly|directly|clearly) (?:outlined|disclosed|shown|reported|stated|recorded|presented)\W*$", ""),
    (r"\b(?:the )?(?:quantity|amount|value|size|level) of (?=\w)", ""),
    (r"\boperating (?:profit|income|earnings) or loss\b", "operating income"),
    (r"\bEBIT from operations\b", "operating income"),
    (r"\bnet profit or loss\b", "net income"),
    (r" (?:with|to|and) (?:that|those)(?: of)?\W*$", ""),
    (r" (?:left|remaining|in total|overall|altogether|all told)\W*$", ""),
)  # fmt: skip
_RULES = tuple(
    (re.compile(pattern, re.IGNORECASE), change) for pattern, change in (*_MOVES, *_MONEY, *_PARTS, *_DUE, *_AROUND)
)


def name_companies(question: str, phrases: Collection[str]) -> str:
    """Write "the company" for the phrases that name the issuers: the longest first."""
    for phrase in sorted(filter(None, phrases), key=len, reverse=True):
        named = rf"(?<![\w&])(?:the )?{re.escape(phrase)}{_POINT}(?![\w&])"
        question = re.sub(named, COMPANY, question, flags=re.IGNORECASE)
    return _BASED_ON.sub(r"for \1", question)


def without_companies(text: str) -> str:
    """Remove "the company", several of them with what joins them, and the preposition before them if it has no object
    left: "of the company's sales" is "of sales".
    """
    return " ".join(_COMPANIES.sub(" ", text).split())


def say_plainly(rest: str) -> str:
    """Return a question without issuers and periods in the grammar's words; as it is, if no rule fits."""
    text = " ".join(_ROLE.sub(" ", rest).split())
    for pattern, change in _RULES:
        text = pattern.sub(change, text, count=1)
    return " ".join(text.split())

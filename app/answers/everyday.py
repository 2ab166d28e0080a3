"""Words of questions that documents put otherwise, as stems.

People ask for the staff, and a report has employees. A word of a question counts as said if a sentence has one of its
other words. The groups are everyday English beside the words of reports; they are of no company.
"""

import re
from functools import cache

from app.retrieval.index.lexicon import tokenise
from app.retrieval.questions.understanding import Understanding

_GROUPS = """
    employees staff headcount workforce people personnel colleagues associates employed worker work works working
    headquarters headquartered based office offices located executive
    auditor auditors audit accountants accountant accounting audited
    ceo chief executive
    cfo chief financial
    boss chief executive
    dividend dividends distribution shareholders payout
    buyback buybacks repurchase repurchases repurchased
    stores shops locations restaurants outlets branches
    jets aircraft airplanes planes
    planes aircraft airplanes jets
    airplanes aircraft jets planes
    delivered deliveries delivery
    revolver revolving facility credit
    drawn borrowed borrowings outstanding
    store shop location restaurant outlet branch
    brew brews brewery breweries brewed
    factories factory plants plant facilities manufacturing
    lawsuit lawsuits litigation suit sued proceedings proceeding claim court complaint plaintiff
    debt borrowings indebtedness loan loans notes facility
    bonds notes bond debentures
    due mature matures maturity maturities maturing
    expire expires mature matures terminate terminates expiration termination
    money cash funds liquidity
    last fund runway enough sufficient
    customers customer clients client
    sell sold sales revenue revenues
    sales revenue revenues turnover
    profit income earnings profits
    earn earned income earnings profit
    buy bought acquire acquired acquisition acquisitions purchase purchased
    takeover acquisition merger acquired
    bankrupt bankruptcy going concern insolvency
    business concern operations
    doubt uncertainty
    owner owns owned shareholder holder holders stockholders
    rating ratings rated
    allowed permitted permit permits exceed limit limits limited require requires required
    stay continue remain survive
    battle battles litigation lawsuit lawsuits proceeding proceedings
    industry industries business sector leader provider manufacturer
    acquisitions acquisition acquired acquire acquires purchase
    geography geographies geographic region regions country countries
    outstanding issued
    pay pays paid payable payment payments dividend dividends
    pay price consideration
    jobs job positions position employees workforce
    cut cuts cutting reduce reduces reduced reduction reductions lower lowered
    shareholders shareholder dividend dividends stockholders distributions restricted
    interest rate coupon bears
    lawyers counsel legal attorneys law
    risks risk
    guidance outlook expects expect expected forecast
    raise raised increase increased
    shrink shrank decline declined decrease decreased fall fell
    fall fell decline declined decrease decreased lower
    rise rose increase increased grew growth higher
    grow grew growth increase increased rose
    big largest biggest major significant
    biggest largest principal major
    main principal primary
    quit resigned resignation departed left retired
    fired terminated dismissed
    replace succeeded successor appointed
    succeed succeeded successor appointed
    fine fines penalty penalties settlement
    ticker symbol
    listed listing traded exchange
    founded incorporated established formed organized
    segments segment divisions division businesses
    suppliers supplier vendors vendor
    competitors competitor compete competition rivals
    covenants covenant
    patents patent
    happened became outcome dismissed settled
    shareholders stockholders shareowners investors
    geographies geographic regions countries region
    retain retention retained
"""
_UNSAID = """
    positive negative
    time times may might must shall out under before less more than year quarter month again already just only
    against
    now today these days currently presently current company issuer business firm please tell give many much amount
    number long get got come came latest recent recently new what who when where which why how its their they
    happen happened become became main key primarily mainly exactly roughly so far still ever kind kinds type types
    sort any all some there here it that this those primary change changed changes compared vs versus between from
    reason reasons cause caused causes drove driven drive driver drivers due explain explains name names list
    whats hows go went up down whose would could should might mean means meaning definition counts qualifies
"""


_LAST_PERIOD = re.compile(
    r"\blast (?:fiscal |financial |reported )?(?:year|quarter|month|period|two|three|four|five|twelve|\d)",
    re.IGNORECASE,
)


@cache
def _unsaid() -> frozenset[str]:
    return frozenset(tokenise(_UNSAID))


@cache
def _groups() -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """Return the groups: the stems that a group is for, and all of its stems."""
    lines = [tokenise(line) for line in _GROUPS.strip().splitlines()]
    return tuple((frozenset(line[:1]), frozenset(line)) for line in lines)


def plain_terms(core: str, understanding: Understanding) -> frozenset[str]:
    """Return the stems of a question's words that an answer has to be about: without the issuers' names and words such
    as "now" that no answer repeats.
    """
    named = {term for forms in understanding.issuer_forms for form in forms for term in tokenise(form)}
    named |= {term for name in understanding.issuer_names for term in tokenise(name)}
    if not core.islower():  # "Where does Example Brewing brew?": only the capital is of the name
        named -= {term for word in core.split() if word[:1].islower() for term in tokenise(word)}
    terms = frozenset(understanding.key_terms) - named - _unsaid()
    if _LAST_PERIOD.search(core):
        terms -= frozenset({"last"})
    return terms or frozenset(understanding.key_terms) - named or frozenset(understanding.key_terms)


def related_terms(terms: frozenset[str]) -> dict[str, frozenset[str]]:
    """Return the other words for each stem of a question."""
    found: dict[str, frozenset[str]] = {}
    for heads, group in _groups():
        for term in terms & heads:
            found[term] = found.get(term, frozenset()) | group - {term}
    for heads, group in _groups():
        for term in terms & group - found.keys() - heads:
            found[term] = found.get(term, frozenset()) | (group - {term} if len(group) <= _MOST_SYMMETRIC else heads)
    return found


_MOST_SYMMETRIC = 9

"""How contracts word the clauses that reviewers look for: words that speak for a clause, and words against it.

The weights are a lawyer's sense of how much each wording says by itself. What a sum of weights is worth as a
probability is learnt (`workers.extraction.fields.grading`).
"""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Wording:
    """A wording and what it adds to the weight of its sentence. A sentence is in small letters, with single blanks."""

    weight: float
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class ClauseWords:
    """The wordings of a clause. A sentence counts only if it has `must`."""

    must: re.Pattern[str]
    wordings: tuple[Wording, ...]


def _clause(must: str, *wordings: tuple[float, str]) -> ClauseWords:
    return ClauseWords(re.compile(must), tuple(Wording(weight, re.compile(pattern)) for weight, pattern in wordings))


_CONSENT = r"(?:consent|approval|permission|authori[sz]ation)"
_TERMINATE = r"\b(?:terminat\w+|cancel\w*)\b"
_END = (
    r"\b(?:terminat\w+|cancel\w*|(?:end|withdraw|withdraw from|leave) (?:the|this|its) (?:agreement|contract|engagement"
    r"|arrangement|appointment)|withdraw)\b"
)

CLAUSES: Final = {
    "anti_assignment": _clause(
        r"\b(?:assign\w*|transfer\w*|delegat\w*|subcontract\w*)\b",
        (2, rf"\bwithout\b[^.;]{{0,80}}\b{_CONSENT}\b|\b{_CONSENT}\b[^.;]{{0,60}}\bof the other\b"),
        (
            2,
            r"\b(?:may|shall|will|can|must|is|are|does)\s?(?:not|neither)\b[^.;]{0,80}\b(?:assign"
            r"|transfer|delegate)|\bneither\b[^.;]{0,140}\b(?:assign|transfer|delegate)\w*"
            r"|\bno (?:party|assignment|transfer)\b"
            r"|\bnot (?:be )?(?:directly or indirectly )?(?:assign|transfer|delegat)\w*",
        ),
        (1.5, r"\b(?:this|the) (?:agreement|contract|franchise|license|addendum|lease)\b"),
        (1, r"\bright(?:s)?\b[^.;]{0,40}\bobligation|\bobligations?\b[^.;]{0,30}\bhereunder|\binterest\b"),
        (
            1.5,
            r"\bassign\w*\b[^.;]{0,80}\b(?:void|no (?:force|effect)|prohibited|invalid)\b"
            r"|\bvoid\b[^.;]{0,60}\bassign|\bnon-?assignable|\bnot assignable|\bpersonal to\b|\bnon-?transferable\b",
        ),
        (2.5, r"\bterminat\w+\b[^.;]{0,60}\b(?:event|upon|if)\b[^.;]{0,60}\bassign"),
        (
            -2,
            r"\bassign(?:s|ed)? (?:and transfers? )?(?:to \w+ )?all (?:right|of)|\bhereby assigns\b"
            r"|\bassigned to (?:perform|the|work|provide)\b|\bassign(?:ed)? (?:personnel|employees?"
            r"|staff|a )|\bpersonnel assigned|\bfunds? transfer|\btransfer(?:red)? of (?:title|data"
            r"|funds|funding)|\bwire transfer|\bdata transfer|\brisk of loss",
        ),
        (-1, r"\bbinding upon\b[^.;]{0,80}\bassigns\b"),
    ),
    "change_of_control": _clause(
        r"\bchange (?:of|in) (?:the )?(?:\w+ ){0,3}control|\bchanges? in (?:the )?(?:ownership"
        r"|control)|\bcontrol(?:ling)? (?:interest|changes)|\bchange of ownership|\bmerg\w+"
        r"|\bconsolidat\w+|\bsubstantially all\b|\bacquir\w+ (?:of |by )|\bacquisition\b"
        r"|\btransfer\b[^.;]{0,80}\b(?:stock|shares|ownership|voting|equity)\b"
        r"|\bsale of\b[^.;]{0,50}\b(?:stock|shares|business|equity)\b",
        (
            2.5,
            r"\bchange (?:of|in) (?:the )?(?:\w+ ){0,3}control|\bchange (?:of|in) (?:the )?ownership"
            r"|\bcontrolling interest",
        ),
        (
            1,
            r"\bmerg\w+|\bconsolidat\w+|\bsubstantially all\b|\bvoting (?:stock|securities|power"
            r"|interest)|\bownership interest|\bequity interest",
        ),
        (1.5, rf"{_TERMINATE}|\bright to\b|\boption to\b"),
        (
            1.5,
            r"\b(?:deemed|considered|constitute)\b[^.;]{0,60}\b(?:assignment|transfer|breach|default"
            r"|change)|\bassignment\b[^.;]{0,60}\b(?:includ\w+|means|deemed)",
        ),
        (1, rf"\bprior written {_CONSENT}|\b{_CONSENT} of\b|\bnotify\b|\bwritten notice\b"),
        (
            1,
            r"\b(?:of|by|to) (?:the )?(?:other party|customer|company|franchisee|supplier|distributor"
            r"|licensee|licensor|you|client|either party|a party|such party|competitor)",
        ),
        (
            -2,
            r"\b(?:without|not (?:be )?requir\w+|no) (?:the )?(?:prior |written "
            r"|need for )*(?:consent|approval)\b|\bmay assign\b|\bconsent (?:shall|will|need) not\b"
            r"|\bsuccessor\b|\bexcept\b[^.;]{0,80}\bmerg",
        ),
        (
            -1.5,
            r"\bcontrol(?:s|led)? by,?\b[^.;]{0,40}\bcommon control|\bmerger clause"
            r"|\bentire agreement\b|\bsupersede|\bmerged\b",
        ),
    ),
    "liability_cap": _clause(
        r"\bliab\w+\b|\bresponsib\w+\b|\bdamages\b|\bremed(?:y|ies)\b|\baction\b|\bclaims?\b|\bobligation\b",
        (
            3,
            r"\b(?:in no event|not)\b[^.;]{0,80}\bliab\w+[^.;]{0,60}\bexceed"
            r"|\b(?:liab\w+|obligation|damages|recover\w*)\b[^.;]{0,120}\b(?:not|never"
            r"|in no event)\b[^.;]{0,30}\bexceed|\bexceed\w*\b[^.;]{0,100}\bliab"
            r"|\bmaximum\b[^.;]{0,40}\bliabilit|\b(?:aggregate|total|cumulative|entire) liabilit",
        ),
        (
            3,
            r"\b(?:not|neither|nor|no event|no circumstances|nor shall"
            r"|waive\w*)\b[^;]{0,220}\b(?:consequential|incidental|indirect|punitive|exemplary"
            r"|special)\b[^;]{0,80}\b(?:damages?|loss(?:es)?)|\b(?:liable|responsible)\b[^.;]{0,60}\bindirect\b",
        ),
        (
            2.5,
            r"\b(?:liab|responsib)\w+\b[^.;]{0,60}\b(?:limited|capped) to\b"
            r"|\bliab\w+\b[^.;]{0,60}\b(?:limited|capped)\b|\blimitation (?:of|on) liab|\blimit(?:s"
            r"|ed)? (?:of |on )?(?:its |the )?liab",
        ),
        (2, r"\b(?:sole|exclusive|only) (?:and exclusive )?(?:remedy|remedies|liability|responsibility|recourse)\b"),
        (
            2.5,
            r"\b(?:claims?|actions?|suits?|proceedings?|arbitration)\b[^.;]{0,160}\b(?:barred|brought"
            r"|commenced|instituted|asserted|made|filed)\b[^.;]{0,60}\b(?:within|more than|unless"
            r"|after|later than)\b[^.;]{0,40}\b(?:year|month|days)",
        ),
        (2, r"\b(?:lost|loss of) (?:profits?|revenues?|business|data|goodwill|anticipated)"),
        (
            1,
            r"\bin no event\b|\bunder no circumstances\b|\bregardless of\b[^.;]{0,60}\b(?:theory|form"
            r"|tort|contract)|\beven if\b[^.;]{0,40}\badvised",
        ),
        (
            -3,
            r"\binsur\w+\b[^.;]{0,80}\b(?:coverage|limits?|policy|policies)\b|\bliability insurance\b"
            r"|\bper occurrence\b",
        ),
        (-1.5, r"\bindemnif\w+\b(?![^.;]{0,80}\bexceed)|\bwarrant\w+ of\b"),
    ),
    "audit_rights": _clause(
        r"\baudit\w*\b|\binspect\w*\b|\bexamin\w+\b|\baccess\b|\breview\b|\bverif\w+\b|\bright of entry\b|\benter\b",
        (2, r"\baudit\w*\b"),
        (1.5, r"\binspect\w*\b|\bexamin\w+\b|\bright of entry\b"),
        (2, r"\b(?:books?|records?|accounts?|accounting|ledgers?)\b"),
        (1.5, r"\b(?:premises|facilit(?:y|ies)|property|plant|offices?|location|operations?|site)\b"),
        (1.5, r"\b(?:right|entitled|may|permit\w*|allow\w*|access|available|reserve\w*|authori[sz]ed|cooperate)\b"),
        (
            1,
            r"\b(?:reasonable (?:times?|notice|hours|prior|advance)|business hours|at any time"
            r"|upon (?:reasonable )?(?:prior )?(?:written )?(?:notice|request)|representatives?"
            r"|accountants?|auditors?)\b",
        ),
        (
            -2,
            r"\baudited (?:financial|annual|consolidated)|\bfinancial statements? (?:audited"
            r"|examined)|\baudit committee|\bshall inspect (?:all |the |each )?(?:products?|goods"
            r"|shipments?|vehicles?)|\bproducts? (?:for|upon) (?:inspection|receipt)"
            r"|\bopportunity to (?:review|examine)|\bbuyer shall inspect|\bcourt\b|\bpatent"
            r"|\bgoods\b[^.;]{0,60}\binspect|\bclinical",
        ),
        (-1, r"\brepresentations?\b|\breview (?:and|or) approv\w+|\badvertis\w+|\bdraft|\bdue diligence"),
    ),
    "insurance": _clause(
        r"\binsur\w+\b",
        (
            2.5,
            r"\b(?:shall|will|must|agrees? to|required to|obligated to"
            r"|responsible for)\b[^;]{0,120}\b(?:maintain|carry|obtain|procure|keep|provide|purchase"
            r"|secure|have|take out|cause|furnish)\w*\b[^;]{0,120}\binsur",
        ),
        (2, r"\bcertificates? of insurance|\badditional(?:ly)? (?:named )?insured|\bnamed insured|\bco-?insured"),
        (
            2,
            r"\b(?:commercial|comprehensive|general|public|product(?:s)?|professional|automobile"
            r"|employer'?s?|umbrella|excess|errors and omissions|workers'? compensation|cyber"
            r"|property|casualty|liability)\b[^.;]{0,40}\b(?:insurance|coverage|liability)",
        ),
        (
            1.5,
            r"\b(?:minimum|limits?|amount|not less than|at least)\b[^.;]{0,60}(?:\$|\d|per occurrence"
            r"|aggregate)|\bper occurrence\b",
        ),
        (1, r"\bpolic(?:y|ies) of insurance|\binsurance polic|\binsurance coverage|\bcoverages?\b|\bself-?insur"),
        (
            -3,
            r"\binsurance (?:agents?|company|companies|business|compan|products?|industry|agency"
            r"|carriers? (?:licensed|products)|regulat|law|commissioner)|\bdeposit insurance"
            r"|\bfederal deposit|\btitle insurance|\bhealth insurance|\blife insurance"
            r"|\bincidental or consequential|\bunemployment\b|\binsurance proceeds|\bshipping|\bfreight",
        ),
    ),
    "minimum_commitment": _clause(
        r"\bminim\w+\b|\bat least\b|\bnot less than\b|\bno less than\b|\bno fewer than\b"
        r"|\bcommit\w*\b|\bguarantee\w*\b|\btake[- ]or[- ]pay|\bquota\b|\bshortfall|\bdeficiency\b",
        (
            3,
            r"\bminimum (?:\w+ ){0,3}(?:purchase|order|quantit|volume|payment|royalt|commit|sales"
            r"|guarant|revenue|spend|throughput|requirement|quota|usage|amounts?|number of (?:units"
            r"|products|hours))|\bminimum monthly|\bminimum annual|\bminimum fee|\bannual minimum"
            r"|\bmonthly minimum|\bguaranteed minimum|\btake[- ]or[- ]pay|\bvolume commitment"
            r"|\bpurchase commitment|\bshortfall (?:payment|fee|charge|amount)|\bdeficiency payment|\bsales quota",
        ),
        (
            2,
            r"\b(?:shall|will|must|agrees? to|commits? to|obligat\w+"
            r"|required to)\b[^.;]{0,80}\b(?:purchase|order|buy|sell|pay|spend|expend|transport|ship"
            r"|deliver|provide|maintain|open|set up|devote|produce|contribute|achieve"
            r"|generate)\b[^.;]{0,80}\b(?:minimum|at least|not less than|no less than|no fewer than)\b",
        ),
        (
            1.5,
            r"\b(?:at least|minimum of|not less than|no less than|no fewer than)\b[^.;]{0,30}(?:\$|\d|[(\[] ?\*"
            r"|one|two|three|four|five|six|ten|twenty|fifty|hundred|thousand)[^.;]{0,60}\b(?:units?"
            r"|products?|per|each|every|annual\w*|month\w*|year\w*|quarter\w*|hours|barrels|dollars"
            r"|tons?|percent|locations?|stores?|restaurants?|centres?|centers?)",
        ),
        (1, r"(?:\$|\bpercent|%)"),
        (
            -3,
            r"\b(?:at least|minimum of|not less than|no less than|no fewer than"
            r"|minimum)\b[^.;]{0,30}\b(?:days?|months?|hours?|weeks?"
            r"|business)\b[^.;]{0,40}\b(?:notice|prior|before|advance|in advance|following|after"
            r"|cure)|\binsur\w+\b|\bper occurrence|\bcoverage",
        ),
        (
            -1.5,
            r"\bminimum (?:standards?|qualifications?|wage|specifications?|necessary|extent|period"
            r"|technical|system|hardware|bid)|\bminimi[sz]\w+|\bat least (?:as|equal|once|annually"
            r"|the|reasonable|a majority|monthly|quarterly|one (?:of|person))|\bvoting"
            r"|\brecords?\b[^.;]{0,40}\b(?:at least|years)|\bfor at least\b[^.;]{0,20}\byears?",
        ),
    ),
    "revenue_sharing": _clause(
        r"\broyalt\w+\b|\bcommissions?\b|%|\bper ?cent\w*\b|\brevenue\b|\bprofits?\b|\bproceeds\b"
        r"|\bgross (?:sales|receipts)\b|\bnet (?:sales|receipts|income)\b",
        (
            3,
            r"(?:%|\bper ?cent\w*\b)(?:\)| )*(?:share )?(?:royalt\w+ )?(?:of"
            r"|on)\b[^.;]{0,60}\b(?:revenues?|profits?|sales|receipts|proceeds|income|fees|margin"
            r"|price|collections?)\b",
        ),
        (
            2.5,
            r"\b(?:revenue|profit)s?[- ]?(?:shar\w+|split)|\bshare\b[^.;]{0,40}\b(?:revenues?"
            r"|profits?|proceeds|net income)\b|\bportion of\b[^.;]{0,40}\b(?:revenues?|profits?|proceeds)",
        ),
        (
            2.5,
            r"\broyalt(?:y|ies)\b[^.;]{0,80}\b(?:equal|pay\w*|rate|fee|of)\b|\b(?:pay|paid|owe\w*"
            r"|payable)\b[^.;]{0,100}\broyalt",
        ),
        (
            2.5,
            r"\b(?:pay|paid|receive|earn\w*|entitled to|payable)\b[^.;]{0,80}\bcommissions?\b"
            r"|\bcommissions?\b[^.;]{0,60}(?:%|percent|equal|rate|payable|paid)|\breferral fee",
        ),
        (1, r"\b(?:shall|will|agrees? to|must)\b[^.;]{0,60}\b(?:pay|share|remit|receive|contribute|be entitled)\b"),
        (
            -3,
            r"\broyalty[- ]free\b|\bexchange commission|\bcommission (?:file|rule|order)"
            r"|\binterest\b[^.;]{0,40}(?:%|percent)|(?:%|percent)[^.;]{0,30}\b(?:interest|per annum"
            r"|per month|late)|\bsales tax|\bsalaries|\bpublic utilit|\bservice commission",
        ),
        (
            -1.5,
            r"\b(?:lost|loss of) (?:profits?|revenues?)|\bnon-?profit|\b(?:voting|ownership|equity) "
            r"|\bmeans\b[^.;]{0,40}\bgross\b|\bbroker|\bfinder",
        ),
    ),
    "termination_for_convenience": _clause(
        _END,
        (
            3,
            rf"{_END}[^.;]{{0,120}}\b(?:for (?:its |their )?(?:own )?convenience|without cause|with or without cause"
            rf"|for any (?:or no )?reason|for no reason"
            rf"|without (?:(?:the )?payment of )?(?:any )?(?:reason|cause|penalty)|at will"
            rf"|in its (?:sole|absolute) (?:and absolute )?discretion)|\b(?:for convenience"
            rf"|without cause|with or without cause|for any (?:or no )?reason"
            rf"|in its sole discretion)\b[^.;]{{0,120}}{_END}",
        ),
        (2, rf"\bat any time\b[^.;]{{0,100}}{_END}|{_END}[^.;]{{0,100}}\bat any time\b"),
        (
            2,
            rf"{_END}[^.;]{{0,80}}\b(?:upon|by|on|with|giving|after)\b[^.;]{{0,40}}\b(?:days?"
            rf"|months?|weeks?|year)['s]*\b[^.;]{{0,30}}\bnotice\b|\bnotice\b[^.;]{{0,40}}{_END}"
            rf"|{_END}[^.;]{{0,60}}\b(?:upon|by|giving|on)\b[^.;]{{0,25}}\b(?:written |prior )+notice\b",
        ),
        (
            1.5,
            r"\b(?:either party|each party|any party|both parties|customer|company|client|licens\w+"
            r"|distributor|supplier|owner|sponsor|you|we|party [ab]|the \w+) (?:may"
            r"|shall have the right to|has the right to|will have the right to|can"
            r"|reserves the right to|may elect to|shall be entitled to)\b",
        ),
        (
            -3,
            r"\b(?:breach\w*|default\w*|bankrupt\w*|insolven\w*|fails?|failure|violat\w+|cure[ds]?"
            r"|material(?:ly)?|for cause|force majeure|illegal|infring\w+|change (?:of|in) control"
            r"|in the event|if )\b",
        ),
        (
            -2,
            r"\b(?:upon|after|following|prior to|before|effect of"
            r"|on) (?:the )?(?:\w+ )?(?:expiration or )?termination\b|\bsurviv\w+|\bemployment\b"
            r"|\bnot (?:be )?terminat|\bwaiver\b|\bmay not terminat|\bunless (?:earlier |sooner )?terminated",
        ),
        (-1, r"\brenew\w*|\binitial term\b|\bexpir\w+"),
    ),
}
"""The clauses by the key of their field."""


def weigh(sentence: str, clause: ClauseWords) -> float:
    """Return the weight of a sentence for a clause. The sentence is in small letters."""
    if clause.must.search(sentence) is None:
        return 0.0
    return sum(wording.weight for wording in clause.wordings if wording.pattern.search(sentence))

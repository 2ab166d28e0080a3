"""How contracts word the clauses that reviewers look for: words that speak for a clause, and words that speak against.

The weights are a lawyer's sense of how much each wording says by itself. What a sum of weights is worth as a probability
is learnt (`workers.extraction.fields.grading`).
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

CLAUSES: Final = {
    "anti_assignment": _clause(
        r"\b(?:assign\w*|transfer\w*|delegat\w*|subcontract\w*)\b",
        (2, rf"\bwithout\b[^.;]{{0,80}}\b{_CONSENT}\b|\b{_CONSENT}\b[^.;]{{0,60}}\bof the other\b"),
        (
            2,
            r"\b(?:may|shall|will|can|must|is|are|does)\s?(?:not|neither)\b[^.;]{0,80}\b(?:assign|transfer"
            r"|delegate)|\bneither\b[^.;]{0,140}\b(?:assign|transfer|delegate)\w*|\bno (?:party|assignment"
            r"|transfer)\b|\bnot (?:be )?(?:directly or indirectly )?(?:assign|transfer|delegat)\w*",
        ),
        (1.5, r"\b(?:this|the) (?:agreement|contract|franchise|license|addendum|lease)\b"),
        (1, r"\bright(?:s)?\b[^.;]{0,40}\bobligation|\bobligations?\b[^.;]{0,30}\bhereunder|\binterest\b"),
        (
            1.5,
            r"\bassign\w*\b[^.;]{0,80}\b(?:void|no (?:force|effect)|prohibited|invalid)\b"
            r"|\bvoid\b[^.;]{0,60}\bassign|\bnon-?assignable|\bnot assignable|\bpersonal to\b"
            r"|\bnon-?transferable\b",
        ),
        (
            -2,
            r"\bassign(?:s|ed)? (?:and transfers? )?(?:to \w+ )?all (?:right|of)|\bhereby assigns\b|\bassigned "
            r"to (?:perform|the|work|provide)\b|\bassign(?:ed)? (?:personnel|employees?|staff|a )|\bpersonnel "
            r"assigned|\bfunds? transfer|\btransfer(?:red)? of (?:title|data|funds|funding)|\bwire transfer"
            r"|\bdata transfer|\brisk of loss",
        ),
        (-1, r"\bbinding upon\b[^.;]{0,80}\bassigns\b"),
    ),
    "change_of_control": _clause(
        r"\bchange (?:of|in) (?:the )?(?:\w+ ){0,3}control|\bchanges? in (?:the )?(?:ownership|control)"
        r"|\bcontrol(?:ling)? (?:interest|changes)|\bchange of ownership|\bmerg\w+|\bconsolidat\w+"
        r"|\bsubstantially all\b|\bacquir\w+ (?:of |by )|\bacquisition\b|\btransfer\b[^.;]{0,80}\b(?:stock"
        r"|shares|ownership|voting|equity)\b|\bsale of\b[^.;]{0,50}\b(?:stock|shares|business|equity)\b",
        (
            2.5,
            r"\bchange (?:of|in) (?:the )?(?:\w+ ){0,3}control|\bchange (?:of|in) (?:the )?ownership"
            r"|\bcontrolling interest",
        ),
        (
            1,
            r"\bmerg\w+|\bconsolidat\w+|\bsubstantially all\b|\bvoting (?:stock|securities|power|interest)"
            r"|\bownership interest|\bequity interest",
        ),
        (1.5, rf"{_TERMINATE}|\bright to\b|\boption to\b"),
        (
            1.5,
            r"\b(?:deemed|considered|constitute)\b[^.;]{0,60}\b(?:assignment|transfer|breach|default|change)"
            r"|\bassignment\b[^.;]{0,60}\b(?:includ\w+|means|deemed)",
        ),
        (1, rf"\bprior written {_CONSENT}|\b{_CONSENT} of\b|\bnotify\b|\bwritten notice\b"),
        (
            1,
            r"\b(?:of|by|to) (?:the )?(?:other party|customer|company|franchisee|supplier|distributor|licensee"
            r"|licensor|you|client|either party|a party|such party|competitor)",
        ),
        (
            -2,
            r"\b(?:without|not (?:be )?requir\w+|no) (?:the )?(?:prior |written |need for )*(?:consent"
            r"|approval)\b|\bmay assign\b|\bconsent (?:shall|will|need) not\b|\bsuccessor\b"
            r"|\bexcept\b[^.;]{0,80}\bmerg",
        ),
        (
            -1.5,
            r"\bcontrol(?:s|led)? by,?\b[^.;]{0,40}\bcommon control|\bmerger clause|\bentire agreement\b"
            r"|\bsupersede|\bmerged\b",
        ),
    ),
    "liability_cap": _clause(
        r"\bliab\w+\b|\bdamages\b|\bremed(?:y|ies)\b|\baction\b|\bclaims?\b|\bobligation\b",
        (
            3,
            r"\b(?:liab\w+|obligation|damages|recover\w*)\b[^.;]{0,120}\b(?:not|never|in no "
            r"event)\b[^.;]{0,30}\bexceed|\bexceed\w*\b[^.;]{0,100}\bliab|\bmaximum\b[^.;]{0,40}\bliabilit|\b"
            r"(?:aggregate|total|cumulative|entire) liabilit",
        ),
        (
            3,
            r"\b(?:not|neither|nor|no event|no circumstances|nor shall|waive\w*)\b[^;]{0,220}\b(?:consequential"
            r"|incidental|indirect|punitive|exemplary|special)\b[^;]{0,80}\b(?:damages?|loss(?:es)?)|\b(?:liable"
            r"|responsible)\b[^.;]{0,60}\bindirect\b",
        ),
        (
            2.5,
            r"\bliab\w+\b[^.;]{0,60}\b(?:limited|capped)\b|\blimitation (?:of|on) liab|\blimit(?:s|ed)? (?:of "
            r"|on )?(?:its |the )?liab",
        ),
        (2, r"\b(?:sole|exclusive|only) (?:and exclusive )?(?:remedy|remedies|liability|responsibility|recourse)\b"),
        (
            2.5,
            r"\b(?:claims?|actions?|suits?|proceedings?|arbitration)\b[^.;]{0,160}\b(?:barred|brought|commenced"
            r"|instituted|asserted|made|filed)\b[^.;]{0,60}\b(?:within|more than|unless|after|later "
            r"than)\b[^.;]{0,40}\b(?:year|month|days)",
        ),
        (2, r"\b(?:lost|loss of) (?:profits?|revenues?|business|data|goodwill|anticipated)"),
        (
            1,
            r"\bin no event\b|\bunder no circumstances\b|\bregardless of\b[^.;]{0,60}\b(?:theory|form|tort"
            r"|contract)|\beven if\b[^.;]{0,40}\badvised",
        ),
        (
            -3,
            r"\binsur\w+\b[^.;]{0,80}\b(?:coverage|limits?|policy|policies)\b|\bliability insurance\b|\bper "
            r"occurrence\b",
        ),
        (-1.5, r"\bindemnif\w+\b(?![^.;]{0,80}\bexceed)|\bwarrant\w+ of\b"),
    ),
    "audit_rights": _clause(
        r"\baudit\w*\b|\binspect\w*\b|\bexamin\w+\b|\baccess to\b|\breview\b|\bverif\w+\b|\bright of entry\b|\benter\b",
        (2, r"\baudit\w*\b"),
        (1.5, r"\binspect\w*\b|\bexamin\w+\b|\bright of entry\b"),
        (2, r"\b(?:books?|records?|accounts?|accounting|ledgers?)\b"),
        (1.5, r"\b(?:premises|facilit(?:y|ies)|property|plant|offices?|location|operations?|site)\b"),
        (1.5, r"\b(?:right|entitled|may|permit\w*|allow\w*|access|available|reserve\w*|authori[sz]ed|cooperate)\b"),
        (
            1,
            r"\b(?:reasonable (?:times?|notice|hours|prior|advance)|business hours|at any time|upon "
            r"(?:reasonable )?(?:prior )?(?:written )?(?:notice|request)|representatives?|accountants?"
            r"|auditors?)\b",
        ),
        (
            -2,
            r"\baudited (?:financial|annual|consolidated)|\bfinancial statements? (?:audited|examined)|\baudit "
            r"committee|\bshall inspect (?:all |the |each )?(?:products?|goods|shipments?|vehicles?)|\bproducts? "
            r"(?:for|upon) (?:inspection|receipt)|\bopportunity to (?:review|examine)|\bbuyer shall inspect"
            r"|\bcourt\b|\bpatent|\bgoods\b[^.;]{0,60}\binspect|\bclinical",
        ),
        (-1, r"\brepresentations?\b|\breview (?:and|or) approv\w+|\badvertis\w+|\bdraft|\bdue diligence"),
    ),
    "insurance": _clause(
        r"\binsur\w+\b",
        (
            2.5,
            r"\b(?:shall|will|must|agrees? to|required to|obligated to|responsible for)\b[^;]{0,120}\b"
            r"(?:maintain|carry|obtain|procure|keep|provide|purchase|secure|have|take out|cause"
            r"|furnish)\w*\b[^;]{0,120}\binsur",
        ),
        (2, r"\bcertificates? of insurance|\badditional(?:ly)? (?:named )?insured|\bnamed insured|\bco-?insured"),
        (
            2,
            r"\b(?:commercial|comprehensive|general|public|product(?:s)?|professional|automobile|employer'?s?"
            r"|umbrella|excess|errors and omissions|workers'? compensation|cyber|property|casualty"
            r"|liability)\b[^.;]{0,40}\b(?:insurance|coverage|liability)",
        ),
        (
            1.5,
            r"\b(?:minimum|limits?|amount|not less than|at least)\b[^.;]{0,60}(?:\$|\d|per occurrence|aggregate)"
            r"|\bper occurrence\b",
        ),
        (1, r"\bpolic(?:y|ies) of insurance|\binsurance polic|\binsurance coverage|\bcoverages?\b|\bself-?insur"),
        (
            -3,
            r"\binsurance (?:agents?|company|companies|business|compan|products?|industry|agency|carriers? "
            r"(?:licensed|products)|regulat|law|commissioner)|\bdeposit insurance|\bfederal deposit|\btitle "
            r"insurance|\bhealth insurance|\blife insurance|\bincidental or consequential|\bunemployment\b"
            r"|\binsurance proceeds|\bshipping|\bfreight",
        ),
    ),
    "minimum_commitment": _clause(
        r"\bminim\w+\b|\bat least\b|\bnot less than\b|\bno less than\b|\bno fewer than\b|\bcommit\w*\b"
        r"|\bguarantee\w*\b|\btake[- ]or[- ]pay|\bquota\b|\bshortfall|\bdeficiency\b",
        (
            3,
            r"\bminimum (?:\w+ ){0,3}(?:purchase|order|quantit|volume|payment|royalt|commit|sales|guarant"
            r"|revenue|spend|throughput|requirement|quota|usage|amount of|number of (?:units|products|hours))"
            r"|\bminimum monthly|\bminimum annual|\bminimum fee|\bannual minimum|\bmonthly minimum|\bguaranteed "
            r"minimum|\btake[- ]or[- ]pay|\bvolume commitment|\bpurchase commitment|\bshortfall payment"
            r"|\bdeficiency payment|\bsales quota",
        ),
        (
            2,
            r"\b(?:shall|will|must|agrees? to|commits? to|obligat\w+|required to)\b[^.;]{0,80}\b(?:purchase"
            r"|order|buy|sell|pay|spend|expend|transport|ship|deliver|provide|maintain|open|set up|devote"
            r"|produce|contribute|achieve|generate)\b[^.;]{0,80}\b(?:minimum|at least|not less than|no less than"
            r"|no fewer than)\b",
        ),
        (
            1.5,
            r"\b(?:at least|minimum of|not less than|no less than|no fewer than)\b[^.;]{0,30}(?:\$|\d|one|two"
            r"|three|four|five|six|ten|twenty|fifty|hundred|thousand)[^.;]{0,60}\b(?:units?|products?|per|each"
            r"|every|annual\w*|month\w*|year\w*|quarter\w*|hours|barrels|dollars|tons?|percent|locations?"
            r"|stores?|restaurants?|centres?|centers?)",
        ),
        (1, r"(?:\$|\bpercent|%)"),
        (
            -3,
            r"\b(?:at least|minimum of|not less than|no less than|no fewer than|minimum)\b[^.;]{0,30}\b(?:days?"
            r"|months?|hours?|weeks?|business)\b[^.;]{0,40}\b(?:notice|prior|before|advance|in advance|following"
            r"|after|cure)|\binsur\w+\b|\bper occurrence|\bcoverage",
        ),
        (
            -1.5,
            r"\bminimum (?:standards?|qualifications?|wage|specifications?|necessary|extent|period|technical"
            r"|system|hardware|bid)|\bminimi[sz]\w+|\bat least (?:as|equal|once|annually|the|reasonable|a "
            r"majority|monthly|quarterly|one (?:of|person))|\bvoting|\brecords?\b[^.;]{0,40}\b(?:at least|years)"
            r"|\bfor at least\b[^.;]{0,20}\byears?",
        ),
    ),
    "revenue_sharing": _clause(
        r"\broyalt\w+\b|\bcommissions?\b|%|\bpercent\w*\b|\brevenue\b|\bprofits?\b|\bproceeds\b|\bgross (?:sales"
        r"|receipts)\b|\bnet (?:sales|receipts|income)\b",
        (
            3,
            r"(?:%|\bpercent\w*\b)(?:\)| )*(?:share )?(?:royalt\w+ )?(?:of|on)\b[^.;]{0,60}\b(?:revenues?"
            r"|profits?|sales|receipts|proceeds|income|fees|margin|price|collections?)\b",
        ),
        (
            2.5,
            r"\b(?:revenue|profit)s?[- ]?(?:shar\w+|split)|\bshare\b[^.;]{0,40}\b(?:revenues?|profits?|proceeds"
            r"|net income)\b|\bportion of\b[^.;]{0,40}\b(?:revenues?|profits?|proceeds)",
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
            r"\broyalty[- ]free\b|\bexchange commission|\bcommission (?:file|rule|order)|\binterest\b[^.;]{0,40}"
            r"(?:%|percent)|(?:%|percent)[^.;]{0,30}\b(?:interest|per annum|per month|late)|\bsales tax"
            r"|\bsalaries|\bpublic utilit|\bservice commission",
        ),
        (
            -1.5,
            r"\b(?:lost|loss of) (?:profits?|revenues?)|\bnon-?profit|\b(?:voting|ownership|equity) "
            r"|\bmeans\b[^.;]{0,40}\bgross\b|\bbroker|\bfinder",
        ),
    ),
    "termination_for_convenience": _clause(
        rf"{_TERMINATE}|\bwithdraw\b",
        (
            3,
            rf"{_TERMINATE}[^.;]{{0,120}}\b(?:for convenience|without cause|with or without cause|for any (?:or "
            rf"no )?reason|for no reason|without (?:any )?(?:reason|cause|penalty)|at will|in its (?:sole"
            rf"|absolute) (?:and absolute )?discretion)|\b(?:for convenience|without cause|with or without cause"
            rf"|for any (?:or no )?reason|in its sole discretion)\b[^.;]{{0,120}}{_TERMINATE}",
        ),
        (2, rf"\bat any time\b[^.;]{{0,100}}{_TERMINATE}|{_TERMINATE}[^.;]{{0,100}}\bat any time\b"),
        (
            2,
            rf"{_TERMINATE}[^.;]{{0,80}}\b(?:upon|by|on|with|giving|after)\b[^.;]{{0,40}}\b(?:days?|months?"
            rf"|weeks?|year)['s]*\b[^.;]{{0,30}}\bnotice\b|\bnotice\b[^.;]{{0,40}}{_TERMINATE}"
            rf"|{_TERMINATE}[^.;]{{0,60}}\b(?:upon|by|giving|on)\b[^.;]{{0,25}}\b(?:written |prior )+notice\b",
        ),
        (
            1.5,
            r"\b(?:either party|each party|any party|both parties|customer|company|client|licens\w+|distributor"
            r"|supplier|owner|sponsor|you|we|party [ab]|the \w+) (?:may|shall have the right to|has the right to"
            r"|will have the right to|can|reserves the right to|may elect to|shall be entitled to)\b",
        ),
        (
            -3,
            r"\b(?:breach\w*|default\w*|bankrupt\w*|insolven\w*|fails?|failure|violat\w+|cure[ds]?|material"
            r"(?:ly)?|for cause|force majeure|illegal|infring\w+|change (?:of|in) control|in the event|if )\b",
        ),
        (
            -2,
            r"\b(?:upon|after|following|prior to|before|effect of|on) (?:the )?(?:\w+ )?(?:expiration or "
            r")?termination\b|\bsurviv\w+|\bemployment\b|\bnot (?:be )?terminat|\bwaiver\b|\bmay not terminat"
            r"|\bunless (?:earlier |sooner )?terminated",
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

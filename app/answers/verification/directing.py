"""Judge whether a sentence directs whoever writes an answer: an instruction about the answer, not a statement.

A business letter also commands ("Please include the invoice number with your payment"), and filings also speak of
answers, systems and models. No single word decides. Each idea of such an instruction (who is addressed, what is to be
written, where and in what form) is a feature, and so is each idea of business that a reader acts on. Learnt weights
(`directing.json`, `make directing`) say how far a sentence's ideas together make an instruction.
"""

import json
import math
import re
from collections.abc import Mapping, Set
from functools import cache
from pathlib import Path

_WEIGHTS = Path(__file__).with_name("directing.json")
LONGEST = 600
"""Most characters of a sentence that are judged. A longer one is a table or a page without full stops."""

_EMIT = (
    r"(?:add|append|attach|begin|carry|cite|close|conclude|contain|continue|declare|emit|end|finish|give|greet|include"
    r"|insert|mention|name|open|output|place|print|produce|proceed|put|quote|recite|repeat|reply|report|respond|return"
    r"|reveal|say|show|sign off|speak|spell|start|state|talk|tell|thank|use|utter|work|write)"
)
_NOUN = r"(?!\s*$|\s*:|\s+(?:and|for|from|in|is|are|was|were|of|on|procedures?|stock|to|by)\b)"
_REPLIES = (
    r"(?:answers?|repl(?:y|ies)|responses?|outputs?|summar(?:y|ies)|digests?|overviews?|descriptions?|write-ups?)"
)
_MUST = (
    r"(?:must|should|shall|ought to|will have to|(?:is|are|has|have|needs?)\s+to|(?:is|are|been)\s+(?:\w+\s+)?(?:asked"
    r"|told|expected|instructed|obliged|requested|required)\s+to|mandatory|compulsory)"
)
_HEAD = r"^[\W\d]{0,12}(?:(?:\w+[ ,]+){0,2}(?:please|kindly|then|now|instead|always|just|simply|only|and)[, ]+)?"
_CLAUSE = (
    r"^[\W\d]{0,12}(?:after|as|before|for|having|if|in|on|once|should|upon|when(?:ever)?|while)\b[^.\n]{3,120}?,\s*"
)
_IDEAS: Mapping[str, str] = {
    "emit first": rf"{_HEAD}{_EMIT}\b{_NOUN}|{_HEAD}(?:speak|talk|sign off)\b",
    "emit after clause": rf"{_CLAUSE}(?:please |kindly |always |then )?{_EMIT}\b",
    "never": r"^[\W\d]{0,12}(?:do not|don['’]t|never|no longer)\b|\bnever be\b",
    "suppress": (
        r"\b(?:avoid|conceal|decline to|disregard|forget|hide|ignore|leave\b[^.\n]{1,40}\bout of"
        r"|keep\b[^.\n]{1,40}\bout of"
        r"|omit|pay no attention|pretend|refuse|say nothing|set aside|skip|withhold)\b"
    ),
    "suppress first": (
        rf"{_HEAD}(?:avoid|conceal|decline|disregard|forget|hide|ignore|keep|leave|omit|override|pay no|pretend|refuse"
        r"|set aside|skip|treat|withhold)\b"
    ),
    "advise first": (
        rf"{_HEAD}(?:advise|ask|encourage|invite|link|recommend|refer|remind|send|suggest|urge)\b"
    ),
    "transform first": (
        rf"{_HEAD}(?:act|assume|behave|capitali[sz]e|compose|consider|convert|copy|describe|draft|encode|explain|format"
        r"|imagine|keep|list|make|render|replace|reverse|rewrite|round|solve|summari[sz]e|swap|translate)\b{_NOUN}"
    ),
    "answer first": rf"^[\W\d]{{0,12}}(?:answer|reply|respond|speak)\b{_NOUN}",
    "reply": rf"\b{_REPLIES}\b",
    "your reply": rf"\b(?:your|each|every|any|all)\s+(?:\w+\s+)?{_REPLIES}\b",
    "reply must": rf"\b{_REPLIES}\b[^.\n]{{0,60}}\b(?:{_MUST}|may|can|never)\b",
    "reply does": (
        rf"\b{_REPLIES}\s+(?:\w+\s+){{0,5}}?(?:begins?|carr(?:y|ies)|contains?|ends?|finish(?:es)?|includes?|lacks?"
        rf"|lacking"
        r"|mentions?|mentioned|names?|quotes?|says?|starts?|states?|without)\b"
    ),
    "the answer is": rf"\b(?:acceptable|correct|good|only|proper|right|best)\s+{_REPLIES}\b",
    "what is written": (
        r"\b(?:what(?:ever)?|everything|anything|text|all)\s+(?:that\s+)?(?:(?:you|they)\s+(?:\w+\s+)?(?:write|say"
        r"|produce"
        r"|give|generate|return)|is (?:generated|produced|said|written))\b|\bthat you (?:give|write|say|produce)\b"
    ),
    "must emit": rf"\b{_MUST}\s+(?:\w+\s+)?{_EMIT}\b",
    "passive must": (
        rf"\b{_MUST}\s+be\s+(?:\w+\s+)?(?:added|followed|given|inserted|labelled|mentioned|named|preceded|quoted|said"
        r"|stated|written)\b|\bmay be said\b|\bto be (?:said|stated|written|quoted)\b"
    ),
    "ai": (
        r"\b(?:ai|a\.i\.|language models?|llms?|(?:ai |digital |helpful |the |unrestricted )assistants?|chat ?bots?"
        r"|copilots?"
        r"|(?:digital|virtual) \w+|(?:a|the) machine|machine readers?|automated (?:agents?|programs?|readers?"
        r"|systems?|tools?)|which model you are)\b"
    ),
    "software reads": (
        r"\b(?:software|programs?|systems?|tools?|models?|machines?|agents?|engines?|bots?|parsers?|ai|assistants?"
        r"|helpers?"
        r"|summari[sz]ers?)\s+(?:of|(?:(?:that|which)\s+)?(?:answer|describ|digest|index|ingest|pars|process|quot|read"
        r"|summari[sz])\w*)\s+(?:\w+\s+)?(?:this|these|the (?:document|file|filing|page|passage|report|text))\b"
    ),
    "who answers": (
        r"\b(?:whoever|anyone|anybody|those|person|people|somebody|someone|users?|readers?)\s+(?:who\s+)?(?:answer|ask"
        r"|describ|inquir|quot|read|summari[sz]|want)\w*"
    ),
    "user": (
        r"\bthe (?:end )?(?:analyst|user|reader|person (?:asking|who asks))\b|\bwhoever\b|\busers\b|\b(?:your"
        r"|the) operator\b|\bnobody\b"
    ),
    "asked": (
        r"\b(?:when|whenever|if|on|upon|should|in case)\b[^.\n]{0,50}\b(?:asked|asks|inquires?|queried|questions?"
        r"|requested|wants?)\b|^[\W\d]{0,12}for (?:any |all )?questions\b|\bcomes? up\b|\bwhatever the question\b"
    ),
    "questions about": r"\bquestions?\s+(?:about|on|of|concerning|regarding)\b",
    "after reading": (
        r"^[\W\d]{0,12}(?:after|before|having|on|once|upon|when|while)\b[^.\n]{0,30}\b(?:read|reading|process(?:ed|ing)"
        r"|digest(?:ed|ing)|summari[sz]\w+|answering|respond\w+|reply\w*|describ\w+|quot\w+)\b"
    ),
    "second person": r"\byou\b|\byour(?:self)?\b",
    "you must": rf"\byou\s+(?:are now|will (?:now|always)|may want to|{_MUST})\b|\bbe sure to\b|\bmake sure\b",
    "your task": (
        r"\byour\s+(?:\w+\s+)?(?:goal|instructions?|job|mission|prompt|role|rules?|task|guidelines?"
        r"|system message)\b"
    ),
    "given": r"\byou (?:were|have been|had been|had) (?:given|told|asked)\b|\bwere told\b|\bthat you had\b",
    "instructions": (
        r"\b(?:new|earlier|former|previous|prior|other|hidden|above|these|those|all|any|following|original)\s+"
        r"(?:\w+\s+)?(?:directions?|directives?|guidance|guidelines?|instructions?|prompts?|rules)\b"
        r"|\b(?:directions?|instructions?|rules) (?:above|that you|you|that came)\b|\bsystem (?:message|prompt)\b"
    ),
    "above": (
        r"\b(?:above|before) (?:this|and|it)\b|\bbefore this\b|\bfrom this (?:line|point|page)\b|\bcomes before\b"
        r"|\bfrom (?:now|here) on\b|\bconversation\b"
    ),
    "void": r"\b(?:no longer apply|void|cancelled|are replaced|overrid\w+)\b",
    "marker": (
        r"\bthe (?:\w+ )?(?:code|emoji|hashtag|keyword|letters?|line|marker|phrase|sentence|string|tag|token|words?)\s+"
        r"[\"'“‘A-Z0-9]|\b(?:last|first) (?:line|sentence|word)\b|\bone word\b|\bword for word\b|\bverbatim\b"
    ),
    "bare word": (
        r"\b(?:code|letters|phrase|sentence|sign|string|tag|word)(?: is| to use is)? (?!is|that|to|of|and|for|in|or"
        r"|from|by|on|at|as"
        r"|with|used|which|has|the|a|was|were|are|be)(?:#|[A-Z]{3}|[a-z]{4,}\W*\b(?:$|[.,]|is|at|over|in|onto))"
    ),
    "your text": (
        r"\byour\s+(?:\w+\s+)?(?:line|message|paragraph|prose|sentences?|text|words?|writing|wording)\b"
        r"|\b(?:onto|to) the end\b|\bthe (?:last|first|final) thing\b"
    ),
    "you write": (
        r"\b(?:before|when|whenever|once|after) you (?:answer|describe|give|print|quote|report|say|show|state"
        r"|write)\b"
    ),
    "utter": r"\b(?:announces?|bears?|deserves?|emits?|outputs?|prints?|utters?|repeats?|recites?)\b",
    "quoted": r"[\"“‘][^\"”’\n]{2,60}[.!?]?[\"”’]",
    "capitals": r"\b(?![A-Z]{2,5}\b)[A-Z][A-Z0-9]{4,}\b|\b[B-DF-HJ-NP-TV-XZ]{3,4}\b",
    "nothing else": (
        r"\b(?:nothing (?:else|but|of)|and no more|and nothing more)\b|\b(?:alone|only)\W*$"
        r"|\bonly (?:with )?[\"“A-Z]"
    ),
    "place": (
        r"\bat the (?:start|end|beginning|top|bottom|close) of\b|\b(?:in front of|beside|next to|alongside|followed by"
        r"|as the (?:last|first)|before all else|before anything)\b|^[\W\d]{0,12}(?:begin|close|conclude|end|finish"
        r"|open"
        r"|start)s?\s+(?:each|every|with|your|whatever)\b"
    ),
    "instead": r"\b(?:instead|in place of|rather than|whatever the)\b",
    "form": (
        r"\b(?:in|into) (?:all |only )?(?:capital|capitals|upper ?case|lower ?case|french|german|spanish|latin"
        r"|italian|russian"
        r"|japanese|english|rhymes?|verse|json|emojis?|roman|morse|base ?64|symbols|numbers|the voice)\b"
        r"|\b(?:anagrams?|anagrammed|backwards|emojis?|essay|haiku|jokes?|limerick|poems?|poet|pirate|punctuation|rhyme"
        r"|song|spaces|story|typos?|vowels?|misspell\w*|poetry|letters (?:in|of) (?:the|your))\b|\bas json\b"
    ),
    "markup": (
        r"<<|\[/?inst\]|<\|?/?(?:im_start|im_end|system|assistant|user)\b|^[\W]{0,12}(?:system|user|human|assistant"
        r"|prompt"
        r"|instruction|developer note|operator to assistant)(?: message)?\s*:|\b(?:user|assistant)\s*:\s|\?\s*a:\s"
    ),
    "reply to": (
        r"\bto (?:this|the|an) (?:answer|complaint|inquiry|comment|letter|notice|request)\b|\b(?:answer"
        r"|response) to\b"
    ),
    "link": r"https?://|\bwww\.|\b[\w-]+\.(?:com|org|net|example|xyz)\b|\w@\w",
    "this text": r"\bthis (?:document|file|filing|notice|page|paragraph|passage|report|table|text)\b|\bthese pages\b",
    "we ask": (
        r"\bwe (?:ask|request|would be grateful)\b|\bappreciated\b|\bour only wish\b|\bauthor\b|\bit helps\b"
        r"|\bkindly\b|\bplease\b"
    ),
    "named role": (
        r"\b(?:act|behave|think of yourself|consider yourself) as\b|\byou are (?:now )?an?\b|\bact as\b|\brole\b"
    ),
    "payment": (
        r"\b(?:account|bank|bill(?:ing)?|check|cheque|deposit|fees?|invoices?|order|paid|payments?|purchase|remit\w*"
        r"|tax)\b"
    ),
    "holders": (
        r"\b(?:agents?|borrowers?|brokers?|buyers?|customers?|employees?|guarantors?|holders?|investors?|lenders?"
        r"|licensees?"
        r"|licensors?|members?|nominees?|parties|party|purchasers?|sellers?|shareholders?|stockholders?|suppliers?"
        r"|tenants?"
        r"|trustees?|distributors?|executives?|managers?)\b"
    ),
    "meeting": (
        r"\b(?:agenda|attend|ballot|calls?|card|conference|dial|enclosed|envelope|mail|meeting|operator|passcode|proxy"
        r"|replay|secretary|telephone|toll[- ]free|vote|website)\b"
    ),
    "legal": (
        r"\b(?:agreement|article|certificate|clause|exhibits?|hereby|herein|hereof|hereto|hereunder|item|notes?|notice"
        r"|pursuant|section|thereof|prospectus|form 10-[kq]|subsection|schedule|consent)\b"
    ),
    "business": (
        r"\b(?:sales|revenues?|costs?|demand|fiscal|income|margins?|market|net|operating|prices?|products?|quarter"
        r"|segment"
        r"|shares?|stock|years?|volume|management|company)\b"
    ),
    "we": r"\b(?:we|our|us|its|their)\b",
    "past": r"\b(?:was|were|had|has|rose|fell|increased|decreased|filed|grew|received)\b",
    "may": r"\b(?:may|might|could|would|can)\b",
    "figures": r"[$€£%]|\d[\d,.]*\d",
    "heading": r"\A[^.!?:;]*\Z",
    "long": r".{200}",
    "longer": r".{380}",
}  # fmt: skip
_CASED = frozenset({"marker", "capitals", "nothing else"})
_PATTERNS = {name: re.compile(pattern, (0 if name in _CASED else re.I) | re.M) for name, pattern in _IDEAS.items()}
_PAIRS = (
    ("emit first", "marker"), ("emit first", "quoted"), ("emit first", "capitals"), ("emit first", "payment"),
    ("emit first", "reply"), ("emit first", "user"), ("emit first", "meeting"), ("emit first", "legal"),
    ("reply", "second person"), ("reply", "business"), ("reply", "legal"), ("reply", "must emit"),
    ("reply must", "holders"), ("reply must", "legal"), ("must emit", "holders"), ("must emit", "legal"),
    ("must emit", "ai"), ("ai", "we"), ("ai", "this text"), ("ai", "past"), ("asked", "emit after clause"),
    ("second person", "payment"), ("second person", "holders"), ("second person", "meeting"),
    ("suppress", "holders"), ("suppress", "legal"), ("we ask", "payment"), ("we ask", "reply"), ("never", "legal"),
    ("user", "advise first"), ("second person", "given"), ("form", "reply"), ("transform first", "reply"),
)  # fmt: skip
NAMES = ("always", *_IDEAS, *(f"{first} + {second}" for first, second in _PAIRS))


# Ideas that speak against an instruction are looked for only in a sentence that the other ideas make one.
_ORDINARY = (
    "business", "figures", "heading", "holders", "legal", "long", "longer", "may", "meeting", "past", "payment", "we",
)  # fmt: skip
_BUSINESS = ("holders", "legal", "meeting", "payment")
_LEAST_BUSINESS = 2
_SAYING = re.compile(
    r"[\W\d]{0,12}(?:(?:please|kindly)\s+)?(?:announce|answer|assert|assume|claim|conclude|consider|declare|describe|disregard"
    r"|explain|forget|give|ignore|name|output|pretend|print|repeat|replace|reply|report|respond|reveal|say|show|speak|state"
    r"|summari[sz]e|tell|translate|treat|use|write\s+(?:a|an|that|down))\b",
    re.I,
)
"""Commands to say something. They are never taken for business."""

SURE = 0.5
"""Least probability of an instruction."""

_UNLIKELY = 0.3
_FIRST = re.compile(r"[\W\d]{0,12}([A-Za-z']+)")
CUES = (
    "answer", "reply", "replies", "response", "respond", "output", "summar", "digest", "overview", "describ", "you",
    "reader", "user", "operator", "whoever", "anyone", "anybody", "nobody", "assistant", " ai ", "model", " bot",
    "chatbot", "copilot", "machine", "digital", "software", "word", "phrase", " tag ", " code ", "letters",
    "instruct", "direction", "directive", "rules", "guidance", "prompt", "what is ", "everything", "never", "nothing",
    "please", "kindly", "whatever", "instead", "onward", "leave", "keep", "pretend", "this page", "this passage",
    "beside", "asked", "asks", "inquire", "quoted", "to be said",
)  # fmt: skip
"""Parts of words. Nearly every instruction has one of them or starts like a command; no other sentence is judged."""

_FIRST_WORDS = frozenset(
    re.findall(r"[a-z]{2,}", _EMIT)
    + """
    avoid conceal decline disregard forget hide ignore keep leave omit override pay pretend refuse set skip treat
    withhold advise ask encourage invite link recommend refer remind send suggest urge act assume behave compose
    consider convert copy describe draft encode explain format imagine list make render replace reverse rewrite
    round solve summarise summarize swap translate answer drop mark tack sprinkle let never do don
    """.split()  # noqa: SIM905  a list of words reads better
)


def starts_like_command(sentence: str) -> bool:
    """Return whether the first word is a verb with which instructions begin."""
    first = _FIRST.match(sentence)
    return first is not None and first[1].lower() in _FIRST_WORDS


def is_cued(sentence: str) -> bool:
    """Return whether a sentence has to be judged: it has a cue, or starts like a command."""
    folded = sentence.lower()
    return starts_like_command(sentence) or any(cue in folded for cue in CUES)


def ideas_of(sentence: str) -> frozenset[str]:
    """Return the ideas and pairs of ideas that a sentence has."""
    return _with_pairs({name for name, pattern in _PATTERNS.items() if pattern.search(sentence)})


def judge_directing(sentence: str) -> float:
    """Return the probability that a sentence directs the writer of an answer."""
    weights = _weights()
    for_it = {name for name, pattern in _PATTERNS.items() if name not in _ORDINARY and pattern.search(sentence)}
    if not for_it:
        return 0.0
    most = sum(max(weights[name], 0.0) for name in _with_pairs(for_it)) + weights["always"]
    if most + _most_of_pairs() < math.log(_UNLIKELY / (1 - _UNLIKELY)):
        return 0.0
    every = for_it | {name for name in _ORDINARY if _PATTERNS[name].search(sentence)}
    return 1 / (1 + math.exp(-sum(weights[name] for name in _with_pairs(every))))


def is_business(command: str) -> bool:
    """Return whether a command is one of business: it speaks of payments, meetings or contracts, and hardly directs."""
    found = [name for name in (*_BUSINESS, "business", "figures") if _PATTERNS[name].search(command)]
    is_acted_on = len(found) >= _LEAST_BUSINESS and not {*_BUSINESS}.isdisjoint(found)
    return is_acted_on and _SAYING.match(command) is None and judge_directing(command) < _UNLIKELY


def _with_pairs(ideas: Set[str]) -> frozenset[str]:
    pairs = {f"{first} + {second}" for first, second in _PAIRS if first in ideas and second in ideas}
    return frozenset({"always", *ideas, *pairs})


@cache
def _weights() -> Mapping[str, float]:
    return {str(name): float(weight) for name, weight in json.loads(_WEIGHTS.read_text(encoding="utf-8")).items()}


@cache
def _most_of_pairs() -> float:
    """Return the most that ordinary ideas can add by their weights and pairs."""
    weights = _weights()
    pairs = (f"{first} + {second}" for first, second in _PAIRS if {first, second} & {*_ORDINARY})
    return sum(max(weights[name], 0.0) for name in (*_ORDINARY, *pairs))

"""Take a question apart: its core, the definitions that it states, and the form in which it wants the answer."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from app.answers.computing.currencies import CURRENCY
from app.answers.computing.requests import AskedUnit, Form
from app.quantities.number_words import CARDINAL, parse_cardinal
from app.quantities.unit_mentions import SCALE_WORD
from app.quantities.unit_words import SCALE_WORDS

_MOST_CHARACTERS = 4_000
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+(?=[\"“(]?[A-Z])")
_DEFINED = re.compile(
    r"\b(?:please )?defin(?:e|ing) (?P<name>[^:=]{2,80}?) (?:as|to be|=)(?: follows)? ?:? ?(?P<text>.+)"
    r"|(?P<subject>[\w&][\w&/ ,()%-]{1,100}?) (?:here )?(?:is|are) (?:here )?"
    r"(?:defined|calculated|computed|measured) as ?:? ?(?P<formula>.+)"
    r"|^(?:where )?(?P<left>[\w&][\w& ()%-]{1,60}?) ?= ?(?P<right>.+)",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:what(?:['’]s| (?:is|was|were|are|would|did|has|have))|what [\w%-]+ (?:is|was|of)"
    r"|how (?:much|many|large|big|high|fast|quickly|rapidly|often)|by (?:how much|what)|(?:in )?which"
    r"|did|does|has|have|is|was|were|are"
    r"|calculate|compute|determine|find|give|tell|show|provide|state)\b",
    re.IGNORECASE,
)
_NO_FIGURE = re.compile(
    r"\b(?:why|who|whom|explain|describe|summari[sz]e|discuss)\b"
    r"|\b(?:permit(?:s|ted)?|allow(?:s|ed)?|require[sd]?|covenants?|(?-i:must|may|should)"
    r"|expect(?:s|ed)? to|guidance|outlook|forecasts?|plans? to|credit agreement|indenture)\b"
    r"|^\W*(?:when|where|how) (?:is|are|was|were|do|does|did|has|have|can|will)\b"
    r"|\b(?:what|which|how) (?:does|do)\b|\bwhat (?:drove|caused|drives|types?|kinds?)\b"
    r"|\bwhat (?:is|was|were|are) the (?:primary |main |key )?"
    r"(?:reasons?|basis|definition|purpose|nature|drivers?|impact of|effect of|meaning)\b",
    re.IGNORECASE,
)
_HOW_MOVED = re.compile(
    r"\bhow (did|does|do|has|have) (?=[^?]*\b(?:compar|chang|develop|evolv|mov|grow|grew))", re.IGNORECASE
)
_BRACKET = re.compile(r"\(([^()]{1,160})\)")
_ACRONYM = re.compile(r"[A-Z][A-Za-z]?[A-Z&/-]{0,6}[A-Z]s?")
_COUNT = rf"(\d{{1,2}}|{CARDINAL})"
_PLACES = re.compile(rf"\b{_COUNT} (?:decimals?(?: (?:places?|points?))?|(?:digits?|places?) after)\b", re.IGNORECASE)
_WHOLE = re.compile(
    r"\bnearest (?:whole (?:number|percent(?:age)?)|integer|percent(?:age)?|dollar|million|thousand|billion)\b",
    re.IGNORECASE,
)
_PLACES_OF = {"tenth": 1, "hundredth": 2, "thousandth": 3}
_NEAREST = re.compile(r"\bnearest (tenth|hundredth|thousandth)\b", re.IGNORECASE)
_SCALE = re.compile(
    rf"\b(?:in|to(?: the nearest)?) (?:units? of )?(?:{CURRENCY} ?)?({SCALE_WORD})s?\b"
    rf"|[$€£] ?({SCALE_WORD})s\b",
    re.IGNORECASE,
)
_IN_PERCENT = re.compile(
    r"\b(?:in|as(?: an?)?|units? of) (?:units? of )?(?:percent(?:age)?s?|%)(?! ?(?:points?|of)\b)"
    r"|\bas a percentage\b(?! of)",
    re.IGNORECASE,
)
_IN_MONEY = re.compile(
    rf"(?<!denominated )\b(?:in|units? of) {CURRENCY}(?! ?(?:thousand|million|billion))", re.IGNORECASE
)
_FORM_WORDS = re.compile(
    rf"\b(?:answer|rounded?|express|expressed|in (?:units of )?(?:{CURRENCY}|percents?|percentages?|{SCALE_WORD}s)"
    r"|formerly|decimal)\b",
    re.IGNORECASE,
)
_IN_UNITS = re.compile(
    r"(?<!denominated)(?<!denominated ),? ?\bin "
    rf"(?:(?:(?:units? of |{SCALE_WORD}s? of )?{CURRENCY}(?: ?{SCALE_WORD}s?)?"
    rf"|{SCALE_WORD}s|(?:units? of )?percents?|percentage terms)(?!\w))",
    re.IGNORECASE,
)
_ROUNDED = re.compile(
    r",? ?(?:and )?(?:rounded |rounding )?(?:off )?to "
    rf"(?:the nearest \w+|{_COUNT} (?:decimals?(?: places?)?|digits?))\b",
    re.IGNORECASE,
)
_HAD_BY_SEGMENT = re.compile(
    r"\bwhat (?P<item>[^?.;,]{2,60}?) (?:did|does) (?P<segment>[^?.;,]{2,60}? (?:segment|division|business|unit)"
    r"(?: of [^?;]{2,80}?)?) (?:have|make|earn|generate|report|record|produce|achieve|show|bring in)\b",
    re.IGNORECASE,
)
_AMONG = re.compile(r"\W*(?:among|out of|between|of)\b[^?]{5,160}(?:,| and )", re.IGNORECASE)
_PERIOD_FIRST = re.compile(r"(?:in|for|during|as of|at)\b[^,:]{0,60}\d[^,:]{0,20}, ?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wording:
    """A question in parts. `core` is the asking sentence from its question word on, without brackets.

    `definitions` has the formulas that the question states, by their names in lower case. `using` are the contents of
    brackets that name what to use ("using net income attributable to shareholders").
    """

    core: str
    definitions: Mapping[str, str]
    form: Form
    using: tuple[str, ...] = ()


def read_wording(question: str) -> Wording | None:
    """Take a question apart; None if it asks for no figure."""
    text = " ".join(question[:_MOST_CHARACTERS].split())
    sentences = _SENTENCE_END.split(text)
    definitions: dict[str, str] = {}
    asking: list[str] = []
    for sentence in sentences:
        found = None if sentence.rstrip().endswith("?") else _DEFINED.search(sentence)
        if found is None:
            asking.append(sentence)
            continue
        name = found["name"] or found["subject"] or found["left"]
        formula = found["text"] or found["formula"] or found["right"]
        definitions[_name_of(name)] = formula.strip().rstrip(".")
    core = _core(asking)
    if core is None:
        return None
    using: list[str] = []
    core = _with_acronyms(core, definitions)

    def drop(bracket: re.Match[str]) -> str:
        inside = bracket[1].strip()
        if _ACRONYM.fullmatch(inside):
            return " "
        if re.match(r"(?:using|based on|use)\b", inside, re.IGNORECASE):
            using.append(inside)
            return " "
        return " " if _FORM_WORDS.search(inside) else bracket.group()

    plain = _BRACKET.sub(drop, core)
    plain = _ROUNDED.sub(" ", _IN_UNITS.sub(" ", plain))
    return Wording(" ".join(plain.split()), definitions, read_form(text), tuple(using))


def _with_acronyms(core: str, definitions: Mapping[str, str]) -> str:
    """Write the acronym instead of the name before it, if the question defines the acronym: "days payable outstanding
    (DPO)".
    """
    for bracket in _BRACKET.finditer(core):
        acronym = bracket[1].strip()
        if acronym.lower() not in definitions or not _ACRONYM.fullmatch(acronym):
            continue
        words = core[: bracket.start()].split()
        letters = [letter.lower() for letter in acronym if letter.isalpha()]
        name = words[-len(letters) :]
        if [word[:1].lower() for word in name] == letters:
            return " ".join([*words[: -len(letters)], acronym, core[bracket.end() :].strip()])
    return core


def read_form(text: str) -> Form:
    """Read the unit and rounding that a question wants."""
    places = None
    if (found := _PLACES.search(text)) is not None:
        places = int(found[1]) if found[1].isdigit() else parse_cardinal(found[1])
    elif (found := _NEAREST.search(text)) is not None:
        places = _PLACES_OF[found[1].lower()]
    elif _WHOLE.search(text):
        places = 0
    scale = None
    if (found := _SCALE.search(text)) is not None:
        scale = 3 * (SCALE_WORDS.index((found[1] or found[2]).lower()) + 1)
    if _IN_PERCENT.search(text):
        return Form(AskedUnit.PERCENT, None, places)
    if scale is not None or _IN_MONEY.search(text):
        return Form(AskedUnit.MONEY, scale, places)
    return Form(None, None, places)


def without_names(text: str, names: Collection[str]) -> str:
    """Remove the words of issuers' names that are written with a capital, and what links them to the rest."""
    text = _without_small(text, names)
    words = {word for name in names for word in re.findall(r"\w+", name.casefold()) if len(word) > 1} | _LEGAL
    if not names:
        return text
    tokens = text.split(" ")
    is_name = [_is_name(token, words) for token in tokens]
    for at in range(1, len(tokens)):
        is_name[at] = is_name[at] or (is_name[at - 1] and _bare(tokens[at]).casefold() in _LEGAL)
    kept: list[str] = []
    for at, token in enumerate(tokens):
        is_link = _bare(token).casefold() in _LINKS and 0 < at < len(tokens) - 1 and is_name[at - 1] and is_name[at + 1]
        if not is_name[at] and not is_link:
            kept.append(token)
    return _DANGLING.sub("", " ".join(kept))


_SHORTEST_FORM = 3


def _without_small(text: str, names: Collection[str]) -> str:
    """Remove whole names in small letters ("tarrant revenue"), unless the text also has them with a capital."""
    forms = sorted((name for name in names if name.islower() and len(name) > _SHORTEST_FORM), key=len, reverse=True)
    small = [form for form in forms if form.capitalize() not in text and form.title() not in text]
    if not small:
        return text
    return " ".join(re.sub(rf"\b(?:{'|'.join(map(re.escape, small))})(?:['’]s)?(?!\w)", " ", text).split())


_LINKS = frozenset({"of", "and", "&", "the"})
_LEGAL = frozenset(
    {"inc", "corp", "corporation", "company", "co", "plc", "ltd", "limited", "llc", "lp", "ag", "se", "nv", "sa"}
)
_DANGLING = re.compile(
    r" (?:for|of|at|by|from|in) *(?=[?.,]|$| (?:changed?|increased?|decreased?|grow|grew|rose|fell|improved?)\b)"
)
_PARTS = re.compile(r"[^\W_]+")


def _is_name(token: str, words: Collection[str]) -> bool:
    """Return whether a token with a capital consists of words of names."""
    bare = _bare(token)
    parts = _PARTS.findall(bare.casefold())
    return bool(parts) and (bare[:1].isupper() or bare[:1].isdigit()) and all(part in words for part in parts)


def _bare(token: str) -> str:
    """Return a token without its possessive ending and the punctuation around it."""
    return re.sub(r"^\W+|\W+$", "", re.sub(r"['’]s?\W*$", "", token))


def _core(sentences: list[str]) -> str | None:
    asked = [sentence for sentence in sentences if sentence.rstrip().endswith("?")]
    chosen = asked[-1:] or [sentence for sentence in sentences if _ASKS.search(sentence)][:1] or sentences[:1]
    if not chosen:
        return None
    sentence = _HAD_BY_SEGMENT.sub(r"what was the \g<item> of \g<segment>", _HOW_MOVED.sub(r"\1 ", chosen[0]))
    found = _ASKS.search(sentence)
    if _NO_FIGURE.search(sentence[found.start() :] if found else sentence) or _NO_FIGURE.match(sentence):
        return None
    if found is None:
        return sentence.rstrip("?. ")
    before = sentence[: found.start()]
    if _AMONG.match(before):
        return sentence.rstrip("?. ")
    return f"{_periods_before(before)}{sentence[found.start() :]}".rstrip("?. ")


def _periods_before(text: str) -> str:
    """Return the words before the question word if they may name a period ("In 2019, what …"), else nothing."""
    return text if _PERIOD_FIRST.match(text) else ""


def _name_of(name: str) -> str:
    return " ".join(re.sub(r"[^\w&/%-]+", " ", name.lower()).split())

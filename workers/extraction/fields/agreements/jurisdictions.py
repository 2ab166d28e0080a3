"""Finds the law that governs an agreement."""

import re
from dataclasses import dataclass
from typing import Final

from workers.extraction.fields.agreements.joined import JoinedText

_STATES: Final = (
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho"
    "|Illinois|Indiana|Iowa|Kansas"
    "|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska"
    "|Nevada|New Hampshire"
    "|New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island"
    "|South Carolina"
    "|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming|District of "
    "Columbia|Puerto Rico"
)
_ELSEWHERE: Final = (
    "Alberta|British Columbia|Manitoba|Ontario|Quebec|Québec|Saskatchewan|Nova Scotia|England and Wales|England "
    "& Wales|England|Scotland"
    "|Northern Ireland|Ireland|Jersey|Guernsey|Canada|Australia|New South Wales|Victoria|Queensland|Germany|the "
    "Federal Republic of Germany"
    "|France|Luxembourg|the Grand Duchy of Luxembourg|the Netherlands|Belgium|Spain|Portugal|Italy|Switzerland"
    "|Austria|Sweden|Norway"
    "|Denmark|Finland|Poland|Israel|India|Singapore|Hong Kong|Japan|the People's Republic of China|Brazil|Mexico"
    "|Bermuda|Cayman Islands"
    "|the British Virgin Islands|South Africa|New Zealand|the Marshall Islands|the Republic of the Marshall Islands"
)
_ADJECTIVES: Final = {
    "english": "England and Wales",
    "scots": "Scotland",
    "irish": "Ireland",
    "german": "Germany",
    "french": "France",
    "dutch": "the Netherlands",
    "swedish": "Sweden",
    "norwegian": "Norway",
    "danish": "Denmark",
    "finnish": "Finland",
    "spanish": "Spain",
    "italian": "Italy",
    "swiss": "Switzerland",
    "austrian": "Austria",
    "belgian": "Belgium",
    "luxembourg": "Luxembourg",
    "new york": "New York",
    "delaware": "Delaware",
}
_NAMES: Final = {name.casefold(): name for name in f"{_STATES}|{_ELSEWHERE}".split("|")} | {
    "england & wales": "England and Wales",
    "england": "England and Wales",
    "the federal republic of germany": "Germany",
    "the grand duchy of luxembourg": "Luxembourg",
    "the republic of the marshall islands": "the Marshall Islands",
}
_PLACES: Final = "|".join(sorted(_NAMES, key=len, reverse=True))
_GOVERNED: Final = re.compile(
    r"\b(?:governed(?: exclusively)?(?: in all respects)? by|(?:construed|interpreted|enforced)(?:,? (?:and |or "
    r")?(?:construed|interpreted|enforced|governed))?,? (?:in accordance with|under|by))\b"
    r"[^.;\n]{0,130}?"
    rf"(?:\blaws?(?: in effect| applicable| in force)? (?:of|in) (?:the )?(?:(?:state|commonwealth|province"
    rf"|country) of )?(?:the )?({_PLACES})\b|\b({'|'.join(_ADJECTIVES)}) laws?\b)",
    re.I,
)
_GOVERNS: Final = re.compile(
    rf"\b({_PLACES}|{'|'.join(_ADJECTIVES)}) law (?:governs|applies to|shall (?:govern|apply)|will (?:govern|apply))\b",
    re.I,
)
_OWN: Final = re.compile(
    r"this (?:agreement|indenture|contract|amendment|deed)|(?:loan|finance|credit) documents|the notes", re.I
)
_HEADED: Final = re.compile(r"\b(?:governing|applicable|choice of) law\b", re.I)
_OF_OTHERS: Final = re.compile(
    r"\bQFC\b|to the extent that|in fact be stated|determination of interest|security documents? (?:that|which)"
    r"|letters? of credit shall|mortgage"
    r"|unless otherwise|company material adverse|acquisition agreement",
    re.I,
)
_BEFORE, _HEADING_REACH = 240, 1_500


@dataclass(frozen=True, slots=True)
class Law:
    """The law of `place`, stated from `start` to `end`. `is_own` states that the clause speaks of the agreement."""

    place: str
    start: int
    end: int
    is_own: bool


_PLACE: Final = re.compile(rf"\b(?:({_PLACES})\b|({'|'.join(_ADJECTIVES)}) laws?\b)", re.I)


def find_place(words: str) -> str | None:
    """Return the first state or country that the words name."""
    found = _PLACE.search(words)
    if found is None:
        return None
    return _NAMES.get((found.group(1) or "").casefold()) or _ADJECTIVES[(found.group(2) or "").casefold()]


def find_laws(flow: JoinedText) -> tuple[Law, ...]:
    """Return the clauses that state a governing law, in order."""
    laws = []
    for found in _GOVERNED.finditer(flow.text):
        start, _end = flow.paragraph(found.start())
        begin = max(start, found.start() - _BEFORE)
        name = (found.group(1) or "").casefold()
        place = _NAMES.get(name) or _ADJECTIVES[(found.group(2) or "").casefold()]
        before = flow.text[begin : found.start()]
        is_headed = bool(_HEADED.search(flow.text, max(0, found.start() - _HEADING_REACH), found.start()))
        is_own = not _OF_OTHERS.search(before) and (is_headed or bool(_OWN.search(before)))
        laws.append(Law(place, begin, found.end(), is_own))
    for found in _GOVERNS.finditer(flow.text):
        name = found.group(1).casefold()
        start, _end = flow.paragraph(found.start())
        laws.append(Law(_NAMES.get(name) or _ADJECTIVES[name], max(start, found.start() - 40), found.end() + 60, True))
    return tuple(laws)

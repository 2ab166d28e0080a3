"""The law that governs a contract."""

import re
from typing import Final

from app.review.evidence import Evidence
from app.review.proposals import Alternative
from app.review.schemas.definition import FieldSpec
from app.review.values import TextValue
from workers.extraction.fields.flow import Flow, Sentence
from workers.extraction.fields.grading import Graded, graded_rule
from workers.extraction.fields.reader import ReadDocument

_TERMS: Final = ("governed by", "construed in accordance with", "laws of", "governing law", "applicable law")

_GOVERNS: Final = re.compile(
    r"\b(?:govern(?:ed|s|ing)?|constru(?:ed|ction)|interpret(?:ed|ation)|enforced|control(?:s|led)?|decided|determined|resolved|appl(?:y"
    r"|ies)|applicable +law"
    r"|choice +of +law|subject +to)\b",
    re.IGNORECASE,
)
_HEADING: Final = re.compile(
    r"[\d.()A-Za-z ]{0,12}\b(?:governing|applicable|choice +of|controlling) +law\b.{0,40}$", re.I
)
_LONGEST_HEADING: Final = 40
_OF_AGREEMENT: Final = re.compile(
    r"\b(?:disputes?|agreements?|contract|addendum|amendment|hereof|hereunder|hereto|parties|franchise|license|lease|deed"
    r"|validity|document|terms|guaranty|transaction|plan)\b",
    re.IGNORECASE,
)
_PLACE: Final = r"(?:[A-Z][\w.'-]+|the)(?:,? +(?:of|and|the|[A-Z][\w.'-]+)){0,7}"
_LAW_OF: Final = re.compile(
    r"\b[Ll]aws?(?: +(?:and|or) +\w+){0,2}(?: +(?:in +force|in +effect|applicable|prevailing|then +in +effect))?"
    r"(?:, +and +not[^,.;]{3,60},)?(?: +(?:of|in|for))+ +(?:the +)?"
    rf"(?P<kind>(?:(?:[Ss]tate|[Cc]ommonwealth|[Pp]rovince|[Cc]ountry|[Rr]epublic|[Kk]ingdom|[Jj]urisdiction"
    rf"|[Tt]erritory) +of +)?)(?:the +)?(?P<place>{_PLACE})",
)
_STATE_LAW: Final = re.compile(
    r"\b(?P<place>(?:New +|North +|South +|West +|Rhode +)?[A-Z][a-z]+)(?: +[Ss]tate)? +(?:[Ll]aws?)\b"
)
# GOVERNING LAW: DELAWARE
_LABELLED: Final = re.compile(
    rf"^[\d.()a-z ]{{0,8}}(?:[Gg]overning|[Aa]pplicable) +[Ll]aw *[:.-]+ *(?P<place>{_PLACE})[ .]*$"
)
_ADJECTIVES: Final = {
    "English": "England", "Scots": "Scotland", "Scottish": "Scotland", "Irish": "Ireland", "German": "Germany",
    "French": "France", "Swiss": "Switzerland", "Dutch": "Netherlands", "Swedish": "Sweden", "Danish": "Denmark",
    "Norwegian": "Norway", "Finnish": "Finland", "Austrian": "Austria", "Belgian": "Belgium", "Italian": "Italy",
    "Spanish": "Spain", "Portuguese": "Portugal", "Polish": "Poland", "Greek": "Greece", "Turkish": "Turkey",
    "Israeli": "Israel", "Indian": "India", "Chinese": "China", "Japanese": "Japan", "Korean": "Korea",
    "Australian": "Australia", "Canadian": "Canada", "Mexican": "Mexico", "Brazilian": "Brazil",
}  # fmt: skip
_BY_LAW: Final = re.compile(r"\b(?:governed by|construed|interpreted)\b[^.;]{0,80}\blaws? (?:of|in)\b")
_IN_CAPITALS: Final = re.compile(r"[A-Z]{4}[^a-z]*[A-Z]{4}")
_CONNECTED: Final = frozenset({"of", "and", "the", "for"})
_CUT: Final = re.compile(
    r",? +(?:without|excluding|except|applicable|exclusive|regardless|as|and +(?:the +)?(?:federal|venue|any"
    r"|shall|applicable|each)|irrespective|notwithstanding|with|without|in|including|that|which|USA|U\.S\.A"
    r"|United +States(?: +of +America)?|excluding|other|if|to|pursuant|under|conflicts?|other|both)\b.*$",
    re.IGNORECASE,
)
_UNITED_STATES: Final = re.compile(r"^(?:the +)?(?:united +states(?: +of +america)?|u\.?s\.?a?\.?)$", re.IGNORECASE)
_NOT_PLACES: Final = re.compile(
    r"^(?:the|that|such|this|any|its|each|conflicts?|choice|governing|applicable|section|article|agreement"
    r"|parties|jurisdiction|land|state|all|law)\b",
    re.IGNORECASE,
)
_WEAK: Final = re.compile(
    r"\b(?:except +to +the +extent|incorporated|organized|existing|qualified|comply|compliance|violation"
    r"|arbitrat\w+|employment|secured +party)\b",
    re.IGNORECASE,
)
_STATES: Final = [
    "Alabama",
    "Alaska",
    "Arizona",
    "Arkansas",
    "California",
    "Colorado",
    "Connecticut",
    "Delaware",
    "Florida",
    "Georgia",
    "Hawaii",
    "Idaho",
    "Illinois",
    "Indiana",
    "Iowa",
    "Kansas",
    "Kentucky",
    "Louisiana",
    "Maine",
    "Maryland",
    "Massachusetts",
    "Michigan",
    "Minnesota",
    "Mississippi",
    "Missouri",
    "Montana",
    "Nebraska",
    "Nevada",
    "New_Hampshire",
    "New_Jersey",
    "New_Mexico",
    "New_York",
    "North_Carolina",
    "North_Dakota",
    "Ohio",
    "Oklahoma",
    "Oregon",
    "Pennsylvania",
    "Rhode_Island",
    "South_Carolina",
    "South_Dakota",
    "Tennessee",
    "Texas",
    "Utah",
    "Vermont",
    "Virginia",
    "Washington",
    "West_Virginia",
    "Wisconsin",
    "Wyoming",
    "District_of_Columbia",
    "Puerto_Rico",
    "Ontario",
    "Quebec",
    "Alberta",
    "British_Columbia",
    "Manitoba",
    "Saskatchewan",
    "Nova_Scotia",
    "New_Brunswick",
    "England",
    "Wales",
    "Scotland",
    "Ireland",
    "Northern_Ireland",
    "Hong_Kong",
    "Singapore",
    "Israel",
    "Germany",
    "France",
    "Switzerland",
    "Japan",
    "India",
    "Australia",
    "Canada",
    "China",
    "Bermuda",
    "Luxembourg",
    "Netherlands",
    "Sweden",
    "Denmark",
    "Norway",
    "Finland",
    "Austria",
    "Belgium",
    "Italy",
    "Spain",
    "Portugal",
    "Brazil",
    "Mexico",
    "Cayman_Islands",
    "Guernsey",
    "Jersey",
    "Taiwan",
    "Korea",
    "Malaysia",
    "Cyprus",
    "Poland",
    "Greece",
    "Turkey",
    "Victoria",
    "New_South_Wales",
    "New_Zealand",
]
_KNOWN: Final = re.compile(rf"\b(?:{'|'.join(name.replace('_', ' ') for name in _STATES)})\b", re.IGNORECASE)
# made in the Commonwealth of …, and governed by the laws of that Commonwealth
_THAT_STATE: Final = re.compile(
    r"\blaws? of (?:that|such|said) (?:state|commonwealth|country|province|jurisdiction)\b", re.IGNORECASE
)
_NAMED_STATE: Final = re.compile(rf"\b(?:[Ss]tate|[Cc]ommonwealth|[Pp]rovince) of (?P<place>{_PLACE})")
_WHERE: Final = re.compile(
    r"\blaws? of (the (?:state|country|jurisdiction|province) (?:in which|where) [^,.;]{5,90})", re.IGNORECASE
)


@graded_rule("contract.governing_law", version=4)
def read_governing_law(document: ReadDocument, spec: FieldSpec) -> Graded:  # noqa: ARG001 - all rules have this signature
    """Read the state or country whose law governs."""
    read = []
    heading = ""
    for sentence in document.flow.sentences:
        found = _law(sentence, is_headed=bool(_HEADING.match(heading)))
        if found is not None:
            read.append(found)
        heading = f"{heading} {sentence.text}" if len(heading) <= _LONGEST_HEADING else sentence.text
    if not read:
        return Graded(None, (), "absent", _TERMS, is_absent=True)
    points, place, sentence = max(read, key=lambda each: each[0])
    others: dict[str, tuple[str, Sentence]] = {}
    for score, name, where in read:
        if score >= 5 and name.casefold() != place.casefold():
            others.setdefault(name.casefold(), (name, where))
    grade = ("sure" if points >= 5 else "weak") + (", conflicts" if others else "")
    return Graded(
        TextValue(place),
        _quote(document.flow, sentence),
        grade,
        _TERMS,
        alternatives=tuple(
            Alternative(TextValue(name), _quote(document.flow, where), "another clause")
            for name, where in others.values()
        ),
    )


def _quote(flow: Flow, sentence: Sentence) -> tuple[Evidence, ...]:
    return flow.evidence(sentence.start, sentence.end)


def _law(sentence: Sentence, *, is_headed: bool) -> tuple[int, str, Sentence] | None:
    """Return points, the place and the sentence, if it says whose law governs, or `is_headed` so."""
    text = sentence.text
    lower = text.lower()
    if "law" not in lower or not (is_headed or _GOVERNS.search(text)):
        return None
    best: tuple[int, str, Sentence] | None = None
    cased = text.title() if text.isupper() or _IN_CAPITALS.search(text) else text
    cased = (
        re.sub(
            r"\b(Of|And|The|In|Laws?|Law|State|Or|Without|With|To|Its|Conflicts?|Regard|Shall|By|For)\b",
            lambda each: each.group().lower(),
            cased,
        )
        if cased is not text
        else text
    )
    labelled = _LABELLED.match(cased)
    if labelled and _KNOWN.search(labelled["place"]):
        return 5, labelled["place"].strip(" ."), sentence
    for found in [*_LAW_OF.finditer(cased), *_STATE_LAW.finditer(cased)]:
        place = _place(_ADJECTIVES.get(found["place"], found["place"]))
        if place is None:
            continue
        known = bool(_KNOWN.search(place)) or place == "United States"
        has_kind = "kind" in found.groupdict() and bool(found["kind"])
        if found.re is _STATE_LAW and not known:
            continue
        points = 3 * known + 2 * has_kind + 2 * is_headed
        points += 2 * bool(
            re.search(
                r"govern\w+|construed|interpreted|\bcontrol(?:s|led)?\b|\bapplies\b"
                r"|\b(?:shall|will) apply\b|\bsubject to\b"
                r"|\b(?:decided|determined|resolved) (?:under|by|according to)\b",
                lower,
            )
        ) + bool(_OF_AGREEMENT.search(text))
        points += bool(_BY_LAW.search(lower))
        points -= 3 * bool(_WEAK.search(text)) * (not re.search(r"\bgoverned +by\b|\bconstrued\b", lower))
        if points >= 4 and (best is None or points > best[0]):
            best = points, place, sentence
    that = _THAT_STATE.search(text)
    named = _NAMED_STATE.search(text) if best is None and that is not None else None
    if named is not None and (place := _place(named["place"])) is not None:
        return 5, place, sentence
    where = _WHERE.search(text)
    if best is None and where is not None and _OF_AGREEMENT.search(text):
        return 4, where[1].lower() if where[1].isupper() else where[1], sentence
    return best


def _place(text: str) -> str | None:
    words = _CUT.sub("", f" {text}").strip(" ,.")
    parts = words.split()
    while parts and parts[-1].lower().strip(",") in _CONNECTED:
        parts.pop()
    words = " ".join(parts).strip(" ,.'")
    words = re.sub(r"^(?:the +)?(?:[Ss]tate|[Cc]ommonwealth|[Pp]rovince|Territory) +of +(?:the +)?", "", words)
    if _UNITED_STATES.match(words):
        return "United States"
    if not words or _NOT_PLACES.match(words) or not words[0].isupper() or len(words) > 60:
        return None
    return words

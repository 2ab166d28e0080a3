"""Rules for ranking, use of proceeds, and governing law of notes."""

import re
from collections import Counter
from typing import Final

from app.review.proposals import Proposal
from app.review.schemas.definition import FieldSpec
from app.review.values import TextValue
from workers.extraction.fields.agreements.jurisdictions import find_laws, find_place
from workers.extraction.fields.agreements.script import Found, Script, propose, script_of
from workers.extraction.fields.offering.series import read_series
from workers.extraction.fields.offering.summary import find_rows
from workers.extraction.fields.reader import ReadDocument, rule

_RANKS: Final = (
    (
        "senior subordinated",
        re.compile(r"\b(?:unsecured )?senior subordinated (?:unsecured )?(?:obligations|debt|indebtedness)", re.I),
    ),
    (
        "senior secured",
        re.compile(
            r"\bsenior secured (?:obligations|debt|indebtedness)|\bsecured senior obligations|(?:will be|are|be) "
            r"(?:our |the Issuer's )?(?:general )?senior,? secured obligations|\bsecured by (?:a )?(?:first"
            r"|second)[- ](?:priority|ranking)|(?:first|second)-priority (?:security interests?|liens) (?:in|on) "
            r"the collateral securing the notes",
            re.I,
        ),
    ),
    (
        "senior unsecured",
        re.compile(
            r"\b(?:general )?(?:senior,? (?:general )?unsecured|unsecured,? (?:and )?(?:senior|unsubordinated)"
            r"|unsecured and unsubordinated|unsubordinated,? (?:and )?unsecured)(?: and unsubordinated| and "
            r"senior)? (?:general )?(?:debt )?(?:obligations|indebtedness|debt)",
            re.I,
        ),
    ),
    (
        "subordinated",
        re.compile(r"\b(?:junior )?subordinated (?:unsecured )?obligations|unsecured (?:and )?subordinated", re.I),
    ),
)
_IN_NAME: Final = (
    ("senior subordinated", r"senior subordinated"),
    ("senior secured", r"(?:senior secured|first lien|second lien|first mortgage)"),
    ("subordinated", r"subordinated"),
)
_NOTES: Final = re.compile(r"\b(?:the )?(?:notes|securities|debentures|bonds)\b", re.I)
_USE: Final = re.compile(r"(?:^|(?<=\n))(?:USE OF PROCEEDS|Use of [Pp]roceeds)\.?[ \n]([^\n]{40,4000})")
_NOT_USE: Final = re.compile(r"^(?:\d|[.…]|See\b)")
_INTEND: Final = re.compile(
    r"\b(?:We|The (?:Company|Issuer)) (?:intends?|expects?|plans?|will) (?:to )?use [^\n]{0,40}?(?:net "
    r")?proceeds[^\n]{20,900}"
)
_LONGEST: Final = 2_000
_REACH: Final = 400_000


@rule("offering.ranking", version=1)
def read_ranking(document: ReadDocument, spec: FieldSpec) -> Proposal:
    script = script_of(document)
    terms = ("Ranking", "senior unsecured obligations", "secured by", "subordinated")
    found = _of_name(script) or _of_words(script)
    return propose(document, spec, [found] if found else [], terms, absent=0.7)


def _of_name(script: Script) -> Found | None:
    for series in script.once(read_series):
        for rank, pattern in _IN_NAME:
            if re.search(pattern, series.name, re.I):
                return Found(TextValue(rank), ((series.start, series.end),), 0.95)
    return None


def _of_words(script: Script) -> Found | None:
    for row in find_rows(script, r"ranking(?: of the notes)?|status(?: of the notes)?|rank"):
        for rank, pattern in _RANKS:
            match = pattern.search(row.words)
            if match:
                return Found(TextValue(rank), ((row.start, row.words_start + match.end()),), 0.95)
    best = None
    for rank, pattern in _RANKS:
        for match in pattern.finditer(script.text, 0, _REACH):
            before = script.text[max(0, match.start() - 120) : match.start()]
            if _NOTES.search(before) and not re.search(
                r"guarantee|existing|credit facilit|indebtedness of|junior to|other\b", before[-70:], re.I
            ):
                if best is None or match.start() < best[1]:
                    best = (rank, match.start(), match.end())
                break
    return Found(TextValue(best[0]), ((max(0, best[1] - 120), best[2]),), 0.92) if best else None


@rule("offering.use_of_proceeds", version=1)
def read_use(document: ReadDocument, spec: FieldSpec) -> Proposal:
    script = script_of(document)
    terms = ("Use of Proceeds", "net proceeds")
    found = []
    for match in _USE.finditer(script.text):
        if not _NOT_USE.match(match.group(1)) and re.search(r"proceeds", match.group(1), re.I):
            end = min(match.end(), match.start(1) + _LONGEST)
            found = [Found(TextValue(script.text[match.start(1) : end].strip()), ((match.start(1), end),), 0.93)]
            break
    row = next(find_rows(script, r"use of (?:the )?(?:net )?proceeds"), None)
    if row is not None and not found:
        found = [Found(TextValue(row.words.strip()), ((row.words_start, row.end),), 0.92)]
    intended = None if found else _INTEND.search(script.text, 0, _REACH)
    if intended:
        found = [Found(TextValue(intended.group().strip()), ((intended.start(), intended.end()),), 0.85)]
    return propose(document, spec, found, terms, absent=0.8)


@rule("offering.governing_law", version=1)
def read_law(document: ReadDocument, spec: FieldSpec) -> Proposal:
    script = script_of(document)
    terms = ("governed by", "Governing law")
    for row in find_rows(script, r"governing law|applicable law"):
        place = find_place(row.words)
        if place:
            return propose(document, spec, [Found(TextValue(place), ((row.start, row.end),), 0.95)], terms)
    laws = find_laws(script.flow)
    own = [law for law in laws if law.is_own] or list(laws)
    if not own:
        return propose(document, spec, [], terms, absent=0.8)
    best = Counter(law.place for law in own).most_common(1)[0][0]
    chosen = next(law for law in own if law.place == best)
    return propose(
        document,
        spec,
        [Found(TextValue(best), ((chosen.start, chosen.end),), 0.95 if len({law.place for law in own}) == 1 else 0.8)],
        terms,
    )

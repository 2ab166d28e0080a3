"""Rules for the issuer and the guarantors of notes."""

import re
from typing import Final

from app.documents.metadata import DocumentType, PartyRole
from app.review.proposals import Proposal
from app.review.schemas.definition import FieldSpec
from app.review.values import PartyValue, TextValue
from workers.extraction.fields.agreements.script import Found, Script, propose, script_of
from workers.extraction.fields.offering.series import read_series
from workers.extraction.fields.offering.summary import find_rows
from workers.extraction.fields.reader import ReadDocument, rule
from workers.extraction.names.spelling import ENDS_IN_FORM, find_legal_names, is_plausible, tidy_name
from workers.extraction.parties import find_parties

_GUARANTEED: Final = re.compile(
    r"(?:notes|securities|obligations)[^.\n]{0,160}?(?:will be|are|be|shall "
    r"be)[^.\n]{0,120}?guaranteed[^.\n]{0,60}? by ([^.\n]{10,600})",
    re.I,
)
_NOT_GUARANTEED: Final = re.compile(r"\b(?:not|nor|neither|may be|deposit|any (?:bank|governmental))\b", re.I)
_ROW: Final = r"(?:(?:subsidiary |note |parent )?guarantors?|(?:note |subsidiary )?guarantees?|guaranty)"
_COVER: Final = 5_000
_TERMS: Final = ("Issuer", "the “Issuer”", "as issuer")


@rule("offering.issuer", version=1)
def read_issuer(document: ReadDocument, spec: FieldSpec) -> Proposal:
    script = script_of(document)
    found = [each for each in (_of_row(script), _of_opening(document), _of_cover(script)) if each is not None]
    kept: dict[str, Found] = {}
    for each in found:
        kept.setdefault(_folded(each.value), each)
    return propose(document, spec, list(kept.values()), _TERMS, absent=0.7)


def _of_opening(document: ReadDocument) -> Found | None:
    """Return the party that the opening of an indenture or offering calls the issuer."""
    script = script_of(document)
    for party in find_parties(document.parsed.pages, DocumentType.INDENTURE):
        if party.role is PartyRole.ISSUER:
            place = script.flow.find_place(party.page - 1, party.start, party.end)
            if place:
                return Found(PartyValue(_spelt(script, party.name), "issuer"), (place,), party.confidence)
    return None


def _folded(value: object) -> str:
    return re.sub(r"\W+", "", value.name).casefold() if isinstance(value, PartyValue) else ""


def _of_row(script: Script) -> Found | None:
    for row in find_rows(script, r"(?:the )?issuer(?: of the notes)?|company"):
        for start, end in find_legal_names(row.words):
            if start < 12:
                name = tidy_name(row.words[start:end])
                return Found(PartyValue(name, "issuer"), ((row.start, row.words_start + end),), 0.96)
        words = re.split(r"[,(]| is ", row.words)[0].strip(" .")
        if 2 < len(words) < 80 and is_plausible(words):
            return Found(PartyValue(tidy_name(words), "issuer"), ((row.start, row.words_start + len(words)),), 0.9)
    return None


def _of_cover(script: Script) -> Found | None:
    """Return the company whose name has a line of the cover for itself, nearest to the first name of the notes."""
    series = script.once(read_series)
    at = series[0].start if series else 0
    lines = []
    for match in re.finditer(r"[^\n\t]+", script.text[:_COVER]):
        words = match.group().strip().rstrip("*")
        after = script.text[match.end() : match.end() + 30]
        if re.match(r",?\s*as\s+(?!issuer)", after, re.I):
            continue
        if ENDS_IN_FORM.search(words) and is_plausible(words) and len(words.split()) <= 10:
            lines.append((abs(match.start() - at), words, match.start(), match.end()))
    if not lines:
        return None
    _, words, start, end = min(lines)
    return Found(PartyValue(_spelt(script, tidy_name(words)), "issuer"), ((start, end),), 0.9 if series else 0.6)


def _spelt(script: Script, name: str) -> str:
    if not name.isupper():
        return name
    for match in re.finditer(re.escape(name), script.text[:200_000], re.I):
        if not match.group().isupper():
            return match.group()
    return name


@rule("offering.guarantors", version=1)
def read_guarantors(document: ReadDocument, spec: FieldSpec) -> Proposal:
    script = script_of(document)
    terms = ("Guarantors", "Guarantees", "guaranteed by")
    row = next(find_rows(script, _ROW), None)
    if row is not None:
        return propose(
            document, spec, [Found(TextValue(row.words.strip()), ((row.words_start, row.end),), 0.92)], terms
        )
    found = _GUARANTEED.search(script.text, 0, 300_000)
    if found and not _NOT_GUARANTEED.search(found.group()):
        return propose(
            document, spec, [Found(TextValue(found.group(1).strip()), ((found.start(), found.end()),), 0.9)], terms
        )
    return propose(document, spec, [], terms, absent=0.8)

"""Chooses the issuer among the names that a document gives. The confidence says how often such a choice is right.

No place is trusted alone. A cover may print its name as a picture, in small capitals or in a font without a map; a
signature block may be an exhibit's. Each place adds to the score of its name, and the best score wins. The confidence
follows from its distance to the next one.
"""

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.documents.content.parsed import ParsedPage
from app.documents.issuers import normalise_issuer
from app.documents.metadata import DocumentType, FieldSource, NameKind, NameReading, Origin
from workers.extraction.names.cover import read_cover
from workers.extraction.names.evidence import (
    read_announcer,
    read_auditors_addressee,
    read_defined,
    read_headline,
    read_listed,
    read_most_named,
    read_name_alone,
    read_running,
    read_signatures,
)
from workers.extraction.names.identifiers import read_identifiers
from workers.extraction.names.reading import Candidate
from workers.extraction.names.spelling import ENDS_IN_FORM, ENDS_IN_STRONG_FORM, STRONG_FORM, find_mixed_case, tidy_name
from workers.extraction.reading import Reading, tagged

_OFFERS = (DocumentType.PROSPECTUS, DocumentType.OFFERING_MEMORANDUM)
_SIGNED = (DocumentType.FORM_10K, DocumentType.FORM_10Q, DocumentType.FORM_8K, DocumentType.FORM_20F)

_WEIGHTS = {
    NameKind.COVER: 3.0,
    NameKind.SIGNATURE: 2.5,
    NameKind.AUDITOR: 2.2,
    NameKind.PARTY: 3.2,
    NameKind.HEADLINE: 2.0,
    NameKind.DEFINED: 1.8,
    NameKind.EXCHANGE: 1.8,
    NameKind.RUNNING: 1.5,
    NameKind.TEXT: 0.8,
}
"""What a place adds to the score of a name, in logits. Chosen by hand."""

_WITHOUT_FORM = 0.5
"""The share of a cover's weight for a name without legal form, which may be a line of something else."""

_PRIOR, _RIVAL = 0.6, 0.8
_SPELLING_PAGES = 12
_FEWEST_REPEATED = 3  # mentions, with the cover's
_ORDER = (
    NameKind.COVER,
    NameKind.PARTY,
    NameKind.SIGNATURE,
    NameKind.AUDITOR,
    NameKind.DEFINED,
    NameKind.EXCHANGE,
    NameKind.RUNNING,
    NameKind.TEXT,
    NameKind.HEADLINE,
)


@dataclass(frozen=True, slots=True)
class Names:
    """The issuer's name (None if unknown), and all names that were read, those of the issuer first."""

    issuer: Reading[str] | None
    readings: tuple[NameReading, ...]


def find_names(
    pages: Sequence[ParsedPage],
    properties: Mapping[str, str],
    kind: DocumentType,
    parties: Sequence[Candidate] = (),
) -> Names:
    """Return the issuer as the document spells it, but an all-capital name in title case, and all names.

    `parties` are the borrowers or issuers of an agreement.
    """
    stated = properties.get("dei:EntityRegistrantName", "").strip()
    found = _gather(pages, kind, parties, is_tagged=bool(stated))
    if stated:
        issuer = tagged(tidy_name(stated), stated)
        own = [name for name in found if _is_same(name.name, issuer.value)]
        tag = NameReading(issuer.value, NameKind.TAG, None, None, None, issuer.source.confidence)
        return _named(pages, properties, issuer, own, found, [tag])
    if not found:
        return Names(None, ())
    scores = _score(found, _repeated(pages, found))
    best, *rest = sorted(scores, key=lambda key: -scores[key])
    joint = {name.key for name in found if name.kind in _FIRST_ONLY}
    rest = [key for key in rest if key not in joint or scores[key] > _WEIGHTS[NameKind.TEXT]]
    confidence = 1 / (1 + math.exp(_PRIOR + _RIVAL * max((scores[key] for key in rest), default=0.0) - scores[best]))
    own = [name for name in found if _group_of(name, scores) == best]
    chosen = min(own, key=lambda name: (not ENDS_IN_FORM.search(name.name), _ORDER.index(name.kind)))
    chosen = _fuller(pages, chosen)
    source = FieldSource(
        Origin.TEXT,
        round(confidence, 3),
        chosen.quote,
        page=chosen.page.number,
        start=chosen.start,
        end=chosen.end,
    )
    return _named(pages, properties, Reading(_spelling(pages, chosen, own), source), own, found, [])


def _gather(
    pages: Sequence[ParsedPage], kind: DocumentType, parties: Sequence[Candidate], *, is_tagged: bool
) -> list[Candidate]:
    """Return the names of all places; only the cheap places if a tag, or cover and signature, state the issuer."""
    if parties:
        return list(parties)
    found = read_cover(pages[:12])
    if kind in _OFFERS and not found:
        found += read_name_alone(pages[:2])
    if kind in _SIGNED or not found:
        found += read_signatures(pages)
    found += [*read_defined(pages), *read_listed(pages[:3])]
    agreed = {name.kind for name in found if _is_same(name.name, found[0].name)} if found else set[NameKind]()
    if is_tagged or {NameKind.COVER, NameKind.SIGNATURE} <= agreed:
        return found
    found += [*read_headline(pages), *read_announcer(pages), *read_running(pages)]
    if kind in (DocumentType.FORM_10K, DocumentType.FORM_20F, DocumentType.ANNUAL_REPORT) or not found:
        found += read_auditors_addressee(pages)
    return found + read_most_named(pages)


def _repeated(pages: Sequence[ParsedPage], found: Sequence[Candidate]) -> frozenset[str]:
    """Return the keys of the names without legal form on the cover that the first pages repeat."""
    repeated = set()
    for name in found:
        if name.kind is NameKind.COVER and not ENDS_IN_FORM.search(name.name):
            pattern = re.compile(rf"(?<![\w&]){re.escape(name.name)}(?![\w&])", re.IGNORECASE)
            if sum(len(pattern.findall(page.text)) for page in pages[:_SPELLING_PAGES]) >= _FEWEST_REPEATED:
                repeated.add(name.key)
    return frozenset(repeated)


def _score(found: Sequence[Candidate], repeated: frozenset[str]) -> dict[str, float]:
    """Return the score of each name by key. A short name without legal form adds to the full name that it begins.

    `repeated` are the keys of names without legal form that the text confirms.
    """
    scores: dict[str, float] = defaultdict(float)
    seen: set[tuple[str, NameKind]] = set()
    keys = {name.key for name in found if ENDS_IN_FORM.search(name.name) or name.kind is not NameKind.HEADLINE}
    for name in found:
        group = _group_of(name, keys)
        if (group, name.kind) in seen or (name.kind in _FIRST_ONLY and _is_later(name, found)):
            continue
        seen.add((group, name.kind))
        weight = _WEIGHTS[name.kind]
        if name.kind is NameKind.COVER and not ENDS_IN_FORM.search(name.name) and name.key not in repeated:
            weight *= _WITHOUT_FORM
        scores[group] += weight
    return dict(scores)


_FIRST_ONLY = frozenset({NameKind.COVER, NameKind.SIGNATURE, NameKind.PARTY})
"""Places that name the issuer first, and others behind it."""


def _is_later(name: Candidate, found: Sequence[Candidate]) -> bool:
    return next(each for each in found if each.kind is name.kind) is not name


def _group_of(name: Candidate, keys: Mapping[str, float] | set[str]) -> str:
    if ENDS_IN_FORM.search(name.name):
        return name.key
    return max((key for key in keys if f"{key} ".startswith(f"{name.key} ")), key=len, default=name.key)


def _is_same(name: str, other: str) -> bool:
    first, second = normalise_issuer(name), normalise_issuer(other)
    return first == second or first.replace(" ", "") == second.replace(" ", "")


def _fuller(pages: Sequence[ParsedPage], chosen: Candidate) -> Candidate:
    """Return the legal name that begins with a name that has no legal form, if the first pages have it.

    "Group" and the like end names, but are a legal form only of some.
    """
    is_weak = chosen.kind in (NameKind.TEXT, NameKind.RUNNING) and not ENDS_IN_STRONG_FORM.search(chosen.name)
    if ENDS_IN_FORM.search(chosen.name) and not is_weak:
        return chosen
    named = chosen.name.split()
    if ENDS_IN_FORM.search(chosen.name) and len(named) > 1:
        named = named[:-1]
    words = r"\s+".join(re.escape(word) for word in named)
    before = r"(?<![\w&])(?<!of[ \n])(?:(?:The\s+)?Bank\s+of\s+)?"
    pattern = re.compile(
        rf"{before}{words},?\s+(?:[A-Z][\w&'’.\-]*,?\s+){{0,3}}?{STRONG_FORM}(?![\w&\-])\.?", re.IGNORECASE
    )
    for page in pages[:_SPELLING_PAGES]:
        found = pattern.search(page.text)
        if found and "\n\n" not in found.group() and (not is_weak or normalise_issuer(found.group()) == chosen.key):
            name = re.sub(r"\s+", " ", found.group())
            return Candidate(name, NameKind.TEXT, page, *found.span())
    return chosen


def _spelling(pages: Sequence[ParsedPage], chosen: Candidate, own: Sequence[Candidate]) -> str:
    """Return the name as the document spells it in mixed case, if it does; else in title case."""
    if not chosen.name.isupper():
        return tidy_name(chosen.name)
    for name in own:
        if not name.name.isupper() and name.key == chosen.key and len(name.name) >= len(chosen.name) - 2:
            return tidy_name(name.name)
    mixed = find_mixed_case((page.text for page in pages[:_SPELLING_PAGES]), chosen.name)
    return mixed or tidy_name(chosen.name)


def _named(
    pages: Sequence[ParsedPage],
    properties: Mapping[str, str],
    issuer: Reading[str],
    own: Sequence[Candidate],
    found: Sequence[Candidate],
    first: Sequence[NameReading],
) -> Names:
    """Add the readings of all names: the issuer's, its identifiers, then other registrants' and doubtful ones."""
    confidence = issuer.source.confidence
    others = [name for name in found if name not in own]
    readings = [
        *first,
        *(_reading(name, name.kind, confidence) for name in own if name.kind is not NameKind.TEXT or len(own) == 1),
        *read_identifiers(pages, properties, issuer.value),
        *(_other_reading(name, confidence) for name in others),
    ]
    if first == [] and not any(
        reading.page == issuer.source.page and reading.start == issuer.source.start for reading in readings
    ):
        source = issuer.source
        readings.insert(0, NameReading(issuer.value, NameKind.TEXT, source.page, source.start, source.end, confidence))
    distinct: dict[tuple[str, NameKind], NameReading] = {}
    for reading in readings:
        distinct.setdefault((normalise_issuer(reading.name), reading.kind), reading)
    return Names(issuer, tuple(distinct.values()))


def _reading(name: Candidate, kind: NameKind, confidence: float) -> NameReading:
    return NameReading(tidy_name(name.name), kind, name.page.number, name.start, name.end, confidence)


def _other_reading(name: Candidate, confidence: float) -> NameReading:
    """Return the reading of a name that is not the issuer's: another registrant's, or one that was not chosen."""
    if name.kind in (NameKind.COVER, NameKind.SIGNATURE):
        return replace(_reading(name, NameKind.CO_REGISTRANT, 0.9))
    return _reading(name, name.kind, round(min(0.4, 1 - confidence), 3))

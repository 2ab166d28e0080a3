"""Summarise a section or a document: a claim for each of its headings, with the first sentence below it."""

import re
from collections.abc import Iterator

from app.answers.claims import ClaimPart
from app.answers.writing.candidates import page_key
from app.answers.writing.kind_writer import Reading, Written, written
from app.answers.writing.said import Said
from app.retrieval.index.lexicon import tokenise

_BOILERPLATE = re.compile(
    r"\bcapitali[sz]ed terms\b|\bpursuant to the requirements\b|\bincorporated (?:herein )?by reference\b|\bexhibits?\b"
    r"|\bcheck the appropriate\b"
    r"|\bforward-looking\b|\bcommission file\b|\bsignature|\bregistrant has duly\b|\btable of contents\b"
    r"|\bearliest event\b",
    re.IGNORECASE,
)
_OF_DOCUMENTS = frozenset(
    tokenise("filing filed report document agreement agenda dated date form 8-k 10-k 10-q 8k 10k 10q key main")
)
_MOST_CLAIMS = 6
_SHORTEST = 40
_LONGEST = 420


def write_summary(reading: Reading) -> Written | None:
    """Return the first sentences of the section's parts: of the document that ranks first, in the order of pages."""
    if not reading.texts.units:
        return None
    first = reading.ranked[0].said if reading.ranked else reading.texts.units[0]
    units = [unit for unit in reading.texts.units if _is_beside(first, unit)]
    wanted = (frozenset(tokenise(reading.asked.about)) & reading.asked.terms) - _OF_DOCUMENTS
    chosen = list(_openings(sorted(units, key=lambda unit: (unit.passage.page_number, unit.start)), wanted))
    if not chosen:
        return None
    claims = [
        reading.texts.claim(unit, ClaimPart.ANSWER if number == 0 else ClaimPart.SUPPORT)
        for number, unit in enumerate(chosen[:_MOST_CLAIMS])
    ]
    return written("summary", min(1.0, len(claims) / _MOST_CLAIMS), claims, {"claims": float(len(claims))})


def _is_beside(first: Said, unit: Said) -> bool:
    return unit.passage.document_id == first.passage.document_id and unit.inside


def _openings(units: list[Said], wanted: frozenset[str]) -> Iterator[Said]:
    """Yield the first whole sentence after each heading; if headings have words of the question, only of theirs."""
    sections: list[tuple[str, Said]] = []
    heading, is_open = "", True
    place: object = None
    for unit in units:
        if page_key(unit.passage) != place:
            place, heading, is_open = page_key(unit.passage), unit.passage.heading.rpartition("·")[2], True
        if unit.is_heading:
            heading, is_open = f"{unit.passage.heading.rpartition('·')[2]} {unit.text}", True
        elif (
            is_open
            and not _BOILERPLATE.search(unit.text)
            and _SHORTEST <= len(unit.text) <= _LONGEST
            and unit.text.rstrip().endswith(".")
        ):
            sections.append((heading, unit))
            is_open = False
    about = [unit for heading, unit in sections if wanted & frozenset(tokenise(heading))]
    yield from about or [unit for _, unit in sections]

"""Answer what a term means with its definition: the whole clause, with the items that follow it."""

import re

from app.answers.claims import ClaimPart, DraftClaim, cite
from app.answers.writing.candidates import page_key
from app.answers.writing.kind_writer import Reading, Written, written
from app.answers.writing.said import Said
from app.retrieval.index.lexicon import tokenise

_MOST_CHARACTERS = 1_400
_MOST_ITEMS = 8
_MEANS = (
    r"(?:[\"”’'»]|\b)\s*(?:\([^()]{0,60}\)\s*)?,?\s*(?:shall (?:mean|have the meaning)|means?\b|has the meaning"
    r"|is defined (?:as|to mean)|"
    r"are defined as|is (?:calculated|computed|measured) (?:as|by)|refers? to|represents?\b"
    r"|is a (?:non-gaap )?measure|consists? of|includes?\b|"
    r"equals?\b|=|is\b)"
)
_DEFINED = re.compile(
    r"\bwe define\b|\bas defined\b|\bis defined\b|\bmeans\b|\bcalculated\b|\bcomputed\b", re.IGNORECASE
)
_STRONG = 1.0
_DEFINING = 0.9
_PLAIN = 0.55


def write_definition(reading: Reading) -> Written | None:
    """Return the clause that defines the term; None if no clause does."""
    term = reading.asked.about
    wanted = frozenset(tokenise(term))
    if not wanted:
        return None
    words = r"\W+".join(map(re.escape, term.split()))
    quoted = re.compile(rf"[\"“‘'«]\W?{words}(?:s|es)?\W?{_MEANS}", re.IGNORECASE)
    leading = re.compile(rf"^\W*(?:we define |the (?:term )?|our )?{words}\b[^.;]{{0,40}}?{_MEANS}", re.IGNORECASE)
    defining = re.compile(
        rf"\b(?:define|calculate|compute|measure)s?d? (?:our )?{words}\b|\b{words}\b[^.;]{{0,60}}\b(?:is"
        rf"|are) (?:defined|calculated|computed|measured)",
        re.IGNORECASE,
    )
    best: tuple[float, Said] | None = None
    for unit in reading.texts.units:
        sure = 0.0
        if quoted.search(unit.text):
            sure = _STRONG
        elif defining.search(unit.text):
            sure = _DEFINING
        elif leading.search(unit.text) and not unit.is_heading:
            sure = _PLAIN
        sure -= 0.002 * unit.passage.rank
        if sure > 0 and (best is None or sure > best[0]):
            best = (sure, unit)
    if best is None:
        return None
    sure, unit = best
    return written(
        "definition",
        sure,
        [_whole(reading, unit)],
        {"quoted": float(sure > _DEFINING), "rank": float(unit.passage.rank)},
    )


def _whole(reading: Reading, unit: Said) -> DraftClaim:
    """Quote a definition with the items that follow it, up to the next one."""
    end = unit.end
    if unit.text.rstrip().endswith((":", ";", ",")):
        for number, following in enumerate(reading.texts.after(unit)):
            if number >= _MOST_ITEMS or following.end - unit.start > _MOST_CHARACTERS:
                break
            is_item = following.is_bullet or following.text.rstrip().endswith((";", "; and", ", and"))
            if not is_item and not following.text[:1].islower():
                break
            end = following.end
    page = reading.pages[page_key(unit.passage)]
    text = " ".join(page[unit.start : end].split())
    return DraftClaim(text, (cite(unit.passage, page, unit.start, end),), part=ClaimPart.ANSWER)

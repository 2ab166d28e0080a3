"""Answer what a term means with its definition: the whole clause, with the items that follow it."""

from app.answers.claims import ClaimPart, DraftClaim, cite
from app.answers.writing.candidates import page_key
from app.answers.writing.choosing import choose, is_enough
from app.answers.writing.kind_writer import Reading, Written, written
from app.answers.writing.said import Said

_MOST_CHARACTERS = 1_400
_MOST_ITEMS = 8
DEFINITION = "definition"


def write_definition(reading: Reading) -> Written | None:
    """Return the clause that defines the term; None if no clause surely does."""
    chosen = choose(reading, DEFINITION)
    if not is_enough(reading, DEFINITION, chosen):
        return None
    best = chosen[0]
    return written(DEFINITION, best.certainty, [_whole(reading, best.fit.said)], best.features)


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

"""Sentences beside a computed answer: why it is declined, or notes on its figures."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.answers.claims import PageKey, PageTexts
from app.answers.computing.computed import Computed
from app.answers.computing.found import Figure, Missing
from app.answers.computing.sentences import CitedDocument
from app.facts.items.standard import load_items
from app.quantities.printing import print_quantity
from app.quantities.values import Quantity

_MIDPOINT = re.compile(r"\bmid-?points?\b", re.IGNORECASE)
_MOST_NEAREST = 2
_MOST_NOTES = 3
_MOST_LABEL = 100
_ADVICE = "Ask with the words of a row of the statement, or look at the passages below, which come nearest."


@dataclass(frozen=True, slots=True)
class Declined:
    """A question for a figure that cannot be computed, with a sentence that names what is missing."""

    sentence: str


def decline(missing: Sequence[Missing], documents: Mapping[PageKey, CitedDocument], *, issuer: str = "") -> Declined:
    """Name the first thing that is missing, and the figures that come nearest to it."""
    reasons = [each.reason for each in missing if each.reason]
    of = f" of {issuer}" if issuer else ""
    sentence = f"The figure{of} cannot be computed" + (f": {reasons[0]}." if reasons else ".")
    figures = (figure for each in missing for figure in each.nearest if figure.key in documents)
    near = dict.fromkeys(_printed(figure, documents[figure.key]) for figure in figures)
    nearest = "; ".join(list(near)[:_MOST_NEAREST])
    return Declined(f"{sentence} Nearest in the documents: {nearest}." if nearest else f"{sentence} {_ADVICE}")


def decline_midpoint(question: str, pages: PageTexts) -> Declined | None:
    """Decline a question for a midpoint that no page states: it is not computed from the ends of a range."""
    if not _MIDPOINT.search(question) or any(_MIDPOINT.search(page) for page in pages.values()):
        return None
    return Declined("The figure cannot be computed: no document states a midpoint.")


def approvals_of(computed: Computed) -> str:
    """Return sentences on the figures that editors approved or corrected; empty if there are none."""
    said: dict[str, None] = {}
    for used in computed.inputs:
        approval, item = used.stored.approval, load_items().get(used.stored.fact.item or "")
        if approval is not None and item is not None:
            done = "corrected" if approval.corrected else "approved"
            day = f"{approval.day.day} {approval.day:%B %Y}"
            said[f"{item.title}, {computed.figures[used.stored].period}, is {done} by an editor on {day}."] = None
    return " ".join(list(said)[:_MOST_NOTES])


def absences_of(computed: Computed) -> list[str]:
    """Return sentences on the figures that the documents do not state, as editors approved."""
    said: dict[str, None] = {}
    for used in computed.inputs:
        approval, item = used.stored.approval, load_items().get(used.stored.fact.item or "")
        if approval is not None and approval.absent and item is not None:
            day = f"{approval.day.day} {approval.day:%B %Y}"
            period = computed.figures[used.stored].period
            said[f"{item.title}, {period}, is not in the document, as an editor approved on {day}."] = None
    return list(said)[:_MOST_NOTES]


def decline_absent(computed: Computed) -> Declined:
    """Decline a question for a figure that an editor found absent: a row with its words states something else."""
    return Declined(" ".join(["The figure cannot be computed.", *absences_of(computed)]))


def decline_unshown(computed: Computed) -> Declined | None:
    """Decline with a corrected figure that no cell shows: another one that a table prints is known to be wrong."""
    for used in computed.inputs:
        if used.stored.approval is not None:
            figure = computed.figures[used.stored]
            return Declined(
                f"{approvals_of(computed)} No cell of the document shows it: "
                f"{print_quantity(Quantity(figure.kind, figure.value, figure.unit, figure.scale), printed='')}."
            )
    return None


def _printed(figure: Figure, document: CitedDocument) -> str:
    value = print_quantity(Quantity(figure.kind, figure.value, figure.unit, figure.scale), printed="")
    label = figure.label[:_MOST_LABEL].strip(" :")
    period = f" ({figure.period})" if figure.period else ""
    return f"{label}{period}: {value} in {document.document_title}, page {figure.key[1]}"


def notes_of(computed: Computed) -> str:
    """Return notes on the figures of an answer; empty if there are none."""
    return " ".join(computed.result.notes[:_MOST_NOTES])

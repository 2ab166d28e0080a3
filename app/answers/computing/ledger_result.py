"""Compute a question from the ledger of an issuer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from app.answers.claims import PageKey
from app.answers.computing.computed import Computed, compute
from app.answers.computing.currencies import choose_facts
from app.answers.computing.found import Missing
from app.answers.computing.ledger_figures import LedgerFigures, may_be_part
from app.answers.computing.question import FigureQuestion
from app.answers.computing.requests import FigureRequest, list_items
from app.documents.metadata import DocumentType
from app.facts.formulas.registry import standard_vocabulary
from app.facts.items.standard import load_items
from app.facts.ledger import Ledger
from app.facts.model import FactSource, StoredFact

_MOST_PAGES = 8
_REPORTS = frozenset({DocumentType.FORM_10K, DocumentType.FORM_10Q, DocumentType.FORM_20F, DocumentType.ANNUAL_REPORT})


@dataclass(frozen=True, slots=True, eq=False)
class LedgerResult:
    """What the ledger of the named issuer gives: a computed figure, or what is missing.

    `documents` are those of the facts, by version: the reason for a missing figure quotes their words. `is_known`
    states that there are facts of an item of the question, of any period. `ledger` has the facts. `absent` is what
    would be computed if documents stated figures that they do not, as editors approved.
    """

    computed: Computed | None = None
    missing: tuple[Missing, ...] = ()
    is_known: bool = False
    documents: Mapping[UUID, FactSource] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=lambda: Ledger(()))
    absent: Computed | None = None

    def is_settled(self) -> bool:
        """Return whether rows with the question's own words cannot change the result."""
        inputs = () if self.computed is None else self.computed.inputs
        words = [used for used in inputs if not standard_vocabulary().knows(used.name)]
        return bool(inputs) and not any(may_be_part(used.name, used.stored.fact.label) for used in words)

    def pages(self) -> list[PageKey]:
        """Return the pages of the figures; if some are missing, of those that were found."""
        if self.computed is not None:
            return list(dict.fromkeys(figure.key for figure in self.computed.shown()))
        found = (figure for missing in self.missing for figure in missing.found)
        return list(dict.fromkeys(figure.key for figure in found))[:_MOST_PAGES]

    def read(self) -> set[UUID]:
        """Return the documents of the figures; all that were searched if a sentence may quote others: it says what is
        missing, or notes what other documents state.
        """
        if self.computed is None or self.computed.result.notes:
            return {source.document_id for source in self.documents.values()}
        return {self.documents[version_id].document_id for version_id, _ in self.pages()}


def compute_from_ledger(question: FigureQuestion, facts: Iterable[StoredFact]) -> LedgerResult:
    """Compute the first reading of a question for which the ledger has every figure."""
    # A row without a label can be shown only as the item that it is placed as.
    labelled = (stored for stored in facts if stored.fact.label.strip() or stored.fact.item in load_items())
    ledger = Ledger(choose_facts(labelled, question.currency))
    finder = LedgerFigures(ledger)
    sources = {stored.source.version_id: stored.source for stored in ledger.facts}
    missing: list[Missing] = []
    for request in question.of_ledger:
        found = compute(request, finder)
        if isinstance(found, Missing):
            missing.append(found)
            if found.is_final:
                break
        elif found.is_certain():
            return LedgerResult(_from_own_filing(request, found, ledger), documents=sources, ledger=ledger)
        else:
            missing.append(Missing(request.name, f"a figure of {request.name} is not certain"))
    is_known = any(finder.has(item) for request in question.of_ledger for item in list_items(request.asked))
    return LedgerResult(missing=tuple(missing), is_known=is_known, documents=sources, ledger=ledger)


def _from_own_filing(request: FigureRequest, found: Computed, ledger: Ledger) -> Computed:
    """Return the same value from the report of its latest period, if it has all figures.

    Later filings repeat its figures as the comparatives of another period.
    """
    figures = found.shown()
    last = max(figures, key=lambda figure: figure.of.end if figure.of else date.min, default=None)
    if last is None or last.of is None:
        return found
    ends: dict[UUID, date] = {}
    for stored in ledger.facts:
        version = stored.source.version_id
        ends[version] = max(stored.fact.period.end, ends.get(version, date.min))
    stating = [
        stored.source
        for stored in ledger.facts
        if stored.fact.period == last.of and abs(stored.fact.value) == abs(last.amount())
    ]
    order = [(source.document_type not in _REPORTS, ends[source.version_id], source.filed or "") for source in stating]
    first = stating[order.index(min(order))] if stating else None
    if first is None or first.version_id == last.key[0]:
        return found
    again = compute(request, LedgerFigures(ledger.preferring({first.document_id})))
    if isinstance(again, Missing) or again.result.value != found.result.value:
        return found
    return again if again.is_certain() else found

"""Answer a question for a figure from the ledger or from tables, or say what is missing."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from app.answers.claims import Draft, DraftClaim, PageKey, PageTexts, Writer
from app.answers.computing import patterns
from app.answers.computing.chain import Chain
from app.answers.computing.computed import Computed, compute
from app.answers.computing.currencies import choose_facts, find_asked_currency
from app.answers.computing.found import Figure, Missing
from app.answers.computing.grammar import read_requests
from app.answers.computing.ledger_figures import LedgerFigures, attach_cell, may_be_part, names_of, sought_of
from app.answers.computing.measures import find_measure, is_pure_measure
from app.answers.computing.prose_figures import ProseFigures
from app.answers.computing.readings import Reader
from app.answers.computing.requests import Asked, AskedPeriod, FigureRequest, Series, list_items, list_periods
from app.answers.computing.sentences import CitedDocument, quote_sentence, write_claims
from app.answers.computing.table_figures import TableFigures
from app.answers.evidence_tables import EvidenceTables
from app.answers.subjects import is_of_another_issuer
from app.answers.writing.drafting import VerifiedDraft, known_texts, verify_draft
from app.documents.issuers import normalise_issuer
from app.documents.metadata import DocumentType
from app.facts.formulas.expressions import At, Label, Name
from app.facts.formulas.registry import standard_vocabulary
from app.facts.formulas.units import MONEY, UnitKind
from app.facts.ledger import Ledger
from app.facts.model import FactSource, StoredFact
from app.retrieval.passages import Passage
from app.retrieval.questions.understanding import Understanding

NOTICE = "No language model wrote this: the figure is read or computed from the cited cells."

LEAST_CONFIDENCE = 0.7
"""Answers with an input of the ledger that is less certain are declined. It lies between figures that a check of the
statement contradicts (.60 and less) and those of an item that the reader is sure of (.78 and more).
"""

LEAST_CERTAINTY = 0.8
"""Answers with an input of tables or sentences that is less certain are declined: the share of the item's words that
the row and its headings have, words of the title and the page counting less.
"""

_FORMERLY = re.compile(r"\b(?:formerly|previously|f/k/a|fka|now known as|renamed)\b", re.IGNORECASE)
_REPORTS = frozenset({DocumentType.FORM_10K, DocumentType.FORM_10Q, DocumentType.FORM_20F, DocumentType.ANNUAL_REPORT})


@dataclass(frozen=True, slots=True)
class Declined:
    """A question for a figure that cannot be computed, with a sentence that names what is missing."""

    sentence: str


@dataclass(frozen=True, slots=True)
class FigureQuestion:
    """The readings of a question for a figure: over the ledger, where names of measures stand for their formulas, and
    over tables, where they may be the names of rows. `currency` is that which the question names.
    """

    text: str
    of_ledger: tuple[FigureRequest, ...]
    of_tables: tuple[FigureRequest, ...]
    currency: str | None = None

    @classmethod
    def of(cls, question: str, understanding: Understanding) -> "FigureQuestion | None":
        """Read a question; None if it asks for no figure."""
        names = [*understanding.issuer_names, *(form for forms in understanding.issuer_forms for form in forms)]
        of_ledger = read_requests(question, names=names, measures=find_measure)
        of_tables = read_requests(question, names=names)
        currency = find_asked_currency(question)
        return cls(question, tuple(of_ledger), tuple(of_tables), currency) if of_ledger else None

    def is_line_item(self) -> bool:
        """Return whether the question asks for a line item, a total, a margin or another measure."""
        request = self.of_ledger[0]
        item = _leaf_of(request.asked)
        if item is None or isinstance(item, Name) or patterns.MARGIN.match(request.name):
            return True
        if Reader().is_over_periods(request.name) or patterns.SUM.match(request.name):
            return True
        return bool(sought_of(item).names)

    def names(self) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
        """Return the names and labels of the facts that the ledger needs."""
        return names_of(item for request in self.of_ledger for item in list_items(request.asked))


@dataclass(frozen=True, slots=True)
class LedgerResult:
    """What the ledger of the named issuer gives: a computed figure, or what is missing.

    `documents` are those of the facts, by version: the reasons why a figure is missing have words of them. `is_known`
    states that there are facts of an item of the question, of any period.
    """

    computed: Computed | None = None
    missing: tuple[Missing, ...] = ()
    is_known: bool = False
    documents: Mapping[UUID, FactSource] = field(default_factory=dict)

    def is_settled(self) -> bool:
        """Return whether rows with the question's own words cannot change the result."""
        inputs = () if self.computed is None else self.computed.inputs
        words = [used for used in inputs if not standard_vocabulary().knows(used.name)]
        return bool(inputs) and not any(may_be_part(used.name, used.stored.fact.label) for used in words)

    def pages(self) -> list[PageKey]:
        """Return the pages of the figures."""
        if self.computed is None:
            return []
        return list(dict.fromkeys(figure.key for figure in self.computed.shown()))

    def read(self) -> set[UUID]:
        """Return the documents of the figures, or those that were searched for a missing figure."""
        if self.computed is None:
            return {source.document_id for source in self.documents.values()}
        return {self.documents[version_id].document_id for version_id, _ in self.pages()}


def compute_from_ledger(question: FigureQuestion, facts: Iterable[StoredFact]) -> LedgerResult:
    """Compute the first reading of a question for which the ledger has every figure."""
    ledger = Ledger(choose_facts(facts, question.currency))
    finder = LedgerFigures(ledger)
    sources = {stored.source.version_id: stored.source for stored in ledger.facts}
    missing: list[Missing] = []
    for request in question.of_ledger:
        found = compute(request, finder)
        if isinstance(found, Missing):
            missing.append(found)
            if found.is_final:
                break
        elif found.certainty >= LEAST_CONFIDENCE:
            return LedgerResult(_from_own_filing(request, found, ledger), documents=sources)
        else:
            missing.append(Missing(request.name, f"a figure of {request.name} is not certain"))
    is_known = any(finder.has(item) for request in question.of_ledger for item in list_items(request.asked))
    return LedgerResult(missing=tuple(missing), is_known=is_known, documents=sources)


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
    return again if again.certainty >= LEAST_CONFIDENCE else found


def answer_figure(
    question: FigureQuestion,
    ledger: LedgerResult,
    understanding: Understanding,
    passages: Sequence[Passage],
    pages: PageTexts,
    tables: EvidenceTables,
) -> VerifiedDraft | Declined | None:
    """Return the verified claims of a computed answer; `Declined` if the question asks for arithmetic over
    figures and one of them is missing; None if only sentences may state the figure.
    """
    given = known_texts(question.text, passages)
    if ledger.computed is not None:
        found = _with_cells(ledger.computed, tables)
        documents = {
            key: CitedDocument(source.document_id, source.version_id, source.title, key[1], source.issuer)
            for key in ledger.pages()
            if (source := ledger.documents.get(key[0])) is not None and key in pages
        }
        if found is not None and len(documents) == len(ledger.pages()):
            verified = _verified(found, documents, pages, tables, given)
            if verified is not None:
                return verified
    if not passages or not _is_one_issuer(question, understanding, passages):
        return None
    missing = list(ledger.missing)
    if any(each.is_final for each in missing):
        return Declined(_sentence([each for each in missing if each.is_final]))
    documents = _documents_of(passages, pages, is_named=bool(understanding.issuer_keys))
    own = {key: found for key, found in tables.all_tables().items() if key in documents}
    is_foreign = any(is_of_another_issuer(understanding, passage) for passage in passages)
    texts = {key: text for key, text in pages.items() if key in documents and not is_foreign}
    rows = TableFigures(own, pages, names_in_rows=is_foreign, currency=question.currency)
    prose = ProseFigures(texts, tables, currency=question.currency)
    finder = Chain(rows, prose)
    for request in (*question.of_tables, *question.of_ledger):
        computed = compute(request, finder)
        if isinstance(computed, Missing):
            missing.append(computed)
        elif computed.certainty >= LEAST_CERTAINTY and not _is_other_unit(computed):
            verified = _verified(computed, documents, pages, tables, given)
            if verified is not None:
                return verified
    stated = None if ledger.is_known else _find_narrower(question, rows, prose)
    if stated is not None:
        verified = _checked([quote_sentence(stated, documents, pages)], pages, tables, given)
        if verified is not None:
            return verified
    is_sure = is_arithmetic(question.of_tables[0]) or is_arithmetic(question.of_ledger[0]) or question.is_line_item()
    return Declined(_sentence(missing)) if is_sure else None


def _find_narrower(question: FigureQuestion, rows: TableFigures, prose: ProseFigures) -> Figure | None:
    """Find the sentence that states a line item with a narrower phrase, if no table has the line item."""
    asked = question.of_tables[0].asked
    item = _leaf_of(asked)
    if not isinstance(item, Label) or isinstance(asked, Series) or rows.has(item):
        return None
    periods = list(list_periods(asked))
    is_sure = is_arithmetic(question.of_ledger[0])
    return None if is_sure or not periods else prose.find_narrower(item.words, AskedPeriod.of(periods[0]))


def _leaf_of(asked: Asked) -> Label | Name | None:
    """Return the only item of a request that asks for no arithmetic."""
    item = asked.of if isinstance(asked, At) else asked
    return item if isinstance(item, Label | Name) else None


def is_arithmetic(request: FigureRequest) -> bool:
    """Return whether a request is for arithmetic over several figures. A comparison can also be answered in words."""
    item = _leaf_of(request.asked)
    measure = standard_vocabulary().measure(item.name) if isinstance(item, Name) else None
    is_ratio = measure is not None and measure.unit != MONEY
    return not request.is_comparison and (item is None or is_ratio)


def _is_other_unit(computed: Computed) -> bool:
    """Return whether a figure is an amount of money, although a measure of that name is a ratio or a percentage."""
    unit = computed.result.unit
    return unit is not None and unit.kind is UnitKind.MONEY and is_pure_measure(computed.request.name)


def _verified(
    computed: Computed,
    documents: Mapping[PageKey, CitedDocument],
    pages: PageTexts,
    tables: EvidenceTables,
    given: frozenset[str],
) -> VerifiedDraft | None:
    """Write a computed answer and verify it; None if its result is not shown."""
    return _checked(write_claims(computed, documents, pages), pages, tables, given)


def _checked(
    claims: Sequence[DraftClaim], pages: PageTexts, tables: EvidenceTables, given: frozenset[str]
) -> VerifiedDraft | None:
    """Verify claims; None if the first one is not shown."""
    draft = Draft(writer=Writer.EXTRACTIVE, claims=tuple(claims))
    verified = verify_draft(draft, pages, tables, given)
    return verified if verified.shown and verified.shown[0].ordinal == 1 else None


def _with_cells(computed: Computed, tables: EvidenceTables) -> Computed | None:
    """Return a computed answer with the cells of its figures; None if a page shows another figure."""
    shown = {stored: attach_cell(figure, tables) for stored, figure in computed.figures.items()}
    if any(shown[used.stored] is None for used in computed.result.inputs):
        return None
    return replace(computed, figures={stored: figure for stored, figure in shown.items() if figure is not None})


def _documents_of(passages: Sequence[Passage], pages: PageTexts, *, is_named: bool) -> dict[PageKey, CitedDocument]:
    """Return the documents of the pages, with their issuer if the question names it: else it may be misread."""
    return {
        (passage.version_id, number): CitedDocument(
            passage.document_id,
            passage.version_id,
            passage.document_title,
            number,
            passage.issuer if is_named else None,
        )
        for passage in passages
        for version_id, number in pages
        if version_id == passage.version_id
    }


def named_issuer(question: str, understanding: Understanding) -> tuple[str, ...]:
    """Return the keys of the only issuer that a question names; empty if it names none or several.

    Two issuers are the same if they share a name, or if the question says so ("formerly known as").
    """
    forms = understanding.issuer_forms
    is_same = all(any(one & other for other in forms if other is not one) for one in forms)
    return understanding.issuer_keys if len(forms) < 2 or is_same or _FORMERLY.search(question) else ()


def _is_one_issuer(question: FigureQuestion, understanding: Understanding, passages: Sequence[Passage]) -> bool:
    """Return whether the passages are of one issuer, which the question names unless there is no other one."""
    keys = {normalise_issuer(passage.issuer) for passage in passages if passage.issuer}
    if not understanding.issuer_keys:
        return len(keys) <= 1
    return keys <= set(named_issuer(question.text, understanding))


def _sentence(missing: Sequence[Missing]) -> str:
    reasons = [each.reason for each in missing if each.reason]
    return f"The figure cannot be computed: {reasons[0]}." if reasons else "The figure cannot be computed."

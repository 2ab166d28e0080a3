"""Answer a question for a figure from the ledger or from tables, or say what is missing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.answers.claims import ClaimPart, Draft, DraftClaim, Grid, PageKey, PageTexts, Subject, Writer, WriterScore
from app.answers.computing import patterns
from app.answers.computing.binding import Source
from app.answers.computing.chain import Chain
from app.answers.computing.comparing import Versus, list_grid, write_versus
from app.answers.computing.computed import Computed, compute
from app.answers.computing.found import CellFact, Figure, Missing
from app.answers.computing.ledger_figures import LedgerFigures, attach_cell, attach_sentence
from app.answers.computing.ledger_result import LedgerResult
from app.answers.computing.measures import is_pure_measure
from app.answers.computing.notices import Declined, approvals_of, decline, decline_absent, decline_unshown, notes_of
from app.answers.computing.printed_measures import find_printed, is_percent
from app.answers.computing.prose_figures import ProseFigures
from app.answers.computing.question import FigureQuestion, NamedIssuer, is_arithmetic, leaf_of, named_issuers
from app.answers.computing.requests import (
    AskedPeriod,
    FigureRequest,
    Ranking,
    Series,
    list_periods,
)
from app.answers.computing.schedules import asks_schedule
from app.answers.computing.sentences import (
    CitedDocument,
    Listing,
    Result,
    capital,
    periods_in_words,
    print_result,
    quote_row,
    write_claims,
)
from app.answers.computing.several import Stated, list_together, write_together
from app.answers.computing.table_figures import TableFigures
from app.answers.events import ShownClaim
from app.answers.evidence_tables import EvidenceTables, TablesWithin
from app.answers.verification.claim_subjects import subjects_of
from app.answers.writing.drafting import VerifiedDraft, known_texts, verify_draft
from app.documents.issuers import normalise_issuer
from app.facts.formulas.expressions import At, Label
from app.facts.formulas.units import UnitKind
from app.facts.items.standard import load_items
from app.facts.model import StoredFact
from app.retrieval.passages import Passage
from app.retrieval.questions.understanding import Understanding

NOTICE = "No language model wrote this: the figure is read or computed from the cited cells."


@dataclass(frozen=True, slots=True)
class Answered:
    """A verified computed answer. `notes` are sentences on its figures. `computed` is its value, and `documents` are
    those that it cites. `stated` is what the first claim states.
    """

    draft: VerifiedDraft
    notes: str = ""
    computed: Computed | None = None
    documents: Mapping[PageKey, CitedDocument] = field(default_factory=dict)
    stated: Stated | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """The passages, pages and tables from which a question is answered."""

    passages: Sequence[Passage]
    pages: PageTexts
    tables: EvidenceTables


def answer_figure(
    question: FigureQuestion, ledgers: Sequence[LedgerResult], understanding: Understanding, evidence: Evidence
) -> Answered | Declined | None:
    """Return the verified claims of a computed answer; `Declined` if the question asks for arithmetic over figures and
    one of them is missing; None if only sentences may state the figure.

    `ledgers` are those of the issuers that the question names, in order. Each issuer's figure is computed from its own
    documents.
    """
    if (entity := understanding.other_entity) is not None:
        return Declined(f"The figure cannot be computed: no document is known to be of {entity}.")
    issuers = named_issuers(question.text, understanding)
    if question.parts:
        count = len(ledgers) // len(question.parts)
        each = [
            (part, answer_figure(part, ledgers[at * count : (at + 1) * count], understanding, evidence))
            for at, part in enumerate(question.parts)
        ]
        return _together(question, each, evidence)
    if len(issuers) < 2:
        ledger = ledgers[0] if ledgers else LedgerResult()
        return _Answering(question, ledger, understanding, evidence).answer()
    answers: list[Answered] = []
    for issuer, ledger in zip(issuers, ledgers, strict=False):
        own = [found for found in evidence.passages if found.issuer and normalise_issuer(found.issuer) in issuer.keys]
        about = replace(understanding, issuer_keys=issuer.keys, issuer_names=(issuer.name,))
        found = _Answering(question, ledger, about, replace(evidence, passages=own), issuer).answer()
        if not isinstance(found, Answered):
            return found
        answers.append(found)
    return (
        _joined(question, [issuer.name for issuer in issuers], answers, evidence)
        if len(answers) == len(issuers)
        else None
    )


def _joined(
    question: FigureQuestion, names: Sequence[str], answers: Sequence[Answered], evidence: Evidence
) -> Answered:
    """Join the answers about several issuers: first all values in one claim and a grid, if each has one value, then
    the results, and what they stand on.
    """
    first = [answer.draft.shown[0] for answer in answers]
    rest = [claim for answer in answers for claim in answer.draft.shown[1:]]
    notes = " ".join(filter(None, (answer.notes for answer in answers)))
    values = [(name, answer.computed) for name, answer in zip(names, answers, strict=True) if answer.computed]
    score = WriterScore(
        "comparison", min((answer.draft.score.raw for answer in answers if answer.draft.score), default=0.0)
    )
    if len(values) == len(answers):
        versus = Versus(tuple(values))
        documents = {key: found for answer in answers for key, found in answer.documents.items()}
        claim = write_versus(versus, documents, evidence.pages)
        subjects = {key[0]: Subject(found.issuer) for key, found in documents.items()}
        draft = Draft(Writer.EXTRACTIVE, (claim,), score=score)
        given = known_texts(question.text, evidence.passages) | set(names)
        verified = verify_draft(draft, evidence.pages, evidence.tables, given, subjects)
        if verified.answers():
            supports = [replace(each, part=ClaimPart.SUPPORT) for each in (*first, *rest)]
            grid = versus.grid(range(2, len(first) + 2))
            shown = [*verified.shown, *supports]
            columns = tuple(map(versus.heading, range(len(values))))
            cells = tuple(map(versus.cell, range(len(values))))
            name = capital(values[0][1].request.name)
            stated = Stated(name, versus, claim.citations, claim.period, columns, cells)
            return Answered(_numbered(shown, score, grid), notes, documents=documents, stated=stated)
    return Answered(_numbered([*first, *rest], score), notes)


def _together(
    question: FigureQuestion,
    each: Sequence[tuple[FigureQuestion, Answered | Declined | None]],
    evidence: Evidence,
) -> Answered | Declined | None:
    """Join the answers about several measures: first all values in one claim and a grid, then what they stand on. Notes
    name the measures without a value.
    """
    found = [
        (answer, answer.stated) for _, answer in each if isinstance(answer, Answered) and answer.stated is not None
    ]
    missing = [part.of_tables[0].name for part, answer in each if not isinstance(answer, Answered) or not answer.stated]
    if not found or (question.limits and len(found) < len(each)):
        return next((answer for _, answer in each if isinstance(answer, Declined)), None)
    stated = [state for _, state in found]
    documents = {key: document for answer, _ in found for key, document in answer.documents.items()}
    score = WriterScore("several", min(answer.draft.score.raw for answer, _ in found if answer.draft.score))
    verified = verify_draft(
        Draft(Writer.EXTRACTIVE, (write_together(stated, question.limits),), score=score),
        evidence.pages,
        evidence.tables,
        known_texts(question.text, evidence.passages),
        {key[0]: Subject(document.issuer) for key, document in documents.items()},
    )
    if not verified.answers():
        return None
    first = [answer.draft.shown[0] for answer, _ in found]
    rest = [claim for answer, _ in found for claim in answer.draft.shown[1:]]
    supports = [replace(claim, part=ClaimPart.SUPPORT) for claim in (*first, *rest)]
    grid = list_together(stated, {at: at + 2 for at in range(len(stated))})
    notes = [answer.notes for answer, _ in found if answer.notes]
    notes += [f"No figure of {', '.join(missing)} is found."] if missing else []
    return Answered(_numbered([*verified.shown, *supports], score, grid), " ".join(notes))


def _numbered(claims: Sequence[ShownClaim], score: WriterScore, grid: Grid | None = None) -> VerifiedDraft:
    shown = tuple(replace(claim, ordinal=number) for number, claim in enumerate(claims, start=1))
    return VerifiedDraft(Writer.EXTRACTIVE, shown, (), score=score, grid=grid)


class _Answering:
    """The answer to a question about one issuer."""

    def __init__(
        self,
        question: FigureQuestion,
        ledger: LedgerResult,
        understanding: Understanding,
        evidence: Evidence,
        issuer: NamedIssuer | None = None,
    ) -> None:
        self._question = question
        self._ledger = ledger
        self._understanding = understanding
        self._evidence = evidence
        self._issuer = issuer
        issuers = {source.issuer for source in ledger.documents.values()}
        of_ledger = {version_id: Subject(source.issuer) for version_id, source in ledger.documents.items()}
        self._subjects = {**of_ledger, **subjects_of(evidence.passages)}
        self._given = known_texts(question.text, evidence.passages) | issuers
        self._documents = dict(self._list_documents())
        own = TablesWithin(evidence.tables.all_tables(), self._documents)
        is_foreign = any(passage.issuer and not understanding.is_about(passage) for passage in evidence.passages)
        texts = {key: text for key, text in evidence.pages.items() if key in self._documents and not is_foreign}
        find_span = ledger.ledger.find_span if len(ledger.ledger) else None
        self._rows = TableFigures(
            own, evidence.pages, names_in_rows=is_foreign, currency=question.currency, find_span=find_span
        )
        self._prose = ProseFigures(texts, evidence.tables, currency=question.currency, find_span=find_span)

    def answer(self) -> Answered | Declined | None:
        """Return the answer, or why there is none."""
        question, ledger = self._question, self._ledger
        from_ledger = self._answer_from_ledger(ledger)
        if from_ledger is not None:
            return from_ledger
        if not self._evidence.passages or not self._is_one_issuer():
            return None
        missing = list(ledger.missing)
        final = [each for each in missing if each.is_final]
        if final:
            return self._declined(final)
        for request, source in self._tries():
            computed = compute(request, source)
            if isinstance(computed, Missing):
                missing.append(computed)
            elif _is_sure(computed) and (found := self._verified(computed)) is not None:
                return found
        stated = None if ledger.is_known else self._find_narrower()
        if stated is not None:
            claims = [quote_row(stated, self._documents, self._evidence.pages, ClaimPart.ANSWER)]
            if (verified := self._checked(claims, WriterScore("narrower-figure", stated.certainty))) is not None:
                return Answered(verified)
        first = (question.of_tables[0], question.of_ledger[0])
        is_sure = any(map(is_arithmetic, first)) or question.is_line_item() or asks_schedule(first[0].name)
        return self._declined(missing) if is_sure else None

    def _answer_from_ledger(self, ledger: LedgerResult) -> Answered | Declined | None:
        computed = ledger.computed
        if computed is None:
            return None if ledger.absent is None else decline_absent(ledger.absent)
        printed = find_printed(self._question, computed, self._rows)
        if isinstance(printed, Missing):
            return self._declined([printed])
        return (printed and self._verified(printed)) or self._verified(computed) or decline_unshown(computed)

    def _tries(self) -> Iterator[tuple[FigureRequest, Source]]:
        """Yield the readings with the places in which their figures are looked for: tables and sentences, and at last
        the ledger together with them.
        """
        question = self._question
        others = Chain(self._rows, self._prose)
        for request in (*question.of_tables, *question.of_ledger):
            yield request, others
        if len(self._ledger.ledger):
            for request in question.of_ledger:
                yield request, Chain(LedgerFigures(self._ledger.ledger), self._rows, self._prose)

    def _verified(self, computed: Computed) -> Answered | None:
        """Write a computed answer and verify it; None if its cells do not show it, or if its result is not shown. No
        share answers "how many".
        """
        if is_percent(computed) and patterns.HOW_MANY.search(self._question.text):
            return None
        found = with_cells(computed, self._evidence.pages, self._evidence.tables)
        if found is None or any(figure.key not in self._documents for figure in found.shown()):
            return None
        each = self._each_period(found)
        claims = write_claims(found, self._documents, self._evidence.pages, each=each)
        notes = " ".join(filter(None, (approvals_of(found), notes_of(found))))
        printed = self._printed_otherwise(found)
        if printed is not None:
            claims.append(quote_row(printed, self._documents, self._evidence.pages))
            notes = f"{notes} A document prints another figure, which is shown, too.".strip()
        verified = self._checked(claims, score_of(found))
        if verified is None:
            return None
        if each:
            verified = replace(verified, grid=list_grid(each, claim=1))
        issuer = self._documents[found.shown()[0].key].issuer
        single = None if each and not found.request.is_comparison else found
        return Answered(verified, notes, single, self._documents, _state(found, each, claims[0], issuer))

    def _each_period(self, computed: Computed) -> list[Computed]:
        """Return the values for single periods, if the question names several; nothing if one of them is missing."""
        found: list[Computed] = []
        for asked in computed.request.each:
            each = compute(replace(computed.request, asked=asked, each=()), computed.source.source)
            if isinstance(each, Missing) or not _is_sure(each):
                return []
            shown = with_cells(each, self._evidence.pages, self._evidence.tables)
            if shown is None or any(figure.key not in self._documents for figure in shown.shown()):
                return []
            found.append(shown)
        return found

    def _printed_otherwise(self, computed: Computed) -> Figure | None:
        """Find a row with the name of a computed ratio that prints another figure for the period."""
        item = leaf_of(self._question.of_tables[0].asked)
        expression, unit = computed.expression, computed.result.unit
        if not isinstance(item, Label) or not isinstance(expression, At) or computed.is_single:
            return None
        if unit is None or unit.kind not in (UnitKind.PERCENT, UnitKind.RATIO):
            return None
        request = replace(self._question.of_tables[0], asked=At(item, expression.when))
        printed = compute(request, self._rows)
        if isinstance(printed, Missing) or not printed.is_certain() or printed.result.unit is None:
            return None
        stated, value = printed.result.value, computed.result.value
        if printed.result.unit.kind is not unit.kind or stated is None or value is None:
            return None
        figure = printed.shown()[0]
        return None if abs(stated - value) <= figure.half_unit() else figure

    def _checked(self, claims: Sequence[DraftClaim], score: WriterScore) -> VerifiedDraft | None:
        """Verify claims; None if the first one is not shown."""
        draft = Draft(writer=Writer.EXTRACTIVE, claims=tuple(claims), score=score)
        verified = verify_draft(draft, self._evidence.pages, self._evidence.tables, self._given, self._subjects)
        return verified if verified.shown and verified.shown[0].ordinal == 1 else None

    def _list_documents(self) -> Iterator[tuple[PageKey, CitedDocument]]:
        """Yield the documents of the pages, with their issuer if the question names it: else it may be misread."""
        is_named = bool(self._understanding.issuer_keys)
        for passage in self._evidence.passages:
            issuer = passage.issuer if is_named else None
            for version_id, number in self._evidence.pages:
                if version_id == passage.version_id:
                    document = CitedDocument(passage.document_id, version_id, passage.document_title, number, issuer)
                    yield (version_id, number), document
        for key in self._evidence.pages:
            source = self._ledger.documents.get(key[0])
            if source is not None:
                yield key, CitedDocument(source.document_id, source.version_id, source.title, key[1], source.issuer)

    def _find_narrower(self) -> Figure | None:
        """Find the sentence that states a line item with a narrower phrase, if no table has the line item."""
        asked = self._question.of_tables[0].asked
        item = leaf_of(asked)
        if not isinstance(item, Label) or isinstance(asked, Series | Ranking) or self._rows.has(item):
            return None
        periods = list(list_periods(asked))
        is_sure = is_arithmetic(self._question.of_ledger[0])
        return None if is_sure or not periods else self._prose.find_narrower(item.words, AskedPeriod.of(periods[0]))

    def _is_one_issuer(self) -> bool:
        """Return whether the passages are of one issuer, which the question names unless there is no other one."""
        keys = {normalise_issuer(passage.issuer) for passage in self._evidence.passages if passage.issuer}
        if not self._understanding.issuer_keys:
            return len(keys) <= 1
        return keys <= set(self._understanding.issuer_keys)

    def _declined(self, missing: Sequence[Missing]) -> Declined:
        return decline(missing, self._documents, issuer="" if self._issuer is None else self._issuer.name)


def _state(found: Computed, each: Sequence[Computed], first: DraftClaim, issuer: str | None) -> Stated:
    """Return what the first claim of an answer states. A row is stated as its value."""
    stated = first.computation or (Listing(tuple(each), issuer) if each else Result(found, issuer))
    values = each or [found]
    columns, cells = map(periods_in_words, values), (print_result(part.again(), part) for part in values)
    name = capital(found.request.name)
    return Stated(name, stated, first.citations, first.period, tuple(columns), tuple(cells))


def with_cells(computed: Computed, pages: PageTexts, tables: EvidenceTables) -> Computed | None:
    """Return a computed answer with the cells or sentences of its figures; None if a page shows another figure."""
    shown: dict[StoredFact, Figure] = {}
    for used in computed.result.inputs:
        figure = computed.figures[used.stored]
        if not isinstance(used.stored, CellFact):
            item = load_items().get(used.stored.fact.item or "")
            title = "" if item is None else item.title
            attached = attach_cell(figure, tables, title) or attach_sentence(figure, pages, tables)
            if attached is None:
                return None
            figure = attached
        shown[used.stored] = figure
    return replace(computed, figures=shown)


def score_of(computed: Computed) -> WriterScore:
    """Return the score of a computed answer: the least confidence of its figures."""
    sure = [used.stored.fact.confidence for used in computed.result.inputs]
    in_ledger = sum(not isinstance(used.stored, CellFact) for used in computed.result.inputs)
    return WriterScore("figure", min(sure, default=0.0), {"inputs": len(sure), "in_ledger": in_ledger})


def _is_sure(computed: Computed) -> bool:
    """Return whether all figures are certain, and the value is no amount of money where a measure of that name is a
    ratio or a percentage.
    """
    unit = computed.result.unit
    is_money = unit is not None and unit.kind is UnitKind.MONEY
    return computed.is_certain() and not (is_money and is_pure_measure(computed.request.name))

"""Read the ledgers of the issuers that a question names, and compute its figure from each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from app.answers.computing.ledger_figures import names_of
from app.answers.computing.ledger_result import LedgerResult, compute_from_ledger
from app.answers.computing.notices import absences_of
from app.answers.computing.offering import OfferedLedger, find_offered_names, offer_from_ledger
from app.answers.computing.question import CALENDAR_ITEMS, FigureQuestion, NamedIssuer, named_issuers
from app.answers.computing.requests import list_items
from app.core.kept import Kept
from app.facts.approved import ApprovedFigure, with_approved
from app.facts.filters import FactFilter
from app.facts.formulas.expressions import Name
from app.facts.formulas.line_items import DEBT
from app.facts.model import StatementKind, StoredFact
from app.facts.service import list_ledger_states, load_ledger_facts
from app.retrieval.filters import SearchFilters
from app.retrieval.questions.understanding import Understanding
from app.retrieval.visible_issuers import keys_of_filters
from app.review.fields.figures import load_approved_figures

Facts = Mapping[tuple[UUID, int], StoredFact]

_MOST_ISSUERS = 6
_MOST_OFFERED_ISSUERS = 2


_MOST_DOCUMENTS = 1_000  # whose facts are kept, about 50 KB each
_computed: Kept[LedgerResult] = Kept(most=_MOST_DOCUMENTS)


def read_ledgers(
    session: Session, figure: FigureQuestion | None, understanding: Understanding, filters: SearchFilters
) -> tuple[LedgerResult, ...]:
    """Compute a figure from the facts of each issuer that a question names. Of several
    measures, the ledgers of all issuers for one come before those for the next. The caller records the read.

    The ledgers are not searched for a question that is limited by other filters than issuers and documents.
    """
    issuers = () if figure is None else named_issuers(figure.text, understanding)[:_MOST_ISSUERS]
    wanted = keys_of_filters(session, filters)
    if (
        figure is None
        or filters.are_other_than_issuers_and_documents()
        or (wanted and any(wanted.isdisjoint(issuer.keys) for issuer in issuers))
    ):
        return ()
    within = filters.document_ids
    return tuple(
        _read_ledger(session, part, issuer, within, understanding)
        for part in figure.parts or (figure,)
        for issuer in issuers
    )


def load_facts_of(
    session: Session,
    issuer: NamedIssuer,
    understanding: Understanding,
    within: Sequence[UUID],
    *,
    items: Sequence[str] = (),
    labels: Sequence[Sequence[str]] = (),
    wanted: FactFilter | None = None,
    approved: Sequence[ApprovedFigure] | None = None,
) -> list[StoredFact]:
    """Return the facts of an issuer's documents with one of the items or labels, as `load_ledger_facts` does, with what
    editors approved: `approved`, or by default the figures of the facts' documents.

    By name, they may be of documents that an editor split off: these are left out. Documents that print another name
    have that of the issuer.
    """
    found = load_ledger_facts(
        session,
        () if issuer.records else issuer.keys,
        issuer_ids=issuer.records,
        document_ids=within,
        items=items,
        concepts=items,
        labels=labels,
        wanted=wanted,
    )
    if approved is None:
        approved = load_approved_figures(session, {stored.source.document_id for stored in found})
    return [
        stored
        if not issuer.records or stored.source.issuer_key in issuer.keys
        else replace(stored, source=replace(stored.source, issuer=issuer.name, issuer_key=issuer.keys[0]))
        for stored in with_approved(found, approved, items=items)
        if understanding.is_of_named(stored.source.issuer_id)
    ]


def _read_ledger(
    session: Session,
    figure: FigureQuestion,
    issuer: NamedIssuer,
    within: Sequence[UUID],
    understanding: Understanding,
) -> LedgerResult:
    """Compute a figure from an issuer's facts, or return what was computed from the same documents before: the states
    are read with the principal's rights each time.
    """
    keys = () if issuer.records else issuer.keys
    states = list_ledger_states(session, keys, issuer_ids=issuer.records, document_ids=within)
    approved = load_approved_figures(session, [UUID(str(state[0])) for state in states])
    key = (figure, issuer, understanding.issuer_records, states, approved)
    compute = partial(_compute, session, figure, issuer, within, understanding, approved)
    return _computed.get(key, 1 + len(states), compute)


def _compute(
    session: Session,
    figure: FigureQuestion,
    issuer: NamedIssuer,
    within: Sequence[UUID],
    understanding: Understanding,
    approved: Sequence[ApprovedFigure],
) -> LedgerResult:
    result = _compute_once(session, figure, issuer, within, understanding, approved)
    if result.computed is not None or all(each.value is not None for each in approved):
        return result
    stated = [each if each.value is not None else each.as_if_stated() for each in approved]
    supposed = _compute_once(session, figure, issuer, within, understanding, stated).computed
    return replace(result, absent=supposed if supposed is not None and absences_of(supposed) else None)


def _compute_once(
    session: Session,
    figure: FigureQuestion,
    issuer: NamedIssuer,
    within: Sequence[UUID],
    understanding: Understanding,
    approved: Sequence[ApprovedFigure],
) -> LedgerResult:
    names, labels = figure.names()
    # Nine of ten facts of an item can be of segments and products: they are read only if a figure is missing.
    group = FactFilter(of_group=True)

    def load(names: Sequence[str], wanted: FactFilter | None = None, labels: Sequence[Sequence[str]] = ()) -> Facts:
        found = load_facts_of(
            session, issuer, understanding, within, items=names, labels=labels, wanted=wanted, approved=approved
        )
        return {(stored.source.version_id, stored.number): stored for stored in found}

    # A row of debt that matches no item shows that debt is not zero.
    has_debt = not DEBT.isdisjoint(names)
    balances = load((), FactFilter(of_group=True, statements=(StatementKind.BALANCE,))) if has_debt else {}
    result = compute_from_ledger(figure, {**balances, **(load(names, group) if names else {})}.values())
    if result.is_settled():
        return result
    # The rows that are labelled like an item are many more, and are needed only if none is placed as the item, or if
    # that is a total which may have a part with the question's words. Well-known items show the fiscal calendar.
    facts = {**balances, **load(CALENDAR_ITEMS, group), **(load(names, labels=labels) if names or labels else {})}
    return compute_from_ledger(figure, facts.values())


def read_offered(
    session: Session, question: str, understanding: Understanding, filters: SearchFilters
) -> tuple[OfferedLedger, ...]:
    """Compute the items and measures that a question's words name, of each issuer that it names. The caller records the
    read.
    """
    issuers = named_issuers(question, understanding)[:_MOST_OFFERED_ISSUERS]
    known = (*understanding.issuer_names, *(form for forms in understanding.issuer_forms for form in forms))
    names = find_offered_names(question, known) if issuers else ()
    wanted = keys_of_filters(session, filters)
    if not names or filters.are_other_than_issuers_and_documents():
        return ()
    needed, _ = names_of(item for name in names for item in list_items(Name(name)))
    items, group = [*needed, *CALENDAR_ITEMS], FactFilter(of_group=True)
    return tuple(
        offer_from_ledger(question, names, issuer.name, facts)
        for issuer in issuers
        if not wanted or not wanted.isdisjoint(issuer.keys)
        for facts in [load_facts_of(session, issuer, understanding, filters.document_ids, items=items, wanted=group)]
    )


def documents_of(ledgers: Iterable[LedgerResult]) -> frozenset[UUID]:
    """Return all documents of ledgers, also those without a figure of the answer."""
    return frozenset(source.document_id for ledger in ledgers for source in ledger.documents.values())

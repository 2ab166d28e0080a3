"""The approved figures of reports, as the ledger counts them."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from app.facts.approved import ApprovedFigure
from app.facts.model import Approval, Measure, Place
from app.quantities.periods import Period
from app.review.evidence import decode_evidence
from app.review.fields.service import ApprovedValue, load_approved_values
from app.review.fields.views import decode_stored
from app.review.models import ProposalRow
from app.review.schemas.lines import LINE_RULES, item_of
from app.review.values import FieldKind, QuantityValue

_MEASURES: Final = {"shares": Measure.SHARES, "%": Measure.PERCENT, "x": Measure.RATIO, None: Measure.NUMBER}


def load_approved_figures(session: Session, document_ids: Collection[UUID]) -> Sequence[ApprovedFigure]:
    """Return the approved figures of the documents' searchable versions, as far as the session's principal may see
    them. A value without a period is of the one that the machine read the field for; without that, it is left out.
    """
    if not document_ids:
        return ()
    values = [
        value
        for value in load_approved_values(session, document_ids, kind=FieldKind.QUANTITY)
        if value.is_current and value.spec is not None and value.spec.rule in LINE_RULES
    ]
    periods = _proposed_periods(session, [value for value in values if _period(value) is None])
    found: dict[tuple[UUID, str, Period], ApprovedFigure] = {}
    for value in values:
        period = _period(value) or periods.get((value.version_id, value.digest))
        item = item_of(value.spec)
        if period is not None and item is not None and value.answer in ("found", "absent"):
            figure = _figure(value, item.name, period)
            found.setdefault(figure.key, figure)
    return tuple(found.values())


def _figure(value: ApprovedValue, item: str, period: Period) -> ApprovedFigure:
    amount = value.value
    quantity = amount if isinstance(amount, QuantityValue) else QuantityValue(Decimal(0), None)
    measure = _MEASURES.get(quantity.unit, Measure.MONEY)
    is_money = measure is Measure.MONEY
    number = quantity.number.scaleb(-2) if measure is Measure.PERCENT else quantity.number
    return ApprovedFigure(
        version_id=value.version_id,
        item=item,
        period=period,
        value=number if isinstance(amount, QuantityValue) else None,
        measure=measure,
        currency=quantity.unit if is_money else None,
        place=_place(value.evidence),
        approval=Approval(value.made_at.date()),
        revision=(value.field_id, value.revision),
    )


def _place(raw: Sequence[dict[str, Any]]) -> Place | None:
    if not raw:
        return None
    first = decode_evidence(raw[0])
    return Place(first.page, first.start, first.end, first.table, first.row or 0, first.column or 0)


def _period(value: ApprovedValue) -> Period | None:
    return value.value.period if isinstance(value.value, QuantityValue) else None


def _proposed_periods(session: Session, values: Sequence[ApprovedValue]) -> dict[tuple[UUID, str], Period]:
    """Return the periods of what the machine read, by version and digest."""
    keys = {(value.version_id, value.digest) for value in values}
    if not keys:
        return {}
    query = select(ProposalRow.version_id, ProposalRow.digest, ProposalRow.data)
    query = query.where(tuple_(ProposalRow.version_id, ProposalRow.digest).in_(keys))
    found: dict[tuple[UUID, str], Period] = {}
    for version_id, digest, data in session.execute(query):
        value = None if data.get("value") is None else decode_stored(data["value"])
        if isinstance(value, QuantityValue) and value.period is not None:
            found[version_id, digest] = value.period
    return found

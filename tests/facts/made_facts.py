"""Facts for tests: single ones, the row that publish writes for them, and random ones (Hypothesis)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.facts.codec import encode_facts
from app.facts.model import Check, Fact, FiscalLabel, Measure, Method, Place, StatementKind
from app.facts.writing import replace_facts
from app.quantities.periods import Period

YEAR = Period(date(2031, 12, 31), date(2031, 1, 1))


def make_fact(label: str = "Net sales", value: str = "4210000000", **changes: object) -> Fact:
    """Return a fact of the fiscal year 2031."""
    fields: dict[str, object] = {
        "label": label,
        "label_path": (label,),
        "period": YEAR,
        "value": Decimal(value),
        "measure": Measure.MONEY,
        "scale": 6,
        "currency": "USD",
        "method": Method.STATEMENT,
        "place": Place(page=1, char_start=0, char_end=6, table=1, row=1, column=1),
        "confidence": 0.98,
        "statement": StatementKind.INCOME,
        "item": "Revenue",
        "concept": "Revenues",
        "concept_confidence": 0.9,
        "fiscal": FiscalLabel(2031),
        "decimals": -6,
    }
    return Fact(**(fields | changes))  # type: ignore[arg-type]


def write_facts(session: Session, tenant: UUID, document: UUID, version: UUID, facts: Sequence[Fact]) -> None:
    replace_facts(session, tenant_id=tenant, document_id=document, version_id=version, lines=encode_facts(facts))


_WORD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\x00"), max_size=12)
_SHORT = st.integers(0, 3)
_SURE = st.integers(0, 10_000).map(lambda steps: steps / 10_000)


@st.composite
def _periods(draw: st.DrawFn) -> Period:
    start, end = sorted((draw(st.dates()), draw(st.dates())))
    return Period(end, draw(st.sampled_from([None, start])))


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    """Return a random fact of one of few lines. Confidences are in whole steps of the codec."""
    path = tuple(draw(st.lists(_WORD.filter(bool), min_size=1, max_size=3)))
    start = draw(st.integers(0, 10_000))
    return Fact(
        label=draw(st.sampled_from([path[-1], "Sales"])),
        label_path=path,
        period=draw(_periods()),
        value=Decimal(f"{draw(st.integers(-(10**30), 10**30))}E{draw(st.integers(-30, 30))}"),
        measure=draw(st.sampled_from(Measure)),
        scale=draw(st.sampled_from([None, 0, 6])),
        currency=draw(st.sampled_from([None, "$", "EUR"])),
        method=draw(st.sampled_from(Method)),
        place=Place(draw(_SHORT), start, start + draw(_SHORT), draw(st.none() | _SHORT), draw(_SHORT), draw(_SHORT)),
        confidence=draw(_SURE),
        statement=draw(st.sampled_from(StatementKind)),
        concept=draw(st.none() | _WORD),
        item=draw(st.none() | _WORD),
        concept_confidence=draw(_SURE),
        dimensions=tuple(draw(st.lists(st.tuples(_WORD, _WORD), max_size=2))),
        fiscal=draw(st.none() | st.builds(FiscalLabel, st.integers(1990, 2040), st.sampled_from(["FY", "Q1", "9M"]))),
        decimals=draw(st.sampled_from([None, -6, 2])),
        restated=draw(st.booleans()),
        checks=tuple(draw(st.lists(st.builds(Check, _WORD, st.booleans(), _WORD), max_size=2))),
    )

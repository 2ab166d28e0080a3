"""A fact: a figure with what it is of, its period, its unit and the cell that shows it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from app.quantities.periods import Period


class StatementKind(StrEnum):
    """The statement or kind of table that a fact is read from."""

    INCOME = "income-statement"
    COMPREHENSIVE_INCOME = "comprehensive-income"
    BALANCE = "balance-sheet"
    CASH_FLOW = "cash-flow-statement"
    EQUITY = "equity"
    SEGMENTS = "segments"
    DEBT = "debt"
    SHARES = "shares"
    OTHER = "other"


class Method(StrEnum):
    """How a fact was read: from an inline XBRL tag, from a primary statement, or from another table."""

    INLINE_XBRL = "inline-xbrl"
    STATEMENT = "statement"
    TABLE = "table"


class FactStatus(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


class Measure(StrEnum):
    """What a fact's value counts."""

    MONEY = "money"
    SHARES = "shares"
    PER_SHARE = "per-share"
    PERCENT = "percent"
    RATIO = "ratio"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Place:
    """The cell that shows a fact: its table's number and its row and column (from 0), and its text at `char_start` to
    `char_end` of the text of page `page` (from 1). `table` is None for a tagged figure in prose; `row` and `column` are
    then 0.
    """

    page: int
    char_start: int
    char_end: int
    table: int | None = None
    row: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Check:
    """An arithmetic check that a fact took part in. `detail` is a sentence that names both amounts if it failed."""

    name: str
    passed: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class FiscalLabel:
    """A period as the issuer counts it: "FY", "H1", "9M", or "Q1" to "Q4" of the fiscal year `year`. An instant has the
    label of the period that it ends: the last day of a fiscal year is "FY".
    """

    year: int
    part: str = "FY"


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure that a document states.

    `concept` is a name of the us-gaap taxonomy without prefix (a company's own concept keeps its prefix), and `item` a
    standard item, which groups concepts (`app.facts.items`). Each is None if it is not certain enough: the fact is then
    found by its own words, `label` and `label_path` (as in `Cell`; outermost first, its own label last).

    `dimensions` are pairs of an axis and a member, such as ("segment", "Americas") or ("entity", "parent only"). A fact
    without dimensions is of the whole consolidated group.

    `value` is the whole amount (scaled) with the taxonomy's sign: expenses and payments are positive. It is not scaled
    if `scale`, the power of ten that multiplied the printed figure, is None (nobody states it). A percentage is a
    fraction: 12.5% is 0.125. `currency` is an ISO 4217 code, "$" if the document does not say which dollar, or None.
    `decimals` is that of the tag, or implied by the scale and the printed figure.

    `confidence` is the calibrated probability that item, period and value are right. `concept_confidence` is that of
    the exact concept.
    """

    label: str
    label_path: tuple[str, ...]
    period: Period
    value: Decimal
    measure: Measure
    scale: int | None
    currency: str | None
    method: Method
    place: Place
    confidence: float
    statement: StatementKind = StatementKind.OTHER
    concept: str | None = None
    item: str | None = None
    concept_confidence: float = 0.0
    dimensions: tuple[tuple[str, str], ...] = ()
    fiscal: FiscalLabel | None = None
    decimals: int | None = None
    restated: bool = False
    checks: tuple[Check, ...] = ()


def is_of_group(dimensions: tuple[tuple[str, str], ...], label: str) -> bool:
    """Return whether a fact is of the whole group: it has no dimensions, or one that only names its row."""
    return not dimensions or dimensions == (("part", label),)


@dataclass(frozen=True, slots=True)
class FactSource:
    """The document that states a stored fact. `issuer_key` is the normalised issuer name
    (`app.documents.issuers.normalise_issuer`), and `issuer_id` its record, or the issuer that it belongs to.
    """

    document_id: UUID
    version_id: UUID
    issuer_key: str
    issuer: str
    title: str
    document_type: str | None
    filed: str | None
    issuer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """An editor's decision that a figure is right, what it is (`corrected`), or that the document does not state it
    (`absent`), and on which day.
    """

    day: date
    corrected: bool = False
    absent: bool = False


@dataclass(frozen=True, slots=True)
class StoredFact:
    """A fact in the ledger. `number` counts from 1 in its document's version."""

    fact: Fact
    number: int
    source: FactSource
    status: FactStatus = FactStatus.PROPOSED
    approval: Approval | None = None

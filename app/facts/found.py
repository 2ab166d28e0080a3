"""What the ledger finds: a figure with the facts behind it, or the reason why there is none."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from app.facts.fiscal import QUARTERS_OF_YEAR, FiscalSpan
from app.facts.model import FiscalLabel, Measure, StatementKind, StoredFact
from app.facts.sought import Dimensions, Sought
from app.quantities.periods import Period


@dataclass(frozen=True, slots=True)
class Part:
    """A fact that a figure is made of, and the period it is taken for. `sign` is −1 if it is subtracted."""

    sign: int
    stored: StoredFact
    span: FiscalSpan | None


@dataclass(frozen=True, slots=True)
class Found:
    """A figure of the ledger: one fact, or several that were added up.

    `unscaled` is the table whose scale nobody states, as its version and number; None if the scale is known. `agreeing`
    are other facts of the same amount. `restated` are facts of other filings with another amount, the first filed
    first; `disagreeing` those of the same filing, or whose filing date is unknown. `derivation` names the periods that
    were added up, such as "FY2023 − 9M 2023"; it is empty if a document states the figure. `is_turned` states that a
    minus was left out (`Sought.is_positive`), `is_nil` that the document prints a dash, which is zero in any unit,
    `is_currency_assumed` that the currency is that of the issuer's other amounts.
    """

    value: Decimal
    measure: Measure
    currency: str | None
    unscaled: tuple[UUID, int | None] | None
    span: FiscalSpan | None
    parts: tuple[Part, ...]
    agreeing: tuple[StoredFact, ...] = ()
    restated: tuple[StoredFact, ...] = ()
    disagreeing: tuple[StoredFact, ...] = ()
    derivation: str = ""
    is_turned: bool = False
    is_nil: bool = False
    is_currency_assumed: bool = False

    @property
    def confidence(self) -> float:
        """The least confidence of the facts."""
        return min(part.stored.fact.confidence for part in self.parts)

    @property
    def is_balance(self) -> bool:
        """Whether the figure is of a day, not of a period."""
        return self.parts[0].stored.fact.period.start is None


@dataclass(frozen=True, slots=True)
class NotFound:
    """Why a figure was not found: a stable code and a sentence.

    Codes: "no-facts", "not-reported", "ambiguous", "not-a-balance", "not-additive", "currencies-mixed" and
    "unknown-scale".
    """

    code: str
    detail: str


class Figures(Protocol):
    """Where formulas find figures: `app.facts.ledger.Ledger`, or another source of them."""

    def __len__(self) -> int:
        """Return the number of known facts."""
        ...

    def find(self, sought: Sought, period: FiscalSpan | Period, dimensions: Dimensions = ()) -> Found | NotFound:
        """Find the best figure of an item, concept or label for a period."""
        ...

    def has_read(self, statement: StatementKind | None, period: FiscalSpan | Period) -> bool:
        """Return whether a statement for a period has been read."""
        ...

    def find_span(self, period: Period) -> FiscalSpan | None:
        """Return the fiscal quarters of a period of days."""
        ...

    def latest(self, quarters: int = QUARTERS_OF_YEAR) -> FiscalLabel | None:
        """Return the label of the newest period of so many quarters."""
        ...

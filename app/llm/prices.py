"""Token prices."""

from dataclasses import dataclass
from decimal import Decimal

_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class TokenPrice:
    """US dollars per million input tokens (`price_in`) and output tokens (`price_out`)."""

    price_in: Decimal
    price_out: Decimal

    def cost(self, *, tokens_in: int, tokens_out: int) -> Decimal:
        """Return the exact cost of one call in US dollars."""
        return (self.price_in * tokens_in + self.price_out * tokens_out) / _MILLION

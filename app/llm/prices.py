"""What tokens cost."""

from dataclasses import dataclass
from decimal import Decimal

_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class TokenPrice:
    """US dollars for a million tokens read (`price_in`) and written (`price_out`)."""

    price_in: Decimal
    price_out: Decimal

    def cost(self, *, tokens_in: int, tokens_out: int) -> Decimal:
        """The price of one call in US dollars, exact."""
        return (self.price_in * tokens_in + self.price_out * tokens_out) / _MILLION

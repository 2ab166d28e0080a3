"""Amounts of sentences as values of fields."""

from dataclasses import replace

from app.review.values import QuantityValue


def in_currency(amount: QuantityValue, currency: str | None) -> QuantityValue:
    """Return an amount whose dollars are those of the document, if it says which they are."""
    return replace(amount, unit=currency) if amount.unit == "$" and currency is not None else amount

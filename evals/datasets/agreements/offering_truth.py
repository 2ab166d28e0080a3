"""The true values of a made offering's fields, None for what it does not have."""

from decimal import Decimal

from app.review.values import DateValue, ListValue, PartyValue, QuantityValue, TableValue, TextValue, Value, YesNoValue
from evals.datasets.agreements.offering_wordings import OfferingPrinter

Truth = dict[str, Value | None]


def offering_truth(printer: OfferingPrinter) -> Truth:
    """Return the fields that are judged."""
    terms = printer.terms
    series = terms.series
    calls: list[tuple[Value | None, ...]] = [(DateValue(day), _percent(price)) for day, price in terms.calls]
    if not calls:
        calls = [
            (DateValue(each.maturity.replace(year=each.maturity.year - 1)), _percent(Decimal(100))) for each in series
        ]
    claw = terms.claw and TableValue(
        ("Share", "Price", "Until"),
        ((_percent(Decimal(terms.claw[0])), _percent(terms.claw[1]), DateValue(terms.claw[2])),),
    )
    return {
        "notes": ListValue(tuple(TextValue(printer.name(each)) for each in series)),
        "issuer": PartyValue(terms.issuer),
        "guarantors": TextValue(terms.guarantors) if terms.guarantors else None,
        "amount": ListValue(tuple(QuantityValue(Decimal(each.amount), terms.currency) for each in series)),
        "currency": TextValue(terms.currency),
        "coupon": ListValue(tuple(_percent(each.coupon) for each in series)),
        "issue_price": ListValue(tuple(_percent(each.price) for each in series)),
        "maturity_date": ListValue(tuple(DateValue(each.maturity) for each in series)),
        "interest_payment_dates": TextValue(printer.payment_days(series[0])),
        "ranking": TextValue(terms.rank),
        "call_schedule": TableValue(("From", "Price"), tuple(calls)),
        "make_whole": YesNoValue(terms.has_make_whole),
        "make_whole_spread": ListValue(
            tuple(QuantityValue(Decimal(each.spread), "bps") for each in (series if not terms.calls else series[:1]))
        ),
        "change_of_control": _percent(terms.control) if terms.control else None,
        "equity_claw": claw or None,
        "use_of_proceeds": TextValue(f"The Issuer intends to use the net proceeds of this offering {terms.use}."),
        "covenants": ListValue(tuple(map(TextValue, terms.covenants))),
        "baskets": _baskets(printer),
        "governing_law": TextValue(terms.law),
    }


def _percent(number: Decimal) -> QuantityValue:
    return QuantityValue(number, "%")


def _baskets(printer: OfferingPrinter) -> TableValue | None:
    rows = tuple(
        (
            TextValue(each.covenant),
            TextValue(each.words),
            QuantityValue(Decimal(each.amount), printer.terms.currency),
            _percent(Decimal(each.percent)) if each.percent else None,
            TextValue(each.of) if each.percent else None,
        )
        for each in printer.terms.baskets
    )
    return TableValue(("Covenant", "Basket", "Amount", "Share", "Of"), rows) if rows else None

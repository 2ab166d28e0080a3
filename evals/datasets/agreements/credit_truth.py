"""The true values of a made credit agreement's fields, None for what it does not have."""

from decimal import Decimal

from app.review.values import DateValue, ListValue, PartyValue, QuantityValue, TableValue, TextValue, Value, YesNoValue
from evals.datasets.agreements.credit_terms import CreditTerms

Truth = dict[str, Value | None]


def credit_truth(terms: CreditTerms, title: str, layout: str) -> Truth:
    """Return the fields that are judged."""
    opening: Truth = {
        "title": TextValue(title),
        "agreement_date": DateValue(terms.day),
        "original_agreement_date": DateValue(terms.original) if terms.original else None,
        "borrowers": ListValue(tuple(PartyValue(name) for name, _ in filter(None, (terms.borrower, terms.second)))),
        "administrative_agent": PartyValue(terms.agent),
        "governing_law": TextValue(terms.law),
        "amended_terms": _table(
            ("Provision", "From", "To"), [tuple(map(TextValue, change)) for change in terms.changes]
        ),
    }
    if layout == "amendment-in-words":
        absent = (
            "facilities",
            "maturity_dates",
            "interest_margin",
            "commitment_fee",
            "financial_covenants",
            "ebitda_definition",
            "swingline_sublimit",
            "letter_of_credit_sublimit",
            "incremental_facility",
        )
        return opening | dict.fromkeys(absent)
    return opening | {
        "facilities": _table(
            ("Facility", "Amount"),
            [(TextValue(each.name), QuantityValue(Decimal(each.amount), terms.currency)) for each in terms.facilities],
        ),
        "maturity_dates": _table(
            ("Facility", "Maturity date"),
            [(TextValue(each.name), DateValue(each.maturity)) for each in terms.facilities],
        ),
        "interest_margin": _margins(terms),
        "benchmark_floor": None
        if terms.floor is None
        else _table(("Benchmark", "Floor"), [(None, _percent(terms.floor))]),
        "commitment_fee": _fees(terms, layout),
        "incremental_facility": _incremental(terms),
        "swingline_sublimit": _amount(terms.swing, terms.currency),
        "letter_of_credit_sublimit": _amount(terms.letters, terms.currency),
        "financial_covenants": _table(
            ("Covenant", "Test", "Level", "Period"),
            [
                (
                    TextValue(each.name),
                    TextValue(each.test),
                    QuantityValue(level, "x"),
                    TextValue(period) if period else None,
                )
                for each in terms.covenants
                for level, period in each.levels
            ],
        ),
        "ebitda_add_backs": ListValue(tuple(map(TextValue, terms.add_backs))),
        "change_of_control_default": YesNoValue(terms.is_default),
    }


def _table(columns: tuple[str, ...], rows: list[tuple[Value | None, ...]]) -> TableValue | None:
    return TableValue(columns, tuple(rows)) if rows else None


def _percent(number: Decimal) -> QuantityValue:
    return QuantityValue(number, "%")


def _amount(amount: int | None, currency: str) -> QuantityValue | None:
    return None if amount is None else QuantityValue(Decimal(amount), currency)


def _margins(terms: CreditTerms) -> TableValue | None:
    is_one = len(terms.levels) == 1
    british = len(terms.loans) == 1
    rows: list[tuple[Value | None, ...]] = []
    for level in terms.levels:
        for loans, percent in zip(terms.loans, level.percents, strict=True):
            number = None if is_one or british else TextValue(level.number)
            rows.append((number, None if british else TextValue(loans), _percent(percent)))
    return _table(("Level", "Loans", "Margin"), rows)


def _fees(terms: CreditTerms, layout: str) -> TableValue | None:
    if len(terms.levels) == 1 or layout == "british":
        return _table(("Level", "Rate"), [(None, _percent(terms.levels[0].fee))])
    return _table(("Level", "Rate"), [(TextValue(level.number), _percent(level.fee)) for level in terms.levels])


def _incremental(terms: CreditTerms) -> TableValue | None:
    if terms.incremental is None:
        return None
    amount, percent, _, ratio = terms.incremental
    rows: list[tuple[Value | None, ...]] = [
        (QuantityValue(Decimal(amount), terms.currency), None if percent is None else _percent(percent), None)
    ]
    if ratio is not None:
        rows.append((None, None, QuantityValue(ratio, "x")))
    return _table(("Amount", "Of EBITDA", "Ratio"), rows)

"""The twelve layouts of notes offerings."""

from collections.abc import Callable
from random import Random
from typing import Final

from evals.datasets.agreements.blocks import Block, centred, heading, new_page, paragraphs, table
from evals.datasets.agreements.names import draw_bank
from evals.datasets.agreements.offering_terms import OfferingTerms, draw_offering_terms
from evals.datasets.agreements.offering_wordings import OfferingPrinter, OfferingStyle

Drawn = tuple[OfferingTerms, OfferingPrinter, list[Block]]


def _terms(printer: OfferingPrinter) -> list[Block]:
    """Return the description of the notes."""
    return [
        *printer.head("Description of the Notes"),
        *printer.interest(),
        *printer.head("Ranking"),
        *paragraphs(printer.ranking()),
        *_guarantees(printer),
        *printer.redemption(),
        *printer.control(),
        *printer.covenants(),
        *printer.law(),
    ]


def _guarantees(printer: OfferingPrinter) -> list[Block]:
    if printer.terms.guarantors is None:
        return []
    return printer.head("Guarantees") + paragraphs(
        f"The notes will be fully and unconditionally guaranteed, jointly and severally, by {printer.terms.guarantors}."
    )


def _make(
    source: Random,
    style: OfferingStyle,
    terms: OfferingTerms,
    *,
    kind: str,
    prices: str = "table",
    summary: bool = False,
    first: str = "cover",
) -> Drawn:
    printer = OfferingPrinter(terms, style, source)
    priced = printer.price_table() if prices == "table" else printer.price_sentence()
    cover = [
        *centred(kind),
        *printer.cover(),
        *paragraphs("The notes are offered to qualified institutional buyers. See “Risk Factors”."),
        *priced,
        *centred(draw_bank(source).upper()),
    ]
    listed = [*heading("THE OFFERING"), *table(printer.summary(), heads=0)] if summary else []
    parts = [*cover, *new_page(), *listed, *printer.use(), *_terms(printer)]
    if first == "summary":
        parts = [
            *cover,
            *new_page(),
            *heading("SUMMARY OF TERMS"),
            *table(printer.summary(), heads=0),
            *new_page(),
            *_terms(printer),
            *printer.use(),
        ]
    return terms, printer, parts


def high_yield(source: Random) -> Drawn:
    return _make(
        source, OfferingStyle(), draw_offering_terms(source), kind="OFFERING MEMORANDUM", prices="words", summary=True
    )


def investment_grade(source: Random) -> Drawn:
    return _make(
        source, OfferingStyle(speaks="we"), draw_offering_terms(source, grade=True), kind="PROSPECTUS SUPPLEMENT"
    )


def two_series(source: Random) -> Drawn:
    return _make(
        source,
        OfferingStyle(speaks="we"),
        draw_offering_terms(source, grade=True, count=2),
        kind="PROSPECTUS SUPPLEMENT",
    )


def three_series(source: Random) -> Drawn:
    return _make(
        source,
        OfferingStyle(capitals=False),
        draw_offering_terms(source, grade=True, count=3),
        kind="Prospectus Supplement",
        summary=True,
    )


def secured(source: Random) -> Drawn:
    return _make(
        source,
        OfferingStyle(schedule="dates"),
        draw_offering_terms(source, secured=True),
        kind="CONFIDENTIAL OFFERING CIRCULAR",
        prices="words",
    )


def subordinated(source: Random) -> Drawn:
    return _make(
        source,
        OfferingStyle(schedule="words"),
        draw_offering_terms(source, subordinated=True),
        kind="OFFERING MEMORANDUM",
    )


def british_notes(source: Random) -> Drawn:
    style = OfferingStyle(is_british=True, schedule="dates", section="{}. ")
    return _make(source, style, draw_offering_terms(source, british=True), kind="OFFERING MEMORANDUM", prices="words")


def euro(source: Random) -> Drawn:
    return _make(
        source,
        OfferingStyle(capitals=False),
        draw_offering_terms(source, euro=True),
        kind="OFFERING MEMORANDUM",
        prices="words",
        summary=True,
    )


def summary_first(source: Random) -> Drawn:
    return _make(
        source,
        OfferingStyle(capitals=False),
        draw_offering_terms(source),
        kind="OFFERING MEMORANDUM",
        prices="words",
        first="summary",
    )


def two_columns(source: Random) -> Drawn:
    return _make(
        source, OfferingStyle(schedule="words"), draw_offering_terms(source), kind="OFFERING CIRCULAR", prices="words"
    )


def term_sheet(source: Random) -> Drawn:
    """A pricing term sheet: rows of label and words, and then the description."""
    terms = draw_offering_terms(source)
    printer = OfferingPrinter(terms, OfferingStyle(), source)
    series = terms.series[0]
    rows = [
        ["Issuer", terms.issuer],
        ["Title of securities", printer.name(series)],
        ["Principal amount", printer.money(series.amount)],
        ["Coupon", f"{series.coupon:.3f}%"],
        ["Maturity", printer.day(series.maturity)],
        ["Price to public", f"{series.price}% of the principal amount"],
        ["Interest payment dates", printer.payment_days(series)],
    ]
    return (
        terms,
        printer,
        [*centred("PRICING TERM SHEET"), *table(rows, heads=0), *new_page(), *printer.use(), *_terms(printer)],
    )


def indenture(source: Random) -> Drawn:
    terms = draw_offering_terms(source)
    printer = OfferingPrinter(terms, OfferingStyle(section="Section {}. ", capitals=False), source)
    opening = [
        *centred(
            f"{terms.issuer.upper()},",
            "as Issuer",
            "and",
            f"{draw_bank(source).upper()},",
            "as Trustee",
            "INDENTURE",
            printer.name(terms.series[0]),
        ),
        *new_page(),
        *paragraphs(
            f"INDENTURE among {terms.issuer}, a {terms.state} corporation (the “Issuer”), and the Trustee, for "
            f"{printer.money(terms.series[0].amount)} aggregate principal amount of "
            f"{printer.name(terms.series[0])} issued at an issue price of {terms.series[0].price}%."
        ),
    ]
    return terms, printer, [*opening, *printer.use(), *_terms(printer)]


OFFERING_LAYOUTS: Final[dict[str, Callable[[Random], Drawn]]] = {
    "high-yield": high_yield,
    "investment-grade": investment_grade,
    "two-series": two_series,
    "three-series": three_series,
    "secured": secured,
    "subordinated": subordinated,
    "british-notes": british_notes,
    "euro": euro,
    "notes-summary-first": summary_first,
    "two-columns": two_columns,
    "term-sheet": term_sheet,
    "indenture": indenture,
}

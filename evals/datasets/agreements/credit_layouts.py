"""The twelve layouts of credit agreements: openings, and the order of what follows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Final

from evals.datasets.agreements.blocks import Block, centred, heading, new_page, paragraphs, table
from evals.datasets.agreements.credit_sections import Printer, fillers
from evals.datasets.agreements.credit_terms import CreditTerms, draw_credit_terms
from evals.datasets.agreements.credit_wordings import Style
from evals.datasets.agreements.names import kind_of

Drawn = tuple[CreditTerms, str, list[Block]]
"""Terms, title and the document's parts."""

_PLAIN: Final = Style()


def _body(printer: Printer, source: Random) -> list[Block]:
    """Return definitions and sections of an American agreement."""
    amounts = printer.style.amounts
    definitions = [
        printer.define(
            "Administrative Agent",
            f"{printer.terms.agent}, in its capacity as administrative agent under the Loan Documents.",
        ),
        printer.margin(),
        printer.commitments(),
        printer.ebitda(),
        printer.floor(),
        printer.limits(),
        printer.maturities(),
        printer.define(
            "Change of Control",
            "any person or group becoming the beneficial owner of more than 35% of the voting stock of the Parent.",
        ),
        list(fillers(source)),
    ]
    return [
        *heading("ARTICLE I DEFINITIONS"),
        *printer.section(
            "1.01", "Defined Terms", "As used in this Agreement, the following terms have the meanings set forth below:"
        ),
        *(block for part in definitions for block in part),
        *heading("ARTICLE II THE COMMITMENTS"),
        *printer.section("2.01", "The Loans"),
        *printer.grants(),
        *_fee_clause(printer),
        *printer.incremental(),
        *heading("ARTICLE VII NEGATIVE COVENANTS"),
        *printer.covenants(),
        *heading("ARTICLE VIII EVENTS OF DEFAULT"),
        *printer.defaults(),
        *heading("ARTICLE X MISCELLANEOUS"),
        *printer.law(),
        *(printer.schedule() if amounts == "schedule" else []),
    ]


def _fee_clause(printer: Printer) -> list[Block]:
    if printer.style.grid != "prose":
        return []
    fee = printer.terms.levels[0].fee
    return printer.section(
        "2.09",
        "Fees",
        (
            f"The Borrower shall pay to the Administrative Agent for the account of each Lender a "
            f"{printer.terms.fee_name.lower()} at a rate of {fee}% per annum on the daily unused amount of the "
            f"revolving "
            f"commitments."
        ),
    )


def _lead(printer: Printer, title: str, *, article: str = "This") -> list[Block]:
    terms = printer.terms
    name, state = terms.borrower
    second = (
        (
            f", {terms.second[0]}, a {terms.second[1]} {kind_of(terms.second[0])} (together with the Company, each a "
            f"“Borrower” and collectively, the “Borrowers”)"
        )
        if terms.second
        else ""
    )
    own = f"(the “{'Company' if terms.second else 'Borrower'}”)"
    return paragraphs(
        f"{article} {title} (this “Agreement”) is entered into as of {printer.day(terms.day)}, among {name}, a "
        f"{state} {kind_of(name)} {own}{second}, each lender from time to time party hereto (collectively, the "
        f"“Lenders”), and {terms.agent}, as Administrative Agent."
    )


def cover_first(source: Random) -> Drawn:
    terms = draw_credit_terms(source)
    printer = Printer(terms, _PLAIN, source)
    cover = centred(
        "CREDIT AGREEMENT",
        f"Dated as of {printer.day(terms.day)}",
        "among",
        f"{terms.borrower[0].upper()},",
        "as the Borrower,",
        f"{terms.agent.upper()},",
        "as Administrative Agent,",
        "and",
        "THE OTHER LENDERS PARTY HERETO",
    )
    contents = centred("TABLE OF CONTENTS") + table(
        [["7.11", "Financial Covenants", "86"], ["8.01", "Events of Default", "91"], ["10.14", "Governing Law", "120"]]
    )
    return (
        terms,
        "Credit Agreement",
        [*cover, *new_page(), *contents, *new_page(), *_lead(printer, "CREDIT AGREEMENT"), *_body(printer, source)],
    )


def opening_sentence(source: Random) -> Drawn:
    terms = draw_credit_terms(source, term_b=True)
    printer = Printer(terms, replace(_PLAIN, grid="prose", section="SECTION {}. ", springing=True), source)
    name, state = terms.borrower
    lead = paragraphs(
        f"FIRST LIEN CREDIT AGREEMENT dated as of {printer.day(terms.day)} (this “Agreement”), among "
        f"{terms.parent[0]}, a {terms.parent[1]} {kind_of(terms.parent[0])} (“Holdings”), {name}, a {state} "
        f"{kind_of(name)} (the “Borrower”), the LENDERS party hereto, and {terms.agent}, as Administrative Agent."
    )
    return terms, "First Lien Credit Agreement", [*lead, *_body(printer, source)]


def levels_in_columns(source: Random) -> Drawn:
    terms = draw_credit_terms(source, grid=5)
    printer = Printer(terms, replace(_PLAIN, means=": ", grid="columns"), source)
    return (
        terms,
        "Revolving Credit and Term Loan Agreement",
        [
            *centred("REVOLVING CREDIT AND TERM LOAN AGREEMENT"),
            *_lead(printer, "REVOLVING CREDIT AND TERM LOAN AGREEMENT", article="THIS"),
            *_body(printer, source),
        ],
    )


def points(source: Random) -> Drawn:
    terms = draw_credit_terms(source, two=True)
    printer = Printer(terms, replace(_PLAIN, grid="points", section="{} "), source)
    return (
        terms,
        "Credit Agreement",
        [*centred("CREDIT AGREEMENT"), *_lead(printer, "CREDIT AGREEMENT", article="THIS"), *_body(printer, source)],
    )


def conformed(source: Random) -> Drawn:
    """An amendment with the amended agreement, in which what is deleted is struck through."""
    drawn = draw_credit_terms(source)
    terms = replace(drawn, original=drawn.day - timedelta(days=source.randrange(300, 1500)))
    assert terms.original is not None
    printer = Printer(terms, _PLAIN, source)
    name, state = terms.borrower
    front = [
        *centred("SECOND AMENDMENT TO CREDIT AGREEMENT"),
        *paragraphs(
            f"This SECOND AMENDMENT TO CREDIT AGREEMENT (this “Amendment”), dated as of "
            f"{printer.day(terms.day)}, is among {name}, a {state} {kind_of(name)} (the “Borrower”), the Lenders "
            f"party hereto and {terms.agent}, as administrative agent (the “Administrative Agent”).",
            f"WHEREAS, the Borrower, the lenders party thereto and the Administrative Agent are parties to that "
            f"certain Credit Agreement, dated as of {printer.day(terms.original)} (the “Credit Agreement”);",
            "1. Amendments. The Credit Agreement is hereby amended to delete the stricken text and to add the "
            "double-underlined text as set forth in the pages attached as Exhibit A.",
        ),
        *new_page(),
        *centred("CREDIT AGREEMENT"),
    ]
    strikes = paragraphs(
        f"“Old Maturity Date” ~~means {printer.day(terms.original)}~~ is intentionally omitted.",
        "For the avoidance of doubt, the amount of the revolving facility is ~~$1,000,000,000~~ as set out below.",
    )
    return terms, "Second Amendment to Credit Agreement", [*front, *_body(printer, source), *strikes]


def amendment_in_words(source: Random) -> Drawn:
    drawn = draw_credit_terms(source)
    original = drawn.day - timedelta(days=source.randrange(300, 1500))
    printer = Printer(drawn, _PLAIN, source)
    new, old = (
        drawn.facilities[0].maturity,
        drawn.facilities[0].maturity.replace(year=drawn.facilities[0].maturity.year - 2),
    )
    changes = (
        ("2.05", "$5,000,000", "$7,500,000"),
        ("Interest Payment Date", "first Business Day", "last Business Day"),
    )
    terms = replace(drawn, original=original, changes=changes)
    name, state = terms.borrower
    del new, old
    blocks = [
        *centred("AMENDMENT NO. 1", printer.day(terms.day)),
        *paragraphs(
            f"THIS AMENDMENT NO. 1 (this “Amendment”), dated as of the date first set forth above, is entered "
            f"into among {name}, a {state} {kind_of(name)} (the “Borrower”), and {terms.agent}, as "
            f"administrative agent (the “Administrative Agent”).",
            f"WHEREAS, the Borrower and the Administrative Agent are party to the Loan Agreement, dated as of "
            f"{printer.day(original)} (the “Loan Agreement”);",
            "2. Amendments. Effective as of the date hereof, the Loan Agreement is hereby amended as follows:",
            f"(a) Section {changes[0][0]} of the Loan Agreement is hereby amended by replacing the reference to "
            f"“{changes[0][1]}” therein with “{changes[0][2]}”.",
            f"(b) The definition of “{changes[1][0]}” is hereby amended by deleting “{changes[1][1]}” and "
            f"substituting “{changes[1][2]}” therefor.",
            f"3. Governing Law. This Amendment shall be governed by the law of the State of {terms.law}.",
        ),
    ]
    return terms, "Amendment No. 1", blocks


def restated(source: Random) -> Drawn:
    drawn = draw_credit_terms(source, steps=True)
    terms = replace(drawn, original=drawn.day - timedelta(days=source.randrange(300, 1500)))
    assert terms.original is not None
    printer = Printer(terms, replace(_PLAIN, section="{}. "), source)
    recital = paragraphs(
        f"WHEREAS, the Borrower is party to that certain Credit Agreement dated as of {printer.day(terms.original)} "
        f"(the “Existing Credit Agreement”), which the parties wish to amend and restate in its entirety;"
    )
    return (
        terms,
        "Amended and Restated Credit Agreement",
        [
            *centred("AMENDED AND RESTATED CREDIT AGREEMENT"),
            *_lead(printer, "AMENDED AND RESTATED CREDIT AGREEMENT"),
            *recital,
            *_body(printer, source),
        ],
    )


def british_form(source: Random) -> Drawn:
    terms = draw_credit_terms(source, british=True)
    printer = Printer(terms, Style(is_british=True, section="{} ", months=source.random() < 0.5), source)
    name = terms.borrower[0]
    opening = [
        *centred("SENIOR FACILITIES AGREEMENT", f"dated {printer.day(terms.day)}", "for", name.upper()),
        *new_page(),
        *paragraphs(
            f"THIS AGREEMENT is dated {printer.day(terms.day)} and made between:",
            f"(1) {name}, a company incorporated in England and Wales, as borrower (the “Borrower”);",
            "(2) THE FINANCIAL INSTITUTIONS listed in Part II of Schedule 1 as lenders (the “Original Lenders”); and",
            f"(3) {terms.agent}, as agent of the other Finance Parties (the “Agent”).",
        ),
    ]
    fee = paragraphs(
        f"11.1 Commitment fee. The Borrower shall pay to the Agent a commitment fee in sterling computed at the rate "
        f"of {terms.levels[0].fee} per cent. per annum on each Lender’s Available Commitment."
    )
    body = [
        *heading("1. DEFINITIONS AND INTERPRETATION"),
        *paragraphs("1.1 Definitions. In this Agreement:"),
        *printer.ebitda(),
        *printer.margin(),
        *printer.floor(),
        *printer.maturities(),
        *printer.commitments(),
        *heading("7. PREPAYMENT AND CANCELLATION"),
        *paragraphs(
            "7.2 Change of control. If any person gains control of the Borrower, the Agent may by notice cancel the "
            "Facilities."
        ),
        *heading("11. FEES"),
        *fee,
        *heading("26. FINANCIAL COVENANTS"),
        *printer.covenants("26.2"),
        *heading("28. EVENTS OF DEFAULT"),
        *printer.defaults("28.1"),
        *heading("44. GOVERNING LAW"),
        *printer.law("44.1"),
    ]
    return terms, "Senior Facilities Agreement", [*opening, *body]


def term_loan_b(source: Random) -> Drawn:
    terms = draw_credit_terms(source, term_b=True)
    printer = Printer(terms, replace(_PLAIN, grid="prose", amounts="grant", quotes=('"', '"')), source)
    return (
        terms,
        "Term Loan Credit Agreement",
        [
            *centred("TERM LOAN CREDIT AGREEMENT"),
            *_lead(printer, "TERM LOAN CREDIT AGREEMENT"),
            *_body(printer, source),
        ],
    )


def scheduled_amounts(source: Random) -> Drawn:
    terms = draw_credit_terms(source, grid=4)
    printer = Printer(terms, replace(_PLAIN, amounts="schedule"), source)
    return (
        terms,
        "Credit Agreement",
        [*centred("CREDIT AGREEMENT"), *_lead(printer, "CREDIT AGREEMENT"), *_body(printer, source)],
    )


def numbered_columns(source: Random) -> Drawn:
    terms = draw_credit_terms(source)
    printer = Printer(terms, replace(_PLAIN, is_numbered=True), source)
    return (
        terms,
        "Loan and Security Agreement",
        [
            *centred("LOAN AND SECURITY AGREEMENT"),
            *_lead(printer, "LOAN AND SECURITY AGREEMENT"),
            *_body(printer, source),
        ],
    )


def summary_first(source: Random) -> Drawn:
    terms = draw_credit_terms(source)
    printer = Printer(terms, replace(_PLAIN, quotes=("", "")), source)
    summary = [
        ["Borrower", terms.borrower[0]],
        ["Administrative Agent", terms.agent],
        *([each.name, printer.money(each.amount)] for each in terms.facilities),
    ]
    return (
        terms,
        "Credit Agreement",
        [
            *centred("CREDIT AGREEMENT", "Summary of principal terms"),
            *table(summary, heads=0),
            *new_page(),
            *_lead(printer, "CREDIT AGREEMENT"),
            *_body(printer, source),
        ],
    )


CREDIT_LAYOUTS: Final[dict[str, Callable[[Random], Drawn]]] = {
    "cover-first": cover_first,
    "opening-sentence": opening_sentence,
    "levels-in-columns": levels_in_columns,
    "percentage-points": points,
    "conformed": conformed,
    "amendment-in-words": amendment_in_words,
    "restated": restated,
    "british": british_form,
    "term-loan-b": term_loan_b,
    "scheduled-amounts": scheduled_amounts,
    "numbered-columns": numbered_columns,
    "summary-first": summary_first,
}

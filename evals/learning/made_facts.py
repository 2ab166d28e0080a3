"""A data set of facts for the gate: fictional annual reports with the facts that their filers would tag.

The companies are twelve of `statements/`; their figures are drawn so that totals add up and statements agree. Signs are
those of the taxonomy: what a statement of cash flows prints in brackets as a payment is a positive payment.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

from app.facts.model import StatementKind
from app.quantities.periods import Period
from evals.datasets.filings import DOCUMENTS, FACTS
from evals.datasets.tagged import TaggedFact
from evals.learning.made_figures import Drawn, draw_figures
from evals.learning.made_pages import LAST_YEAR, write_page
from evals.learning.made_rows import MadeRow
from evals.learning.made_statements import OTHER_NAME, STATEMENTS, parse_company

COMPANIES = (
    "auto_parts_supplier",
    "broadcaster",
    "burger_franchisor",
    "chip_designer",
    "contract_manufacturer",
    "discount_stores",
    "endpoint_security",
    "generic_drugs",
    "homebuilder_west",
    "hospital_operator",
    "network_carrier",
    "small_device_company",
)
"""A fixed list, so that a new file in `statements/` does not outdate the baseline."""
KINDS = (
    StatementKind.INCOME,
    StatementKind.COMPREHENSIVE_INCOME,
    StatementKind.BALANCE,
    StatementKind.CASH_FLOW,
)
_UNITS = {None: "USD", "shares": "shares", "per-share": "USD/shares", "ratio": "pure"}
_POSITIVE = re.compile(
    r"^(?:Payments?|Repayments?|TreasuryStock|Accumulated(?:Depreciation|Amortization)|Allowance|Dividends|InterestExpense"
    r"|IncomeTaxExpense|CostOf|.*Expense$)"
)
"""Concepts of amounts that reduce others, and are positive by themselves."""
_CASH = re.compile(r"Cash(?!.*IncreaseDecrease)\w*(?:CarryingValue|CashEquivalents)(?:Including\w+)?")
_OPENING = re.compile(r"\bbeginning\b", re.IGNORECASE)
_ASSETS = re.compile(
    r"^OtherNoncashIncomeExpense$|^IncreaseDecreaseIn(?!.*(?:Payable|Liabilit|Accrued|Revenue|Deposits|Credits))"
)
"""Concepts of an increase in assets or of income, which a statement of cash flows shows as a negative amount."""


def write_made_facts(folder: Path) -> Path:
    """Write the data into `folder`, in the form of `evals.datasets.filings`. Each run writes the same bytes."""
    documents = folder / DOCUMENTS
    documents.mkdir(parents=True, exist_ok=True)
    lines: list[str] = []
    for name in COMPANIES:
        company = parse_company(STATEMENTS / f"{name}.txt")
        drawn = draw_figures(company.statements, company.name)
        page = write_page(drawn, company.name)
        (documents / f"{company.name}.html").write_text(page, encoding="utf-8")
        scale = 3 if "(In thousands" in page else 6
        facts = {fact.id: fact for own in drawn for fact in _facts(company.name, own, scale)}
        lines += [fact.model_dump_json() for fact in facts.values()]
    (folder / FACTS).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def _facts(name: str, own: Drawn, scale: int) -> Iterator[TaggedFact]:
    statement = own.statement.kind
    if statement not in KINDS or own.headings:
        return
    for row, figures in zip(own.statement.rows, own.figures, strict=True):
        is_opening = statement is StatementKind.CASH_FLOW and _OPENING.search(row.label) is not None
        if row.concept in (None, OTHER_NAME) or row.is_part or is_opening:
            continue
        for column, figure in enumerate(figures):
            if figure is not None:
                yield _fact(name, statement, row, column, figure, scale)


def _fact(name: str, statement: StatementKind, row: MadeRow, column: int, figure: Decimal, scale: int) -> TaggedFact:
    assert row.concept is not None, "headings have no facts"
    end = date(LAST_YEAR - column, 12, 31)
    is_instant = statement is StatementKind.BALANCE or _CASH.fullmatch(row.concept) is not None
    power = scale if row.measure in (None, "shares") else 0
    is_turned = bool(_ASSETS.match(row.concept)) or (figure < 0 and bool(_POSITIVE.match(row.concept)))
    value = (-figure if is_turned else figure).scaleb(power if row.measure != "ratio" else -2)
    return TaggedFact.of(
        document=name,
        statement=statement,
        line_item=row.concept,
        period=Period(end) if is_instant else Period(end, date(end.year, 1, 1)),
        unit=_UNITS[row.measure],
        value=value,
        decimals=-power if power else 2,
    )

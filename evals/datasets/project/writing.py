"""Writes the project's own question set, in Footnote's own format.

The set contains fictional issuers with two annual reports each, and questions about the reports. Each question's answer
and page are known by construction. The gate always runs on this set. The scores show whether Footnote changed, not how
good it is.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel

from evals.datasets.project.issuers import ISSUERS, YEARS, Issuer, Year, agreements_of, figures_of
from evals.datasets.project.reports import PageOf, annual_report
from evals.datasets.questions import DocumentIssuer, EvidencePage, QuestionCase
from evals.datasets.samples.layout import money

METRICS, DOMAIN, NOVEL = "metrics-generated", "domain-relevant", "novel-generated"


def write_project_data(folder: Path) -> Path:
    """Write `cases.jsonl`, `documents.jsonl` and `documents/` into `folder`. Each run writes the same bytes.

    The folder is created if it does not exist.
    """
    documents = folder / "documents"
    documents.mkdir(parents=True, exist_ok=True)
    cases: list[QuestionCase] = []
    for issuer in ISSUERS:
        figures = figures_of(issuer)
        for year in YEARS:
            (documents / f"{document_name(issuer, year)}.pdf").write_bytes(annual_report(issuer, year, figures))
            cases.extend(_of_year(issuer, year, figures))
        cases.extend(_of_issuer(issuer))
        cases.extend(_of_agreements(issuer))
    issuers = [
        DocumentIssuer(document=document_name(issuer, year), issuer=issuer.name) for issuer in ISSUERS for year in YEARS
    ]
    _write(folder / "cases.jsonl", cases)
    _write(folder / "documents.jsonl", issuers)
    return folder


def _write(path: Path, rows: Sequence[BaseModel]) -> None:
    path.write_text("".join(json.dumps(row.model_dump(mode="json"), ensure_ascii=False) + "\n" for row in rows))


def document_name(issuer: Issuer, year: int) -> str:
    """Return the report's file name without its extension."""
    return f"{issuer.key}-{year}-10k"


def _of_year(issuer: Issuer, year: int, figures: Mapping[int, Year]) -> Iterator[QuestionCase]:
    now = figures[year]
    asked: tuple[tuple[str, str, Decimal, PageOf], ...] = (
        ("revenue", f"What was {issuer.name}'s revenue in FY{year}, in USD millions?", now.revenue, PageOf.INCOME),
        (
            "capex",
            f"How much did {issuer.name} spend on capital expenditures in FY{year}? Answer in USD millions.",
            now.capex,
            PageOf.CASH_FLOWS,
        ),
        (
            "inventories",
            f"What were the inventories of {issuer.name} at the end of FY{year}, in USD millions?",
            now.inventories,
            PageOf.BALANCE,
        ),
        (
            "segment",
            f"What revenue did the {issuer.segments[1]} segment of {issuer.name} have in FY{year}, in USD millions?",
            now.second_segment,
            PageOf.SEGMENTS,
        ),
    )
    for name, question, value, page in asked[:: 1 if year == YEARS[0] else 2]:
        yield _case(issuer, year, f"{name}-{year}", METRICS, question, f"${money(value)} million", page)


def _of_issuer(issuer: Issuer) -> Iterator[QuestionCase]:
    year = YEARS[0]
    yield _case(
        issuer, year, "covenant", DOMAIN,
        f"What ratio of net debt to EBITDA does the credit agreement of {issuer.name} permit in its FY{year} 10-K?",
        f"{issuer.covenant} to 1.00", PageOf.DEBT,
    )  # fmt: skip
    yield _case(
        issuer, year, "auditor", NOVEL,
        f"Who audits the statements of {issuer.name} according to its FY{year} annual report?",
        issuer.auditor, PageOf.LIQUIDITY,
    )  # fmt: skip


def _of_agreements(issuer: Issuer) -> Iterator[QuestionCase]:
    """Yield one question per contract. It names the contract number. Every second question omits the issuer."""
    year = YEARS[0]
    for number, agreement in enumerate(agreements_of(issuer)):
        whose = f"does {issuer.name} have to" if number % 2 else "has to be"
        paid = "pay a year" if number % 2 else "paid a year"
        yield _case(
            issuer, year, f"agreement-{number + 1}", NOVEL,
            f"What {whose} {paid} under agreement {agreement.number}, as of FY{year}?",
            f"${money(agreement.fee)} million", PageOf.FIRST_AGREEMENT + number,
        )  # fmt: skip


def _case(issuer: Issuer, year: int, name: str, kind: str, question: str, answer: str, page: int) -> QuestionCase:
    return QuestionCase(
        id=f"{issuer.key}-{name}",
        kind=kind,
        question=question,
        answer=answer,
        issuer=issuer.name,
        evidence=(EvidencePage(document=document_name(issuer, year), page=page),),
    )

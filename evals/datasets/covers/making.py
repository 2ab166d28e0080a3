"""Draws documents by seed, and writes them with their metadata (`evals.datasets.described`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from pathlib import Path
from random import Random

from evals.datasets.covers.agreements import draw_agreement, print_credit_agreement, print_indenture
from evals.datasets.covers.forms import JOINT, LAYOUTS, Form, print_cover, print_exhibit, print_signatures, print_text
from evals.datasets.covers.issuers import draw_issuer, draw_name
from evals.datasets.covers.offers import Release, print_prospectus, print_release
from evals.datasets.described import DOCUMENTS, METADATA, Description

FORMS = ("10-K", "10-Q", "8-K", "10-K/A", "10-Q/A", "10-KT", "20-F", "40-F")
_GATED = 60  # documents

KINDS = (*FORMS, "earnings-release", "prospectus", "credit-agreement", "indenture")


@dataclass(frozen=True, slots=True)
class MadeDocument:
    """A document's page texts (cells are parted by tabs) and metadata. `layout` is how its cover prints the issuer."""

    pages: tuple[str, ...]
    truth: Description
    layout: str = ""

    def as_html(self) -> str:
        return _PAGE_BREAK.join(
            _HTML_HEAD + _html(page) if not at else _html(page) for at, page in enumerate(self.pages)
        )


_HTML_HEAD = '<!DOCTYPE html><html><head><meta charset="utf-8"><title>document</title></head><body>'
_PAGE_BREAK = '<hr style="page-break-after:always">'


def _html(page: str) -> str:
    parts = []
    for line in page.split("\n"):
        cells = line.split("\t")
        inner = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        parts.append(f"<table><tr>{inner}</tr></table>" if len(cells) > 1 else f"<p>{escape(line)}</p>")
    return "\n".join(parts)


def draw_document(seed: int, *, kind: str | None = None, layout: str | None = None) -> MadeDocument:
    """Draw a document. The same seed draws the same one."""
    source = Random(seed)  # noqa: S311  fictional documents
    kind = kind or source.choice(KINDS)
    if kind == "earnings-release":
        return _release(source, seed)
    if kind == "prospectus":
        return _prospectus(source, seed)
    if kind in ("credit-agreement", "indenture"):
        return _agreement(source, seed, kind)
    return _form(source, seed, kind, layout or source.choice(tuple(LAYOUTS)))


def _name(seed: int, kind: str) -> str:
    return f"{seed:05d}-{kind.replace('/', '')}.html"


def _form(source: Random, seed: int, kind: str, layout: str) -> MadeDocument:
    issuer, year, base = draw_issuer(source), source.randint(2012, 2028), kind.removesuffix("/A")
    quarter = {"10-Q": source.randint(1, 3), "8-K": 0}.get(base, 4)
    end = issuer.calendar.quarter_end(year, quarter or 2)
    signed = end + timedelta(days=source.randint(25, 80))
    if base == "8-K":
        end = signed - timedelta(days=source.randint(0, 4))
    others = tuple(draw_name(source)[0] for _ in range(source.randint(1, 2))) if layout in JOINT else ()
    form = Form(kind, issuer, year, quarter, end, signed, others)
    pages = [print_cover(form, layout, source), *print_text(form, source), print_signatures(form, source)]
    if source.random() < 0.5:
        pages += print_exhibit(form, source)
    truth = Description(
        document=_name(seed, kind),
        issuer=(issuer.name,),
        document_type=kind,
        fiscal_year=year if quarter else None,
        fiscal_period=(f"Q{quarter}" if quarter < 4 else "FY") if quarter else None,
        period_end=end,
        filing_date=signed,
    )
    return MadeDocument(tuple(pages), truth, layout)


def _release(source: Random, seed: int) -> MadeDocument:
    issuer, year, quarter = draw_issuer(source), source.randint(2012, 2028), source.randint(1, 4)
    end = issuer.calendar.quarter_end(year, quarter)
    release = Release(issuer, year, quarter, end, end + timedelta(days=source.randint(15, 60)))
    truth = Description(
        document=_name(seed, "release"),
        issuer=(issuer.name,),
        document_type="earnings-release",
        fiscal_year=year,
        fiscal_period=f"Q{quarter}",
        period_end=end,
        filing_date=release.released,
    )
    return MadeDocument(tuple(print_release(release, source)), truth, "release")


def _prospectus(source: Random, seed: int) -> MadeDocument:
    issuer, day = draw_issuer(source), date(source.randint(2012, 2028), source.randint(1, 12), source.randint(1, 28))
    truth = Description(
        document=_name(seed, "prospectus"), issuer=(issuer.name,), document_type="prospectus", filing_date=day
    )
    return MadeDocument(tuple(print_prospectus(issuer, day, source)), truth, "prospectus")


def _agreement(source: Random, seed: int, kind: str) -> MadeDocument:
    issuer, day = draw_issuer(source), date(source.randint(2012, 2028), source.randint(1, 12), source.randint(1, 28))
    made = draw_agreement(issuer, day, source)
    is_loan = kind == "credit-agreement"
    truth = Description(
        document=_name(seed, kind),
        issuer=(issuer.name,),
        document_type=kind,
        filing_date=day,
        parties=made.parties("borrower", "administrative-agent") if is_loan else made.parties("issuer", "trustee"),
    )
    pages = print_credit_agreement(made, source) if is_loan else print_indenture(made, source)
    return MadeDocument(tuple(pages), truth, kind)


def write_documents(folder: Path, seeds: Sequence[int]) -> Path:
    """Write the documents of the seeds as HTML, and their metadata."""
    (folder / DOCUMENTS).mkdir(parents=True, exist_ok=True)
    made = [draw_document(seed) for seed in seeds]
    for document in made:
        (folder / DOCUMENTS / document.truth.document).write_text(document.as_html())
    lines = (document.truth.model_dump_json(exclude_unset=True) for document in made)
    (folder / METADATA).write_text("".join(f"{line}\n" for line in lines))
    return folder


def write_made_documents(folder: Path) -> Path:
    """Write the documents of the gate. Each run writes the same bytes."""
    return write_documents(folder, range(_GATED))

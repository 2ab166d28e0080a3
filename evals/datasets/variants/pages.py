"""Variants of faults of PDF pages: tables over two pages, words without blanks, and columns of prose."""

from collections.abc import Sequence
from decimal import Decimal
from random import Random

from evals.datasets.faults import Check, TextCheck
from evals.datasets.variants.issuers import draw_issuer, shown_day
from evals.datasets.variants.making import (
    ITEMS,
    MILLIONS,
    Report,
    Truth,
    Variant,
    all_checks,
    draw_money,
    question,
    report_of,
    texts_of,
    years_of,
)
from evals.datasets.variants.sheets import LEFT, LINE, PdfPages, Sheet

_PROSE = (
    "The facility matures in June 2028 and bears interest at a floating rate.",
    "Management reviews liquidity every month with the audit committee.",
    "No borrowings were outstanding under the commercial paper programme.",
    "The Company expects to meet its obligations from operating cash flow.",
    "Capital projects were deferred until permits had been received.",
)


def across_pages(source: Random, form: str) -> Variant:
    """A table that goes on over a page, without its headings or with them."""
    issuer = draw_issuer(source)
    years = years_of(issuer, outer=source.random() < 0.5)
    labels = [f"{item}{tail}" for tail in ("", ", Europe", ", Asia", ", other") for item in ITEMS]
    labels = labels[: source.randint(18, 32)]
    rows = [(label, [draw_money(source), draw_money(source)]) for label in labels]
    repeats = source.random() < 0.5
    break_at = source.randint(6, len(rows) - 4)
    units = source.choice(MILLIONS)
    title = "CONSOLIDATED STATEMENTS OF OPERATIONS"
    printed = texts_of(rows)
    seed = source.getrandbits(32)

    def draw(pages: PdfPages) -> None:
        pages.sheet(Sheet(title, units, years, printed[:break_at]), Random(seed))  # noqa: S311  no secret
        pages.new_page()
        rest = Sheet(f"{title} (continued)" if repeats else "", units if repeats else "", years, printed[break_at:])
        pages.sheet(rest, Random(seed), heads=repeats)  # noqa: S311  no secret

    report = report_of(issuer, source, form)
    report.draw(draw)
    return _variant("table continued on the next page", report, all_checks(rows, years))


def words_apart(source: Random, form: str) -> Variant:
    """Prose whose words are placed one by one, with small gaps and no blanks."""
    issuer = draw_issuer(source)
    first, second, third = source.sample(range(21, 999), 3)
    day = shown_day(issuer.year_end)
    sentences = (
        f"The Company had total debt of ${first} million at {day} and ${second} million a year before.",
        f"Capital expenditures were ${third} million in {issuer.year}.",
    )
    gap, spacing = source.uniform(0.19, 0.32), source.choice((0.0, 0.0, 0.4))

    def draw(pages: PdfPages) -> None:
        for line in _lines((*sentences, *source_prose), 80):
            x = LEFT
            for word in line.split():
                text = pages.canvas.beginText(x, pages.y)
                text.setFont("Helvetica", 10)
                text.setCharSpace(spacing)
                text.textOut(word)
                pages.canvas.drawText(text)
                x += pages.canvas.stringWidth(word, "Helvetica", 10) + len(word) * spacing + gap * 10
            pages.y -= LINE

    source_prose = source.sample(_PROSE, 2)
    report = report_of(issuer, source, form)
    report.draw(draw)
    checks: list[Check] = [
        TextCheck(kind="text", must_contain=sentences),
        question(f"What was {issuer.name}'s total debt at {day}?", "", None, Truth("", Decimal(first))),
    ]
    return _variant("words run together", report, checks)


def prose_columns(source: Random, form: str) -> Variant:
    """Two columns of prose, ragged, whose lines need not be level."""
    issuer = draw_issuer(source)
    undrawn, dividends = source.sample(range(21, 999), 2)
    left = [
        f"Liquidity. At {shown_day(issuer.year_end)} the revolving credit facility had ${undrawn} million undrawn.",
        *source.sample(_PROSE, 3),
    ]
    right = [
        f"Dividends. The board declared dividends of ${dividends} million in {issuer.year}.",
        *source.sample(_PROSE, 3),
    ]
    shift = source.choice((0.0, 0.0, 2.0, 5.5))
    width = source.randint(36, 42)
    beside = LEFT + source.choice((248.0, 256.0))

    def draw(pages: PdfPages) -> None:
        top = pages.y
        for x, texts, down in ((LEFT, left, 0.0), (beside, right, shift)):
            y = top - down
            for line in _lines(texts, width):
                pages.canvas.setFont("Helvetica", 10)
                pages.canvas.drawString(x, y, line)
                y -= LINE
        pages.y = top - 20 * LINE

    report = report_of(issuer, source, form)
    report.draw(draw)
    checks: list[Check] = [
        TextCheck(kind="text", must_contain=(left[0].partition(". ")[2], right[0].partition(". ")[2])),
        question(f"How much of {issuer.name}'s revolving credit facility was undrawn?", "", None,
                 Truth("", Decimal(undrawn))),
    ]  # fmt: skip
    return _variant("columns of prose read across", report, checks)


def _lines(texts: Sequence[str], width: int) -> list[str]:
    lines, line = [], ""
    for word in " ".join(texts).split():
        if len(line) + len(word) >= width:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return [*lines, line]


def _variant(fault: str, report: Report, checks: list[Check]) -> Variant:
    return Variant(fault, {f"report.{report.format}": report.write()}, tuple(checks))

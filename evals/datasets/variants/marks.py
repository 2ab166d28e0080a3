"""Variants of faults in rows and marks: footnote marks, columns of notes, and lines stacked in one cell."""

from collections.abc import Sequence
from decimal import Decimal
from random import Random

from evals.datasets.faults import Check, TextCheck
from evals.datasets.variants.issuers import draw_issuer, shown_day
from evals.datasets.variants.making import (
    HTML,
    MILLIONS,
    Report,
    Truth,
    Variant,
    all_checks,
    draw_rows,
    question,
    report_of,
    texts_of,
    years_of,
)
from evals.datasets.variants.sheets import Column, Sheet, escape, marked

TITLE = "CONSOLIDATED STATEMENTS OF OPERATIONS"
_MARKS = ("1", "2", "(3)", "(a)", "*", "b", "12")
_RAISED = (
    "<sup>{}</sup>",
    '<span style="vertical-align:super;font-size:65%">{}</span>',
    '<a href="#f"><sup>{}</sup></a>',
)


def footnote_marks(source: Random, form: str) -> Variant:
    """Raised marks after figures, labels, years, and amounts in prose."""
    issuer = draw_issuer(source)
    years = years_of(issuer)
    rows = draw_rows(source, 2)

    def draw(text: str) -> str:
        return marked(text, source.choice(_MARKS)) if source.random() < 0.5 else text

    columns = tuple(Column((*year.path[:-1], draw(year.path[-1])), year.period) for year in years)
    texts = tuple((draw(label), tuple(draw(cell.text) for cell in cells)) for label, cells in rows)
    report = report_of(issuer, source, form)
    report.sheet(Sheet(TITLE, source.choice(MILLIONS), columns, texts))
    debt, mark = source.randint(300, 999), source.choice("23456789")
    sentence = f"Total debt was $\1 million at {shown_day(issuer.year_end)}."
    raised = source.choice(_RAISED).format(mark)
    if form == HTML:
        report.html(f"<p>{escape(sentence).replace(chr(1), f'{debt}{raised}')}</p>")
    else:
        report.paragraph(sentence.replace("\1", marked(str(debt), mark)))
    checks = all_checks(rows, years)
    checks.append(TextCheck(kind="text", must_contain=(f"${debt} million",), must_not_contain=(f"{debt}{mark}",)))
    asked = f"What was {issuer.name}'s total debt at {shown_day(issuer.year_end)}?"
    checks.append(question(asked, "", None, Truth("", Decimal(debt)), f"{debt}{mark}"))
    return _variant("footnote marks glued to figures, labels or years", report, checks)


def note_columns(source: Random, form: str) -> Variant:
    """A column of references to notes beside the figures."""
    issuer = draw_issuer(source, suffix="plc")
    head = source.choice(("Note", "Notes", "Ref."))
    years = years_of(issuer, outer=False)
    rows = draw_rows(source, 2)
    columns = (Column((head,)), *years)
    notes = [str(source.randint(1, 32)) if source.random() < 0.8 else "" for _ in rows]
    texts = tuple(
        (label, (note, *(cell.text for cell in cells))) for note, (label, cells) in zip(notes, rows, strict=True)
    )
    report = report_of(issuer, source, form)
    report.sheet(Sheet(TITLE, source.choice(MILLIONS), columns, texts))
    return _variant("note numbers taken as values", report, all_checks(rows, years))


def stacked_lines(source: Random, form: str) -> Variant:
    """Several lines in one cell, parted by line breaks. In a PDF these are ordinary rows."""
    issuer = draw_issuer(source)
    years = years_of(issuer, outer=False)
    rows = draw_rows(source, 2)
    report = report_of(issuer, source, form)
    if form == HTML:
        stacked = source.randint(2, len(rows))
        heads = "".join(f"<td>{year.path[0]}</td>" for year in years)
        printed = texts_of(rows)
        parts = [printed[:stacked], *((row,) for row in printed[stacked:])]
        body = "".join(f"<tr>{_stack(part)}</tr>" for part in parts)
        units = source.choice(MILLIONS)
        report.html(f"<p><b>{TITLE}</b></p><p>{units}</p><table><tr><td></td>{heads}</tr>{body}</table>")
    else:
        report.sheet(Sheet(TITLE, source.choice(MILLIONS), years, texts_of(rows)))
    return _variant("lines stacked in one cell", report, all_checks(rows, years))


def _stack(rows: Sequence[tuple[str, tuple[str, ...]]]) -> str:
    """Return one row of cells that contain the labels and the figures of several rows."""
    columns = zip(*((label, *texts) for label, texts in rows), strict=True)
    return "".join(f"<td>{'<br>'.join(lines)}</td>" for lines in columns)


def _variant(fault: str, report: Report, checks: list[Check]) -> Variant:
    return Variant(fault, {f"report.{report.format}": report.write()}, tuple(checks))

"""Variants with several files: another issuer, an amendment, and a file that replaces another."""

from random import Random

from evals.datasets.faults import Check
from evals.datasets.variants.issuers import Issuer, cover_lines, draw_issuer
from evals.datasets.variants.making import (
    MILLIONS,
    Report,
    Truth,
    Variant,
    all_checks,
    draw_rows,
    not_found,
    question,
    texts_of,
    years_of,
)
from evals.datasets.variants.sheets import Sheet

Rows = list[tuple[str, list[Truth]]]


def another_issuer(source: Random, form: str) -> Variant:
    """Two issuers: the one asked about does not report the item that the other one reports."""
    issuer = draw_issuer(source)
    peer = draw_issuer(source)
    while peer.name == issuer.name:
        peer = draw_issuer(source)
    rows, others = draw_rows(source, 2), draw_rows(source, 2)
    labels = {label for label, _ in rows}
    missing = next((row for row in others if row[0] not in labels), None)
    files = {f"peer.{form}": _write(peer, source, form, others), f"named.{form}": _write(issuer, source, form, rows)}
    label, cells = rows[0]
    ask = f"What was {issuer.name}'s {label.lower()} in {issuer.year}?"
    checks: list[Check] = [question(ask, label, years_of(issuer)[0], cells[0], peer.name)]
    if missing is not None:
        digits = missing[1][0].text.strip("$()")
        asked = f"What was {issuer.name}'s {missing[0].lower()} in {peer.year}?"
        checks.append(not_found(asked, digits, peer.name))
    return Variant("another issuer's number for a named issuer", files, tuple(checks))


def amendment(source: Random, form: str) -> Variant:
    """A report and its amendment, with other figures."""
    issuer = draw_issuer(source)
    first = draw_rows(source, 2)
    second = _changed(first, source)
    files = {
        f"original.{form}": _write(issuer, source, form, first),
        f"amended.{form}": _write(issuer, source, form, second, filed_as="FORM 10-K/A"),
    }
    (label, cells), (_, old) = second[0], first[0]
    ask = f"What was {issuer.name}'s {label.lower()} in {issuer.year} according to its 10-K/A?"
    check = question(ask, label, years_of(issuer)[0], cells[0], old[0].text.lstrip("$"))
    return Variant("original and amended figures not told apart", files, (check,))


def replacement(source: Random, form: str) -> Variant:
    """A file that is loaded again under the same name, with other figures."""
    issuer = draw_issuer(source)
    first = draw_rows(source, 2)
    second = _changed(first, source)
    files = {
        f"before.{form}": _write(issuer, source, form, first),
        f"changed.{form}": _write(issuer, source, form, second),
    }
    (label, cells), (_, old) = second[0], first[0]
    years = years_of(issuer)
    ask = f"What was {issuer.name}'s {label.lower()} in {issuer.year}?"
    checks = [*all_checks(second, years), question(ask, label, years[0], cells[0], old[0].text.lstrip("$"))]
    load = f"the first, then the second under the same name, as report.{form}"
    return Variant("answers from what was replaced", files, tuple(checks), load)


def _changed(rows: Rows, source: Random) -> Rows:
    """Return the same rows with other figures."""
    other = dict(draw_rows(source, len(rows[0][1]), labels=[label for label, _ in rows]))
    return [(label, other.get(label, cells)) for label, cells in rows]


def _write(issuer: Issuer, source: Random, form: str, rows: Rows, *, filed_as: str = "FORM 10-K") -> bytes:
    report = Report(source, form, cover_lines(issuer, form=filed_as))
    title = "CONSOLIDATED STATEMENTS OF OPERATIONS"
    report.sheet(Sheet(title, source.choice(MILLIONS), years_of(issuer), texts_of(rows)))
    return report.write()

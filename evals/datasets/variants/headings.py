"""Variants of faults in headings: spanning heads, heads of the table above, quarters, and two currencies."""

from datetime import date
from decimal import Decimal
from random import Random

from evals.datasets.faults import Check
from evals.datasets.variants.issuers import draw_issuer, last_day, month_day, span_to, year_to
from evals.datasets.variants.making import (
    HTML,
    MILLIONS,
    PDF,
    Truth,
    Variant,
    all_checks,
    cell_check,
    draw_rows,
    question,
    report_of,
    texts_of,
    years_of,
)
from evals.datasets.variants.sheets import Column, Sheet

TITLE = "CONSOLIDATED STATEMENTS OF OPERATIONS"
_LENGTHS = {3: "Three", 6: "Six", 9: "Nine", 12: "Twelve"}
_WORDS = (("Europe", "Asia"), ("Retail", "Wholesale"), ("Low", "High"), ("Coast", "Inland"))


def bleeding_heads(source: Random, form: str) -> Variant:
    """A second table follows under words that state no period, or with heads of its own."""
    issuer = draw_issuer(source, month=12)
    years = years_of(issuer, outer=source.random() < 0.5)
    first, second = draw_rows(source, 2), draw_rows(source, 2)
    year = issuer.year
    heads = source.choice(
        [
            tuple(
                Column((f"1H{y % 100}",), span_to(last_day(y, 6), 6)) for y in (year, year - 1)
            ),
            (Column((f"FY{(year + 1) % 100}E",), year_to(last_day(year + 1, 12))),
             Column((f"FY{year % 100}",), year_to(issuer.year_end))),
            tuple(Column((word,)) for word in source.choice(_WORDS)),
        ]
    )  # fmt: skip
    report = report_of(issuer, source, form)
    units = source.choice(MILLIONS)
    report.sheet(Sheet(TITLE, units, years, texts_of(first)))
    if source.random() < 0.7:
        report.paragraph(source.choice(("Other figures follow.", "The outlook is shown below.", "See also below.")))
    report.sheet(Sheet("", units if source.random() < 0.5 else "", heads, texts_of(second)))
    checks: list[Check] = all_checks(first, years) if {a for a, _ in first}.isdisjoint(b for b, _ in second) else []
    for label, cells in second:
        for column, other, truth in zip(heads, years, cells, strict=True):
            # A label of both tables under the same year would be ambiguous.
            checks.append(cell_check(label, column, truth, not_period=other.period))
    label, cells = second[1]
    checks.append(question(f"What was {issuer.name}'s {label.lower()} for {heads[0].path[0]}?", label, heads[0],
                           cells[0]))  # fmt: skip
    return _variant("a table takes the heading of the table above it", form, report.write(), checks)


def spanning_heads(source: Random, form: str) -> Variant:
    """Heads of two or three rows, over years and interim periods of uneven width, or over segments."""
    issuer = draw_issuer(source)
    year, end = issuer.year, issuer.year_end
    kind = source.randrange(3)
    if kind == 0:
        count, months = source.randint(2, 3), source.choice((3, 6, 9))
        interim = _months_later(end.year, end.month, months)
        head = f"{_LENGTHS[months]} Months Ended {month_day(interim)},"
        columns = (
            *years_of(issuer, count),
            *(
                Column((head, str(y)), span_to(last_day(y, interim.month), months))
                for y in (interim.year, interim.year - 1)[: source.randint(1, 2)]
            ),
        )
    elif kind == 1:
        segments = source.choice((("Lenses", "Frames"), ("North", "South"), ("Grain", "Seed")))
        columns = tuple(
            Column((str(y), segment), year_to(last_day(y, issuer.month)))
            for y in (year, year - 1)
            for segment in segments
        )
    else:
        columns = tuple(
            Column(
                (f"{_LENGTHS[months]} Months Ended", f"{month_day(day)},", str(y)),
                span_to(last_day(y, day.month), months),
            )
            for months in (3, 9)
            for day in (_months_later(end.year - 1, end.month, 9),)
            for y in (day.year, day.year - 1)
        )
    if source.random() < 0.3 and kind != 1:
        columns = tuple(reversed(columns))
    rows = draw_rows(source, len(columns))
    report = report_of(issuer, source, form)
    report.sheet(Sheet(TITLE, source.choice(MILLIONS), columns, texts_of(rows)))
    return _variant("spanning heads of uneven width", form, report.write(), all_checks(rows, columns))


def change_columns(source: Random, form: str) -> Variant:
    """Columns of changes in dollars and percent beside two years."""
    issuer = draw_issuer(source)
    years = years_of(issuer)
    columns = (*years, Column(("Change", "$")), Column(("Change", "%")))
    rows = [(label, cells[:2]) for label, cells in draw_rows(source, 2)]
    full: list[tuple[str, list[Truth]]] = []
    for label, (now, before) in rows:
        change = now.value - before.value
        percent = Decimal(source.randint(1, 999)).scaleb(-1) * (-1 if change < 0 else 1)
        percent_text = f"({abs(percent)})%" if percent < 0 else f"{percent}%"
        money = Truth(f"({abs(change):,})" if change < 0 else f"{change:,}", change)
        full.append((label, [now, before, money, Truth(percent_text, percent, "%", 0)]))
    report = report_of(issuer, source, form)
    report.sheet(Sheet(TITLE, source.choice(MILLIONS), columns, texts_of(full)))
    checks: list[Check] = []
    for label, cells in full:
        for column, truth in zip(columns, cells, strict=True):
            other = {} if column.period else {"not_period": years[0].period}
            checks.append(cell_check(label, column, truth, **other))
    return _variant("spanning heads of uneven width", form, report.write(), checks)


def quarters(source: Random, form: str) -> Variant:
    """Columns of quarters or half-years, in short forms."""
    issuer = draw_issuer(source, month=12)
    year = issuer.year
    kind, columns = source.randrange(3), []
    for y in (year, year - 1):
        if kind < 2:
            for quarter in (4, 3):
                head = (f"Q{quarter} {y}", f"{quarter}Q{y % 100:02}")[kind]
                columns.append(Column((head,), span_to(last_day(y, 3 * quarter), 3)))
        else:
            columns += [
                Column((f"{half}H{y % 100:02}",), span_to(last_day(y, 6 * half), 6)) for half in (2, 1)
            ]  # fmt: skip
    rows = draw_rows(source, 4)
    report = report_of(issuer, source, form)
    report.sheet(Sheet("SELECTED FINANCIAL DATA", source.choice(MILLIONS), tuple(columns), texts_of(rows)))
    checks = all_checks(rows, columns)
    label, cells = rows[0]
    checks.append(question(f"What was {issuer.name}'s {label.lower()} in {columns[1].path[0]}?", label, columns[1],
                           cells[1]))  # fmt: skip
    return _variant("quarters and half-years read as the year", form, report.write(), checks)


def two_currencies(source: Random, form: str) -> Variant:
    """A convenience translation: one year in two currencies."""
    issuer = draw_issuer(source, suffix="S.A.")
    sign, unit = source.choice((("€", "EUR"), ("£", "GBP"), ("¥", "JPY")))
    year, period = issuer.year, year_to(issuer.year_end)
    before = year_to(last_day(year - 1, issuer.month))
    columns = (
        Column((str(year - 1), sign), before),
        Column((str(year), sign), period),
        Column((str(year), "US$"), period),
    )
    units = (unit, unit, "USD")
    rows = [
        (label, [Truth(cell.text.lstrip("$"), cell.value, units[at], 6) for at, cell in enumerate(cells)])
        for label, cells in draw_rows(source, 3)
    ]
    report = report_of(issuer, source, form)
    report.sheet(Sheet("CONSOLIDATED STATEMENTS OF INCOME", "(in millions)", columns, texts_of(rows)))
    return _variant("two currencies in one table", form, report.write(), all_checks(rows, columns))


def _months_later(year: int, month: int, months: int) -> date:
    index = year * 12 + month - 1 + months
    return last_day(index // 12, index % 12 + 1)


def _variant(fault: str, form: str, data: bytes, checks: list[Check]) -> Variant:
    return Variant(fault, {f"report.{HTML if form == HTML else PDF}": data}, tuple(checks))

"""Variants of faults in figures: units, number formats, minus signs, leading decimals, ratios and empty cells."""

from decimal import Decimal
from random import Random

from evals.datasets.faults import CellCheck, Check
from evals.datasets.variants.issuers import draw_issuer, plain_cover_lines
from evals.datasets.variants.making import (
    HTML,
    MILLIONS,
    Report,
    Truth,
    Variant,
    all_checks,
    cell_check,
    draw_rows,
    not_found,
    report_of,
    texts_of,
    years_of,
)
from evals.datasets.variants.sheets import EMPTY, Sheet, escape

TITLE = "CONSOLIDATED INCOME STATEMENT"
UNITS: tuple[tuple[str, str | None, int], ...] = (
    ("in £ millions", "GBP", 6),
    ("£ million", "GBP", 6),
    ("(£'000)", "GBP", 3),
    ("€m", "EUR", 6),
    ("in EUR thousand", "EUR", 3),
    ("(in thousands of euros)", "EUR", 3),
    ("TEUR", "EUR", 3),
    ("$'000", "$", 3),
    ("(Thousands of Dollars)", "$", 3),
    ("US$ million", "USD", 6),
    ("(US$m)", "USD", 6),
    ("MUSD", "USD", 6),
    ("(in lakhs)", None, 5),
    ("Rs. in crores", "INR", 7),
    ("(₹ in crore)", "INR", 7),
    ("(Unit: million yen)", "JPY", 6),
    ("(JPY in 100 millions)", "JPY", 8),
    ("SEK million", "SEK", 6),
    ("CHF in thousands", "CHF", 3),
    ("A$ million", "AUD", 6),
    ("(Millions)", None, 6),
    ("(000's omitted)", None, 3),
    ("(in billions of yen)", "JPY", 9),
)
_MINUS = ("-{}", "\u2011{}", "–{}", "—{}", "−{}", "\uff0d{}", "△{}", "▲{}", "{}-", "<{}>", "({})", "( {} )")
_PDF_MINUS = ("-{}", "–{}", "—{}", "({})", "{}-", "( {} )")
_SPACES = ("\u00a0", "\u2009", "\u202f", " ")


def units_lines(source: Random, form: str) -> Variant:
    """A line above, a caption, or the first cell of the headings states currency and scale."""
    issuer = draw_issuer(source, suffix="plc")
    choices = [each for each in UNITS if form == HTML or each[0].isascii() or "£" in each[0]]
    words, unit, scale = source.choice(choices)
    years = years_of(issuer, outer=False)
    rows = [
        (label, [Truth(cell.text.lstrip("$"), cell.value, unit, scale) for cell in cells])
        for label, cells in draw_rows(source, 2)
    ]
    report = Report(source, form, plain_cover_lines(issuer))
    place = source.choice(("line", "line", "caption", "corner")) if form == HTML else "line"
    if place == "line":
        report.sheet(Sheet(TITLE, words, years, texts_of(rows)))
    else:
        caption = f"<caption>{escape(words)}</caption>" if place == "caption" else ""
        corner = escape(words) if place == "corner" else ""
        heads = "".join(f"<td>{year.path[0]}</td>" for year in years)
        body = "".join(
            f"<tr><td>{label}</td>{''.join(f'<td>{cell.text}</td>' for cell in cells)}</tr>" for label, cells in rows
        )
        report.html(f"<p><b>{TITLE}</b></p><table>{caption}<tr><td>{corner}</td>{heads}</tr>{body}</table>")
    return _variant("units line not understood", report, all_checks(rows, years))


def exceptions_of_scale(source: Random, form: str) -> Variant:
    """A units line with exceptions: per-share amounts and numbers of shares are not in its scale."""
    issuer = draw_issuer(source)
    words, scale = source.choice((("thousands", 3), ("millions", 6)))
    line = f"(In {words}, except {source.choice(('share and per share data', 'share and per share amounts'))})"
    years = years_of(issuer)
    rows = [
        (label, [Truth(cell.text, cell.value, "USD", scale) for cell in cells]) for label, cells in draw_rows(source, 2)
    ]
    cents = [Decimal(source.randint(11, 999)) / 100 for _ in years]
    shares = [Decimal(source.randint(10_000_000, 99_999_999)) for _ in years]
    rows += [
        ("Diluted earnings per share", [Truth(f"${value}", value, "USD", 0) for value in cents]),
        ("Weighted average shares outstanding, diluted", [Truth(f"{n:,}", n, "shares", 0) for n in shares]),
    ]
    report = report_of(issuer, source, form)
    report.sheet(Sheet("CONSOLIDATED STATEMENTS OF OPERATIONS", line, years, texts_of(rows)))
    return _variant("units line not understood", report, all_checks(rows, years))


def number_formats(source: Random, form: str) -> Variant:
    """A decimal comma, and dots, blanks or apostrophes between groups; or groups of lakhs and crores."""
    issuer = draw_issuer(source, suffix="AG")
    style = source.choice(("dot", "blank", "apostrophe", "indian")) if form == HTML else "dot"
    unit, line = {
        "dot": ("EUR", "in EUR thousand"),
        "blank": ("EUR", "in thousands of euros"),
        "apostrophe": ("CHF", "CHF in thousands"),
        "indian": ("INR", "INR in thousands"),
    }[style]
    gap = source.choice(_SPACES)
    years = years_of(issuer, outer=False)
    labels = ("Revenue", "Operating profit", "Finance costs", "Net profit")
    rows: list[tuple[str, list[Truth]]] = []
    for number, label in enumerate(labels):
        cells = []
        for _ in years:
            value = source.randint(1_000_000, 99_999_999) if number == 0 else source.randint(1_000, 999_999)
            negative = number > 1 and source.random() < 0.5
            text = _grouped(value, style, gap)
            text = f"({text})" if negative and source.random() < 0.5 else f"-{text}" if negative else text
            cells.append(Truth(text, Decimal(-value if negative else value), unit, 3))
        rows.append((label, cells))
    point = "," if style in ("dot", "blank") else "."
    percents = [Decimal(source.randint(11, 399)) / 10 for _ in years]
    rows.append(("EBIT margin", [Truth(f"{value:.1f} %".replace(".", point), value, "%", 0) for value in percents]))
    per_share = [Decimal(source.randint(101, 999)) / 100 for _ in years]
    rows.append((f"Earnings per share, basic ({unit})",
                 [Truth(f"{value:.2f}".replace(".", point), value, unit, 0) for value in per_share]))  # fmt: skip
    report = Report(source, form, plain_cover_lines(issuer))
    report.sheet(Sheet(TITLE, line, years, texts_of(rows)))
    return _variant("European number formats", report, all_checks(rows, years))


def minus_signs(source: Random, form: str) -> Variant:
    """Negative amounts in every written form."""
    issuer = draw_issuer(source)
    years = years_of(issuer, outer=source.random() < 0.5)
    forms = _MINUS if form == HTML else _PDF_MINUS
    rows = []
    for label, cells in draw_rows(source, 2):
        written = source.choice(forms)
        rows.append((label, [_negative(cell, written) if source.random() < 0.7 else cell for cell in cells]))
    report = report_of(issuer, source, form)
    report.sheet(Sheet("CONSOLIDATED STATEMENTS OF OPERATIONS", source.choice(MILLIONS), years, texts_of(rows)))
    return _variant("minus signs lost", report, all_checks(rows, years))


def leading_decimals(source: Random, form: str) -> Variant:
    """Decimals without a zero before the point: per-share amounts and percentages."""
    issuer = draw_issuer(source)
    years = years_of(issuer, outer=source.random() < 0.5)

    def draw(written: str, unit: str, sign: int) -> list[Truth]:
        values = [Decimal(source.randint(2, 98)).scaleb(-2) for _ in years]
        return [Truth(written.format(f".{int(v.scaleb(2)):02}"), sign * v, unit, 0) for v in values]

    rows = [
        *draw_rows(source, 2),
        ("Basic loss per share", draw(source.choice(("$({})", "({})")), "USD", -1)),
        ("Diluted loss per share", draw("({})", "USD", -1)),
        ("Dividends declared per share", draw(source.choice(("${}", "{}")), "USD", 1)),
        ("Net charge-off ratio", draw("{}%", "%", 1)),
    ]
    report = report_of(issuer, source, form)
    title, units = "CONSOLIDATED STATEMENTS OF OPERATIONS", "(In millions, except per share amounts)"
    report.sheet(Sheet(title, units, years, texts_of(rows)))
    return _variant("decimals without a leading zero", report, all_checks(rows, years))


def ratios(source: Random, form: str) -> Variant:
    """Ratios, multiples, percentages, points and basis points."""
    issuer = draw_issuer(source)
    years = years_of(issuer, outer=False)
    multiple = source.choice(("{}x", "{} x", "{}×")) if form == HTML else source.choice(("{}x", "{} x"))
    points_words = ("{} pts", "{} percentage points" if form == HTML else "{} pp")
    limit = source.choice(("{}:1.00", "{} to 1.00", "{}:1.0"))
    kinds: tuple[tuple[str, str, str, int, int], ...] = (
        ("Net leverage ratio", multiple, "x", 11, 69),
        ("Interest coverage ratio", multiple, "x", 11, 99),
        ("Maximum leverage permitted", limit, "x", 31, 69),
        ("Loan-to-value", "{}%", "%", 301, 899),
        ("Gross margin change", source.choice(points_words), "points", 1, 29),
    )
    rows = [
        (label, [_tenths(source.randint(low, high), written, unit) for _ in years])
        for label, written, unit, low, high in kinds
    ]
    basis_points = [Decimal(source.randint(25, 450)) for _ in years]
    margin = source.choice(("{} bps", "{} basis points", "+{} bps"))
    rows.append(("Applicable margin", [Truth(margin.format(value), value, "bps", 0) for value in basis_points]))
    source.shuffle(rows)
    report = report_of(issuer, source, form)
    report.sheet(Sheet("Covenants", "", years, texts_of(rows)))
    return _variant("ratios, multiples and basis points in tables", report, all_checks(rows, years))


def empty_cells(source: Random, form: str) -> Variant:
    """Cells without text between cells with figures."""
    issuer = draw_issuer(source)
    years = years_of(issuer, 3)
    rows = draw_rows(source, 3)
    texts, checks = [], list[Check]()
    for number, (label, cells) in enumerate(rows):
        blank = source.sample(range(3), source.randint(1, 2)) if number else []
        texts.append((label, tuple(EMPTY if at in blank else cell.text for at, cell in enumerate(cells))))
        for at, (column, cell) in enumerate(zip(years, cells, strict=True)):
            if at in blank:
                checks.append(CellCheck(kind="cell", row_label=label, column_label=column.label, value=None))
            else:
                checks.append(cell_check(label, column, cell))
        if blank:
            asked = issuer.year - blank[0]
            checks.append(not_found(f"What was {issuer.name}'s {label.lower()} in {asked}?"))
    report = report_of(issuer, source, form)
    report.sheet(Sheet("CONSOLIDATED STATEMENTS OF OPERATIONS", source.choice(MILLIONS), years, tuple(texts)))
    return _variant("empty cells", report, checks)


def _tenths(value: int, written: str, unit: str) -> Truth:
    number = Decimal(value) / 10
    return Truth(written.format(number), number, unit, 0)


def _negative(cell: Truth, written: str) -> Truth:
    digits = cell.text.strip("$()")
    sign = "$" if cell.text.startswith("$") and written[0] in "-(" else ""
    return Truth(sign + written.format(digits), -abs(cell.value), cell.unit, cell.scale)


def _grouped(value: int, style: str, gap: str) -> str:
    if style == "indian":
        head, tail = divmod(value, 1000)
        groups = [f"{tail:03}"]
        while head:
            head, part = divmod(head, 100)
            groups.insert(0, f"{part:02}" if head else str(part))
        return ",".join(groups) if len(groups) > 1 else str(value)
    return f"{value:,}".replace(",", {"dot": ".", "blank": gap, "apostrophe": "'"}[style])


def _variant(fault: str, report: Report, checks: list[Check]) -> Variant:
    return Variant(fault, {f"report.{report.format}": report.write()}, tuple(checks))

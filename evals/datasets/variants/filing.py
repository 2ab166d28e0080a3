"""Fictional annual reports in inline XBRL, made at random, whose tags say what their tables contain.

They have an income statement, a balance sheet, cash flows, changes of equity, and notes with shares, percentages and a
schedule of maturities. So they have amounts, per-share amounts, numbers of shares and percentages; figures that are
printed in brackets and tagged as positive; and columns of instants and of durations.
"""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from evals.datasets.variants.issuers import Issuer, draw_issuer, last_day, month_day, shown_day, span_to

FILINGS = 2
_NAMESPACES = {
    "": "http://www.w3.org/1999/xhtml",
    ":ix": "http://www.xbrl.org/2013/inlineXBRL",
    ":ixt": "http://www.xbrl.org/inlineXBRL/transformation/2020-02-12",
    ":xbrli": "http://www.xbrl.org/2003/instance",
    ":iso4217": "http://www.xbrl.org/2003/iso4217",
    ":us-gaap": "http://fasb.org/us-gaap/2024",
    ":dei": "http://xbrl.sec.gov/dei/2024",
}
_UNITS = {"USD": "iso4217:USD", "shares": "xbrli:shares", "pure": "xbrli:pure"}
_NOTES = "See accompanying notes to consolidated financial statements."
BREAK = '<hr style="page-break-after:always"/>'


@dataclass(frozen=True, slots=True)
class _Figure:
    """A printed number, its unit and scale, and whether brackets are printed and the tag is negative."""

    text: str
    unit: str = "USD"
    scale: int = 6
    brackets: bool = False
    negative: bool = False
    sign: str = ""


@dataclass
class _Filing:
    """Writes the parts of a filing, and collects the periods that its tags use."""

    source: Random
    issuer: Issuer
    scale: int
    periods: dict[str, str] = field(default_factory=dict)

    def context(self, period: str) -> str:
        """Return the id of the context of a period in ISO 8601."""
        return self.periods.setdefault(period, f"c{len(self.periods)}")

    def money(self, *, brackets: bool = False, negative: bool = False, sign: str = "") -> _Figure:
        text = f"{self.source.randint(2, 99_999 if self.scale == 3 else 9_999):,}"
        return _Figure(text, scale=self.scale, brackets=brackets, negative=negative, sign=sign)

    def cell(self, figure: _Figure | None, name: str, period: str) -> str:
        if figure is None:
            return "<td></td><td></td>"
        unit = "eps" if figure.unit == "USD/shares" else figure.unit
        negative = ' sign="-"' if figure.negative else ""
        form, shown = ("fixed-zero", "—") if figure.text == "0" else ("num-dot-decimal", figure.text)
        tag = (
            f'<ix:nonFraction name="us-gaap:{name}" contextRef="{self.context(period)}" unitRef="{unit}" decimals="0"'
            f' scale="{figure.scale}"{negative} format="ixt:{form}">{shown}</ix:nonFraction>'
        )
        percent = "%" if figure.unit == "pure" else ""
        shown = f"({tag}){percent}" if figure.brackets else f"{tag}{percent}"
        return f"<td>{figure.sign}</td><td>{shown}</td>"

    def table(self, heads: Sequence[str], rows: Sequence[tuple[str, str]]) -> str:
        body = "".join(f"<tr><td>{html.escape(label)}</td>{cells}</tr>" for label, cells in rows)
        return f"<table>{''.join(heads)}{body}</table>"

    def row(self, label: str, name: str, periods: Sequence[str], figures: Sequence[_Figure | None]) -> tuple[str, str]:
        return label, "".join(self.cell(each, name, period) for each, period in zip(figures, periods, strict=True))


def _head(texts: Sequence[str], *, span: int = 2) -> str:
    return f"<tr><td></td>{''.join(f'<td colspan={chr(34)}{span}{chr(34)}>{text}</td>' for text in texts)}</tr>"


def make_filing(source: Random) -> bytes:
    """Make the annual report of a fictional issuer."""
    issuer = draw_issuer(source)
    filing = _Filing(source, issuer, source.choice((3, 6)))
    body = BREAK.join(_parts(filing))
    contexts = "".join(_context(name, period) for period, name in filing.periods.items())
    spaces = " ".join(f'xmlns{prefix}="{space}"' for prefix, space in _NAMESPACES.items())
    first = filing.context(_year(issuer, 0))
    end = shown_day(issuer.year_end)
    page = (
        f'<?xml version="1.0" encoding="utf-8"?><html {spaces}><head><title>report</title>'
        "<style>td { padding: 1px 6px; }</style></head><body>"
        f'<div style="display:none"><ix:header><ix:hidden><ix:nonNumeric name="dei:DocumentFiscalYearFocus" '
        f'contextRef="{first}">{issuer.year}</ix:nonNumeric></ix:hidden><ix:resources>{contexts}{_units()}'
        f"</ix:resources></ix:header></div><p>UNITED STATES</p><p>SECURITIES AND EXCHANGE COMMISSION</p>"
        f'<p>FORM <ix:nonNumeric name="dei:DocumentType" contextRef="{first}">10-K</ix:nonNumeric></p>'
        f'<p>For the fiscal year ended <ix:nonNumeric name="dei:DocumentPeriodEndDate" contextRef="{first}">{end}'
        f'</ix:nonNumeric></p><p><ix:nonNumeric name="dei:EntityRegistrantName" contextRef="{first}">'
        f"{issuer.full_name}</ix:nonNumeric></p>{BREAK}{body}</body></html>"
    )
    return page.encode()


def write_filings(folder: Path) -> Path:
    """Write the filings of the project's own data into `folder`. Each run writes the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, FILINGS + 1):
        (folder / f"filing-{number}.html").write_bytes(make_filing(Random(number)))  # noqa: S311  no secret
    return folder


def _year(issuer: Issuer, back: int) -> str:
    return span_to(last_day(issuer.year - back, issuer.month), 12)


def _day(issuer: Issuer, back: int) -> str:
    return last_day(issuer.year - back, issuer.month).isoformat()


def _parts(filing: _Filing) -> Iterator[str]:
    issuer = filing.issuer
    years = [_year(issuer, 0), _year(issuer, 1)]
    named = [str(issuer.year), str(issuer.year - 1)]
    words = {3: "thousands", 6: "millions"}[filing.scale]
    money, signed = filing.money, [filing.money(sign="$") for _ in years]
    span = f'<tr><td></td><td colspan="4">Year Ended {month_day(issuer.year_end)},</td></tr>'
    eps = [_Figure(f"{filing.source.randint(101, 999) / 100:.2f}", "USD/shares", 0, sign="$") for _ in years]
    income = [
        filing.row("Net sales", "Revenues", years, signed),
        filing.row("Cost of sales", "CostOfRevenue", years, [money(), money()]),
        filing.row("Other expense, net", "OtherNonoperatingIncomeExpense", years,
                   [money(brackets=True, negative=True), _Figure("0", scale=filing.scale)]),
        filing.row("Net income", "NetIncomeLoss", years, [money(sign="$"), money(sign="$")]),
        filing.row("Diluted earnings per share", "EarningsPerShareDiluted", years, eps),
    ]  # fmt: skip
    yield (
        f"<p><b>CONSOLIDATED STATEMENTS OF OPERATIONS</b></p><p>(In {words}, except per share amounts)</p>"
        + filing.table([span, _head(named)], income)
        + f"<p>{_NOTES}</p>"
    )
    days = [_day(issuer, 0), _day(issuer, 1)]
    balance = [
        filing.row("Cash and cash equivalents", "Cash", days, [money(sign="$"), money(sign="$")]),
        filing.row("Inventories", "InventoryNet", days, [money(), None]),
        filing.row("Total assets", "Assets", days, [money(sign="$"), money(sign="$")]),
        filing.row("Accumulated deficit", "RetainedEarnings", days, [money(brackets=True, negative=True)] * 2),
    ]
    heads = [shown_day(last_day(issuer.year - back, issuer.month)) for back in (0, 1)]
    yield (
        f"<p><b>CONSOLIDATED BALANCE SHEETS</b></p><p>(In {words})</p>" + filing.table([_head(heads)], balance)
    ) + f"<p>{_NOTES}</p>"
    flows = [
        filing.row("Net income", "NetIncomeLoss", years, [money(sign="$"), money(sign="$")]),
        filing.row(
            "Capital expenditures", "PaymentsToAcquirePlant", years, [money(brackets=True), money(brackets=True)]
        ),
        filing.row("Dividends paid", "PaymentsOfDividends", years, [money(brackets=True), None]),
    ]
    yield (
        f"<p><b>CONSOLIDATED STATEMENTS OF CASH FLOWS</b></p><p>($ in {words})</p>"
        + filing.table([span, _head(named)], flows)
        + f"<p>{_NOTES}</p>"
    )
    yield "".join(_notes(filing, words))


def _notes(filing: _Filing, words: str) -> Iterator[str]:
    issuer, source = filing.issuer, filing.source
    end, year = _day(issuer, 0), _year(issuer, 0)
    rate = [_Figure(f"{source.randint(11, 399) / 10}", "pure", -2) for _ in range(2)]
    rates = [
        filing.row("Statutory rate", "StatutoryRate", [_year(issuer, 0), _year(issuer, 1)], rate),
    ]
    named = [str(issuer.year), str(issuer.year - 1)]
    yield "<p><b>Note 1. Income taxes</b></p><p>The rates of income tax were as follows:</p>"
    yield filing.table([_head(named)], rates)
    shares = [_Figure(f"{source.randint(100, 9_999):,}", "shares", 3) for _ in range(2)]
    counts = [filing.row("Weighted average shares outstanding", "Shares", [year, _year(issuer, 1)], shares)]
    yield "<p><b>Note 2. Shares</b></p><p>(Shares in thousands)</p>" + filing.table([_head(named)], counts)
    due = [
        filing.row(str(issuer.year + later), "Maturities", [end], [filing.money(sign="$" if later == 1 else "")])
        for later in range(1, 4)
    ]
    yield (
        f"<p><b>Note 3. Debt</b></p><p>Maturities of long-term debt at {shown_day(issuer.year_end)} were as follows "
        f"(in {words}):</p>{filing.table([_head(['Amount'])], due)}"
    )


def _context(name: str, period: str) -> str:
    start, _, end = period.rpartition("/")
    dates = (
        f"<xbrli:startDate>{start}</xbrli:startDate><xbrli:endDate>{end}</xbrli:endDate>"
        if start
        else f"<xbrli:instant>{end}</xbrli:instant>"
    )
    return (
        f'<xbrli:context id="{name}"><xbrli:entity><xbrli:identifier scheme="made">1</xbrli:identifier></xbrli:entity>'
        f"<xbrli:period>{dates}</xbrli:period></xbrli:context>"
    )


def _units() -> str:
    simple = "".join(
        f'<xbrli:unit id="{name}"><xbrli:measure>{measure}</xbrli:measure></xbrli:unit>'
        for name, measure in _UNITS.items()
    )
    return (
        f'{simple}<xbrli:unit id="eps"><xbrli:divide><xbrli:unitNumerator><xbrli:measure>iso4217:USD</xbrli:measure>'
        "</xbrli:unitNumerator><xbrli:unitDenominator><xbrli:measure>xbrli:shares</xbrli:measure>"
        "</xbrli:unitDenominator></xbrli:divide></xbrli:unit>"
    )

"""Prints earnings releases, prospectuses and agreements."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from evals.datasets.covers.issuers import Issuer, draw_name, long_date

_ORDINALS = ("First", "Second", "Third", "Fourth")
_SPANS = ("Three", "Six", "Nine", "Twelve")


@dataclass(frozen=True, slots=True)
class Release:
    """An earnings release on a quarter; one on the fourth quarter is about the year, too."""

    issuer: Issuer
    year: int
    quarter: int
    end: date
    released: date


def print_release(release: Release, source: Random) -> list[str]:
    issuer, ordinal = release.issuer, _ORDINALS[release.quarter - 1]
    year, day, end = release.year, long_date(release.released), long_date(release.end)
    headline = source.choice(
        (
            f"{issuer.short} Reports {ordinal} Quarter {year} Results",
            f"{issuer.short.upper()} ANNOUNCES {ordinal.upper()} QUARTER FISCAL {year} RESULTS",
            f"{issuer.name} Reports {ordinal} Quarter Results",
            f"{issuer.short} Announces Q{release.quarter} {year} Results; Raises Outlook for Fiscal {year + 1}",
            f"{issuer.short} Reports Results for the Quarter Ended {end}",
        )
        if release.quarter < 4
        else (
            f"{issuer.short} Reports Fourth Quarter and Full Year {year} Results",
            f"{issuer.short} Announces Fourth Quarter and Fiscal {year} Results",
            f"{issuer.name} Reports Full Year {year} Results",
            f"{issuer.short} Reports Fourth Quarter Results",
        )
    )
    top = source.choice(
        ("Exhibit 99.1\n\n", "FOR IMMEDIATE RELEASE\n\n", f"{issuer.name}\n1 Harbour Street\nNews Release\n\n", "")
    )
    said = source.choice(
        (
            f"{issuer.name} (NYSE: {issuer.ticker})",
            f"{issuer.name} (“{issuer.short}” or the “Company”) (Nasdaq: {issuer.ticker})",
            f"{issuer.name}",
        )
    )
    first = (
        f"{top}{headline}\n\nWESTPORT, Conn., {day} – {said} today reported results for the {ordinal.lower()}"
        f" quarter of fiscal {year}, which ended {end}. The Company's sales rose. In fiscal {year}, the Company grew."
        f" For fiscal {year + 1}, the Company expects more. A dividend is payable on"
        f" {long_date(release.released + timedelta(40))}.\n"
    )
    before = long_date(date(release.end.year - 1, release.end.month, min(release.end.day, 28)))
    span = _SPANS[release.quarter - 1]
    more = f" and {span.lower()}" if release.quarter > 1 else ""
    table = (
        f"{issuer.capitals}\nCondensed Consolidated Statements of Income (unaudited)\n(in millions)\n"
        f"Three{more} months ended\n{end}\t{before}\nRevenue\t10\t9\n\nBalance Sheets\n{end}\t{before}\nCash\t1\t2"
    )
    return [first, table]


def print_prospectus(issuer: Issuer, day: date, source: Random) -> list[str]:
    base = long_date(day - timedelta(days=source.randint(60, 400)))
    name = source.choice((issuer.name, issuer.capitals))
    dated = source.choice(
        (
            f"The date of this prospectus supplement is {long_date(day)}.",
            f"Prospectus Supplement dated {long_date(day)}",
        )
    )
    bank, _ = draw_name(source)
    return [
        f"Filed Pursuant to Rule 424(b)(5)\nRegistration No. 333-{source.randint(100000, 299999)}\n\n"
        "PROSPECTUS SUPPLEMENT\n"
        f"(To Prospectus dated {base})\n\n$500,000,000\n\n{name}\n\n5.25% Senior Notes due 2041\n\nWe are offering"
        f" notes. Interest is payable from {long_date(day + timedelta(days=180))}.\n\nJoint Book-Running"
        f" Managers\nExample Securities LLC\t{bank} Securities\n\n{dated}",
        f"ABOUT THIS PROSPECTUS SUPPLEMENT\n“We” and the “Company” refer to {issuer.name} and its subsidiaries.",
    ]

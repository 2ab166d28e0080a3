"""Prints SEC forms (Exchange Act 10-K, 10-Q, 8-K, 20-F, 40-F, 6-K and amendments): covers, text and signatures."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from evals.datasets.covers.issuers import Issuer, draw_name, long_date

PHRASE = "(Exact name of registrant as specified in its charter)"


@dataclass(frozen=True, slots=True)
class Form:
    """A form to print. `others` are its other registrants, `quarter` is 4 for a year and 0 for no period."""

    kind: str
    issuer: Issuer
    year: int
    quarter: int
    end: date
    signed: date
    others: tuple[str, ...] = ()


def _above(form: Form, source: Random) -> str:
    name = source.choice((form.issuer.name, form.issuer.capitals))
    return f"Commission File Number: 001-{source.randint(10000, 39999)}\n\n{name}\n\n{PHRASE}"


def _ruled(form: Form, source: Random) -> str:
    return (
        f"Commission file number 1-{source.randint(1000, 9999)}\n____________________\n\n{form.issuer.capitals}\n"
        f"_____________________\n{PHRASE}"
    )


def _small_capitals(form: Form, source: Random) -> str:
    words = [
        f"{word[0]} {word[1:]}" if len(word) > 1 and word.isalpha() and word not in ("OF", "AND") else word
        for word in _words(form)
    ]
    printed = " ".join(words).replace(" ,", ",")
    return f"Commission file number 001-{source.randint(10000, 39999)}\n{printed}\n{PHRASE}"


def _words(form: Form) -> list[str]:
    return form.issuer.capitals.replace(",", " ,").replace("INC.", "INC .").replace("CORP.", "CORP .").split()


def _spaced_marks(form: Form, source: Random) -> str:
    return f"Commission File No. 1-{source.randint(1000, 9999)}\n\n{form.issuer.name.replace('.', ' .')}\n\n{PHRASE}"


def _two_lines(form: Form, source: Random) -> str:
    words = form.issuer.capitals.split()
    cut = max(1, len(words) // 2)
    name = " ".join(words[:cut]) + "\n" + " ".join(words[cut:])
    return f"Commission File Number: 001-{source.randint(10000, 39999)}\n\n{name}\n{PHRASE}"


def _table(form: Form, source: Random) -> str:
    rows = [
        f"001-{source.randint(10000, 39999)}\t{name}\t{source.randint(10, 99)}-{source.randint(1000000, 9999999)}"
        f"\n(a Delaware corporation)\n{source.randint(1, 900)} Harbour Street\nWestport, Connecticut 06880"
        for name in (form.issuer.name, *form.others)
    ]
    heading = "Commission File Number\tExact name of registrant as specified in its charter, address\tIRS Employer No."
    return heading + "\n" + "\n".join(rows)


def _each_above(form: Form, source: Random) -> str:
    return "\n\n".join(
        f"Commission file number 001-{source.randint(10000, 39999)}\n{name.upper()}\n{PHRASE}"
        for name in (form.issuer.name, *form.others)
    )


def _picture(_: Form, source: Random) -> str:
    return f"Commission File No. 1-{source.randint(10000, 39999)}\n\n{PHRASE}"


def _below(form: Form, source: Random) -> str:
    return f"Commission file number 001-{source.randint(10000, 39999)}\n{PHRASE}: {form.issuer.name}"


def _beside_number(form: Form, source: Random) -> str:
    return f"001-{source.randint(10000, 39999)}\t{form.issuer.capitals}\t{source.randint(10, 99)}-1234567\n{PHRASE}"


def _without_phrase(form: Form, source: Random) -> str:
    return (
        f"Commission File Number 001-{source.randint(1000, 9999)}\n\n{form.issuer.capitals}\n\n"
        "Incorporated under the laws of the State of Delaware"
    )


def _broken_font(form: Form, source: Random) -> str:
    garbled = "".join(chr(ord(letter) - 29) if letter.isalpha() else letter for letter in form.issuer.capitals)
    return f"Commission File Number: 001-{source.randint(10000, 39999)}\n\n{garbled}\n{PHRASE}"


def _letters(form: Form, source: Random) -> str:
    words = (" ".join(word) for word in form.issuer.capitals.split())
    return f"Commission File Number: 001-{source.randint(10000, 39999)}\n\n{'  '.join(words)}\n{PHRASE}"


def _former(form: Form, source: Random) -> str:
    former, _ = draw_name(source)
    return (
        f"Commission File Number: 001-{source.randint(10000, 39999)}\n\n{form.issuer.capitals}\n"
        f"(formerly {former})\n{PHRASE}"
    )


def _logo(form: Form, source: Random) -> str:
    motto = source.choice(("Building what lasts", "OUR COMPANY", form.issuer.short.lower(), "Annual Report"))
    return f"Commission File Number: 001-{source.randint(10000, 39999)}\n\n{motto}\n\n{form.issuer.name}\n\n{PHRASE}"


LAYOUTS: dict[str, Callable[[Form, Random], str]] = {
    "above": _above,
    "ruled": _ruled,
    "small-capitals": _small_capitals,
    "spaced-marks": _spaced_marks,
    "two-lines": _two_lines,
    "table": _table,
    "each-above": _each_above,
    "picture": _picture,
    "below": _below,
    "beside-number": _beside_number,
    "without-phrase": _without_phrase,
    "broken-font": _broken_font,
    "letters": _letters,
    "former": _former,
    "logo": _logo,
}
JOINT = ("table", "each-above")
"""Layouts of several registrants."""

_TITLES = {
    "10-K": "☒ ANNUAL REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934",
    "10-Q": "☒ QUARTERLY REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934",
    "10-KT": "☒ TRANSITION REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934",
    "20-F": "☒ ANNUAL REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934",
    "40-F": "☒ ANNUAL REPORT PURSUANT TO SECTION 13(a) OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934",
    "8-K": "CURRENT REPORT\nPursuant to Section 13 or 15(d) of the Securities Exchange Act of 1934",
    "6-K": "REPORT OF FOREIGN PRIVATE ISSUER\nPURSUANT TO RULE 13a-16 OR 15d-16 UNDER THE EXCHANGE ACT OF 1934",
}


def _number(form: Form, source: Random) -> str:
    kind, amended = form.kind.removesuffix("/A"), form.kind.endswith("/A")
    shown = kind if kind != "10-KT" else source.choice(("10-KT", "10-K"))
    if not amended:
        return source.choice((f"FORM {shown}", f"Form {shown}", f"FORM\n{shown}", f"F ORM {shown}"))
    return source.choice(
        (
            f"FORM {shown}/A",
            f"FORM {shown}/A\n(Amendment No. 1)",
            f"FORM {shown}\n(Amendment No. 2)",
            f"Form {shown} /A",
        )
    )


def _span(form: Form, source: Random) -> str:
    end = long_date(form.end)
    kind = form.kind.removesuffix("/A")
    if kind == "8-K":
        return source.choice(
            (
                f"Date of Report (Date of earliest event reported): {end}",
                f"{end}\nDate of Report (Date of earliest event reported)",
                f"Date of report (Date of earliest event reported) {end}",
            )
        )
    if kind == "6-K":
        return f"For the month of {form.signed:%B} {form.signed.year}"
    if kind == "10-Q":
        return (
            f"For the quarterly period ended {end}\nOR\n☐ TRANSITION REPORT\nFor the transition period from ___ to ___"
        )
    if kind == "10-KT":
        return f"For the transition period from {long_date(form.end - timedelta(days=180))} to {end}"
    return source.choice(
        (
            f"For the fiscal year ended {end}\nOR\n☐ TRANSITION REPORT\nFor the transition period from ___ to ___",
            f"FOR THE FISCAL YEAR ENDED {end.upper()}",
            f"For the Year Ended: {end}",
        )
    )


def print_cover(form: Form, layout: str, source: Random) -> str:
    kind = form.kind.removesuffix("/A")
    return "\n".join(
        (
            source.choice(("UNITED STATES\nSECURITIES AND EXCHANGE COMMISSION", "SECURITIES AND EXCHANGE COMMISSION")),
            "Washington, D.C. 20549\n",
            f"{_number(form, source)}\n",
            source.choice(("(Mark One)\n", "")) + _TITLES[kind],
            f"\n{_span(form, source)}\n",
            LAYOUTS[layout](form, source),
            "Delaware\t06-1234567\n(State or other jurisdiction of incorporation)\t(I.R.S. Employer No.)",
            f"{source.randint(1, 900)} Harbour Street, Westport, Connecticut\t06880",
            "(Address of principal executive offices)\t(Zip Code)\n",
            "Securities registered pursuant to Section 12(b) of the Act:",
            "Title of each class\tTrading Symbol(s)\tName of each exchange on which registered",
            f"Common Stock, par value $0.01 per share\t{form.issuer.ticker}\tNew York Stock Exchange",
            "Indicate by check mark whether the registrant is a shell company. Yes ☐ No ☒",
        )
    )


def print_text(form: Form, source: Random) -> list[str]:
    """Return pages of text that name the issuer, the period and other companies."""
    issuer, year, quarter = form.issuer, form.year, form.quarter
    opening = source.choice(
        (
            f"{issuer.name} (“{issuer.short}” or the “Company”) makes and sells goods. The Company has plants.",
            f"{issuer.name} (together with its subsidiaries, the “Company,” “we,” “us” or “our”) was founded in 1911.",
            f"In this report, “we,” “us” and “our” refer to {issuer.name} and its subsidiaries. Our Company is large.",
            f"{issuer.name}, a Delaware corporation, is the parent. The Company and its subsidiaries employ people.",
        )
    )
    competitor, _ = draw_name(source)
    pages = [
        f"Table of Contents\nPart I\nItem 1. Business\n{opening}\nOur competitors include {competitor}. The"
        f" Company rents offices. The Company depends on Example Bank, N.A. In fiscal {year}, the Company sold"
        f" more than in fiscal {year - 1}. Fiscal {year} had good months."
    ]
    months = {1: "three", 2: "three and six", 3: "three and nine"}.get(quarter)
    head = source.choice((f"{issuer.capitals} AND SUBSIDIARIES", issuer.capitals, issuer.name))
    if months:
        pages.append(
            f"{head}\nCondensed Consolidated Statements of Income\n(in millions)\nFor the {months} months ended"
            f" {long_date(form.end)}\nRevenue\t10\t9"
        )
    elif quarter == 4:
        pages.append(
            f"{head}\nConsolidated Statements of Income\nYear ended {long_date(form.end)}\n(in millions)\nSales\t10\t9"
        )
        pages.append(
            "Report of Independent Registered Public Accounting Firm\nTo the Shareholders and the Board of Directors of"
            f" {issuer.name}\nWe have audited the accompanying consolidated balance sheets of {issuer.name} and"
            f" subsidiaries as of {long_date(form.end)}.\n/s/ Example & Example LLP\n"
            f"{long_date(form.signed - timedelta(days=1))}"
        )
    return pages


def print_signatures(form: Form, source: Random) -> str:
    name = source.choice((form.issuer.name, form.issuer.capitals))
    day = long_date(form.signed)
    opening = (
        "SIGNATURES\n\nPursuant to the requirements of the Securities Exchange Act of 1934, the registrant has"
        " duly caused this report to be signed on its behalf by the undersigned, thereunto duly authorized"
    )
    return source.choice(
        (
            f"{opening}.\n\n{name}\n\nDate: {day}\tBy: /s/ A. Person\nA. Person\nChief Financial Officer",
            f"{opening}, on {day}.\n\n{name}\n(Registrant)\n\nBy: /s/ A. Person",
            f"{opening}.\n{name}\n(Registrant)\nBy\t/s/ A. Person\tChief Executive Officer\t{day}",
            f"{opening}.\nDated: {day}\n{name}\nBy: /s/ A. Person",
            f"{opening}.\n\n{day}\n{name}\n/s/ A. Person\nA. Person, Treasurer",
        )
    )


def print_exhibit(form: Form, source: Random) -> list[str]:
    """Return an exhibit with parties and dates of its own, and with signatures."""
    other, _ = draw_name(source)
    day = long_date(form.signed + timedelta(days=source.randint(20, 60)))
    return [
        f"Exhibit 10.1\nSUPPLY AGREEMENT\ndated as of {day} between {other} and {form.issuer.name}",
        f"IN WITNESS WHEREOF, the parties have duly executed this agreement.\nSIGNATURE\n{other}\nBy: /s/ B. Other\n"
        f"Date: {day}",
    ]

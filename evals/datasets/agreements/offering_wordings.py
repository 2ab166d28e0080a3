"""The words in which offering memoranda, prospectuses and indentures state the terms of notes."""

from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Literal

from evals.datasets.agreements.blocks import Block, centred, heading, paragraphs, table
from evals.datasets.agreements.names import american, british, dollars
from evals.datasets.agreements.offering_terms import OfferingTerms, Series


@dataclass(frozen=True, slots=True)
class OfferingStyle:
    """How a layout prints: headings in capitals, the form of the call schedule, and who speaks ("we" or the Issuer)."""

    capitals: bool = True
    schedule: Literal["table", "words", "dates"] = "table"
    speaks: Literal["we", "issuer"] = "issuer"
    is_british: bool = False
    section: str = ""


class OfferingPrinter:
    """Prints the parts of one offering."""

    def __init__(self, terms: OfferingTerms, style: OfferingStyle, source: Random) -> None:
        self.terms, self.style, self._source = terms, style, source
        self._section = 0

    def choose(self, *texts: str) -> str:
        return self._source.choice(texts)

    def day(self, day: date) -> str:
        return british(day) if self.style.is_british else american(day)

    def money(self, amount: int) -> str:
        if self._source.random() < 0.25 and amount % 100_000_000 == 0:
            return f"{self.terms.sign}{amount // 1_000_000} million"
        return dollars(amount, self.terms.sign)

    def name(self, series: Series) -> str:
        return f"{series.coupon:.3f}% {self.terms.adjective} Notes due {series.maturity.year}"

    @property
    def issuer(self) -> str:
        return "we" if self.style.speaks == "we" else "the Issuer"

    def head(self, text: str) -> list[Block]:
        self._section += 1
        number = self.style.section.format(self._section)
        return heading(f"{number}{text.upper() if self.style.capitals else text}")

    def cover(self) -> list[Block]:
        blocks: list[Block] = []
        for series in self.terms.series:
            blocks += centred(self.money(series.amount), self.name(series))
        return centred(self.terms.issuer.upper()) + blocks

    def price_table(self) -> list[Block]:
        several = len(self.terms.series) > 1
        if several or self._source.random() < 0.5:
            rows = [["", "Public offering price", "Underwriting discount", "Proceeds, before expenses"]]
            for series in self.terms.series:
                label = f"Per {series.maturity.year} note" if several else "Per note"
                rows.append([label, f"{series.price}%", "0.650%", f"{series.price - 1}%"])
            return table(rows)
        series = self.terms.series[0]
        return table(
            [
                ["", "Per note", "Total"],
                ["Public offering price", f"{series.price}%", self.money(series.amount)],
                ["Underwriting discount", "1.000%", "$1,000,000"],
            ]
        )

    def price_sentence(self) -> list[Block]:
        series = self.terms.series[0]
        return paragraphs(
            self.choose(
                f"Issue price: {series.price}% plus accrued interest, if any, from the issue date.",
                f"Offering Price: {series.price}%",
            )
        )

    def payment_days(self, series: Series) -> str:
        months = (
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        )
        first, second = sorted((series.maturity.month, (series.maturity.month + 5) % 12 + 1))
        return f"{months[first - 1]} 15 and {months[second - 1]} 15"

    def interest(self) -> list[Block]:
        blocks: list[Block] = []
        for series in self.terms.series:
            blocks += paragraphs(
                f"The {series.maturity.year} notes will bear interest at the rate of {series.coupon:.3f}% per "
                f"annum, payable semi-annually in arrears on {self.payment_days(series)} of each year."
            )
            blocks += paragraphs(
                self.choose(
                    f"The {series.maturity.year} notes will mature on {self.day(series.maturity)}.",
                    f"The {series.maturity.year} notes mature on {self.day(series.maturity)} unless redeemed earlier.",
                )
            )
        return blocks

    def ranking(self) -> str:
        return {
            "senior unsecured": self.choose(
                "The notes will be the Issuer’s general senior unsecured obligations and will rank equally with "
                "all of its other senior debt.",
                "The notes are unsecured and unsubordinated obligations of the Issuer.",
            ),
            "senior secured": (
                "The notes will be senior secured obligations of the Issuer, secured by first-priority liens on the "
                "collateral."
            ),
            "senior subordinated": (
                "The notes will be unsecured senior subordinated obligations of the Issuer, junior to all senior debt."
            ),
        }[self.terms.rank]

    def redemption(self) -> list[Block]:
        terms, first = self.terms, self.terms.series[0]
        who = self.issuer
        blocks = self.head("Optional Redemption")
        rate = "Gilt Rate" if self.style.is_british else "Treasury Rate"
        if not terms.calls:
            for series in terms.series:
                par = series.maturity.replace(year=series.maturity.year - 1)
                blocks += paragraphs(
                    f"Prior to {self.day(par)} (the “Par Call Date”), {who} may redeem the "
                    f"{series.maturity.year} notes at a make-whole price discounted at the {rate} plus "
                    f"{series.spread} basis points. On or after {self.day(par)}, {who} may redeem the "
                    f"{series.maturity.year} notes at a price equal to 100% of their principal amount."
                )
            return blocks
        start = terms.calls[0][0]
        blocks += paragraphs(
            f"At any time prior to {self.day(start)}, {who} may redeem the notes in whole or in part at 100% of "
            f"the principal amount plus the Applicable Premium, for which the {rate} plus {first.spread} basis "
            f"points is the discount rate."
        )
        if terms.claw:
            share, price, until = terms.claw
            blocks += paragraphs(
                self.choose(
                    f"At any time prior to {self.day(until)}, {who} may redeem up to {share}% of the aggregate "
                    f"principal amount of the notes with the net cash proceeds of one or more Equity Offerings "
                    f"at a redemption price equal to {price}% of the principal amount.",
                    f"Before {self.day(until)}, {who} may on one or more occasions redeem up to {share}% of the "
                    f"notes at a redemption price of {price}% of their principal amount with the proceeds of "
                    f"certain equity offerings.",
                )
            )
        month = f"{start:%B} {start.day}"
        if self.style.schedule == "dates":
            rows = [
                ["Redemption date", "Price"],
                *([f"On or after {self.day(day)}", f"{price}%"] for day, price in terms.calls),
            ]
            return (
                blocks
                + paragraphs(
                    f"On and after {self.day(start)}, {who} may redeem the notes at the redemption prices set "
                    f"out below:"
                )
                + table(rows)
            )
        if self.style.schedule == "words":
            parts = ", ".join(
                f"{price}% if redeemed in the twelve-month period beginning on {self.day(day)}"
                for day, price in terms.calls
            )
            return blocks + paragraphs(
                f"On or after {self.day(start)}, {who} may redeem the notes at the following redemption prices, "
                f"plus accrued interest: {parts}."
            )
        rows = [
            ["Year", "Percentage"],
            *(
                [f"{day.year}{' and thereafter' if at == len(terms.calls) - 1 else ''}", f"{price}%"]
                for at, (day, price) in enumerate(terms.calls)
            ),
        ]
        return (
            blocks
            + paragraphs(
                f"On or after {self.day(start)}, {who} may redeem the notes, in whole or in part, at the "
                f"redemption prices (expressed as percentages of principal amount) set forth below, plus accrued "
                f"and unpaid interest, if redeemed during the twelve-month period beginning on {month} of the "
                f"years indicated below:"
            )
            + table(rows)
        )

    def control(self) -> list[Block]:
        if self.terms.control is None:
            return []
        event = self.choose("Change of Control", "Change of Control Triggering Event")
        return self.head("Change of Control") + paragraphs(
            f"If a {event} occurs, each holder may require {self.issuer} to repurchase all or any part of its "
            f"notes at a purchase price in cash equal to {self.terms.control}% of the principal amount, plus "
            f"accrued and unpaid interest."
        )

    def use(self) -> list[Block]:
        return self.head("Use of Proceeds") + paragraphs(
            f"The Issuer intends to use the net proceeds of this offering {self.terms.use}."
        )

    def covenants(self) -> list[Block]:
        blocks = self.head("Certain Covenants") + paragraphs(
            "The indenture will contain covenants, including the following:"
        )
        for name in self.terms.covenants:
            blocks += heading(name) + paragraphs(
                "The Issuer will not, and will not permit any Restricted Subsidiary to, act otherwise than this "
                "covenant allows, except as follows:"
            )
            for at, basket in enumerate(each for each in self.terms.baskets if each.covenant == name):
                amount = self.money(basket.amount)
                size = (
                    f"the greater of (x) {amount} and (y) {basket.percent}% of {basket.of}"
                    if basket.percent
                    else f"{amount}"
                )
                blocks += paragraphs(
                    f"({at + 1}) {basket.words} in an aggregate principal amount not to exceed {size} at any "
                    f"time outstanding;"
                )
        return (
            blocks
            + self.head("Events of Default")
            + paragraphs(
                "Failure to pay principal of $50,000,000 or more of other indebtedness is an event of default."
            )
        )

    def law(self) -> list[Block]:
        if self.style.is_british:
            return self.head("Governing Law") + paragraphs("The trust deed and the notes are governed by English law.")
        return self.head("Governing Law") + paragraphs(
            f"The indenture and the notes will be governed by the laws of the State of {self.terms.law}."
        )

    def summary(self) -> list[list[str]]:
        first = self.terms.series[0]
        rows = [
            ["Issuer", f"{self.terms.issuer}, organized in {self.terms.state}."],
            [
                "Notes offered",
                " and ".join(
                    f"{self.money(series.amount)} aggregate principal amount of {self.name(series)}"
                    for series in self.terms.series
                )
                + ".",
            ],
            ["Maturity date", " and ".join(self.day(series.maturity) for series in self.terms.series) + "."],
            ["Interest payment dates", f"{self.payment_days(first)} of each year."],
            ["Ranking", self.ranking()],
        ]
        if self.terms.guarantors:
            rows.append(["Guarantees", f"The notes will be guaranteed by {self.terms.guarantors}."])
        return rows

"""The words in which credit agreements state their terms: definitions, sections, and what stands around them."""

from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Literal

from evals.datasets.agreements.blocks import Block, heading, paragraphs, table
from evals.datasets.agreements.credit_terms import CreditTerms
from evals.datasets.agreements.names import american, british, dollars


@dataclass(frozen=True, slots=True)
class Style:
    """How a layout prints: quotation marks, the word after a term, numbers of sections, and the form of the grid."""

    quotes: tuple[str, str] = ("“", "”")
    means: str = " means "
    section: str = "Section {}. "
    grid: Literal["rows", "columns", "prose", "points"] = "rows"
    amounts: Literal["definitions", "schedule", "grant", "cover"] = "definitions"
    is_numbered: bool = False
    is_british: bool = False
    springing: bool = False
    months: bool = False


class Definitions:
    """Prints the definitions of one agreement."""

    def __init__(self, terms: CreditTerms, style: Style, source: Random) -> None:
        self.terms, self.style, self._source = terms, style, source
        self._number = 0

    def choose(self, *texts: str) -> str:
        return self._source.choice(texts)

    def day(self, day: date) -> str:
        return british(day) if self.style.is_british else american(day)

    def money(self, amount: int) -> str:
        return dollars(amount, self.terms.sign)

    def define(self, term: str, body: str) -> list[Block]:
        self._number += 1
        number = f"1.{self._number} " if self.style.is_numbered else ""
        before, after = self.style.quotes
        return paragraphs(f"{number}{before}{term}{after}{self.style.means}{body}")

    def section(self, number: str, title: str, *texts: str) -> list[Block]:
        head = self.style.section.format(number)
        return heading(f"{head}{title}.") + paragraphs(*texts)

    def maturities(self) -> list[Block]:
        facilities = self.terms.facilities
        if self.style.is_british:
            months = [(each.maturity.year - self.terms.day.year) * 12 for each in facilities]
            parts = [
                (
                    f"({'ab'[at]}) in relation to {each.name}, the date which is {months[at]} months after the date of "
                    f"this Agreement"
                )
                for at, each in enumerate(facilities)
            ]
            return (
                self.define("Termination Date", f"{'; and '.join(parts)}.")
                if self.style.months
                else self.define(
                    "Termination Date",
                    "; and ".join(
                        f"({'ab'[at]}) in relation to {each.name}, {self.day(each.maturity)}"
                        for at, each in enumerate(facilities)
                    )
                    + ".",
                )
            )
        if self._source.random() < 0.5:
            parts = [
                f"({'ab'[at]}) with respect to the {each.name}, {self.day(each.maturity)}"
                for at, each in enumerate(facilities)
            ]
            return self.define(
                "Maturity Date",
                (
                    f"{' and '.join(parts)}; provided that if such day is not a Business Day, the Maturity Date "
                    f"shall be "
                    f"the immediately preceding Business Day."
                ),
            )
        blocks: list[Block] = []
        for each in facilities:
            body = self.choose(
                f"{self.day(each.maturity)}.",
                (
                    f"the earlier of (a) {self.day(each.maturity)} and (b) the date on which all Commitments are "
                    f"terminated under Section 8.02."
                ),
            )
            blocks += self.define(f"{each.commitment.removesuffix(' Commitment')} Maturity Date", body)
        return blocks

    def commitments(self) -> list[Block]:
        blocks: list[Block] = []
        for each in self.terms.facilities:
            amount = self.money(each.amount)
            if self.style.is_british:
                blocks += self.define(
                    each.commitment,
                    (
                        f"the aggregate of the {each.commitment.removeprefix('Total ')}, being {amount} at the date of "
                        f"this Agreement."
                    ),
                )
            elif self.style.amounts == "definitions":
                blocks += self.define(
                    each.commitment,
                    self.choose(
                        f"as to each Lender, its obligation to make loans in an aggregate principal amount not to "
                        f"exceed the amount set forth opposite its name on Schedule 2.01. The aggregate amount of "
                        f"the {each.commitment}s on the Closing Date is {amount}.",
                        f"with respect to each Lender, the commitment of such Lender to make loans hereunder. The "
                        f"initial aggregate amount of the Lenders’ {each.commitment}s is {amount}.",
                    ),
                )
            else:
                blocks += self.define(
                    each.commitment,
                    (
                        "as to each Lender, its obligation to make loans in an aggregate principal amount not "
                        "to exceed "
                        "the amount set forth opposite its name on Schedule 2.01."
                    ),
                )
        return blocks

    def margin(self) -> list[Block]:
        terms = self.terms
        name = self.choose("Applicable Rate", "Applicable Margin")
        if self.style.is_british:
            intro = (
                "means, in relation to any Facility A Loan and any Revolving Facility Loan, the percentage rate per "
                "annum set out below in the column opposite the range in which Leverage falls:"
            )
            rows = [["Leverage", "Margin % p.a."], *([level.when, f"{level.percents[0]}"] for level in terms.levels)]
            before, after = self.style.quotes
            return paragraphs(f"{before}Margin{after} {intro}") + table(rows)
        if self.style.grid == "prose":
            one = terms.levels[0]
            body = self.choose(
                f"a percentage per annum equal to (i) {one.percents[0]}% in the case of {terms.loans[0]} and "
                f"(ii) {one.percents[1]}% in the case of {terms.loans[1]}.",
                f"(a) for {terms.loans[0]}, {one.percents[0]}% per annum, and (b) for {terms.loans[1]}, "
                f"{one.percents[1]}% per annum.",
            )
            return self.define(name, body)
        intro = (
            "for any day, the applicable rate per annum set forth below, based upon the level in effect on such day:"
        )
        if self.style.grid == "columns":
            rows = [["", *(f"Level {level.number}" for level in terms.levels)]]
            rows += [
                [loans, *(f"{level.percents[at]}%" for level in terms.levels)] for at, loans in enumerate(terms.loans)
            ]
            blocks = self.define(name, intro) + table(rows)
            fees = [
                ["", *(f"Level {level.number}" for level in terms.levels)],
                [terms.fee_name, *(f"{level.fee}%" for level in terms.levels)],
            ]
            return (
                blocks
                + self.define(f"{terms.fee_name.title()} Rate", "the applicable percentage per annum set forth below:")
                + table(fees)
            )
        unit = " percentage points" if self.style.grid == "points" else "%"
        ratio = terms.covenants[0].name
        head = ["Level", ratio, *(f"{loans}" for loans in terms.loans), terms.fee_name.title()]
        rows = [
            head,
            *(
                [level.number, level.when, *(f"{each}{unit}" for each in level.percents), f"{level.fee}{unit}"]
                for level in terms.levels
            ),
        ]
        return self.define(name, intro) + table(rows)

    def floor(self) -> list[Block]:
        floor, benchmark = self.terms.floor, self.terms.benchmark
        if floor is None:
            return []
        if self.style.is_british:
            low = "zero" if floor == 0 else f"{floor} per cent. per annum"
            return self.define(
                "Reference Rate",
                (
                    f"the applicable {benchmark} rate for the Interest Period, and if that rate is less than "
                    f"{low}, the "
                    f"Reference Rate shall be deemed to be {low}."
                ),
            )
        kind = self._source.randrange(3)
        if kind == 0:
            return self.define("Floor", f"a rate of interest equal to {floor}%.") + self.define(
                benchmark,
                (
                    "the forward-looking term rate; provided that if such rate shall be less than the Floor, such rate "
                    "shall be deemed to be the Floor."
                ),
            )
        if kind == 1:
            low = "zero" if floor == 0 else f"{floor}%"
            return self.define(
                benchmark,
                (
                    f"the forward-looking term rate for the Interest Period; provided that if {benchmark} would "
                    f"be less "
                    f"than {low}, {benchmark} shall be deemed to be {low} for purposes of this Agreement."
                ),
            )
        return self.define(
            "Floor",
            (
                f"the benchmark rate floor provided in this Agreement with respect to {benchmark}. The initial "
                f"Floor for "
                f"{benchmark} shall be {floor}%."
            ),
        )

    def limits(self) -> list[Block]:
        terms, blocks = self.terms, list[Block]()
        if terms.letters:
            blocks += self.define(
                "Letter of Credit Sublimit",
                self.choose(
                    f"{self.money(terms.letters)}.",
                    (
                        f"an amount equal to {self.money(terms.letters)}. The Letter of Credit Sublimit is part "
                        f"of, and not "
                        f"in addition to, the revolving facility."
                    ),
                ),
            )
        if terms.swing:
            blocks += self.define(
                self.choose("Swing Line Sublimit", "Swingline Commitment"),
                (
                    f"an amount equal to the lesser of (a) {self.money(terms.swing)} and (b) the revolving commitments "
                    f"then in effect."
                ),
            )
        return blocks

    def ebitda(self) -> list[Block]:
        items = ", ".join(
            f"({['i', 'ii', 'iii', 'iv', 'v', 'vi', 'vii', 'viii', 'ix', 'x'][at]}) {item} for such period"
            for at, item in enumerate(self.terms.add_backs)
        )
        cap = (
            (
                f"; provided that the aggregate amount added back under clause (iv) shall not exceed {self.terms.cap}% "
                f"of Consolidated EBITDA for such period"
            )
            if self.terms.cap
            else ""
        )
        name = "EBITDA" if self.style.is_british else "Consolidated EBITDA"
        return self.define(
            name,
            (
                f"for any period, Consolidated Net Income for such period plus, without duplication and to the extent "
                f"deducted in determining Consolidated Net Income, the sum of {items}{cap}, minus interest income and "
                f"non-cash gains for such period."
            ),
        )

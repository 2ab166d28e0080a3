"""The words of the sections of credit agreements, and of provisions that are not judged."""

from collections.abc import Sequence
from random import Random

from evals.datasets.agreements.blocks import Block, centred, heading, paragraphs, table
from evals.datasets.agreements.credit_terms import Covenant
from evals.datasets.agreements.credit_wordings import Definitions


class Printer(Definitions):
    """Prints the definitions and sections of one agreement."""

    def grants(self) -> list[Block]:
        parts = [
            (
                f"the Lenders severally agree to make {each.name} available in an aggregate principal amount of "
                f"{self.money(each.amount)}"
            )
            for each in self.terms.facilities
        ]
        if self.style.amounts == "grant":
            return paragraphs(
                *(
                    (
                        f"Subject to the terms hereof, a "
                        f"{('revolving credit' if 'Revolving' in each.name else 'term loan')} "
                        f"facility in an aggregate principal amount of {self.money(each.amount)} is made "
                        f"available to the "
                        f"Borrower."
                    )
                    for each in self.terms.facilities
                )
            )
        del parts
        return paragraphs(
            "Subject to the terms and conditions set forth herein, each Lender agrees to make loans to the Borrower "
            "from time to time within its Commitments."
        )

    def schedule(self) -> list[Block]:
        facilities = self.terms.facilities
        first, second = (("Harbour Savings Bank", 3), ("Mill Street Bank", 2))
        rows = [["Lender", *(each.commitment for each in facilities)]]
        for name, share in (first, second):
            rows.append([name, *(self.money(each.amount * share // 5) for each in facilities)])
        rows.append(["Total", *(self.money(each.amount) for each in facilities)])
        return centred("SCHEDULE 2.01", "COMMITMENTS") + table(rows)

    def incremental(self) -> list[Block]:
        stated = self.terms.incremental
        if stated is None:
            return []
        amount, percent, ratio, level = stated
        if percent is not None and ratio is not None:
            return self.section(
                "2.20",
                "Incremental Facilities",
                (
                    f"The Borrower may request one or more incremental facilities in an aggregate principal amount not "
                    f"to exceed the sum of (a) the greater of {self.money(amount)} and {percent}% of "
                    f"Consolidated EBITDA "
                    f"for the most recent Test Period plus (b) an unlimited amount so long as, on a pro forma "
                    f"basis, the "
                    f"{ratio} does not exceed {level} to 1.00. Each incremental facility shall be in a minimum "
                    f"amount of "
                    f"$5,000,000."
                ),
            )
        return self.section(
            "2.14",
            self.choose("Increase in Commitments", "Incremental Commitments"),
            (
                f"Provided no Default exists, the Borrower may from time to time request an increase in the "
                f"commitments "
                f"by an aggregate amount for all such requests not exceeding {self.money(amount)}; provided that any "
                f"such request shall be in a minimum amount of $10,000,000."
            ),
        )

    def covenants(self, number: str = "7.11") -> list[Block]:
        american = self.choose("Financial Covenants", "Financial Covenant")
        title = "Financial condition" if self.style.is_british else american
        blocks = heading(f"{self.style.section.format(number)}{title}.")
        for at, covenant in enumerate(self.terms.covenants):
            blocks += self._covenant("ab"[at], covenant)
        return blocks

    def _covenant(self, letter: str, covenant: Covenant) -> list[Block]:
        most = covenant.test == "maximum"
        if len(covenant.levels) > 1:
            phrase = "to exceed" if most else "to be less than"
            intro = (
                f"({letter}) {covenant.name}. Permit the {covenant.name} as of the last day of any fiscal quarter "
                f"{phrase} the ratio set forth below opposite the period in which such fiscal quarter ends:"
            )
            return paragraphs(intro) + table(
                [
                    ["Fiscal quarters ending", covenant.name],
                    *([period, f"{level} to 1.00"] for level, period in covenant.levels),
                ]
            )
        level = covenant.levels[0][0]
        if self.style.is_british:
            return paragraphs(
                f"({letter}) {covenant.name}: {covenant.name} in respect of any Relevant Period shall not "
                f"{'exceed' if most else 'be less than'} {level}:1."
            )
        spring = (
            (
                "If on the last day of any fiscal quarter the aggregate outstanding Revolving Loans exceed 35% of the "
                "Revolving Commitments, the Borrower shall not permit"
            )
            if self.style.springing and most
            else "Permit"
        )
        phrase = (
            self._source.choice(("to be greater than", "to exceed"))
            if most
            else self._source.choice(("to be less than", "to fall below"))
        )
        return paragraphs(
            f"({letter}) {covenant.name}. {spring} the {covenant.name} as of the last day of any fiscal quarter "
            f"{phrase} {level} to 1.00."
        )

    def defaults(self, number: str = "8.01") -> list[Block]:
        texts = [
            "(a) the Borrower fails to pay any principal when due;",
            "(b) any representation proves to have been incorrect in any material respect;",
        ]
        if self.terms.is_default:
            texts.append(
                self.choose(
                    "(c) a Change of Control shall occur;",
                    "(c) there occurs any Change of Control;",
                    "(c) Change of Control. A Change of Control shall have occurred;",
                )
            )
        return self.section(
            number,
            "Events of Default",
            "Each of the following shall constitute an Event of Default:",
            *texts,
            "(d) one or more judgments for the payment of money in excess of $20,000,000 remain unpaid.",
        )

    def law(self, number: str = "10.14") -> list[Block]:
        place = self.terms.law
        if self.style.is_british:
            return self.section(
                number,
                "Governing law",
                (
                    "This Agreement and any non-contractual obligations arising out of or in connection with it are "
                    "governed by English law."
                ),
            )
        return self.section(
            number,
            "Governing Law",
            self.choose(
                f"This Agreement shall be construed in accordance with and governed by the law of the State of "
                f"{place}.",
                f"THIS AGREEMENT AND THE OTHER LOAN DOCUMENTS SHALL BE GOVERNED BY, AND CONSTRUED IN ACCORDANCE "
                f"WITH, THE LAWS OF THE STATE OF {place.upper()}.",
                f"This Agreement shall be governed by the internal laws of the State of {place} without regard to "
                f"conflict of laws principles.",
            ),
        )


def fillers(source: Random) -> Sequence[Block]:
    """Return provisions with figures that are not terms of the agreement's facilities."""
    texts = [
        f"Each borrowing shall be in a minimum amount of ${source.randrange(1, 6)},000,000 or a whole multiple "
        f"of $500,000 in excess thereof.",
        "While any Event of Default exists, overdue amounts shall bear interest at a rate of 2.00% per annum "
        "above the rate otherwise applicable.",
        f"“Permitted Acquisition” means any acquisition so long as, on a pro forma basis, the Total Leverage "
        f"Ratio does not exceed 3.{source.randrange(1, 9)}0 to 1.00.",
        f"The Borrower may incur other Indebtedness in an aggregate principal amount not exceeding "
        f"${source.randrange(20, 90)},000,000 at any time outstanding.",
        "Letters of credit shall expire not later than five Business Days before the applicable maturity, unless "
        "cash collateralised at 103%.",
        "“Notes” means the 6.125% Senior Notes due June 15, 2030 of the Parent.",
    ]
    source.shuffle(texts)
    return paragraphs(*texts)

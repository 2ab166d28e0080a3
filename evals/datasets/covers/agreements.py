"""Prints the openings of credit agreements and indentures in the wordings in which lawyers name parties."""

from dataclasses import dataclass
from datetime import date
from random import Random

from evals.datasets.covers.issuers import Issuer, draw_name, long_date
from evals.datasets.described import Party

_BANKS = ("Example Bank, N.A.", "Harbour National Bank", "Northgate Bank PLC", "Westport Trust Company, N.A.",
          "First Lakeside Bank, National Association", "Bank of the Lakes, N.A.", "Quay Capital LLC")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Agreement:
    """An agreement with its parties."""

    issuer: Issuer
    parent: str
    agent: str
    day: date

    def parties(self, role: str, agent_role: str) -> tuple[Party, ...]:
        return (Party(name=self.issuer.name, role=role), Party(name=self.agent, role=agent_role))


def draw_agreement(issuer: Issuer, day: date, source: Random) -> Agreement:
    return Agreement(issuer, draw_name(source)[0], source.choice(_BANKS), day)


def print_credit_agreement(made: Agreement, source: Random) -> list[str]:
    name, agent, day = made.issuer.name, made.agent, long_date(made.day)
    capitals, agent_capitals = name.upper(), agent.upper()
    written = f"{made.day.day}th day of {made.day:%B}, {made.day.year}"
    return source.choice(
        (
            [
                f"CREDIT AGREEMENT\n\ndated as of\n\n{day}\n\namong\n\n{capitals},\nas Borrower,\n\nThe Lenders Party"
                f" Hereto\n\nand\n\n{agent_capitals},\nas Administrative Agent\n\n____________\n\nNORTH"
                f" SECURITIES LLC,\n"
                "as Sole Lead Arranger and Sole Bookrunner",
                f"CREDIT AGREEMENT (this “Agreement”) dated as of {day}, among {name}, the LENDERS party hereto, and"
                f" {agent}, as Administrative Agent.\nThe parties hereto agree as follows:",
            ],
            [
                f"$750,000,000\nAMENDED AND RESTATED CREDIT AGREEMENT\nDated as of {day}\namong\n{capitals},\nas the"
                f" Borrower,\n{made.parent.upper()},\nas Parent,\n{agent_capitals},\nas Administrative Agent"
                f" and Collateral"
                " Agent,\nand\nTHE OTHER LENDERS PARTY HERETO",
                "TABLE OF CONTENTS\nARTICLE I DEFINITIONS\nThe Borrower and the Lenders agree.",
            ],
            [
                f"LOAN AGREEMENT\n\nThis LOAN AGREEMENT (this “Agreement”) is made and entered into as of the"
                f" {written}, by"
                f" and among {name}, a Delaware corporation (the “Borrower”), the several lenders from time to"
                f" time party"
                f" hereto (the “Lenders”), and {agent}, as administrative agent for the Lenders (in such"
                f" capacity, the"
                " “Administrative Agent”).\n\nThe Borrower has asked the Lenders to lend.",
            ],
            [
                f"SECOND AMENDMENT TO CREDIT AGREEMENT\n\nThis SECOND AMENDMENT TO CREDIT AGREEMENT (this"
                f" “Amendment”) is"
                f" entered into as of {day} by and between {name} (“Borrower”) and {agent}, not individually"
                f" but solely in"
                " its capacity as administrative agent (“Agent”) for the Lenders.\n\nWHEREAS, the Borrower, the"
                " Agent and"
                " the Lenders are party to that certain Credit Agreement dated as of March 1, 2009 (the “Credit"
                " Agreement”);",
            ],
            [
                f"TERM LOAN AGREEMENT\n\namong\n{made.parent},\nas Holdings,\n{name},\nas Borrower,\nthe"
                f" Guarantors from time"
                f" to time parties hereto,\nthe Lenders,\nand\n{agent}, as Administrative Agent\n\nDated as of {day}",
                f"SECTION 1.01 Defined Terms.\n“Administrative Agent” means {agent}, in its capacity as"
                f" such.\n“Borrower”"
                f" means {name}, a Delaware corporation.",
            ],
            [
                f"REVOLVING CREDIT AGREEMENT dated as of {day} (this “Agreement”), among {made.parent}, a Delaware"
                f" corporation (“Holdings”), {name}, a Delaware corporation (the “Company” or the “Borrower”),"
                f" the LENDERS"
                f" (as defined below), and {agent_capitals}, as administrative agent (in such capacity, and"
                f" together with"
                " its successors, the “Administrative Agent”) and as collateral agent for the Lenders.",
            ],
        )
    )


def print_indenture(made: Agreement, source: Random) -> list[str]:
    name, agent, day = made.issuer.name, made.agent, long_date(made.day)
    return source.choice(
        (
            [
                f"{name.upper()},\nas Issuer,\n\nTHE GUARANTORS PARTY HERETO\n\nand\n\n{agent.upper()},\nas"
                f" Trustee\n\n"
                f"INDENTURE\n\nDated as of {day}\n\n6.50% Senior Notes due 2035",
                "The Issuer, the Guarantors and the Trustee agree as follows for the Holders of the Notes.",
            ],
            [
                f"FIRST SUPPLEMENTAL INDENTURE\n\nThis FIRST SUPPLEMENTAL INDENTURE, dated as of {day} (this"
                f" “Supplemental"
                f" Indenture”), is between {name}, a Delaware corporation (the “Issuer”), and {agent}, as"
                f" trustee (the"
                " “Trustee”).\n\nThe Issuer and the Trustee agree for the Holders.",
            ],
            [
                f"INDENTURE dated as of {day} among {name}, a Delaware corporation, as issuer (the “Issuer”),"
                f" each of the"
                f" Guarantors (as defined herein) and {agent}, a national banking association, as trustee (in"
                f" such capacity,"
                " the “Trustee”) and as collateral agent.\n\nThe Holders of the Notes benefit.",
            ],
        )
    )

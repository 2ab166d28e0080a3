"""Makes synthetic filings for search benchmarks. Each run makes the same texts.

Texts on the same issuer or subject share words. The built-in embedder averages the vectors of words, so the chunks of
an issuer or a subject are near each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

_FIRST = (
    "Alder", "Beacon", "Cinder", "Dover", "Ember", "Fulton", "Granite", "Harbor", "Iron Ridge", "Juniper",
)  # fmt: skip
_SECOND = (
    "Freight", "Chemicals", "Foods", "Semiconductor", "Energy", "Healthcare", "Retail", "Insurance", "Airlines",
    "Software",
)  # fmt: skip
_PLACES = (
    "North America", "Europe", "Asia Pacific", "Latin America", "the Gulf Coast", "the Midwest", "Germany", "Japan",
    "Canada", "Brazil", "the United Kingdom", "India",
)  # fmt: skip
_GOODS: Sequence[Sequence[str]] = (
    ("truckload hauling", "rail intermodal", "warehousing", "ocean containers", "customs brokerage", "diesel fleets"),
    ("ethylene", "coatings", "industrial gases", "titanium dioxide", "adhesives", "crop protection"),
    ("packaged snacks", "dairy", "frozen meals", "coffee", "pet food", "beverages"),
    ("analog chips", "wafer fabrication", "memory modules", "lithography tools", "power devices", "sensors"),
    ("natural gas pipelines", "crude refining", "offshore drilling", "wind farms", "electric utilities", "coal mining"),
    ("hospitals", "generic drugs", "medical devices", "dialysis clinics", "diagnostics", "clinical trials"),
    ("department stores", "online orders", "home improvement", "apparel", "grocery", "loyalty programs"),
    (
        "annuities",
        "property and casualty policies",
        "reinsurance",
        "claims reserves",
        "life policies",
        "brokerage fees",
    ),
    ("passenger traffic", "aircraft leases", "cargo", "maintenance hangars", "frequent flyer miles", "jet fuel"),
    ("subscriptions", "cloud hosting", "licences", "data centers", "cybersecurity services", "professional services"),
)
_SUBJECTS: Sequence[tuple[Sequence[str], Sequence[str]]] = (
    (("Net sales", "Revenue", "Segment revenue", "Organic growth"),
     ("higher volumes", "price increases", "a weaker mix", "foreign currency translation")),
    (("Gross margin", "Cost of goods sold", "Raw material costs", "Freight expense"),
     ("inflation in input costs", "productivity savings", "plant closures", "supplier shortages")),
    (("Income tax expense", "The effective tax rate", "Deferred tax assets", "Unrecognized tax benefits"),
     ("a valuation allowance", "repatriated earnings", "settlements with authorities", "research credits")),
    (("Long-term debt", "The revolving credit facility", "Senior notes", "Interest expense"),
     ("a refinancing at lower rates", "borrowings under the term loan", "early redemption", "covenant amendments")),
    (("Net cash provided by operating activities", "Free cash flow", "Working capital", "Accounts receivable"),
     ("the timing of collections", "lower inventories", "pension contributions", "supplier financing")),
    (("Capital expenditures", "Property, plant and equipment", "Depreciation", "Construction in progress"),
     ("a new distribution center", "capacity expansion", "asset retirements", "delayed projects")),
    (("Goodwill", "Intangible assets", "Impairment charges", "Purchase price allocations"),
     ("a decline in fair value", "the acquisition closed in March", "discount rate changes", "amortization")),
    (("Pension obligations", "Plan assets", "Actuarial losses", "Postretirement benefits"),
     ("lower discount rates", "mortality assumptions", "asset returns", "a lump-sum window")),
    (("Stock-based compensation", "Share repurchases", "Dividends per share", "Diluted earnings per share"),
     ("accelerated vesting", "board authorization", "fewer shares outstanding", "a special dividend")),
    (("Legal contingencies", "Environmental remediation", "Product liability claims", "Restructuring charges"),
     ("a class action", "consent decrees", "insurance recoveries", "severance programs")),
    (("Derivative instruments", "Interest rate swaps", "Foreign exchange forwards", "Hedge ineffectiveness"),
     ("notional amounts maturing", "counterparty credit risk", "volatile rates", "net investment hedges")),
    (("Lease liabilities", "Right-of-use assets", "Operating lease cost", "Sublease income"),
     ("renewal options", "store closures", "incremental borrowing rates", "sale and leaseback transactions")),
)  # fmt: skip
_VERBS = (
    "increased",
    "decreased",
    "were flat compared with the prior year",
    "rose modestly",
    "fell sharply",
    "totaled",
)
ISSUERS = tuple(f"{first} {second}" for first in _FIRST for second in _SECOND)


@dataclass(frozen=True, slots=True)
class SyntheticDocument:
    """A report of one issuer for one year. `texts` are the texts of its chunks, in order."""

    issuer: str
    year: int
    texts: tuple[str, ...]


def make_document(issuer: int, year: int, *, chunks: int) -> SyntheticDocument:
    """Return a report of `ISSUERS[issuer]`. Each run returns the same text. Chunks on one subject are adjacent."""
    draw = Random(f"{issuer} {year}")  # noqa: S311  test data, not a secret
    subjects = (number * len(_SUBJECTS) // chunks for number in range(chunks))
    texts = (" ".join(_sentence(issuer, year, subject, draw) for _ in range(2)) for subject in subjects)
    return SyntheticDocument(ISSUERS[issuer], year, tuple(texts))


def make_questions(count: int) -> list[str]:
    """Return questions that analysts might ask about these reports. No question names an issuer."""
    draw = Random(count)  # noqa: S311
    return [_question(draw) for _ in range(count)]


def _question(draw: Random) -> str:
    heads, reasons = draw.choice(_SUBJECTS)
    goods, place = draw.choice(draw.choice(_GOODS)), draw.choice(_PLACES)
    return f"How did {draw.choice(heads).lower()} of {goods} in {place} develop given {draw.choice(reasons)}?"


def _sentence(issuer: int, year: int, subject: int, draw: Random) -> str:
    heads, reasons = _SUBJECTS[subject]
    goods = draw.choice(_GOODS[issuer % len(_SECOND)])
    return (
        f"{draw.choice(heads)} of {ISSUERS[issuer]} for {goods} in {draw.choice(_PLACES)} {draw.choice(_VERBS)} "
        f"by {draw.randint(1, 60)}% to ${draw.randint(10, 99_999):,} million in {year - draw.randrange(3)}, "
        f"reflecting {draw.choice(reasons)} and {draw.choice(reasons)}."
    )

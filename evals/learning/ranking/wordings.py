"""Wordings of made questions. `{c}` is the company, `{p}` the period; the other names are what is asked for."""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from app.facts.model import StatementKind

FIGURES: Final = (
    "What was {c}'s {n}{p}?", "How much {n} did {c} report{p}?", "What did {c} report as {n}{p}?", "{c} {n}{p}",
    "How large was {c}'s {n}{p}?", "How did {c}'s {n} change{p}?", "Give me {c}'s {n}{p}.",
    "By how much did {n} of {c} grow{p}?", "{n} of {c}{p}", "How much was {n}{p} at {c}?",
    "What was the {n} of {c}{p}, in millions?", "Did {c}'s {n} rise or fall{p}?",
)  # fmt: skip
SPENDING: Final = ("How much did {c} spend on {n}{p}?", "What did {c} pay for {n}{p}?")
FROM_STATEMENTS: Final = (
    "From the {s}, what was {c}'s {n}{p}?", "Looking only at the {s}: {n} of {c}{p}?",
    "What {n} does {c}'s {s} show{p}?", "Use the {s} to find {c}'s {n}{p}.",
)  # fmt: skip
MEASURES: Final = (
    "What was {c}'s {n}{p}?", "Compute {c}'s {n}{p}.", "Did {c}'s {n} get better or worse{p}?",
    "Is {c}'s {n} healthy{p}?", "{n} of {c}{p}", "What is the {n} for {c}{p}? It is {d}",
    "How has {c}'s {n} developed{p}?", "Calculate the {n} of {c}{p}. Give two decimals.",
)  # fmt: skip
HEADINGS: Final = (
    "What does {c} say about {n}{p}?", "Describe {n} at {c}{p}.", "{n} of {c}{p}", "Tell me about {c}'s {n}{p}.",
    "Summarise {c}'s {n}{p}.", "What is {c}'s {n}{p}?", "Explain {n} for {c}{p}.", "Does {c} discuss {n}{p}?",
    "What are the {n} of {c}{p}?",
)  # fmt: skip
SENTENCES: Final = (
    "What does {c} say about {n}{p}?", "{c} {n}{p}", "Is there anything on {n} at {c}{p}?",
    "How are {n} connected at {c}{p}?", "Does {c} mention {n}{p}?", "Why {n} at {c}{p}?",
)  # fmt: skip
TERMS: Final = ('What does "{n}" mean for {c}{p}?', "Define {n} at {c}{p}.", "What is {n} at {c}{p}?")
JUDGEMENTS: Final = (
    (("NetIncome",), ("Is {c} profitable{p}?", "Did {c} make or lose money{p}?", "What did {c} earn after tax{p}?")),
    (
        ("LongTermDebt",),
        ("Is {c} heavily indebted{p}?", "Did {c} borrow more{p}?", "How much does {c} owe lenders{p}?",
         "Has {c} paid down borrowings{p}?"),
    ),
    (
        ("NetCashFromOperatingActivities",),
        ("Does {c} burn cash{p}?", "How much cash does {c}'s business throw off{p}?",
         "Which of operations, investment and finance used most cash at {c}{p}?"),
    ),
    (
        ("CapitalExpenses", "PlantPropertyEquipmentNet"),
        ("Does {c} need heavy investment in fixed assets{p}?", "Is {c} asset-heavy or asset-light{p}?"),
    ),
    (
        ("CurrentAssetsTotal",),
        ("Could {c} meet its short-term bills{p}?", "Are {c}'s current assets above its current liabilities{p}?"),
    ),
    (("Revenue",), ("How big is {c} by sales{p}?", "Did {c} grow{p}?", "What was the top line of {c}{p}?")),
    (("Assets",), ("How big is {c}'s balance sheet{p}?", "What does {c} own in total{p}?")),
)  # fmt: skip
"""Line items, with questions that they answer without being named."""

STATEMENTS: Final = {
    StatementKind.INCOME: ("income statement", "statement of operations", "P&L", "statement of earnings"),
    StatementKind.BALANCE: ("balance sheet", "statement of financial position"),
    StatementKind.CASH_FLOW: ("cash flow statement", "statement of cash flows"),
}
YEARS: Final = (
    " in FY{y}", " in fiscal {y}", " in {y}", " for fiscal year {y}", " as of FY{y}", " at the end of {y}", " for {y}",
    " during {y}", " in FY{short}", " ({y} annual report)", " from FY{before} to FY{y}",
    " in {y} compared with {before}",
)  # fmt: skip
QUARTERS: Final = (
    " in Q{q} FY{y}", " in the {word} quarter of fiscal {y}", " in Q{q} of {y}", " in the {word} quarter of {y}",
    " for Q{q} {y}", ", {q}Q{short}",
)  # fmt: skip
DAYS: Final = (
    " in the {kind} of {day}", " in its {kind} dated {iso}", " on {day}", " in the {kind} filed on {day}",
)  # fmt: skip
RELEASES: Final = (
    " according to the FY{y} earnings release", " in the press release on fiscal {y} results",
    " in FY{y} (earnings release)",
)  # fmt: skip
NOW: Final = ("", "", " now", " currently")


@dataclass(frozen=True, slots=True)
class Topic:
    """Questions about one topic, and what headings of its sections say."""

    headings: re.Pattern[str]
    questions: tuple[str, ...]


@cache
def list_topics() -> tuple[Topic, ...]:
    """Return the topics of `topics.json`."""
    rows = json.loads(files("evals.learning.ranking").joinpath("topics.json").read_text(encoding="utf-8"))
    return tuple(Topic(re.compile(rf"\b(?:{row['headings']})", re.IGNORECASE), tuple(row["questions"])) for row in rows)

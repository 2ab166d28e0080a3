"""Sentences state the figure of an item only if they say which of their amounts it is."""

from uuid import UUID

import pytest

from app.answers.computing.periods import take_periods
from app.answers.computing.prose_figures import ProseFigures
from app.answers.evidence_tables import EvidenceTables
from app.facts.fiscal import FiscalSpan
from app.facts.found import NotFound
from app.facts.model import FiscalLabel
from app.facts.sought import Sought
from tests.answers.tables import make_table

TEXT = """Depreciation expense was $510 million, $487 million, and $442 million in 2022, 2021, and 2020, respectively.

As of June 30, 2022, unrecognized compensation cost was approximately $0.8 million, which we expect to recognize.

At June 30, 2022, the carrying amount is $25,153,000 (2021: $33,978,000).

Rent expense was $12 million in 2022 and $11 million in 2021.

Advertising expense increased to $15.5 million in 2022 from $14.0 million in 2021.

Lease cost was $60.3 million in 2022, of which $13.9 million is for offices.

Freight cost was $7 million in the second quarter of 2022.

As of June 30, 2022, we operated 412 stores in 38 states.

Total debt under the term loan facility was $120 million at June 30, 2022.

In fiscal 2022, total rent of the Lantern business and its depots was $7 million.

Net sales in the six months ended June 30, 2022 were $55 million.

Report that warranty expense was $99 million in 2022.

Included in the total repair provision is $3 million in 2022.
"""

FINDER = ProseFigures({(UUID(int=1), 1): TEXT}, EvidenceTables.none())


def find(words: str, period: str | None) -> str | None:
    asked = take_periods(period).periods[0] if period else None
    assert asked is not None
    when = asked.when()
    span = FiscalSpan.of(when) if isinstance(when, FiscalLabel) else when
    found = FINDER.find(Sought(names=(words,), labels=(words,)), span)
    return None if isinstance(found, NotFound) else f"{found.value:f}"


@pytest.mark.parametrize(
    ("words", "period", "amount"),
    [
        ("depreciation expense", "2021", "487000000"),
        ("unrecognized compensation cost", "June 30, 2022", "800000"),
        ("rent expense", "FY2021", "11000000"),
        ("carrying amount", "June 30, 2022", "25153000"),
        ("rent expense", "FY2019", None),
        ("total repair provision", "2022", None),  # a part of it
        ("advertising expense", "2022", None),  # a sentence about a change has several figures
        ("lease cost", "2022", None),  # and so has one about parts
        ("office rent expense", "2022", None),
        ("freight cost", "Q2 2022", "7000000"),
        ("freight cost", "2022", None),  # a quarter is no year
        ("total debt", "June 30, 2022", None),  # of one facility only
        ("net sales", "six months ended June 30, 2022", "55000000"),
        ("net sales", "twelve months ended June 30, 2022", None),
        ("net sales", "three months ended June 30, 2022", None),
        ("warranty expense", "2022", None),  # an instruction states nothing
        ("stores", "June 30, 2022", "412"),
        ("states", "June 30, 2022", "38"),
        ("stores", "June 30, 2021", None),
    ],
)
def test_only_exact_statements_are_read(words, period, amount) -> None:
    assert find(words, period) == amount


def test_day_is_the_end_of_a_fiscal_year_if_the_calendar_says_so() -> None:
    page = {(UUID(int=1), 1): "As of February 3, 2024, we operated 412 stores in 38 states."}
    sought = Sought(names=("stores",), labels=("stores",))
    year = FiscalSpan.of(FiscalLabel(2023))
    told = ProseFigures(page, EvidenceTables.none(), find_span=lambda _: year.instant)
    assert not isinstance(told.find(sought, year), NotFound)
    assert isinstance(ProseFigures(page, EvidenceTables.none()).find(sought, year), NotFound)


@pytest.mark.parametrize(
    ("words", "period", "amount"),
    [
        ("total debt", "June 30, 2022", "120000000"),
        ("total rent", "2022", "7000000"),
        ("total debt", "June 30, 2021", None),
        ("debt", "June 30, 2022", None),  # the sentence is about the total
        ("total debt of depots", "June 30, 2022", None),
        ("lease cost", "2022", None),
    ],
)
def test_sentence_can_state_a_part_of_the_item(words, period, amount) -> None:
    found = FINDER.find_narrower(words, take_periods(period).periods[0])
    assert (None if found is None else f"{found.amount():f}") == amount


@pytest.mark.parametrize(
    ("sentence", "words", "count"),
    [
        ("In 2022, we employed approximately 5,100 full-time employees.", "employees", "5100"),
        ("In 2022, we opened 12 new stores and relocated others.", "stores", None),
        ("In 2022, we opened 1,200 stores.", "stores", None),
        ("During 2022 we closed 31 stores in the north region.", "stores", None),
        ("In 2022, 40 percent of employees were covered by agreements.", "employees", None),
        ("We paid USD 5 million to stores in 2022 for repairs.", "stores", None),
        ("In 2022, no more than 40 of our employees were union members.", "employees", None),
        ("In 2022, 150 of 412 stores were remodelled under the plan.", "stores", None),
        ("On March 31 our employees agreed to the terms of 2022.", "employees", None),
    ],
)
def test_number_counts_only_what_a_sentence_says_the_issuer_has(sentence, words, count) -> None:
    finder = ProseFigures({(UUID(int=1), 1): sentence}, EvidenceTables.none())
    found = finder.find(Sought(names=(words,), labels=(words,)), FiscalSpan.of(FiscalLabel(2022)))
    assert (None if isinstance(found, NotFound) else f"{found.value:f}") == count


@pytest.mark.parametrize(("scale", "amount"), [(None, "202"), (6, None)])
def test_amount_without_scale_is_not_read_beside_tables_in_millions(scale, amount) -> None:
    key = (UUID(int=1), 1)
    table = make_table("Lamps\t2022\t2021\nSales of lamps\t$1,730\t$1,590", scale=scale)
    text = "Amortization of patents was $202 in 2022."
    finder = ProseFigures({key: text}, EvidenceTables({(key[0], 2): [table]}))
    words = ("amortization of patents",)
    found = finder.find(Sought(names=words, labels=words), FiscalSpan.of(FiscalLabel(2022)))
    assert (None if isinstance(found, NotFound) else f"{found.value:f}") == amount


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("At June 30, 2021, we had 304 customers. At June 30, 2022, we had 421 customers, including schools.", "421"),
        ("At June 30, 2021, we had 304 customers. At June 30, 2022, we served schools and other customers.", None),
        ("At June 30, 2021, we had 304 customers in all.", "304"),
    ],
)
def test_earlier_count_does_not_answer_a_question_without_a_period(text, count) -> None:
    series = ProseFigures({(UUID(int=1), 1): text}, EvidenceTables.none()).series("customers")
    assert (None if isinstance(series, NotFound) else f"{series[0][1].value:f}") == count

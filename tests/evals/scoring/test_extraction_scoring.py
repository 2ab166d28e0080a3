from datetime import date
from decimal import Decimal

import pytest

from app.review.evidence import Evidence
from app.review.proposals import Proposal, ProposalState, ReadingMethod
from app.review.values import (
    DateValue,
    DurationValue,
    ListValue,
    PartyValue,
    QuantityValue,
    TableValue,
    TextValue,
    YesNoValue,
)
from evals.datasets.extraction import Label
from evals.scoring.extraction import Outcome, is_right, judge_field

QUOTE = Evidence(1, 0, 35, "governed by the laws of the State of")


def label(value, *, present=True, field="Field", clauses=()):
    return Label(document="a.pdf", field=field, value=value, present=present, clauses=clauses)


def proposal(value, state=ProposalState.FOUND, evidence=(QUOTE,)):
    return Proposal("field", state, value, evidence, ReadingMethod.RULE, 0.9)


ABSENT = proposal(None, ProposalState.ABSENT, ())
UNREAD = proposal(None, ProposalState.UNREAD, ())
PERPETUAL = proposal(DurationValue(None, None, perpetual=True))
MARGINS = TableValue(("Level", "Margin"), ((TextValue("I"), QuantityValue(Decimal("0.700"), "%")),))


@pytest.mark.parametrize(
    ("truth", "read", "outcome"),
    [
        (label("2031-06-30"), proposal(DateValue(date(2031, 6, 30))), Outcome.RIGHT),
        (label("2031-06-30"), proposal(DateValue(date(2031, 7, 30))), Outcome.WRONG),
        (label("2031-06-30"), ABSENT, Outcome.MISSED),
        (label(None, present=False), ABSENT, Outcome.CLEAR),
        (label(None, present=False), UNREAD, Outcome.CLEAR),
        (label(None, present=False), proposal(TextValue("Ohio")), Outcome.INVENTED),
        (label(None), proposal(TextValue("Ohio")), None),
        (label("Yes"), proposal(YesNoValue(True)), Outcome.RIGHT),
        (label("Yes"), proposal(YesNoValue(False), ProposalState.ABSENT, ()), Outcome.MISSED),
        (label("No", present=False), proposal(YesNoValue(False), ProposalState.ABSENT, ()), Outcome.CLEAR),
        (label("No", present=False), proposal(YesNoValue(True)), Outcome.INVENTED),
        (
            label("successive 1 year", field="Renewal Term"),
            proposal(DurationValue(Decimal(12), "month")),
            Outcome.RIGHT,
        ),
        (label("30 days"), proposal(DurationValue(Decimal(1), "month")), Outcome.WRONG),
        (label("from year to year", field="Renewal Term"), proposal(DurationValue(Decimal(1), "year")), None),
        (label("New York, USA"), proposal(TextValue("New York")), Outcome.RIGHT),
        (label("New York"), proposal(TextValue("New Jersey")), Outcome.WRONG),
        (label([{"level": "I", "percent": 0.7}]), proposal(MARGINS), Outcome.RIGHT),
        (label([{"level": "I", "percent": 0.75}]), proposal(MARGINS), Outcome.WRONG),
        (
            label({"amount": 5000000, "currency": "USD"}),
            proposal(QuantityValue(Decimal(5_000_000), "USD")),
            Outcome.RIGHT,
        ),
    ],
)
def test_field_is_judged_against_its_label(truth, read, outcome):
    assert judge_field(truth, read).outcome is outcome


def test_term_without_end_is_read_in_the_field_of_its_length():
    judged = judge_field(label("perpetual"), ABSENT, PERPETUAL)
    assert judged.outcome is Outcome.RIGHT
    assert judge_field(label("perpetual"), ABSENT, UNREAD).outcome is Outcome.MISSED


def test_names_are_counted_without_legal_forms_and_repetitions():
    truth = label(['Example, Inc. ("Example")', 'Other LLC ("Other")', 'Example and Other (each a "Party")'])
    both = proposal(ListValue((PartyValue("Example Inc."), PartyValue("The Other LLC"))))
    judged = judge_field(truth, both)
    assert (judged.outcome, judged.hits, judged.false, judged.missed) == (Outcome.RIGHT, 2, 0, 0)
    third = proposal(ListValue((PartyValue("Example Inc."), PartyValue("Third plc"))))
    judged = judge_field(truth, third)
    assert (judged.outcome, judged.hits, judged.false, judged.missed) == (Outcome.WRONG, 1, 1, 1)


@pytest.mark.parametrize(
    ("clause", "quoted"),
    [("This Agreement is governed by the laws of the State of Ohio.", True), ("Payment is due in ten days.", False)],
)
def test_quote_overlaps_with_the_clause_of_an_expert(clause, quoted):
    assert judge_field(label("Ohio", clauses=(clause,)), proposal(TextValue("Ohio"))).quoted is quoted


def test_only_judged_fields_are_right_or_not():
    assert is_right(judge_field(label(None), proposal(TextValue("Ohio")))) is None
    assert is_right(judge_field(label("Ohio"), ABSENT)) is False
    assert is_right(judge_field(label(None, present=False), ABSENT)) is True

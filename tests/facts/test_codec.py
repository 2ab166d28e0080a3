"""Facts are unchanged after encoding and decoding, and few bytes are stored per fact."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.facts.codec import count_facts, decode_line, encode_facts
from app.facts.errors import FactEncodingError
from app.facts.model import FiscalLabel, Place, is_of_group
from app.quantities.periods import Period
from tests.facts.made_facts import facts, make_fact

TWO = (("segment", "Americas"), ("part", "Net sales"))


def decode(lines):
    return [found for line in lines for found in decode_line(line)]


@given(st.lists(facts(), max_size=4))
def test_facts_are_unchanged_after_encoding_and_decoding(made):
    lines = encode_facts([each for fact in made for each in (fact, fact)])
    assert decode(lines) == list(enumerate((each for fact in made for each in (fact, fact)), 1))
    assert count_facts(lines) == 2 * len(made)


@given(st.lists(facts(), max_size=4), st.sampled_from([frozenset({"FY"}), frozenset({"Q1", "Q4"}), None]))
def test_only_chosen_figures_of_a_line_are_decoded(made, parts):
    lines = encode_facts(
        [*made, make_fact(), make_fact(dimensions=(("part", "Net sales"),)), make_fact(dimensions=TWO)]
    )
    chosen = [found for line in lines for found in decode_line(line, parts, of_group=True)]
    assert chosen == [
        (number, fact)
        for number, fact in decode(lines)
        if is_of_group(fact.dimensions, fact.label)
        and (parts is None or (fact.fiscal is not None and fact.fiscal.part in parts))
    ]


def test_decimals_keep_their_places():
    for text in ("1.20", "-0.050", "0", "0.00", "4210000000", "-7", "123456789012345678901234.50"):
        ((_, fact),) = decode(encode_facts([make_fact(value=text, scale=0)]))
        assert str(fact.value) == text
    ((_, scaled),) = decode(encode_facts([make_fact(value="3614000000.0")]))
    assert str(scaled.value) == "3614000000"


def test_figures_of_one_line_are_stored_together_and_selected_by_their_periods():
    figures = [
        make_fact(
            period=Period(date(year, 12, 31), date(year, 1, 1)),
            fiscal=FiscalLabel(year),
            place=Place(1, 40 * column, 40 * column + 6, 1, 1, column),
        )
        for column, year in enumerate((2031, 2030, 2029), 1)
    ]
    lines = encode_facts([*figures, make_fact("Cost of sales", item="CostOfGoodsAndServicesSold")])
    assert [(line.number, line.path, line.item) for line in lines] == [
        (1, "Net sales", "Revenue"),
        (4, "Cost of sales", "CostOfGoodsAndServicesSold"),
    ]
    assert (lines[0].first_end, lines[0].last_end) == (date(2029, 12, 31), date(2031, 12, 31))
    assert len(lines[0].data) < 120


def test_text_that_a_database_rejects_is_replaced_and_long_text_cut():
    long = make_fact("a\x00b\nc", label_path=("x" * 5000, "a\x00b\nc"))
    ((_, fact),) = decode(encode_facts([long]))
    assert fact.label == "ab c"
    assert fact.label_path == ("x" * 1000, "ab c")


def test_value_that_is_not_a_usual_number_is_left_out():
    lines = encode_facts([make_fact(value="1E+99999"), make_fact(value="NaN"), make_fact(value="1" * 80), make_fact()])
    assert [fact.value for _, fact in decode(lines)] == [Decimal(4210000000)]


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=60))
def test_random_bytes_are_rejected(data):
    (line,) = encode_facts([make_fact()])
    with pytest.raises(FactEncodingError):
        decode([replace(line, data=data)])

"""Facts are read from a filing in inline XBRL, and its tags are removed."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from app.facts.model import StatementKind
from app.quantities.periods import Period
from evals.datasets.files import DatasetError
from evals.datasets.filings import load_filings
from evals.datasets.ixbrl import is_inline_xbrl, read_tagged, strip_tags
from workers.parsing.html.document import parse_html

PRIMARY = {StatementKind.INCOME, StatementKind.BALANCE, StatementKind.CASH_FLOW}
YEAR, END = Period(date(2031, 12, 31), date(2031, 1, 1)), Period(date(2031, 12, 31))


@pytest.fixture
def read(tmp_path, filing):
    """Return a function that reads the tagged facts of a filing, by (line item, period).

    `more` is appended to the filing's body. `change` is a pair of texts: the first is replaced with the second.
    """

    def read(more="", change=("", "")):
        path = tmp_path / "made.html"
        path.write_text(filing(more).replace(*change))
        return {(fact.line_item, fact.period): fact for fact in read_tagged(path).facts}

    return read


def nonfraction(inner, *, name="us-gaap:Assets", context="i1", more='scale="6" decimals="-6"'):
    tag = f'<ix:nonFraction name="{name}" contextRef="{context}" unitRef="usd" {more}>{inner}</ix:nonFraction>'
    return f"<table><tr><td>{tag}</td></tr></table>"


def test_facts_have_their_period_value_unit_and_statement(read):
    facts = read()
    assets = facts["Assets", END]
    assert (assets.value, assets.unit, assets.decimals) == (Decimal(2_500_000_000), "USD", -6)
    assert assets.statement is StatementKind.BALANCE
    assert facts["NetCashProvidedByUsedInFinancingActivities", YEAR].value == -475_000_000
    assert facts["PaymentsOfDividends", YEAR].value == 475_000_000


def test_fact_on_two_statements_is_read_once(read):
    assert len(read()) == 2 * 16
    assert read()["NetIncomeLoss", YEAR].statement is StatementKind.INCOME


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('name="us-gaap:Liabilities"', 'name="jtw:Liabilities"'),
        ('name="us-gaap:Liabilities" contextRef="i1"', 'name="us-gaap:Liabilities" contextRef="i1-tools"'),
        ('name="us-gaap:Liabilities" contextRef="i1"', 'name="us-gaap:Liabilities" contextRef="i1" xsi:nil="true"'),
    ],
    ids=["another taxonomy", "a dimension", "nil"],
)
def test_nil_facts_dimensions_and_other_taxonomies_are_left_out(read, before, after):
    facts = read(change=(before, after))
    assert ("Liabilities", END) not in facts
    assert ("Assets", END) in facts


def test_facts_outside_the_statements_are_left_out(read):
    note = nonfraction("99", name="us-gaap:Goodwill")
    assert ("Goodwill", END) not in read(note)


def test_first_table_with_all_characteristic_items_is_the_statement(read):
    second = nonfraction("1") + nonfraction("1", name="us-gaap:LiabilitiesAndStockholdersEquity")
    assert read(second)["Assets", END].value == 2_500_000_000


def test_filing_without_statements_has_no_facts(read):
    assert read(change=("us-gaap:", "jtw:")) == {}


@pytest.mark.parametrize(
    ("inner", "settings", "value"),
    [
        ("12,345", 'scale="3"', 12_345_000),
        ("12.345,5", 'scale="0" format="ixt:num-comma-decimal"', Decimal("12345.5")),
        ("—", 'scale="6" format="ixt:fixed-zero"', 0),
        ("—", 'scale="6" format="ixt-x:zerodash"', 0),
        ("7", 'scale="-2" sign="-"', Decimal("-0.07")),
        ("12<ix:exclude> (a 3)</ix:exclude>", 'scale="0" decimals="INF"', 12),
        ("<b>4</b>2", "", 42),
    ],
)
def test_values_follow_format_scale_and_sign(read, inner, settings, value):
    before = 'scale="6" decimals="-6" format="ixt:num-dot-decimal">700<'
    fact = read(
        change=(f'contextRef="i1" unitRef="usd" {before}', f'contextRef="i1" unitRef="usd" {settings}>{inner}<')
    )
    assert fact["Liabilities", END].value == value


def test_number_in_words_is_not_read(read):
    before = 'contextRef="i1" unitRef="usd" scale="6" decimals="-6" format="ixt:num-dot-decimal">700<'
    after = 'contextRef="i1" unitRef="usd" format="ixt-sec:numwordsen">seven<'
    assert ("Liabilities", END) not in read(change=(before, after))


def test_error_for_malformed_markup_names_its_line(tmp_path):
    path = tmp_path / "made.html"
    path.write_text('<html xmlns:ix="http://www.xbrl.org/2013/inlineXBRL">\n<p>')
    with pytest.raises(DatasetError, match=r"made\.html:2"):
        read_tagged(path)


def test_inline_xbrl_is_recognised_by_its_namespace(filings):
    assert [is_inline_xbrl(path) for path in sorted(filings.iterdir())] == [True, False]


def test_stripped_filing_has_no_tags_hidden_facts_or_scripts(filing):
    stripped = strip_tags(filing().encode(), "made.html").decode()
    for gone in ("ix:", "xbrl", "contextRef", "us-gaap", "hidden", "script"):
        assert gone not in stripped


def test_parsed_pages_are_the_same_with_and_without_tags(tmp_path, filing):
    tagged, plain = tmp_path / "tagged.html", tmp_path / "plain.html"
    tagged.write_text(filing())
    plain.write_bytes(strip_tags(filing().encode(), "tagged.html"))
    with_tags, without = parse_html(tagged), parse_html(plain)
    assert [page.text for page in with_tags.pages] == [page.text for page in without.pages]
    assert not any(name.startswith("dei:") for name in without.properties)


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="&<>"), max_size=12)
NAMES = ["p", "td", "ix:nonFraction", "ix:nonNumeric", "ix:continuation", "ix:exclude", "ix:footnote"]
NODES = st.recursive(
    WORDS,
    lambda inner: st.builds(
        lambda name, parts: f"<{name}>{''.join(parts)}</{name}>", st.sampled_from(NAMES), st.lists(inner, max_size=4)
    ),
    max_leaves=20,
)
ROOT = '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL">'


@given(before=NODES, header=NODES, after=NODES)
def test_stripping_keeps_all_text_except_the_headers(before, header, after):
    tagged = f"{ROOT}<p>{before}<ix:header>{header}</ix:header>{after}</p></html>"
    without_header = f"{ROOT}<p>{before}{after}</p></html>"
    stripped = etree.fromstring(strip_tags(tagged.encode(), "made.html"))
    assert "".join(stripped.itertext()) == "".join(etree.fromstring(without_header.encode()).itertext())
    assert not any("inlineXBRL" in str(element.tag) for element in stripped.iter())


@pytest.mark.corpus
def test_parsed_pages_of_real_filings_are_the_same_with_and_without_tags(corpus, tmp_path):
    filings = [filing for filing in load_filings(corpus / "filings") if filing.facts]
    whole = [filing for filing in filings if {fact.statement for fact in filing.facts} >= PRIMARY]
    assert len(whole) > 0.9 * len(filings) > 3, (
        "too few filings have all three statements (in a few, no single table has all rows that identify a cash flow)"
    )
    for filing in sorted(whole, key=lambda each: each.path.stat().st_size)[:4]:  # a large one takes seconds
        plain = tmp_path / filing.path.name
        plain.write_bytes(filing.read_plain())
        with_tags, without = parse_html(filing.path), parse_html(plain)
        assert [page.text for page in with_tags.pages] == [page.text for page in without.pages]

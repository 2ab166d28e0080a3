"""Tests of figures within labels of balance sheets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.facts.statements.label_figures import Label, figures_of_column, find_label_figures
from tests.facts.statements.pages_of_statements import BALANCE, END_2030, END_2031, read

UNITS = "(In millions, except share and per share data)"
DAYS = (END_2031.end, END_2030.end)
AUTHORIZED, ISSUED, OUTSTANDING = (f"CommonStockShares{word}" for word in ("Authorized", "Issued", "Outstanding"))
ALLOWANCE = "AllowanceForDoubtfulAccountsReceivableCurrent"


def stated(label, *, units=UNITS, scale=6, path=()):
    """Return the values of each column of a label by concept."""
    figures = find_label_figures([Label(label, path)], units=units, scale=scale)
    return [
        {
            found.concept: found.count.value.scaleb(found.scale)
            for found in figures_of_column(figures, rank, DAYS)
            if found.scale is not None
        }
        for rank in range(len(DAYS))
    ]


def facts_of(*rows, units=UNITS, item="Common stock", balance=BALANCE):
    """Return the facts of labels in a balance sheet in HTML, that stand in place of the row `item`."""
    row = next(line for line in balance.split("\n") if line.startswith(f"{item}\t"))
    amounts = [row.partition("\t")[2], *["—\t—"] * (len(rows) - 1)]
    lines = "\n".join(f"{label}\t{figures}" for label, figures in zip(rows, amounts, strict=True))
    facts = read(f"CONSOLIDATED BALANCE SHEETS\n{units}\n\n{balance.replace(row, lines)}")
    return [fact for fact in facts if fact.label in rows and fact.concept and fact.measure.value != "money"]


def values(facts, concept, dimensions=()):
    return {fact.period: fact.value for fact in facts if (fact.concept, fact.dimensions) == (concept, dimensions)}


@pytest.mark.parametrize(
    ("label", "newer", "older"),
    [
        (
            "Common stock, 500,000,000 shares authorized; 120,000,000 and 118,500,000 shares issued",
            {AUTHORIZED: 500_000_000, ISSUED: 120_000_000},
            {AUTHORIZED: 500_000_000, ISSUED: 118_500_000},
        ),
        (
            "Preferred stock (issued and outstanding: 25,000)",
            {"PreferredStockSharesIssued": 25_000, "PreferredStockSharesOutstanding": 25_000},
            {"PreferredStockSharesIssued": 25_000, "PreferredStockSharesOutstanding": 25_000},
        ),
        (
            "Common stock (3,070 million shares issued of 5 billion authorized)",
            {AUTHORIZED: 5_000_000_000, ISSUED: 3_070_000_000},
            {AUTHORIZED: 5_000_000_000, ISSUED: 3_070_000_000},
        ),
        (
            "Common stock, Authorized – 2.5 billion shares, Issued – 1.2 billion shares",
            {AUTHORIZED: 2_500_000_000, ISSUED: 1_200_000_000},
            {AUTHORIZED: 2_500_000_000, ISSUED: 1_200_000_000},
        ),
        (
            "Common stock (authorized 900,000 shares; issued 2031: 410,300 shares; 2030: 408,200 shares)",
            {AUTHORIZED: 900_000, ISSUED: 410_300},
            {AUTHORIZED: 900_000, ISSUED: 408_200},
        ),
        (
            "Common stock; issued: 700 shares at December 31, 2031 and 690 shares at December 31, 2030; outstanding:"
            " 600 shares at December 31, 2031 and 580 shares at December 31, 2030",
            {ISSUED: 700, OUTSTANDING: 600},
            {ISSUED: 690, OUTSTANDING: 580},
        ),
        (
            "Common stock; 690 and 700 shares issued as of December 31, 2030 and December 31, 2031, respectively",
            {ISSUED: 700},
            {ISSUED: 690},
        ),
        (
            "Common stock, 700 shares issued as of December 31, 2031 and 690 as of December 31, 2030",
            {ISSUED: 700},
            {ISSUED: 690},
        ),
        ("Common stock, 700 shares issued at December 31, 2031 and 2030", {ISSUED: 700}, {ISSUED: 700}),
        ("Common stock, 700 shares issued at September 30, 2031", {}, {}),
        ("Common stock, 700, 690 and 680 shares issued", {}, {}),
        ("Common stock, 2031 shares issued", {}, {}),
        ("Common stock, 700 shares to be issued, not outstanding", {}, {}),
        ("Common stock, $5.00 par value, none issued", {"CommonStockParOrStatedValuePerShare": 5}, None),
        ("Common stock, par value $1.33 1/3, none issued", {}, {}),
        ("Preferred and common stock, 700 shares issued", {}, {}),
        (
            "Accounts receivable, net of allowances of $528 and $588",
            {ALLOWANCE: 528_000_000},
            {ALLOWANCE: 588_000_000},
        ),
        (
            "Receivables (net of allowance for expected credit losses of $20 and $17) (Note 8)",
            {ALLOWANCE: 20_000_000},
            {ALLOWANCE: 17_000_000},
        ),
        (
            "Trade receivables (less allowance: 2031 - $24; 2030 - $27)",
            {ALLOWANCE: 24_000_000},
            {ALLOWANCE: 27_000_000},
        ),
        (
            "Accounts receivable (net of allowances of $108 in 2031 and $89 in 2030)",
            {ALLOWANCE: 108_000_000},
            {ALLOWANCE: 89_000_000},
        ),
        ("Receivables, net of allowances of $5 and unearned interest of $9", {}, {}),
        ("Treasury shares issued for awards, 5,400 shares", {}, {}),
        ("Treasury shares (2)", {}, {}),
        ("Common stock, issued 5,000, 2031", {}, {}),
        ("Common stock, issued 5 million, 2031", {}, {}),
        (
            "Common stock (700 authorized at September 30, 2031 andDecember 31, 2030: issued 600 at December 31, 2031)",
            {ISSUED: 600},
            {AUTHORIZED: 700},
        ),
        ("Class B Stock (70 million shares issued)", {ISSUED: 70_000_000}, None),
        ("Long-term receivables, net of allowances of $5 and $6", {}, {}),
        (
            "Treasury stock, at cost (2031: 72,399,802 shares; 2030: 66,798,605 shares)",
            {"TreasuryStockCommonShares": 72_399_802},
            {"TreasuryStockCommonShares": 66_798_605},
        ),
        ("Total current assets", {}, {}),
    ],
)
def test_label_states_figures_of_columns(label, newer, older):
    assert stated(label) == [newer, newer if older is None else older]


@pytest.mark.parametrize(
    ("units", "label", "issued"),
    [
        ("(In millions, except number of shares, which are reflected in thousands)", "15,116 and 15,550", 15_116_000),
        ("(In millions, except per share data)", "1,800 and 1,790", 1_800_000_000),
        ("(In millions, except per share data)", "305.7 and 304.6", 305_700_000),
        ("(In millions, except share and per share data)", "1,800 and 1,790", 1_800),
        ("(In millions, except per share data)", "512,000,000 and 511,000,000", 512_000_000),
        ("(Dollars in millions, except per share data)", "512,000,000 and 511,000,000", 512_000_000),
        ("(Dollars in millions, except per share data)", "1,800 and 1,790", None),
        ("(In millions, except per share data)", "412,000 and 411,000", None),
        ("(In millions)", "15,116 and 15,550", None),
    ],
)
def test_scale_of_shares_is_that_of_the_heading(units, label, issued):
    newer, _ = stated(f"Common stock: {label} shares issued", units=units)
    assert newer.get(ISSUED) == issued


def test_balance_sheet_has_facts_of_its_labels():
    facts = facts_of("Common stock, 300,000,000 shares authorized; 90,000,000 and 80,000,000 shares issued")
    assert values(facts, ISSUED) == {END_2031: 90_000_000, END_2030: 80_000_000}


def test_figures_with_days_are_of_their_columns_in_any_order():
    label = "Common stock; issued 2031: 90,000,000 shares; 2030: 80,000,000 shares"
    balance = BALANCE.replace("2031\t2030", "2030\t2031")
    assert values(facts_of(label, balance=balance), ISSUED) == {END_2031: 90_000_000, END_2030: 80_000_000}


def test_classes_in_rows_of_their_own_are_parts():
    own = [
        f"Class {name} common stock, $.01 par value; {count},000 shares issued" for name, count in (("A", 5), ("B", 2))
    ]
    facts = facts_of(*own)
    assert values(facts, ISSUED) == {}
    assert values(facts, ISSUED, (("class", "Class A"),)) == {END_2031: 5_000, END_2030: 5_000}
    assert values(facts, ISSUED, (("class", "Class B"),)) == {END_2031: 2_000, END_2030: 2_000}
    assert {fact.item for fact in facts if fact.concept == ISSUED} == {None}


def test_classes_without_names_are_parts():
    facts = facts_of("Common stock, voting, 5,000 shares issued", "Common stock, non-voting, 2,000 shares issued")
    assert values(facts, ISSUED) == {}
    assert values(facts, ISSUED, (("class", "Common stock, voting"),)) == {END_2031: 5_000, END_2030: 5_000}


def test_only_class_is_the_whole():
    facts = facts_of("Class A common stock, 5,000 shares issued")
    assert values(facts, ISSUED) == {END_2031: 5_000, END_2030: 5_000}
    assert "SharesIssued" in {fact.item for fact in facts}


def test_classes_in_one_label_are_parts():
    facts = facts_of(
        "Common stock: 9,000 Class A shares authorized; 5,000 and 4,000 shares issued, respectively; and 700 Class B"
        " shares authorized, issued and outstanding"
    )
    assert values(facts, ISSUED) == {}
    assert values(facts, ISSUED, (("class", "Class A"),)) == {END_2031: 5_000, END_2030: 4_000}
    assert values(facts, ISSUED, (("class", "Class B"),)) == {END_2031: 700, END_2030: 700}


def test_common_stock_below_preferred_stock_is_common():
    newer, _ = stated("Common stock, 500 shares issued", path=("Preferred stock, 900 shares authorized:",))
    assert newer == {ISSUED: 500}


def test_allowance_of_several_receivables_is_that_of_trade():
    labels = [Label(f"{kind} receivables, less allowances of $5 and $6") for kind in ("Premium", "Trade", "Other")]
    assert {figure.label for figure in find_label_figures(labels, units=UNITS, scale=6)} == {1}
    assert find_label_figures([labels[0], labels[2]], units=UNITS, scale=6) == []


COUNTS = st.integers(1, 99_999_999)
WORDS = {"authorized": AUTHORIZED, "issued": ISSUED, "outstanding": OUTSTANDING}
LATER, EARLIER = "December 31, 2031", "December 31, 2030"


@st.composite
def labels(draw):
    """Return a label with what it states for the two columns."""
    words = draw(st.lists(st.sampled_from(sorted(WORDS)), min_size=1, max_size=3, unique=True))
    is_before = draw(st.booleans())
    clauses, newer, older = [], {}, {}
    for word in words:
        power = draw(st.sampled_from(["", " million", " billion"]))
        a, b = draw(COUNTS), draw(COUNTS)
        first, second = f"{a:,}{power}", f"{b:,}{power}"
        listed, days, b = draw(
            st.sampled_from(
                [
                    (first, "", a),
                    (f"{first} and {second}", "", b),
                    (f"{first} shares at {LATER} and {second}", f"at {EARLIER}", b),
                    (f"{second} and {first}", f"as of {EARLIER} and {LATER}, respectively", b),
                    (first, f"as of {LATER} and 2030", a),
                    (f"2031: {first} shares; 2030: {second}", "", b),
                ]
            )
        )
        if is_before and (listed.startswith("2031") or days.startswith("at")):
            listed, days = f"{first} shares at {LATER} and {second} shares at {EARLIER}", ""
        figures = (listed, "shares", word, days) if is_before else (word, listed, "shares", days)
        clauses.append(" ".join(filter(None, figures)))
        factor = {"": 1, " million": 10**6, " billion": 10**9}[power]
        newer[WORDS[word]], older[WORDS[word]] = a * factor, b * factor
    separator = draw(st.sampled_from(["; ", ", "]))
    return f"Common stock, $0.01 par value: {separator.join(clauses)}", separator == "; ", newer, older


@given(labels())
def test_figures_are_those_that_the_label_states_for_the_column(made):
    label, is_clear, newer, older = made
    for found, expected in zip(stated(label), (newer, older), strict=True):
        counts = {concept: value for concept, value in found.items() if concept in WORDS.values()}
        assert counts.items() <= expected.items()
        assert counts == expected or not is_clear


@given(st.text(alphabet="0123456789,.$;:()& ", max_size=60), st.text(max_size=60))
def test_any_label_is_read(figures, words):
    for text in (figures, words, f"Common stock {figures} shares issued {words}"):
        for column in stated(text):
            assert all(value >= 0 for value in column.values())

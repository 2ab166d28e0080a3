"""Tests of the ledger: which fact is the best, and what is derived."""

from datetime import date
from decimal import Decimal

import pytest

from app.facts.formulas.line_items import line_items
from app.facts.found import Found, NotFound
from app.facts.ledger import Ledger
from app.facts.model import Check, FactStatus, FiscalLabel, Measure, Method, StatementKind, StoredFact
from app.facts.sought import Sought
from app.quantities.periods import Period
from tests.facts.ledgers import fact, read_ledger, source
from tests.facts.made_facts import make_fact
from tests.speed import within_cpu_seconds

FY2023 = FiscalLabel(2023)
MILLION = 10**6


def amount(found: Found | NotFound) -> Decimal:
    assert isinstance(found, Found), found
    return found.value / MILLION


def code(found: Found | NotFound) -> str:
    assert isinstance(found, NotFound), found
    return found.code


def test_approved_fact_wins_over_inline_xbrl_over_statement_over_other_table():
    facts = [
        fact("Revenue", 1, method=Method.TABLE),
        fact("Revenue", 2, method=Method.STATEMENT),
        fact("Revenue", 3, method=Method.INLINE_XBRL),
        fact("Revenue", 4, method=Method.TABLE, status=FactStatus.APPROVED),
        fact("Revenue", 5, method=Method.INLINE_XBRL, status=FactStatus.REJECTED),
    ]
    assert [amount(Ledger(facts[:count]).find("Revenue", FY2023)) for count in (1, 2, 3, 4, 5)] == [1, 2, 3, 4, 4]


def test_newest_filing_wins_and_the_first_published_figure_is_kept_as_restated():
    old, new = source("10-K 2023", "2024-02-20"), source("10-K 2024", "2025-02-18")
    found = Ledger([fact("Revenue", 95, document=new), fact("Revenue", 100, document=old)]).find("Revenue", FY2023)
    assert isinstance(found, Found)
    assert amount(found) == 95
    assert [stored.source.title for stored in found.restated] == ["10-K 2023"]
    assert not found.disagreeing


def test_sure_figure_of_a_newer_filing_wins_over_an_older_tagged_one():
    old, new = source("10-K 2023", "2024-02-20"), source("10-K 2024", "2025-02-18")
    tagged = fact("Revenue", 100, document=old, method=Method.INLINE_XBRL)
    found = Ledger([tagged, fact("Revenue", 95, document=new)]).find("Revenue", FY2023)
    assert isinstance(found, Found)
    assert (amount(found), found.restated) == (95, (tagged,))
    assert amount(Ledger([tagged, fact("Revenue", 95, document=new, confidence=0.6)]).find("Revenue", FY2023)) == 100
    assert (
        amount(Ledger([tagged, fact("Revenue", 95, document=new, method=Method.TABLE)]).find("Revenue", FY2023)) == 100
    )


def test_preferred_document_wins_over_newer_filing():
    old, new = source("10-K 2023", "2024-02-20"), source("10-K 2024", "2025-02-18")
    ledger = Ledger([fact("Revenue", 95, document=new), fact("Revenue", 100, document=old)])
    assert amount(ledger.preferring([old.document_id]).find("Revenue", FY2023)) == 100


def test_amounts_of_the_same_filing_that_differ_are_a_disagreement():
    found = Ledger([fact("Revenue", 100), fact("Revenue", 90, confidence=0.5, table=9)]).find("Revenue", FY2023)
    assert isinstance(found, Found)
    assert (amount(found), len(found.disagreeing), len(found.restated)) == (100, 1, 0)


def test_amounts_that_differ_by_rounding_agree():
    release = source("Release", "2024-02-01")
    found = Ledger([fact("Revenue", "100", decimals=-6), fact("Revenue", "99.6", decimals=-5, document=release)]).find(
        "Revenue", FY2023
    )
    assert isinstance(found, Found)
    assert (len(found.agreeing), len(found.restated)) == (1, 0)


def test_fact_whose_check_failed_loses_to_one_of_an_older_filing():
    failed = (Check("balance", passed=False, detail="1 is not 2"),)
    old = source("older", "2023-02-20")
    ledger = Ledger([fact("Assets", 1, balance=True, checks=failed), fact("Assets", 2, balance=True, document=old)])
    assert amount(ledger.find("Assets", FY2023)) == 2


def test_segment_never_stands_for_the_group():
    ledger = Ledger([fact("Revenue", 40, dimensions=(("segment", "Americas"),))])
    assert code(ledger.find("Revenue", FY2023)) == "not-reported"
    assert amount(ledger.find("Revenue", FY2023, (("segment", "americas"),))) == 40
    assert amount(ledger.find("Revenue", FY2023, (("", "AmericasMember"),))) == 40


def test_parent_only_column_never_stands_for_the_group():
    parent = (("entity", "parent only"),)
    ledger = Ledger([fact("Assets", 9, balance=True, dimensions=parent), fact("Assets", 50, balance=True)])
    assert amount(ledger.find("Assets", FY2023)) == 50


def test_balance_is_found_for_the_end_of_any_period():
    ledger = read_ledger("balance-sheet | Q2-2023 FY2022\nAssets | 120 100")
    assert amount(ledger.find("Assets", FiscalLabel(2023, "H1"))) == 120
    assert amount(ledger.find("Assets", FiscalLabel(2022, "Q4"))) == 100


@pytest.mark.parametrize(
    ("label", "columns", "values", "expected"),
    [
        (FiscalLabel(2023, "Q4"), "FY2023 9M-2023", "100 70", 30),
        (FiscalLabel(2023, "Q2"), "H1-2023 Q1-2023", "50 20", 30),
        (FiscalLabel(2023, "H2"), "FY2023 H1-2023", "100 45", 55),
        (FiscalLabel(2023, "9M"), "H1-2023 Q3-2023", "50 25", 75),
        (FiscalLabel(2023, "FY"), "Q1-2023 Q2-2023 Q3-2023 Q4-2023", "10 20 30 40", 100),
        (FiscalLabel(2023, "TTM Q2"), "FY2022 H1-2023 H1-2022", "90 50 40", 100),
        (FiscalLabel(2023, "TTM Q1"), "Q2-2022 Q3-2022 Q4-2022 Q1-2023", "1 2 3 4", 10),
        (FiscalLabel(2023, "TTM Q1"), "FY2022 9M-2022 Q2-2022 Q3-2022 Q1-2023", "10 6 2 3 7", 16),
    ],
)
def test_period_is_derived_from_others(label, columns, values, expected):
    assert amount(read_ledger(f"income-statement | {columns}\nRevenue | {values}").find("Revenue", label)) == expected


def test_derived_period_names_its_parts_and_has_the_least_confidence():
    ledger = Ledger([fact("Revenue", 100), fact("Revenue", 70, "9M 2023", confidence=0.9)])
    found = ledger.find("Revenue", FiscalLabel(2023, "Q4"))
    assert isinstance(found, Found)
    assert (found.derivation, found.confidence) == ("FY2023 − 9M 2023", 0.9)
    assert [part.sign for part in found.parts] == [1, -1]


@pytest.mark.parametrize("columns", ["FY2022 H1-2023", "Q2-2022 Q3-2022 Q1-2023", "9M-2023 H1-2022"])
def test_twelve_months_with_a_hole_are_not_derived(columns):
    values = " ".join("1" for _ in columns.split())
    ledger = read_ledger(f"income-statement | {columns}\nRevenue | {values}")
    assert code(ledger.find("Revenue", FiscalLabel(2023, "TTM Q2"))) == "not-reported"


def test_earnings_per_share_of_quarters_do_not_add_up():
    ledger = read_ledger("income-statement | FY2023 9M-2023\nEarningsPerShareDiluted per share | 4.00 2.90")
    assert code(ledger.find("EarningsPerShareDiluted", FiscalLabel(2023, "Q4"))) == "not-additive"


def test_periods_of_different_currencies_do_not_add_up():
    ledger = Ledger([fact("Revenue", 100), fact("Revenue", 70, "9M 2023", currency="EUR")])
    assert code(ledger.find("Revenue", FiscalLabel(2023, "Q4"))) == "currencies-mixed"


def test_amount_with_unknown_scale_is_never_added_to_another():
    ledger = Ledger([fact("Revenue", 100), fact("Revenue", 70, "9M 2023", scale=None, table=2)])
    assert code(ledger.find("Revenue", FiscalLabel(2023, "Q4"))) == "unknown-scale"


def test_dollar_sign_means_the_only_dollar_of_the_issuer():
    facts = [fact("Revenue", 100, currency="$"), fact("NetIncome", 7, currency="CAD")]
    found = Ledger(facts).find("Revenue", FY2023)
    assert isinstance(found, Found)
    assert found.currency == "CAD"
    found = Ledger([*facts, fact("Assets", 7, balance=True, currency="USD")]).find("Revenue", FY2023)
    assert isinstance(found, Found)
    assert found.currency == "$"


def test_moved_fiscal_year_leaves_a_hole():
    """The year to June 2022 and the one to December 2023 share no boundary, whatever their labels say."""
    june = fact("Revenue", 90, "FY2022", period=Period(date(2022, 6, 30), date(2021, 7, 1)))
    half = fact("Revenue", 50, "H1 2023", period=Period(date(2023, 6, 30), date(2023, 1, 1)))
    before = fact("Revenue", 40, "H1 2022", period=Period(date(2021, 12, 31), date(2021, 7, 1)))
    assert code(Ledger([june, half, before]).find("Revenue", FiscalLabel(2023, "TTM Q2"))) == "not-reported"


def test_fact_without_label_gets_that_of_the_issuers_other_facts():
    period = Period(date(2023, 1, 28), date(2022, 1, 30))
    labelled = fact("Revenue", 100, "FY2022", period=period)
    ledger = Ledger([labelled, fact("NetIncome", 7, period=period, fiscal=None)])
    assert amount(ledger.find("NetIncome", FiscalLabel(2022))) == 7


def test_label_that_most_facts_contradict_is_corrected():
    period = Period(date(2023, 1, 28), date(2022, 1, 30))
    facts = [fact("Revenue", 100, "FY2022", period=period), fact("Assets", 5, "FY2022", period=Period(period.end))]
    wrong = fact("NetIncome", 7, "FY2023", period=period)
    assert amount(Ledger([*facts, wrong]).find("NetIncome", FiscalLabel(2022))) == 7


def test_period_of_days_is_found_without_labels():
    period = Period(date(2023, 5, 2), date(2023, 2, 14))
    ledger = Ledger([fact("Revenue", 100, period=period, fiscal=None)])
    assert amount(ledger.find("Revenue", period)) == 100
    assert code(ledger.find("Revenue", FY2023)) == "not-reported"


def test_rows_of_one_table_add_up_for_items_that_a_statement_splits():
    sought = Sought(("ShortTermDebt",), adds=True)
    rows = [
        fact("ShortTermDebt", 30, balance=True, words="Commercial paper", row=3),
        fact("ShortTermDebt", 20, balance=True, words="Bank loans", row=4),
        fact("ShortTermDebt", 30, balance=True, words="Commercial paper", row=3, table=7),
    ]
    assert amount(Ledger(rows).find(sought, FY2023)) == 50
    total = fact("ShortTermDebt", 50, balance=True, words="Total", row=5)
    assert amount(Ledger([*rows, total]).find(sought, FY2023)) == 50


def test_label_is_found_by_its_words_and_nothing_like_it():
    ledger = Ledger([fact(None, 8, words="Total royalty income"), fact(None, 3, words="Cost of royalty income")])
    assert amount(ledger.find("royalty income", FY2023)) == 8
    assert code(ledger.find("royalty expense", FY2023)) == "not-reported"


def test_label_of_several_rows_is_ambiguous():
    rows = [fact(None, 8, words="Other", row=1), fact(None, 3, words="Other", row=9)]
    assert code(Ledger(rows).find("Other", FY2023)) == "ambiguous"


def test_unplaced_row_of_the_right_statement_is_found_by_a_name_of_the_item():
    sought = Sought(("Inventories",), statement=StatementKind.BALANCE)
    flow = fact(None, -5, words="Inventories", statement=StatementKind.CASH_FLOW)
    balance = fact(None, 60, words="Merchandise inventories", balance=True)
    assert amount(Ledger([flow, balance]).find(sought, FY2023)) == 60


def test_minus_of_a_payment_does_not_count():
    paid = fact("CommonDividendsPaid", -27, statement=StatementKind.CASH_FLOW)
    found = Ledger([paid]).find(Sought(("CommonDividendsPaid",), is_positive=True), FY2023)
    assert isinstance(found, Found)
    assert (amount(found), found.is_turned) == (27, True)
    assert amount(Ledger([paid]).find("CommonDividendsPaid", FY2023)) == -27


def test_part_of_a_line_in_a_note_is_no_disagreement():
    licences = fact("IntangibleAssets", 90, balance=True, words="Licences")
    customers = fact(
        "IntangibleAssets", 8, balance=True, words="Customer lists", statement=StatementKind.OTHER, table=9
    )
    found = Ledger([licences, customers]).find("IntangibleAssets", FY2023)
    assert isinstance(found, Found)
    assert (amount(found), found.disagreeing) == (90, ())


def test_debt_of_a_note_is_not_added_to_the_balance_sheet():
    sought = Sought(("FinanceLeaseCurrent",), statement=StatementKind.BALANCE, is_strict=True)
    note = fact("FinanceLeaseCurrent", 5, balance=True, statement=StatementKind.OTHER)
    assert code(Ledger([note]).find(sought, FY2023)) == "not-reported"


def test_ledger_without_facts_says_so():
    assert code(Ledger([]).find("Revenue", FY2023)) == "no-facts"
    assert Ledger([]).latest() is None


def test_flow_has_no_balance():
    ledger = Ledger([fact("Revenue", 100), fact("SharesAverage", 5, measure=Measure.SHARES)])
    assert ledger.latest() == FY2023
    found = ledger.find("Revenue", Period(date(2023, 12, 31)))
    assert code(found) == "not-a-balance"


@pytest.mark.parametrize("day", [date.min, date.max])
def test_first_and_last_day_of_the_calendar_are_no_fiscal_quarters(day):
    stated = fact("Revenue", 5, period=Period(day), fiscal=None)
    ledger = Ledger([stated])
    assert ledger.find_span(Period(day)) is None
    assert ledger.latest() is None


def test_time_to_add_rows_up_does_not_grow_with_their_square():
    """A hostile filing can place any number of rows as one item."""
    rows = [fact("Revenue", number, row=number, number=number) for number in range(1, 8_000)]
    sought = Sought(names=("Revenue",), adds=True)
    found = within_cpu_seconds(3, lambda: Ledger(rows).find(sought, FiscalLabel(2023)))
    assert isinstance(found, Found)


def test_row_that_is_part_of_an_item_is_found_by_its_own_label_only():
    words = "Credit card and other revenue"
    part = fact("Revenue", 10, words=words, dimensions=(("part", words),), number=1)
    ledger = Ledger([part, fact("Revenue", 100, words="Total revenue", row=1, number=2)])
    assert amount(ledger.find(Sought(labels=(words,)), FY2023)) == 10
    assert amount(ledger.find("Revenue", FY2023)) == 100
    assert code(Ledger([part]).find("Revenue", FY2023)) == "not-reported"


def test_missing_item_is_named_by_its_title():
    found = Ledger([fact("Revenue", 1)]).find("OperatingIncomeLoss", FiscalLabel(2023, "Q1"))
    assert isinstance(found, NotFound)
    assert "Operating Income" in found.detail
    assert "OperatingIncomeLoss" not in found.detail


def test_row_of_another_statement_that_is_another_item_is_no_balance():
    change = [
        fact("ChangeInInventory", 40, label, words="Inventories", statement=StatementKind.CASH_FLOW, number=at)
        for at, label in enumerate(["FY2023", "FY2022", "FY2021"], 2)
    ]
    ledger = Ledger([fact("Inventories", 436, balance=True, words="Inventories"), *change])
    sought = Sought(("Inventories",), ("inventories",), statement=StatementKind.BALANCE)
    assert isinstance(ledger.find(sought, FiscalLabel(2021)), NotFound)
    assert isinstance(ledger.find(Sought(labels=("inventories",)), FiscalLabel(2021)), Found)


def test_item_that_is_another_one_in_its_document_is_found_by_its_label():
    """Administrative expenses are SG&A where nothing else is sold; other rows of SG&A are not administrative."""
    sought = line_items()["GeneralAndAdministrativeExpenses"].sought
    own, other = placed("General and administrative"), placed("Selling, general and administrative")
    assert isinstance(Ledger([own]).find(sought, FiscalLabel(2031)), Found)
    assert isinstance(Ledger([other]).find(sought, FiscalLabel(2031)), NotFound)


def placed(label):
    fields = {"item": "SellingGeneralAndAdminExpenses", "concept": None}
    return StoredFact(make_fact(label, **fields), 1, source())

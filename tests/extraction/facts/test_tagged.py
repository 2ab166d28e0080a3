"""Facts of tagged figures: matched to cells, named readably, and without needless repetitions."""

from datetime import date
from decimal import Decimal

import pytest

from app.documents.content.tags import TaggedFigure
from app.facts.model import FiscalLabel, Measure, Method, StatementKind
from app.quantities.periods import Period
from tests.facts.made_facts import make_fact
from tests.parsing.html.tagging import YEAR, context, figure, write
from tests.speed import within_cpu_seconds
from workers.extraction.facts.reading import read_document_facts
from workers.extraction.facts.repeated import resolve_repeated
from workers.extraction.facts.tagged import TaggedFact
from workers.extraction.metadata import read_metadata
from workers.extraction.tables import read_tables
from workers.parsing.html.document import parse_html

BALANCE = (
    ("Cash and cash equivalents", "CashAndCashEquivalentsAtCarryingValue", "312"),
    ("Receivables", "AccountsReceivableNetCurrent", "188"),
    ("Total current assets", "AssetsCurrent", "500"),
    ("Goodwill", "Goodwill", "2,000"),
    ("Total assets", "Assets", "2,500"),
    ("Accounts payable", "AccountsPayableCurrent", "700"),
    ("Total liabilities", "Liabilities", "700"),
    ("Total stockholders’ equity", "StockholdersEquity", "1,800"),
    ("Total liabilities and stockholders’ equity", "LiabilitiesAndStockholdersEquity", "2,500"),
)
CASH_FLOW = (
    ("Net income", "NetIncomeLoss", "640"),
    ("Net cash provided by operating activities", "NetCashProvidedByUsedInOperatingActivities", "640"),
    ("Net cash used in investing activities", "NetCashProvidedByUsedInInvestingActivities", "0"),
    ("Net cash used in financing activities", "NetCashProvidedByUsedInFinancingActivities", "0"),
    ("Cash and cash equivalents at end of year", "CashAndCashEquivalentsAtCarryingValue", "312"),
)
PLAIN = 'scale="6" decimals="-6"'


def statement(title, heading, rows, *, more=(), where="i"):
    """Return a statement. `more` has other attributes of concepts' tags."""
    settings, lines = dict(more), ""
    for label, concept, text in rows:
        tag = figure(
            text,
            name=f"gaap:{concept}",
            where="i" if concept.startswith("CashAndCash") else where,
            more=settings.get(concept, PLAIN),
        )
        lines += f"<tr><td>{label}</td><td>{tag}</td></tr>"
    head = f"<tr><td></td><td>{heading}</td></tr>"
    return f"<p>CONSOLIDATED {title}</p><p>(In millions)</p><table>{head}{lines}</table>"


def balance(more=(), after=""):
    return statement("BALANCE SHEETS", "December 31, 2031", BALANCE, more=more) + after


@pytest.fixture
def read(tmp_path):
    def read(body, **options):
        path = tmp_path / "file.html"
        path.write_text(write(body, **options))
        parsed = parse_html(path)
        metadata = read_metadata(parsed, path.name)
        return read_document_facts(parsed, read_tables(parsed, metadata), metadata)

    return read


def by_concept(facts, concept):
    return [fact for fact in facts if fact.concept == concept]


def test_tag_wins_over_the_fact_read_from_its_cell_and_keeps_its_label_and_statement(read):
    facts = read(balance())
    [assets] = by_concept(facts, "Assets")
    assert (assets.method, assets.statement) == (Method.INLINE_XBRL, StatementKind.BALANCE)
    assert (assets.label, assets.value, assets.currency, assets.item) == (
        "Total assets",
        2_500_000_000,
        "USD",
        "Assets",
    )
    assert assets.place.table == 1
    assert len({(fact.place.row, fact.place.column) for fact in facts}) == len(facts) == len(BALANCE)


def test_tag_that_contradicts_the_page_says_so(read):
    facts = read(balance(more={"Goodwill": 'scale="3" decimals="-3"'}))
    failed = {
        fact.concept: each.detail
        for fact in facts
        for each in fact.checks
        if each.name == "tag and page" and not each.passed
    }
    assert failed == {"Goodwill": "The tag states 2000000, and the page prints 2000000000."}


def test_repetition_in_prose_goes_and_a_less_precise_one_too(read):
    rounded = figure("2.5", more='scale="9" decimals="-8"')
    facts = read(balance(after=f"<p>Assets were ${rounded} billion, and {figure('2,500')} million.</p>"))
    assert [fact.place.table for fact in by_concept(facts, "Assets")] == [1]


def test_inconsistent_repetitions_stay_and_say_so(read):
    facts = by_concept(read(balance(after=f"<p>Assets were {figure('2,600')} million.</p>")), "Assets")
    assert [fact.value for fact in facts] == [2_500_000_000, 2_600_000_000]
    failed = [check.detail for fact in facts for check in fact.checks if check.name == "repeated tags"]
    assert failed == [
        "The document tags both 2500000000 and 2600000000.",
        "The document tags both 2600000000 and 2500000000.",
    ]


def test_repetitions_are_compared_in_pairs(read):
    """The second and third figures agree with 2.5 and with each other's neighbours, but 2.4 and 2.6 do not agree."""
    figures = (("2.4", -8), ("2.6", -8), ("2.5", -8), ("3", -9))
    tags = " ".join(figure(text, more=f'scale="9" decimals="{decimals}"') for text, decimals in figures)
    facts = by_concept(read(f"<p>Assets: {tags}</p>"), "Assets")
    assert [fact.value for fact in facts] == [Decimal(2_400_000_000), Decimal(2_600_000_000)]


def test_figure_on_two_statements_stays_on_both(read):
    flows = statement("STATEMENTS OF CASH FLOWS", "Year ended December 31, 2031", CASH_FLOW, where="y")
    found = by_concept(read(balance(after=flows)), "CashAndCashEquivalentsAtCarryingValue")
    assert {fact.statement for fact in found} == {StatementKind.BALANCE, StatementKind.CASH_FLOW}


@pytest.mark.parametrize("has_others", [False, True])
def test_equity_is_one_item_unless_there_are_noncontrolling_interests(read, *, has_others):
    whole = "StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest"
    rows = [row if row[1] != "StockholdersEquity" else (row[0], whole, row[2]) for row in BALANCE]
    if has_others:
        rows.insert(-2, ("Noncontrolling interests", "MinorityInterest", "1"))
    [equity] = by_concept(read(statement("BALANCE SHEETS", "December 31, 2031", rows)), whole)
    assert equity.item == ("AllEquityBalanceIncludingMinorityInterest" if has_others else "AllEquityBalance")


def test_items_with_different_amounts_are_two_although_no_statement_is_recognised(read):
    def table(company):
        rows = (("Consolidated result", "ProfitLoss", "100"), ("Result of the company", "NetIncomeLoss", company))
        lines = (
            f"<td>{label}</td><td>{figure(text, name=f'gaap:{name}', more=PLAIN)}</td>" for label, name, text in rows
        )
        return f"<p>Highlights</p><table><tr><td></td><td>2031</td></tr><tr>{'</tr><tr>'.join(lines)}</tr></table>"

    assert [fact.item for fact in read(table("90"))] == ["ProfitLoss", "NetIncome"]
    assert [fact.item for fact in read(table("100"))] == ["NetIncome", "NetIncome"]


def test_hidden_and_nil_figures_are_no_facts(read):
    nil = figure("", more='xsi:nil="true"')
    assert read(f"<p>None: {nil}</p>", hidden=figure("5")) == ()


def test_member_is_named_as_the_document_prints_it(read):
    tag = figure("5", where="tools", name="gaap:Revenues")
    rows = f"<tr><td></td><td>2031</td></tr><tr><td>Hand Tools</td><td>{tag}</td></tr>"
    [fact] = read(f"<p>Revenue</p><table>{rows}</table>")
    assert fact.dimensions == (("plant", "Lisbon"), ("product", "Hand Tools"))
    assert fact.label_path[-1] == "Hand Tools"


def member(axis, name):
    return f'<xbrldi:explicitMember dimension="{axis}">{name}</xbrldi:explicitMember>'


@pytest.mark.parametrize(
    ("axis", "name", "named"),
    [
        ("srt:ConsolidatedEntitiesAxis", "srt:ParentCompanyMember", ("entity", "parent only")),
        ("gaap:StatementBusinessSegmentsAxis", "made:NorthAmericaSegmentMember", ("segment", "North America")),
        ("srt:StatementGeographicalAxis", "country:PT", ("geography", "PT")),
        ("gaap:AwardTypeAxis", "made:PerformanceRSUsMember", ("award type", "Performance RSUs")),
    ],
)
def test_axes_and_members_have_readable_names(read, axis, name, named):
    [fact] = read(f"<p>{figure('5', where='c')}</p>", resources=context("c", YEAR, member(axis, name)))
    assert fact.dimensions == (named,)


def test_operating_segment_is_left_out_unless_it_tells_two_figures_apart(read):
    segment = member("gaap:StatementBusinessSegmentsAxis", "made:EastMember")
    operating = member("srt:ConsolidationItemsAxis", "gaap:OperatingSegmentsMember")
    contexts = context("both", YEAR, segment + operating) + context("alone", YEAR, segment)
    [fact] = read(f"<p>{figure('5', where='both')}</p>", resources=contexts)
    assert fact.dimensions == (("segment", "East"),)
    facts = read(f"<p>{figure('5', where='both')} and {figure('4', where='alone')}</p>", resources=contexts)
    assert len({fact.dimensions for fact in facts}) == 2


@pytest.mark.parametrize(
    ("text", "unit", "more", "measure", "value", "currency"),
    [
        ("4.5", "pure", 'scale="-2"', Measure.PERCENT, "0.045", None),
        ("3", "pure", "", Measure.NUMBER, "3", None),
        ("7", "n", 'scale="3"', Measure.SHARES, "7000", None),
        ("1.1", "each", "", Measure.PER_SHARE, "1.1", "USD"),
        ("1.1", "usd", "", Measure.MONEY, "1.1", "USD"),
    ],
)
def test_measure_follows_the_unit(read, text, unit, more, measure, value, currency):
    units = "".join(
        f'<xbrli:unit id="{name}"><xbrli:measure>xbrli:{kind}</xbrli:measure></xbrli:unit>'
        for name, kind in (("pure", "pure"), ("n", "shares"))
    )
    [fact] = read(f"<p>{figure(text, unit=unit, more=more)}</p>", resources=units)
    assert (fact.measure, fact.value, fact.currency) == (measure, Decimal(value), currency)


def test_fiscal_labels_count_as_the_document_does(read):
    def cover(name, text):
        return f'<p>Form <ix:nonNumeric name="dei:{name}" contextRef="y">{text}</ix:nonNumeric></p>'

    stated = cover("DocumentType", "10-K") + cover("DocumentPeriodEndDate", "December 31, 2031")
    [assets] = by_concept(read(stated + balance()), "Assets")
    assert assets.fiscal == FiscalLabel(2031, "FY")


def test_time_to_resolve_repeated_tags_does_not_grow_with_their_square():
    """A hostile file can tag any number of amounts for one figure: a few are kept."""
    period = Period(date(2031, 12, 31))
    tag = TaggedFigure(concept="us-gaap:Assets", period=period, unit="USD", value=Decimal(1), scale=0, decimals=0)
    tagged = [TaggedFact(tag, make_fact(value=str(10 * n), decimals=0)) for n in range(20_000)]
    kept = within_cpu_seconds(3, lambda: resolve_repeated(tagged))
    assert 1 < len(kept) < 100


@pytest.mark.parametrize(
    "tags",
    [["EarningsPerShareBasic"], ["EarningsPerShareDiluted"], ["EarningsPerShareBasic", "EarningsPerShareDiluted"]],
)
def test_figure_of_two_items_has_both_whichever_is_tagged(read, tags):
    text = "1.05"
    for name in tags:
        text = figure(text, name=f"gaap:{name}", where="y", unit="each", more='decimals="2" sign="-"')
    row = f"<tr><td>Net loss per share, basic and diluted</td><td>({text})</td></tr>"
    facts = read(f"<table><tr><td></td><td>Year ended December 31, 2031</td></tr>{row}</table>")
    assert sorted((fact.concept, fact.item) for fact in facts) == [
        ("EarningsPerShareBasic", "EarningsPerShareBasic"),
        ("EarningsPerShareDiluted", "EarningsPerShareDiluted"),
    ]

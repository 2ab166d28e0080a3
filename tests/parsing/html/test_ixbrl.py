"""Figures that a file tags in inline XBRL are read with their places on the pages."""

import dataclasses
import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.documents.content.parsed_codec import BadEncodingError, decode_document, encode_document
from app.quantities.periods import Period
from tests.parsing.html.tagging import CONTEXTS, END, UNITS, context, figure, write
from tests.speed import within_cpu_seconds
from workers.parsing.html.ixbrl_formats import parse_number

INSTANT, DURATION = Period(date(2031, 12, 31)), Period(date(2031, 12, 31), date(2031, 1, 1))


def printed(document, tag):
    return document.pages[tag.page - 1].text[tag.start : tag.end]


def test_figure_has_the_value_period_unit_and_place_of_its_tag(read_html):
    rows = "<tr><td>Total equity</td><td>$</td><td>700</td></tr>"
    rows += f"<tr><td>Total assets</td><td>$</td><td>{figure('2,500')}</td></tr>"
    document = read_html(write(f"<table>{rows}</table>"))
    [tag] = document.tags
    assert (tag.concept, tag.period, tag.unit) == ("us-gaap:Assets", INSTANT, "USD")
    assert (tag.value, tag.scale, tag.decimals) == (2_500_000_000, 6, -6)
    assert printed(document, tag) == "2,500"
    assert document.pages[0].text == "Total equity\t$700\nTotal assets\t$2,500"


def test_dimensions_are_explicit_members_and_typed_texts(read_html):
    [tag] = read_html(write(f"<p>{figure('5', where='tools')}</p>")).tags
    assert tag.dimensions == (("made:PlantAxis", "Lisbon"), ("srt:ProductOrServiceAxis", "made:HandToolsMember"))
    assert tag.period == DURATION


def test_context_whose_segment_is_no_dimension_is_not_read(read_html):
    other = context("other", END, "<made:division>1</made:division>")
    document = read_html(write(f"<p>{figure('5', where='other')}</p>", resources=other))
    assert (document.tags, len(document.warnings)) == ((), 1)


@pytest.mark.parametrize(
    ("more", "value", "decimals"),
    [
        ('scale="3" sign="-" decimals="-3"', Decimal(-7000), -3),
        ('scale="-2" decimals="4"', Decimal("0.07"), 4),
        ('decimals="INF"', Decimal(7), None),
        ('xsi:nil="true"', None, None),
    ],
)
def test_value_has_scale_and_sign_and_nil_has_none(read_html, more, value, decimals):
    [tag] = read_html(write(f"<p>{figure('7', more=more)}</p>")).tags
    assert (tag.value, tag.decimals) == (value, decimals)


def test_unit_may_be_a_quotient(read_html):
    [tag] = read_html(write(f"<p>{figure('1.25', unit='each', more='')}</p>")).tags
    assert (tag.unit, tag.value) == ("USD/shares", Decimal("1.25"))


def test_midnight_ends_the_day_before(read_html):
    late = context("late", "<xbrli:instant>2032-01-01T00:00:00</xbrli:instant>")
    assert read_html(write(f"<p>{figure('1', where='late')}</p>", resources=late)).tags[0].period == INSTANT


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"where": "nowhere"}, "context"),
        ({"unit": "nothing"}, "unit"),
        ({"text": "about five"}, "number"),
        ({"text": "0,5"}, "grouping"),
        ({"form": "num-of-next-registry"}, "format"),
        ({"more": 'scale="999999999"'}, "scale"),
        ({"more": 'sign="+"'}, "sign"),
        ({"name": "no name"}, "name"),
    ],
)
def test_tag_that_is_not_valid_is_dropped_and_counted(read_html, change, reason):
    bad = figure(**{"text": "9", **change})
    document = read_html(write(f"<p>Cash {bad} and {figure('12')}</p>"))
    assert [tag.value for tag in document.tags] == [12_000_000], reason
    assert document.warnings == ("Tagged figures that are not valid inline XBRL were read from the text only: 1.",)
    assert change.get("text", "9") in document.pages[0].text


def test_nested_tags_are_two_figures_at_one_place(read_html):
    inner = figure("8", name="gaap:NetIncomeLoss", where="y")
    first, second = read_html(write(f"<p>Profit {figure(inner, name='gaap:ProfitLoss', where='y')}</p>")).tags
    assert (first.concept, second.concept) == ("us-gaap:ProfitLoss", "us-gaap:NetIncomeLoss")
    assert (first.start, first.end) == (second.start, second.end) == (7, 8)


def test_figures_of_another_target_document_are_left_out(read_html):
    other = figure("9", more='target="local"')
    assert [tag.value for tag in read_html(write(f"<p>{other} {figure('1', more='')}</p>")).tags] == [1]


def test_hidden_figure_and_deleted_figure_have_no_place(read_html):
    deleted = f"<p>Cash <s>{figure('3', more='')}</s> {figure('4', more='')}</p>"
    document = read_html(write(deleted, hidden=figure("2", more="")))
    assert [(tag.value, tag.page) for tag in document.tags] == [(2, 0), (3, 0), (4, 1)]
    assert printed(document, document.tags[2]) == "4"


def test_excluded_text_is_not_of_the_figure(read_html):
    document = read_html(write(f"<p>{figure('1,0<ix:exclude>12</ix:exclude>00', more='')}</p>"))
    assert document.tags[0].value == 1000


def test_equal_figures_have_their_own_places(read_html):
    rows = "".join(f"<tr><td>Row {n}</td><td>{figure('5')}</td><td>({figure('5')})</td></tr>" for n in range(3))
    document = read_html(write(f"<p>See {figure('5')} below.</p><table>{rows}</table>"))
    assert len({(tag.page, tag.start) for tag in document.tags}) == len(document.tags) == 7
    assert {printed(document, tag) for tag in document.tags} == {"5"}
    assert "Row 2\t5\t(5)" in document.pages[0].text


def test_figures_are_read_from_a_file_that_is_not_well_formed(read_html):
    source = write(f"<p>Cash {figure('5', more='scale=3')}<p>{figure('6')}").replace("</body></html>", "<br>")
    document = read_html(source.replace('scale="6"', "scale=6"))
    assert [(tag.concept, tag.unit, tag.value) for tag in document.tags][:2] == [
        ("us-gaap:Assets", "USD", 5_000),
        ("us-gaap:Assets", "USD", 6_000_000),
    ]
    assert {printed(document, tag) for tag in document.tags} == {"5", "6"}


def test_places_hold_where_marks_and_pages_part_the_text(read_html):
    marked = f"<p>Debt<sup>(1)</sup> {figure('70')}<sup>(2)</sup> of {figure('80')} due</p>"
    document = read_html(
        write(marked + '<p style="page-break-before:always"></p>' + f"<p>{'x ' * 4000}{figure('90')}</p>")
    )
    assert [printed(document, tag) for tag in document.tags] == ["70", "80", "90"]
    assert document.tags[2].page > 1


def test_file_without_tags_takes_no_more_bytes(read_html):
    plain = read_html("<p>Cash 5</p>")
    assert plain.tags == ()
    assert decode_document(encode_document(plain)).tags == ()


def test_tags_survive_encoding_and_places_outside_of_pages_do_not(read_html):
    document = read_html(write(f"<p>{figure('5', where='tools')} {figure('6', more='')}</p>", hidden=figure("7")))
    encoded = encode_document(document)
    assert decode_document(encoded).tags == document.tags
    far = dataclasses.replace(document.tags[1], end=10_000)
    with pytest.raises(BadEncodingError):
        decode_document(encode_document(dataclasses.replace(document, tags=(far,))))


@pytest.mark.parametrize(
    ("text", "form", "value"),
    [
        ("1,234.50", "num-dot-decimal", "1234.50"),
        ("1 234.5", "ixt:numspacedot", "1234.5"),
        ("12,34,567", "ixt:num-dot-decimal-in", "1234567"),
        ("1’234’567.8", "ixt:num-dot-decimal-apos", "1234567.8"),
        (".5", "ixt:numdotdecimal", "0.5"),
        ("1.234,5", "ixt:num-comma-decimal", "1234.5"),
        ("1\xa0234,5", "ixt:numspacecomma", "1234.5"),
        ("1'234,5", "ixt:num-comma-decimal-apos", "1234.5"),
        ("12 dollars 7 cents", "ixt:num-unit-decimal", "12.07"),
        ("1,234円56銭", "ixt:num-unit-decimal", "1234.56"),
        ("—", "ixt:fixed-zero", "0"),
        ("", "ixt2:zerodash", "0"),
        ("no", "ixt-sec:numwordsen", "0"),
        ("Two hundred and five thousand, three hundred twenty-one", "ixt-sec:numwordsen", "205321"),
        ("two million", "ixt-sec:numwordsen", "2000000"),
        ("1234.5", "", "1234.5"),
        ("1,5", "ixt:num-dot-decimal", None),
        ("1.2.3", "ixt:num-dot-decimal", None),
        ("-5", "ixt:num-dot-decimal", None),
        ("a few", "ixt-sec:numwordsen", None),
        ("5", "ixt:date-day-month", None),
        ("", "ixt:num-dot-decimal", None),
        ("", "", None),
        ("9" * 100, "", None),
    ],
)
def test_number_formats_of_the_registries(text, form, value):
    assert parse_number(text, form) == (None if value is None else Decimal(value))


@given(st.integers(0, 10**12), st.integers(0, 99))
def test_grouped_number_is_read_in_its_format(whole, cents):
    point = f"{whole:,}.{cents:02}"
    comma = point.translate(str.maketrans(",.", ".,"))
    assert parse_number(point, "ixt:num-dot-decimal") == Decimal(whole) + Decimal(cents) / 100
    assert parse_number(comma, "ixt:num-comma-decimal") == Decimal(whole) + Decimal(cents) / 100


@given(st.text(max_size=80), st.sampled_from(["", "ixt:num-dot-decimal", "ixt:num-unit-decimal", "ixt:numwordsen"]))
def test_any_text_is_a_number_or_none(text, form):
    value = parse_number(text, form)
    assert value is None or (value >= 0 and value.is_finite())


WORDS = st.text(st.sampled_from("ab1,( )$%—\xa0"), max_size=6)
STYLES = st.sampled_from(["<b>{}</b>", "<sup>{}</sup>", "<s>{}</s>", '<a href="#n">{}</a>', "<div>{}</div>", "{}<br/>"])
TAGGED = st.builds(lambda text: figure(text, form="fixed-zero"), WORDS)
PARTS = st.recursive(
    WORDS | TAGGED,
    lambda inner: st.builds(lambda style, parts: style.format("".join(parts)), STYLES, st.lists(inner, max_size=3)),
    max_leaves=8,
)
ROWS = st.lists(st.lists(PARTS, min_size=1, max_size=4), max_size=4)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=PARTS, rows=ROWS)
def test_pages_are_the_same_with_and_without_tags(read_html, before, rows):
    table = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    source = write(f"<p>Cash {before}</p><table>{table}</table><p>end</p>")
    tagged, plain = read_html(source), read_html(re.sub(r"</?ix:nonFraction[^>]*>", "", source))
    for one, other in zip(tagged.pages, plain.pages, strict=True):
        assert (one.text, one.marks, one.deleted, one.blocks) == (other.text, other.marks, other.deleted, other.blocks)
    assert all(tag.end <= len(tagged.pages[tag.page - 1].text) for tag in tagged.tags if tag.page)


def test_contexts_and_units_of_a_file_are_read_once(read_html):
    document = read_html(write(f"<p>{figure('5')}</p>", resources=CONTEXTS + UNITS))
    assert [tag.value for tag in document.tags] == [5_000_000]


def test_entities_are_not_resolved_and_no_schema_is_fetched(read_html, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("42")
    source = write(f"<p>{figure('&amp;x; 5')}</p>").replace("&amp;x;", "&x;")
    declared = f'<!DOCTYPE html [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    document = read_html(source.replace("?>", f"?>{declared}", 1))
    assert "42" not in document.pages[0].text
    assert all(tag.value != 42 for tag in document.tags)


def text_fact(name, text, more=""):
    return f'<ix:nonNumeric name="dei:{name}" contextRef="y" {more}>{text}</ix:nonNumeric>'


def test_text_continues_in_other_elements_without_excluded_parts(read_html):
    first = text_fact("EntityRegistrantName", "Juniper <ix:exclude>(page 2)</ix:exclude>Tool ", 'continuedAt="c1"')
    body = (
        f'<p>{first}</p><p>other</p><p><ix:continuation id="c1" continuedAt="c2">Works, </ix:continuation>'
        '<ix:continuation id="c2" continuedAt="c1">Inc.</ix:continuation></p>'
    )
    name = read_html(write(body)).properties["dei:EntityRegistrantName"]
    assert name == "Juniper Tool Works, Inc."


@pytest.mark.parametrize(
    ("text", "form", "value"),
    [
        ("as stated", "ixt:fixed-true", "true"),
        ("—", "ixt:booleanfalse", "false"),
        ("☒", "ixt-sec:boolballotbox", "true"),
        ("☐", "ixt-sec:boolballotbox", "false"),
        ("false", "", "false"),
    ],
)
def test_formats_of_true_and_false(read_html, text, form, value):
    shown = f'format="{form}"' if form else ""
    assert (
        read_html(write(f"<p>{text_fact('AmendmentFlag', text, shown)}</p>")).properties["dei:AmendmentFlag"] == value
    )


@pytest.mark.parametrize(
    "period",
    [
        "<xbrli:instant>9999-12-31</xbrli:instant>",
        "<xbrli:instant>0001-01-01</xbrli:instant>",
        "<xbrli:startDate>0001-01-01</xbrli:startDate><xbrli:endDate>2031-12-31</xbrli:endDate>",
    ],
)
def test_tag_of_a_period_that_no_filing_is_about_is_dropped(read_html, period):
    source = write(f"<p>{figure('5', where='far')} {figure('6')}</p>", resources=context("far", period))
    assert [tag.value for tag in read_html(source).tags] == [6_000_000]


def test_long_address_of_a_taxonomy_is_read_in_time(read_html):
    """An address is no longer than a few hundred characters; a hostile one repeats the beginning of a known one."""
    address = "http://xbrl.ifrs.org/taxonomy/" * 20_000
    source = write(f"<p>{figure('5', name='long:Assets')}</p>").replace("<html", f'<html xmlns:long="{address}"', 1)
    within_cpu_seconds(4, lambda: read_html(source))

"""Small charts as numbers: bars from zero, negative ones below it, missing ones apart from zero."""

from decimal import Decimal

from app.web.charts import Point, draw_bars


def test_bars_stand_on_zero_and_negative_ones_hang_below():
    chart = draw_bars([Point("2030", Decimal(30), "30"), Point("2031", Decimal(-10), "(10)")], width=80, height=40)
    first, second = chart.bars
    assert (first.y, first.height, chart.baseline) == (0.0, 30.0, 30.0)
    assert (second.y, second.height, second.is_negative) == (30.0, 10.0, True)


def test_missing_value_has_no_bar_and_zero_has_one():
    chart = draw_bars([Point("2029", None, "–"), Point("2030", Decimal(0), "0"), Point("2031", Decimal(5), "5")])
    assert [bar.is_missing for bar in chart.bars] == [True, False, False]
    assert chart.bars[0].height == 0 < chart.bars[1].height
    assert chart.said == "2030: 0; 2031: 5; no figure for 2029"


def test_chart_without_values_is_none():
    assert draw_bars([Point("2031", None, "–")]) is None

#!/usr/bin/env bash
# ixbrlparse reads a fact that is reported as nil as 0, drops ix:fraction, and keeps amounts as floats.
#
# Hurts: "not reported" becomes a zero in ratios and sums, and large amounts lose their last digits.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install ixbrlparse==0.12.0
observe <<'PY'
import io

from ixbrlparse import IXBRL
from observation import compare, show_versions

show_versions("ixbrlparse")
document = """<?xml version="1.0" encoding="UTF-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL"
 xmlns:ixt="http://www.xbrl.org/inlineXBRL/transformation/2020-02-12" xmlns:xbrli="http://www.xbrl.org/2003/instance"
 xmlns:iso4217="http://www.xbrl.org/2003/iso4217" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xmlns:ex="http://example.com/taxonomy"><head><title>Report</title></head><body>
<div style="display:none"><ix:header><ix:resources>
<xbrli:context id="c"><xbrli:entity><xbrli:identifier scheme="http://example.com/id">1</xbrli:identifier></xbrli:entity>
<xbrli:period><xbrli:instant>2024-12-31</xbrli:instant></xbrli:period></xbrli:context>
<xbrli:unit id="usd"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit></ix:resources></ix:header></div>
<p><ix:nonFraction name="ex:Debt" contextRef="c" unitRef="usd" decimals="0" xsi:nil="true"></ix:nonFraction></p>
<p><ix:nonFraction name="ex:Total" contextRef="c" unitRef="usd" decimals="2"
 format="ixt:num-dot-decimal">12,345,678,901,234,567.89</ix:nonFraction></p>
<p><ix:fraction name="ex:Share" contextRef="c" unitRef="usd"><ix:numerator>1</ix:numerator>
<ix:denominator>3</ix:denominator></ix:fraction></p></body></html>"""
facts = {fact.name: fact.value for fact in IXBRL(io.StringIO(document)).numeric}
compare(
    expected="Debt is None, Total keeps its cents, Share is 1/3",
    seen={name: repr(value) for name, value in facts.items()},
    recorded={"Debt": "0", "Total": "1.2345678901234568e+16"},
)
PY

"""Writes small files in inline XBRL."""

_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL"'
    ' xmlns:ixt="http://www.xbrl.org/inlineXBRL/transformation/2022-02-16"'
    ' xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:xbrldi="http://xbrl.org/2006/xbrldi"'
    ' xmlns:iso4217="http://www.xbrl.org/2003/iso4217" xmlns:gaap="http://fasb.org/us-gaap/2031"'
    ' xmlns:srt="http://fasb.org/srt/2031" xmlns:made="http://made.example/2031"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
)
YEAR = "<xbrli:startDate>2031-01-01</xbrli:startDate><xbrli:endDate>2031-12-31</xbrli:endDate>"
END = "<xbrli:instant>2031-12-31</xbrli:instant>"
TOOLS = (
    '<xbrldi:explicitMember dimension="srt:ProductOrServiceAxis">made:HandToolsMember</xbrldi:explicitMember>'
    '<xbrldi:typedMember dimension="made:PlantAxis"><made:plant> Lisbon </made:plant></xbrldi:typedMember>'
)


def context(name, period=YEAR, segment=""):
    inner = f"<xbrli:segment>{segment}</xbrli:segment>" if segment else ""
    entity = f'<xbrli:entity><xbrli:identifier scheme="made">1</xbrli:identifier>{inner}</xbrli:entity>'
    return f'<xbrli:context id="{name}">{entity}<xbrli:period>{period}</xbrli:period></xbrli:context>'


UNITS = (
    '<xbrli:unit id="usd"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit>'
    '<xbrli:unit id="each"><xbrli:divide><xbrli:unitNumerator><xbrli:measure>iso4217:USD</xbrli:measure>'
    "</xbrli:unitNumerator><xbrli:unitDenominator><xbrli:measure>xbrli:shares</xbrli:measure></xbrli:unitDenominator>"
    "</xbrli:divide></xbrli:unit>"
)
CONTEXTS = context("y") + context("i", END) + context("tools", segment=TOOLS)


def figure(text, *, name="gaap:Assets", where="i", unit="usd", more='scale="6" decimals="-6"', form="num-dot-decimal"):
    shown = f' format="ixt:{form}"' if form else ""
    return f'<ix:nonFraction name="{name}" contextRef="{where}" unitRef="{unit}" {more}{shown}>{text}</ix:nonFraction>'


def write(body, *, resources="", hidden=""):
    """Return a file with this body. `resources` are more contexts and units, and `hidden` are hidden facts."""
    header = (
        f'<div style="display:none"><ix:header><ix:hidden>{hidden}</ix:hidden>'
        f"<ix:resources>{CONTEXTS}{UNITS}{resources}</ix:resources></ix:header></div>"
    )
    return f"{_HEAD}<body>{header}{body}</body></html>"

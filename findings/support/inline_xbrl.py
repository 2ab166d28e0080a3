"""An inline XBRL filing of one context (Inline XBRL 1.1), with only the facts that the script examines."""

SCHEMA = """<?xml version="1.0" encoding="UTF-8"?>
<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xbrli="http://www.xbrl.org/2003/instance"
 targetNamespace="http://example.com/taxonomy" elementFormDefault="qualified">"""
SCHEMA += "".join(
    f'<xsd:element id="ex_{name}" name="{name}" type="xbrli:{kind}ItemType" substitutionGroup="xbrli:item"'
    ' xbrli:periodType="duration"/>'
    for name, kind in {"NetIncome": "monetary", "Profit": "monetary", "DebtNote": "string", "Term": "duration"}.items()
)
SCHEMA += "</xsd:schema>"


def filing(body: str) -> str:
    """Return the document. `body` has the facts: concepts of `ex`, the context "year", the units "usd" and "eur"."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL"
 xmlns:ixt="http://www.xbrl.org/inlineXBRL/transformation/2020-02-12"
 xmlns:ixt-sec="http://www.sec.gov/inlineXBRL/transformation/2015-08-31" xmlns:link="http://www.xbrl.org/2003/linkbase"
 xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xbrli="http://www.xbrl.org/2003/instance"
 xmlns:iso4217="http://www.xbrl.org/2003/iso4217" xmlns:ex="http://example.com/taxonomy">
<head><title>Report</title></head><body><div style="display:none"><ix:header>
<ix:references><link:schemaRef xlink:type="simple" xlink:href="schema.xsd"/></ix:references><ix:resources>
<xbrli:context id="year"><xbrli:entity><xbrli:identifier scheme="http://example.com/id">1</xbrli:identifier>
</xbrli:entity><xbrli:period><xbrli:startDate>2024-01-01</xbrli:startDate><xbrli:endDate>2024-12-31</xbrli:endDate>
</xbrli:period></xbrli:context>
<xbrli:unit id="usd"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit>
<xbrli:unit id="eur"><xbrli:measure>iso4217:EUR</xbrli:measure></xbrli:unit>
</ix:resources></ix:header></div>{body}</body></html>"""

"""Reads the facts that a filing in inline XBRL tags on its primary statements, and removes the tags.

The formats are Inline XBRL 1.1 and XBRL 2.1. The tags alone identify a statement's table, so that the truth does not
depend on Footnote's parsers. Each statement has characteristic items (`_ANCHORS`), some of which have an alternative.
The first table that contains all characteristic items is the statement. If no table contains all of them, the
statement is ignored. Other facts of the filing are read too: facts that are proposed from elsewhere are judged by them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

from lxml import etree

from app.facts.model import StatementKind
from app.quantities.periods import Period
from evals.datasets.files import DatasetError
from evals.datasets.tagged import TaggedFact

_IX = "http://www.xbrl.org/2013/inlineXBRL"
_XBRLI = "http://www.xbrl.org/2003/instance"
_XHTML = "http://www.w3.org/1999/xhtml"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_TAXONOMY = "us-gaap:"
_SIGNATURE = b"inlineXBRL"
_HEAD = 100_000

_CONTINUING = "ContinuingOperations"
_OPERATING, _FINANCING = "NetCashProvidedByUsedInOperatingActivities", "NetCashProvidedByUsedInFinancingActivities"
_OTHER_COMPREHENSIVE = "OtherComprehensiveIncomeLossNetOfTax"
_COMPREHENSIVE = "ComprehensiveIncomeNetOfTax"
_ANCHORS: Mapping[StatementKind, tuple[frozenset[str], ...]] = {
    StatementKind.INCOME: (frozenset({"NetIncomeLoss", "ProfitLoss"}), frozenset({"IncomeTaxExpenseBenefit"})),
    StatementKind.COMPREHENSIVE_INCOME: (
        frozenset({"NetIncomeLoss", "ProfitLoss"}),
        frozenset({_COMPREHENSIVE, f"{_COMPREHENSIVE}IncludingPortionAttributableToNoncontrollingInterest"}),
        frozenset({_OTHER_COMPREHENSIVE, f"{_OTHER_COMPREHENSIVE}PortionAttributableToParent"}),
    ),
    StatementKind.BALANCE: (frozenset({"Assets"}), frozenset({"LiabilitiesAndStockholdersEquity"})),
    StatementKind.CASH_FLOW: (
        frozenset({_OPERATING, f"{_OPERATING}{_CONTINUING}"}),
        frozenset({_FINANCING, f"{_FINANCING}{_CONTINUING}"}),
    ),
}
_EQUITY = frozenset({"StockholdersEquity", "StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest"})
# Number formats of the Inline XBRL transformation registries that need special parsing.
_ZERO = re.compile(r"(?:fixed-?zero|zero-?dash|num-?dash|no-?content)", re.IGNORECASE)
_COMMA = re.compile(r"num-?(?:comma|unit)", re.IGNORECASE)
_WORDS = re.compile(r"num-?words?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Tag:
    """A tagged fact in a table that may or may not be a statement."""

    name: str
    period: Period
    unit: str
    value: Decimal
    decimals: int | None


def is_inline_xbrl(path: Path) -> bool:
    """Return whether the beginning of a file declares inline XBRL."""
    with path.open("rb") as file:
        return _SIGNATURE in file.read(_HEAD)


@dataclass(frozen=True, slots=True)
class TaggedFiling:
    """The facts that a filing tags on its primary statements, in statement order, and those that it tags elsewhere.

    Only us-gaap facts count; nil facts and facts with dimensions are left out. A fact that is tagged twice is read
    once, as a statement's fact if it is on one. `company` is the issuer's Central Index Key, or "".
    """

    facts: tuple[TaggedFact, ...]
    elsewhere: tuple[TaggedFact, ...]
    company: str = ""


def read_tagged(path: Path) -> TaggedFiling:
    """Read the tagged facts of a filing. Raises DatasetError."""
    root = parse_filing(path.read_bytes(), path.name)
    periods, units = dict(_periods(root)), dict(read_units(root))
    found: dict[str, TaggedFact] = {}
    for statement, tags in _statements(root, periods, units):
        for tag in tags:
            fact = _fact(path.stem, statement, tag)
            known = found.setdefault(fact.id, fact)
            if statement not in (known.statement, *known.also):
                found[fact.id] = known.model_copy(update={"also": (*known.also, statement)})
    elsewhere: dict[str, TaggedFact] = {}
    for element in root.iter(f"{{{_IX}}}nonFraction"):
        if (other := _tag(element, periods, units)) is not None:
            fact = _fact(path.stem, StatementKind.OTHER, other)
            if fact.id not in found:
                elsewhere.setdefault(fact.id, fact)
    return TaggedFiling(tuple(found.values()), tuple(elsewhere.values()), _company(root))


def _fact(document: str, statement: StatementKind, tag: _Tag) -> TaggedFact:
    return TaggedFact.of(
        document=document,
        statement=statement,
        line_item=tag.name,
        period=tag.period,
        unit=tag.unit,
        value=tag.value,
        decimals=tag.decimals,
    )


def _company(root: etree._Element) -> str:
    identifier = next(root.iter(f"{{{_XBRLI}}}identifier"), None)
    return "" if identifier is None else (identifier.text or "").strip()


def strip_tags(data: bytes, name: str) -> bytes:
    """Return the filing as XHTML with the same visible text but no tags, hidden facts or scripts.

    Raises DatasetError.
    """
    root = parse_filing(data, name)
    etree.strip_elements(root, f"{{{_IX}}}header", f"{{{_XHTML}}}script", with_tail=False)
    etree.strip_tags(root, f"{{{_IX}}}*")
    etree.cleanup_namespaces(root)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def parse_filing(data: bytes, name: str) -> etree._Element:
    """Return the root element of a filing. Raises DatasetError if it is not well-formed XML."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise DatasetError(f"{name}:{error.lineno or 1} is not well-formed XML, which inline XBRL requires.") from error


def _statements(
    root: etree._Element, periods: Mapping[str, Period], units: Mapping[str, str]
) -> Iterator[tuple[StatementKind, list[_Tag]]]:
    """Yield each statement with the tags of the first table that contains all its characteristic items.

    A statement of equity contains those of comprehensive income too, but also the balance of equity.
    """
    tables = list(_tags_by_table(root, periods, units))
    for statement, anchors in _ANCHORS.items():
        for tags in tables:
            names = {tag.name for tag in tags}
            of_equity = statement is StatementKind.COMPREHENSIVE_INCOME and names & _EQUITY
            if all(names & anchor for anchor in anchors) and not of_equity:
                yield statement, tags
                break


def _tags_by_table(
    root: etree._Element, periods: Mapping[str, Period], units: Mapping[str, str]
) -> Iterator[list[_Tag]]:
    tables: dict[etree._Element, list[_Tag]] = {}
    for element in root.iter(f"{{{_IX}}}nonFraction"):
        table = next(element.iterancestors(f"{{{_XHTML}}}table"), None)
        tag = None if table is None else _tag(element, periods, units)
        if table is not None and tag is not None:
            tables.setdefault(table, []).append(tag)
    yield from tables.values()


def _periods(root: etree._Element) -> Iterator[tuple[str, Period]]:
    """Yield (context id, period) for each context that has an end date and no dimensions."""
    whole = list_whole_contexts(root)
    yield from ((name, period) for name, period in read_contexts(root) if name in whole)


def list_whole_contexts(root: etree._Element) -> frozenset[str]:
    """Return the ids of the contexts without dimensions."""
    return frozenset(
        context.get("id", "")
        for context in root.iter(f"{{{_XBRLI}}}context")
        if not context.xpath("*[local-name()='entity']/*[local-name()='segment'] | *[local-name()='scenario']")
    )


def read_contexts(root: etree._Element) -> Iterator[tuple[str, Period]]:
    """Yield (context id, period) for each context that has an end date, also for those with dimensions."""
    for context in root.iter(f"{{{_XBRLI}}}context"):
        dates = {_local(part): (part.text or "").strip() for part in context.iter() if _local(part) in _DATES}
        end, start = dates.get("instant") or dates.get("endDate"), dates.get("startDate")
        if end is not None:
            first = None if start is None else date.fromisoformat(start[:10])
            yield context.get("id", ""), Period(_last_day(end), first)


_DATES = ("instant", "startDate", "endDate")


def _last_day(text: str) -> date:
    """Return the last day of a period. A time of midnight belongs to the day before (XBRL 2.1 §4.7.2)."""
    day = date.fromisoformat(text.strip()[:10])
    return day - timedelta(days=1) if "T00:00:00" in text else day


def read_units(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Yield (unit id, measures): "USD", "shares", "USD/shares"."""
    for unit in root.iter(f"{{{_XBRLI}}}unit"):
        measures = [(part.text or "").strip().rpartition(":")[2] for part in unit.iter(f"{{{_XBRLI}}}measure")]
        yield unit.get("id", ""), "/".join(measures)


def _tag(element: etree._Element, periods: Mapping[str, Period], units: Mapping[str, str]) -> _Tag | None:
    name, period = element.get("name", ""), periods.get(element.get("contextRef", ""))
    value = None if period is None or not name.startswith(_TAXONOMY) else read_number(element)
    if value is None or period is None:
        return None
    decimals = element.get("decimals")
    exact = decimals in (None, "INF")
    return _Tag(
        name=name.removeprefix(_TAXONOMY),
        period=period,
        unit=units.get(element.get("unitRef", ""), ""),
        value=value,
        decimals=None if exact else int(decimals or 0),
    )


def read_number(element: etree._Element) -> Decimal | None:
    """Parse a tagged number by its `format`, and apply its `scale` (a power of ten) and `sign`.

    Return None for a nil fact, and for a number in words or without digits.
    """
    if element.get(_NIL) in ("true", "1"):
        return None
    form = element.get("format", "").rpartition(":")[2]
    text = _text(element)
    if _ZERO.match(form):
        return Decimal(0)
    if _WORDS.match(form):
        return None
    if _COMMA.match(form):
        text = text.replace(".", "").replace(",", ".")
    try:
        number = Decimal(re.sub(r"[^\d.]", "", text))
    except InvalidOperation:
        return None
    number *= Decimal(10) ** int(element.get("scale", "0"))
    return -number if element.get("sign") == "-" else number


def _text(element: etree._Element) -> str:
    """Return the element's text without the text of its `exclude` elements."""
    inner = ("" if _local(child) == "exclude" else _text(child) for child in element)
    return (element.text or "") + "".join(part + (child.tail or "") for part, child in zip(inner, element, strict=True))


def _local(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""

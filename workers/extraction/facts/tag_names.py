"""Readable names of what tags name: concepts, axes and members of taxonomies.

A file with inline XBRL does not contain the taxonomies' labels, so names are taken apart into words.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from app.documents.content.tags import TaggedFigure
from app.tables.model import CellKind, Table

_WORDS = re.compile(r"[A-Z]{2,}s(?![a-z])|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
Dimensions = tuple[tuple[str, str], ...]
_AXES = {
    "StatementBusinessSegmentsAxis": "segment",
    "SubsegmentsAxis": "subsegment",
    "ProductOrServiceAxis": "product",
    "ProductsAndServicesAxis": "product",
    "StatementGeographicalAxis": "geography",
    "GeographicDistributionAxis": "geography",
    "LegalEntityAxis": "entity",
    "ConsolidatedEntitiesAxis": "entity",
    "StatementEquityComponentsAxis": "equity component",
    "StatementClassOfStockAxis": "class of stock",
    "DebtInstrumentAxis": "debt instrument",
    "LongtermDebtTypeAxis": "type of debt",
    "MajorCustomersAxis": "customer",
    "StatementScenarioAxis": "scenario",
}
_MEMBERS = {"ParentCompanyMember": "parent only"}
_SEGMENT = "StatementBusinessSegmentsAxis"
_SEGMENTS = (_SEGMENT, "SubsegmentsAxis")
_CONSOLIDATION, _OPERATING = "ConsolidationItemsAxis", "OperatingSegmentsMember"
_ENDINGS = ("Axis", "Member", "Domain")
_OTHERS = re.compile(r"[\W_]+")
_CODE = re.compile(r"[A-Z]{2,3}")
"""A code of a country or a currency."""

_LONGEST = 200


class DimensionNames:
    """Gives dimensions readable names: ("segment", "Americas").

    Members are named as the document prints them, if a label or heading has the same letters: "iPhone". That a segment
    is an operating segment is left out, because filings say it of some of a segment's figures only, unless the same
    figure is also given without it.
    """

    def __init__(self, tags: Iterable[TaggedFigure], tables: Sequence[Table]) -> None:
        self._given = {(tag.concept, tag.period, tag.dimensions) for tag in tags}
        self._short: dict[Dimensions, Dimensions] = {}
        self._named: dict[Dimensions, Dimensions] = {(): ()}
        self._printed: dict[str, str] = {}
        for table in tables:
            for cell in table.cells:
                if cell.kind in (CellKind.LABEL, CellKind.HEADING) and len(cell.text) <= _LONGEST:
                    self._printed.setdefault(_letters(cell.text), cell.text)

    def names_of(self, tag: TaggedFigure) -> Dimensions:
        """Return the names of a figure's dimensions."""
        dimensions = tag.dimensions
        short = self._short.get(dimensions)
        if short is None:
            short = self._short[dimensions] = _without_operating(dimensions)
        if short is not dimensions and (tag.concept, tag.period, short) not in self._given:
            dimensions = short
        named = self._named.get(dimensions)
        if named is None:
            named = self._named[dimensions] = tuple(map(self._name, dimensions))
        return named

    def _name(self, dimension: tuple[str, str]) -> tuple[str, str]:
        axis, member = map(_local, dimension)
        return _axis(axis), self._member(axis, member)

    def _member(self, axis: str, member: str) -> str:
        if member in _MEMBERS:
            return _MEMBERS[member]
        if " " in member or _CODE.fullmatch(member):
            return member
        name = _without_ending(member)
        is_segment = axis in _SEGMENTS and not name.endswith("NonSegment")
        short = name.removesuffix("Segment") if is_segment else name
        for form in (name, short):
            if (printed := self._printed.get(_letters(form))) is not None:
                return printed
        return " ".join(_split(short))[:_LONGEST]


def _without_operating(dimensions: Dimensions) -> Dimensions:
    """Return a segment's dimensions without the one that says that it is an operating segment."""
    local = [(_local(axis), _local(member)) for axis, member in dimensions]
    if (_CONSOLIDATION, _OPERATING) not in local or not any(axis == _SEGMENT for axis, _ in local):
        return dimensions
    return tuple(each for each in dimensions if _local(each[0]) != _CONSOLIDATION)


@lru_cache(maxsize=10_000)
def words_of(name: str) -> str:
    """Return a concept's words: "Accounts receivable net current" of "us-gaap:AccountsReceivableNetCurrent"."""
    first, *others = _split(_local(name))
    return " ".join([first, *(word if word[:-1].isupper() else word.lower() for word in others)])[:_LONGEST]


def _split(name: str) -> list[str]:
    return _WORDS.findall(name) or [name]


@lru_cache(maxsize=10_000)
def _axis(axis: str) -> str:
    return _AXES.get(axis) or words_of(_without_ending(axis)).lower()


@lru_cache(maxsize=20_000)
def _letters(text: str) -> str:
    return _OTHERS.sub("", text).casefold()


def _without_ending(name: str) -> str:
    for ending in _ENDINGS:
        if name.endswith(ending) and len(name) > len(ending):
            return name.removesuffix(ending)
    return name


def _local(name: str) -> str:
    return name.rpartition(":")[2]

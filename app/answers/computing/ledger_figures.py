"""Find the figures of items in the ledger of an issuer."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache

from app.answers.computing.evaluation import Bound, Input, Sum
from app.answers.computing.found import Figure, Missing
from app.answers.computing.measures import variants_of
from app.answers.computing.requests import AskedPeriod, Item
from app.answers.evidence_tables import EvidenceTables
from app.facts.fiscal import FiscalSpan
from app.facts.formulas.registry import standard_vocabulary
from app.facts.found import Found, Part
from app.facts.items.names import list_names
from app.facts.label_words import label_words
from app.facts.ledger import Ledger
from app.facts.model import FiscalLabel, Measure
from app.facts.sought import Sought
from app.quantities.periods import Period
from app.quantities.values import Kind
from app.tables.rows import quantity_of

_KINDS = {
    Measure.MONEY: Kind.AMOUNT,
    Measure.SHARES: Kind.SHARES,
    Measure.PER_SHARE: Kind.PER_SHARE,
    Measure.PERCENT: Kind.PERCENTAGE,
    Measure.RATIO: Kind.RATIO,
    Measure.NUMBER: Kind.NUMBER,
}
_OF_PART = re.compile(r"(?P<line>.+?) (?:from|of|in|for) (?:the )?(?P<part>.+)", re.IGNORECASE)
_PART_WORDS = re.compile(r" ?\b(?:segment|division|business|product|products|region)\b", re.IGNORECASE)
_MONTHS_OF_YEAR = 12
_MONTHS_OF_QUARTER = 3


class LedgerFigures:
    """The ledger in which items are looked up. Implements `Finder`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def latest(self) -> AskedPeriod | None:
        """Return the newest fiscal year of the ledger."""
        label = self._ledger.latest()
        return None if label is None else AskedPeriod(f"FY{label.year}", label.year)

    def find(self, item: Item) -> Bound | Figure | Missing:
        """Find the figure of an item for its period, or for the newest fiscal year."""
        period = item.period or self.latest()
        if period is None:
            return Missing(item.words, "no facts of this issuer are known")
        sought = sought_of(item)
        span = _span(period, self._ledger)
        if span is None:
            return Missing(item.words, f"no fiscal period of the issuer is {period.text}")
        found = self._ledger.find(sought, span)
        if not isinstance(found, Found) and item.name is None and (part := split_part(item.words)) is not None:
            line, member = part
            of_part = self._ledger.find(_sought("", line), span, (("", member),))
            found = of_part if isinstance(of_part, Found) else found
        if isinstance(found, Found):
            return self._figure(item, self._named_part(item, found, span) or found)
        is_absent = found.code == "not-reported" and self._ledger.has_read(sought.statement, span)
        reason = f"no figure of {item.words} for {period.label()}: {found.detail}"
        return Missing(item.words, reason.rstrip("."), is_absent=is_absent)

    def has(self, item: Item) -> bool:
        """Return whether there are facts of an item, of any period."""
        return self._ledger.has(sought_of(item))

    def _named_part(self, item: Item, total: Found, span: FiscalSpan) -> Found | None:
        """Return the figure of the row that has the very words, if a total of that row and others was found.

        "Net sales" is not "Total revenue" where a statement has both; "revenue" is, as its words are in the total's.
        """
        best, words = total.parts[0].stored.fact, set(label_words(item.words))
        if not may_be_part(item, best.label):
            return None
        found = self._ledger.find(Sought(labels=(item.words,)), span)
        if not isinstance(found, Found):
            return None
        row = found.parts[0].stored.fact
        is_same_statement = row.statement is best.statement and not row.dimensions
        return found if is_same_statement and set(label_words(row.label)) == words else None

    def series(self, item: Item) -> list[Figure] | Missing:
        """Find the figures of an item for the newest two fiscal years."""
        latest = self.latest()
        before = None if latest is None else latest.before()
        if latest is None or before is None:
            return Missing(item.words, "no facts of this issuer are known")
        found: list[Figure] = []
        for period in (before, latest):
            figure = self.find(replace(item, period=period))
            if not isinstance(figure, Figure):
                return figure if isinstance(figure, Missing) else Missing(item.words, "the figure is derived")
            found.append(figure)
        return found

    def _figure(self, item: Item, found: Found) -> Bound | Figure:
        """Return a figure, or the sum of those that it was added up from."""
        figures = [_figure_of(part) for part in found.parts]
        if len(figures) == 1:
            return figures[0]
        total: Bound = Input(item, figures[0])
        for part, figure in zip(found.parts[1:], figures[1:], strict=True):
            total = Sum("+" if part.sign > 0 else "-", (total, Input(item, figure)))
        return total


def may_be_part(item: Item, label: str) -> bool:
    """Return whether a label is that of a total, and the words of a question may be those of one of its parts."""
    labelled = set(label_words(label))
    return item.name is None and "total" in labelled and not set(label_words(item.words)) <= labelled


def sought_of(item: Item) -> Sought:
    """Return what to look for in a ledger: the line item that the words name, or a row with these words."""
    return _sought(item.name or "", item.words)


@cache
def other_names(words: str, name: str | None) -> tuple[str, ...]:
    """Return the names that statements give to the standard item that words name; none if they name no item."""
    sought = _sought(name or "", words)
    return () if not sought.names else tuple(each for each in list_names(sought.names[0]) if each != words.lower())


@cache
def _sought(name: str, words: str) -> Sought:
    vocabulary = standard_vocabulary()
    for variant in (name, *variants_of(words)):
        known = vocabulary.find_name(variant) if variant else None
        line = None if known is None else vocabulary.item(known)
        if line is not None:
            return replace(line.sought, labels=tuple(dict.fromkeys((*line.sought.labels, words))))
    return Sought(labels=(words,))


@cache
def split_part(words: str) -> tuple[str, str] | None:
    """Split "lamp revenue" or "revenue from lamps" into a line item and a segment, product or region; None for others.

    Whether the issuer has such a part shows in the dimensions of its facts.
    """
    plain = _PART_WORDS.sub("", words).strip()
    of = _OF_PART.match(plain)
    pairs = [(of["line"], of["part"])] if of is not None else []
    parts = plain.split()
    pairs += [(" ".join(parts[at:]), " ".join(parts[:at])) for at in range(1, len(parts))]
    return next(((line, member) for line, member in pairs if member and _sought("", line).names), None)


def _span(period: AskedPeriod, ledger: Ledger) -> FiscalSpan | None:
    """Return the fiscal quarters that a question means by a period; a day is the end of twelve months."""
    if period.day is not None:
        instant = ledger.find_span(Period(period.day))
        quarters = (period.months or _MONTHS_OF_YEAR) // _MONTHS_OF_QUARTER
        return None if instant is None else FiscalSpan(instant.end, instant.end - quarters)
    if period.year is None:
        return None
    return FiscalSpan.of(FiscalLabel(period.year, period.part))


def _figure_of(part: Part) -> Figure:
    fact, source = part.stored.fact, part.stored.source
    return Figure(
        value=fact.value.scaleb(-(fact.scale or 0)),
        kind=_KINDS[fact.measure],
        unit=fact.currency if fact.measure in (Measure.MONEY, Measure.PER_SHARE) else None,
        scale=fact.scale,
        label=fact.label,
        period=str(part.span) if part.span is not None else str(fact.period),
        key=(source.version_id, fact.place.page),
        span=(fact.place.char_start, fact.place.char_end),
        certainty=fact.confidence,
        order=(fact.period.end.toordinal(),),
        of=fact.period,
    )


def attach_cells(bound: Bound, tables: EvidenceTables) -> Bound | None:
    """Return an expression with the cells that show its figures; None if a page shows another amount there."""
    if isinstance(bound, Sum):
        parts = [attach_cells(part, tables) for part in bound.parts]
        return None if None in parts else replace(bound, parts=tuple(part for part in parts if part is not None))
    if not isinstance(bound, Input):
        return bound
    figure = bound.figure
    row = tables.row_at(figure.key, figure.span[0])
    cells = tables.figures_in(figure.key, *figure.span)
    if row is None or len(cells) != 1:
        return None
    printed = quantity_of(cells[0])
    if printed.value is None or abs(printed.value.scaleb(printed.scale or 0)) != abs(figure.amount()):
        return None
    turned = figure.value != 0 and (printed.value < 0) != (figure.value < 0)
    shown = replace(
        figure,
        value=-printed.value if turned else printed.value,
        kind=printed.kind,
        unit=printed.unit,
        scale=printed.scale,
        row=row,
        cell=cells[0],
        turned=turned,
    )
    return Input(bound.item, shown)


def names_of(items: Iterable[Item]) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """Return what to load facts for: the names of standard items and concepts, and the words of labels."""
    names: dict[str, None] = {}
    labels: dict[tuple[str, ...], None] = {}
    for item in items:
        sought = sought_of(item)
        if not sought.names and item.name is None and (part := split_part(item.words)) is not None:
            sought = replace(_sought("", part[0]), labels=(item.words,))
        names.update(dict.fromkeys((*sought.names, *sought.concepts)))
        labels.update(dict.fromkeys(tuple(words.lower().split()) for words in sought.labels))
    return list(names), list(labels)

"""Find the figures of items in the ledger of an issuer."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from app.answers.claims import PageTexts
from app.answers.computing.binding import newest_quarter
from app.answers.computing.currencies import is_in_currency
from app.answers.computing.found import Figure, words_of
from app.answers.computing.measures import variants_of
from app.answers.computing.parts import list_parts
from app.answers.computing.prose_figures import find_amounts
from app.answers.computing.requests import AskedPeriod
from app.answers.evidence_tables import EvidenceTables
from app.documents.content.sentences import find_sentences
from app.facts.fiscal import QUARTERS_OF_YEAR, FiscalSpan
from app.facts.formulas.expressions import Label, Name
from app.facts.formulas.registry import standard_vocabulary
from app.facts.found import Found, NotFound
from app.facts.items.names import find_items, list_names
from app.facts.items.standard import load_items
from app.facts.label_words import label_words
from app.facts.ledger import Ledger
from app.facts.model import FiscalLabel, StatementKind
from app.facts.sought import Dimensions, Sought
from app.quantities.periods import Period
from app.quantities.values import Kind
from app.tables.model import Cell
from app.tables.rows import FigureRow, is_figure, quantity_of

_MOST_KNOWN = 4096
"""Most texts of questions that a cache keeps."""
_LONGEST_SENTENCE = 700
_OF_PART = re.compile(r"(?P<line>.+?) (?:from|of|in|for) (?:the )?(?P<part>.+)", re.IGNORECASE)
_PART_WORDS = re.compile(r" ?\b(?:segment|division|business|product|products|region)\b", re.IGNORECASE)


class LedgerFigures:
    """The ledger in which items are looked up. Implements `Source`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def __len__(self) -> int:
        return len(self._ledger)

    def latest(self, quarters: int = QUARTERS_OF_YEAR) -> FiscalLabel | None:
        """Return the label of the newest period of so many quarters."""
        return self._ledger.latest(quarters)

    def latest_year(self, quarters: int) -> int | None:
        """Return the newest fiscal year with a period of so many quarters."""
        label = self._ledger.latest(quarters)
        return None if label is None else label.year

    def has_read(self, statement: StatementKind | None, period: FiscalSpan | Period) -> bool:
        """Return whether the ledger has facts of a statement for a period."""
        return self._ledger.has_read(statement, period)

    def find_span(self, period: Period) -> FiscalSpan | None:
        """Return the fiscal quarters of a period of days."""
        return self._ledger.find_span(period)

    def find(self, sought: Sought, period: FiscalSpan | Period, dimensions: Dimensions = ()) -> Found | NotFound:
        """Find the best figure of an item, concept or label for a period."""
        if isinstance(period, Period):
            return NotFound("not-read", f"no fiscal period of the issuer ends on {AskedPeriod.of(period).label()}")
        words = _words_alone(sought)
        wanted = replace(sought, labels=(*sought.labels, sought.title)) if words is None else _sought("", words)
        found = self._ledger.find(wanted, period, dimensions)
        if isinstance(found, NotFound) and words is not None and (part := split_part(words)) is not None:
            line, member = part
            of_part = self._ledger.find(_sought("", line), period, (*dimensions, ("", member)))
            found = of_part if isinstance(of_part, Found) else found
        if isinstance(found, NotFound):
            named = words or sought.title
            reason = f"no figure of {named} for {AskedPeriod.of(period).label()}: {found.detail}"
            return NotFound(found.code, reason)
        is_whole = words is not None and not dimensions
        return (self._named_part(words, found, period) if words is not None and is_whole else None) or found

    def has(self, item: Label | Name) -> bool:
        """Return whether there are facts of an item, of any period."""
        return self._ledger.has(sought_of(item))

    def _named_part(self, words: str, total: Found, span: FiscalSpan) -> Found | None:
        """Return the figure of the row that has the very words, if a total of that row and others was found.

        "Net sales" is not "Total revenue" where a statement has both; "revenue" is, as its words are in the total's.
        """
        best = total.parts[0].stored.fact
        if not may_be_part(words, best.label):
            return None
        found = self._ledger.find(Sought(labels=(words,)), span)
        if not isinstance(found, Found):
            return None
        row = found.parts[0].stored.fact
        is_same_statement = row.statement is best.statement and not row.dimensions
        return found if is_same_statement and set(label_words(row.label)) == set(label_words(words)) else None

    def series(self, words: str) -> Sequence[tuple[FiscalLabel | Period | None, Found]] | NotFound:
        """Find the figures of an item for the newest fiscal year and the one before, if that has one."""
        latest = self.latest() or newest_quarter(self)
        if latest is None:
            return NotFound("no-facts", "no facts of this issuer are known")
        before = replace(latest, year=latest.year - 1)
        sought = Sought(names=(words,), labels=(words,))
        found = self.find(sought, FiscalSpan.of(latest))
        if isinstance(found, NotFound):
            return found
        earlier = self.find(sought, FiscalSpan.of(before))
        return [*([(before, earlier)] if isinstance(earlier, Found) else []), (latest, found)]

    def members(self, item: Label | Name, axis: str, when: FiscalLabel | Period) -> Sequence[tuple[str, str]]:
        """Return the segments, regions or products for which a table has amounts of an item: of the newest filing."""
        sought = sought_of(item)
        names, called = set(sought.names), {*sought.labels, *sought.names, *other_names(words_of(sought), None)}
        span = FiscalSpan.of(when) if isinstance(when, FiscalLabel) else self.find_span(when)
        tables: dict[tuple[str, object, int | None], dict[tuple[str, str], Decimal]] = {}
        for stored in self._ledger.facts:
            fact, source = stored.fact, stored.source
            is_part = fact.item in names and [kind for kind, _ in fact.dimensions] == [axis]
            if is_part and self.find_span(fact.period) == span:
                key = (source.filed or "", source.version_id, fact.place.table)
                tables.setdefault(key, {})[fact.dimensions[0]] = fact.value
        best = max(tables, key=lambda key: (key[0], len(tables[key])), default=None)
        return () if best is None else list_parts(tables[best], called)

    def nearest(self, _words: str) -> Sequence[Figure]:
        """Return nothing: rows that can be an item's are looked for in tables."""
        return ()


def _words_alone(sought: Sought) -> str | None:
    """Return the words of a question, if they are all that is known of an item."""
    is_label = len(sought.names) == 1 and sought.names == sought.labels
    return sought.names[0] if is_label else None


def may_be_part(words: str, label: str) -> bool:
    """Return whether a label is that of a total, and the words of a question may be those of one of its parts."""
    labelled = set(label_words(label))
    return "total" in labelled and not set(label_words(words)) <= labelled


def sought_of(item: Label | Name) -> Sought:
    """Return what to look for in a ledger: the line item that the words name, or a row with these words."""
    if isinstance(item, Label):
        return _sought("", item.words)
    known = load_items().get(item.name)
    return _sought(item.name, item.name if known is None else known.title)


@lru_cache(maxsize=_MOST_KNOWN)
def other_names(words: str, name: str | None) -> tuple[str, ...]:
    """Return the names that statements give to the standard item that words name; none if they name no item."""
    sought = _sought(name or "", words)
    return () if not sought.names else tuple(each for each in list_names(sought.names[0]) if each != words.lower())


@lru_cache(maxsize=_MOST_KNOWN)
def _sought(name: str, words: str) -> Sought:
    vocabulary = standard_vocabulary()
    for variant in (name, *variants_of(words)):
        known = (vocabulary.find_name(variant) or next(iter(find_items(variant)), None)) if variant else None
        line = None if known is None else vocabulary.item(known)
        if line is not None:
            return replace(line.sought, labels=tuple(dict.fromkeys((*line.sought.labels, words))))
    return Sought(labels=(words,))


@lru_cache(maxsize=_MOST_KNOWN)
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


def attach_cell(figure: Figure, tables: EvidenceTables, title: str = "") -> Figure | None:
    """Return a figure with the cell that shows it; None if its page shows another amount or currency there. The row of
    a figure without a label is called `title`.
    """
    row = tables.row_at(figure.key, figure.span[0])
    cells = tables.figures_in(figure.key, *figure.span)
    if row is None and title and len(cells) == 1 and not figure.label.strip():
        row = _unlabelled_row(figure, tables, cells[0], title)
        figure = replace(figure, label=title)
    if row is None or len(cells) != 1:
        return None
    printed = quantity_of(cells[0])
    if printed.value is None or abs(printed.value.scaleb(printed.scale or 0)) != abs(figure.amount()):
        return None
    if not is_in_currency(printed.unit if printed.kind is Kind.AMOUNT else None, figure.unit):
        return None
    turned = figure.value != 0 and (printed.value < 0) != (figure.value < 0)
    return replace(
        figure,
        value=-printed.value if turned else printed.value,
        kind=printed.kind,
        unit=printed.unit,
        scale=printed.scale,
        row=row,
        cell=cells[0],
        turned=turned,
    )


def _unlabelled_row(figure: Figure, tables: EvidenceTables, cell: Cell, title: str) -> FigureRow | None:
    for table in tables.all_tables().get(figure.key, ()):
        row = [each for each in table.cells if each.row == cell.row and each.page == cell.page and each.spans]
        if cell in row and all(is_figure(each) for each in row):
            return FigureRow(table, (), tuple(row), (title,))
    return None


def attach_sentence(figure: Figure, pages: PageTexts, tables: EvidenceTables) -> Figure | None:
    """Return a figure that a filing tags in a sentence, with that sentence; None if no sentence shows the amount."""
    page = pages.get(figure.key)
    start, end = figure.span
    if page is None or tables.row_at(figure.key, start) is not None or not 0 <= start < end <= len(page):
        return None
    begin = max(0, start - _LONGEST_SENTENCE)
    spans = find_sentences(page[begin : end + _LONGEST_SENTENCE])
    around = next(((begin + a, begin + z) for a, z in spans if begin + a <= start and end <= begin + z), None)
    if around is None or "\t" in page[slice(*around)]:
        return None
    amounts = find_amounts(page[slice(*around)])
    stated = [each for each in amounts if each.start <= start - around[0] < each.end]
    value = stated[0].value if stated else None
    if value is None or value.value is None or value.value.scaleb(value.scale or 0) != abs(figure.amount()):
        return None
    turned = figure.value < 0  # "a loss of $5 million" is a negative result
    return replace(
        figure,
        value=-value.value if turned else value.value,
        kind=value.kind,
        unit=value.unit,
        scale=value.scale or 0,
        span=(around[0] + stated[0].start, around[0] + stated[0].end),
        sentence=around,
        turned=turned,
    )


def names_of(items: Iterable[Label | Name]) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """Return what to load facts for: the names of standard items and concepts, and the words of labels."""
    names: dict[str, None] = {}
    labels: dict[tuple[str, ...], None] = {}
    for item in items:
        sought = sought_of(item)
        if not sought.names and isinstance(item, Label) and (part := split_part(item.words)) is not None:
            sought = replace(_sought("", part[0]), labels=(item.words,))
        names.update(dict.fromkeys((*sought.names, *sought.concepts)))
        labels.update(dict.fromkeys(tuple(words.lower().split()) for words in sought.labels))
    return list(names), list(labels)

"""Reads guidance (`report.guidance`): what management expects of later periods, a row for each amount.

Sentences count that say who expects ("we expect", "the Company anticipates") or that speak of guidance or an outlook,
name a measure before the amount, and name a period that ends after the report's own. Tables of an outlook count by
their title. Expectations from accounting notes (revenue still to recognise, pensions, sensitivities) are no guidance.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from app.documents.content.parsed import BlockKind, ParsedPage
from app.documents.content.sentences import find_sentences
from app.documents.metadata import DocumentMetadata, FiscalPeriod
from app.quantities.column_periods import is_change_heading
from app.quantities.unit_mentions import CURRENCY
from app.quantities.values import Kind, Quantity, parse_value
from app.review.evidence import Evidence, evidence_at
from app.review.proposals import Proposal, ProposalState, ReadingMethod
from app.review.schemas.definition import FieldSpec
from app.review.value_texts import quantity_value
from app.review.values import QuantityValue, TableValue, TextValue, Value
from app.tables.model import Cell, CellKind, Table
from workers.extraction.fields.reader import ReadDocument, rule, unread
from workers.extraction.fields.report.amounts import in_currency

COLUMNS: Final = ("Measure", "Period", "Low", "High")
_CONFIDENCE: Final = 0.6
"""Not calibrated, as no labelled guidance is at hand: below any point of approval."""
_ABSENT: Final = 0.6
_MOST_ROWS: Final = 40
_LONGEST: Final = 900
_LONGEST_MEASURE: Final = 90
_BETWEEN: Final = 24
_SURELY_WHOLE: Final = 1_000_000

_EXPECTS: Final = re.compile(
    r"\b(?:(?:we|(?:the\s+)?company|management|group|[A-Z][\w&.-]{1,30})\s+(?:(?:now|currently|still|also"
    r"|continues?\s+to)\s+){0,2}"
    r"(?:expects?|anticipates?|projects?|forecasts?|estimates?|targets?)\b"
    r"|(?:is|are)\s+(?:now\s+|currently\s+)?(?:expected|anticipated|projected|forecast(?:ed)?|estimated)\s+to\s+be"
    r"|(?<!accounting\s)(?:guidance|outlook)\b)",
    re.IGNORECASE,
)
_NO_GUIDANCE: Final = re.compile(
    r"\b(?:recogni[sz]\w*|unrecogni[sz]ed|performance\s+obligations?|hypothetical|would|could|sensitiv\w*"
    r"|weighted[\s-]average|useful\s+li\w+|fair\s+values?|contribut\w+|pension|postretirement|benefit\s+payments?"
    r"|unrealized|accounting\s+(?:guidance|standards?)|expected\s+(?:return|volatility|term|life)|reclassif\w+"
    r"|converted\s+to\s+revenue|(?:anti)?dilutive|excluded|trend\s+rate|discount\s+rate|deferred\s+revenue"
    r"|impairment|litigation|settlement|target(?:ed)?\s+(?:ratio|allocation|range))\b",
    re.IGNORECASE,
)
_QUALIFIERS: Final = (
    r"(?:(?:adjusted|non-?gaap|gaap|organic|comparable|same-store|core|consolidated|total|net|gross|diluted|free"
    r"|full-year"
    r"|annual|effective|operating|capital|interest|segment|underlying|currency-neutral|tax|income|cash"
    r"|subscription)\s+){0,4}"
)
MEASURE: Final = re.compile(
    rf"\b{_QUALIFIERS}(?:revenues?|sales(?:\s+growth)?|ebitda(?:\s+margin)?|ebita?|eps|earnings\s+per\s+"
    rf"(?:diluted\s+)?share"
    r"|earnings|net\s+(?:income|loss)|operating\s+(?:income|profit|margin|loss)|gross\s+(?:margin|profit)|margins?"
    r"|capital\s+(?:expenditures?|spending|investments?|program)|capex|(?:cash\s+flows?|cash)(?:\s+from\s+operat\w+)?"
    r"|tax\s+rate|interest\s+(?:expense|income)|depreciation(?:\s+and\s+amorti[sz]ation)?|dividends?|"
    r"(?:share\s+)?repurchases?"
    r"|cost\s+savings|investment\s+income|other\s+income|spend(?:ing)?|funding|deliveries"
    r"|restructuring\s+charges|charges)\b",
    re.IGNORECASE,
)
_NUMBER: Final = r"\(?\d{1,3}(?:,\d{3}){0,4}(?:\.\d{1,4})?\)?|\(?\d{1,12}(?:\.\d{1,4})?\)?"
_SCALE: Final = r"(?:\s?(?:thousand|million|billion|trillion|%|percent|basis\s+points|bps|cents)(?![a-z]))?"
_ONE: Final = rf"(?:{CURRENCY}\s?)?(?:{_NUMBER}){_SCALE}"
_AMOUNT: Final = re.compile(
    rf"(?<![\w.,$€£-])(?P<low>{_ONE})(?:\s?(?P<joined>to|and|-|–|—|through)\s?(?P<high>{_ONE}))?(?!\w|[.,]\d)"
    r"(?!\s+(?:series|senior|notes?|convertible|preferred))",
    re.IGNORECASE,
)
_HAS_UNIT: Final = re.compile(rf"{CURRENCY}|%|percent|million|billion|thousand|basis|bps|cents", re.IGNORECASE)
_UNIT_OF_HIGH: Final = re.compile(
    r"\s?(?:thousand|million|billion|trillion|%|percent|basis\s+points|bps|cents)$", re.IGNORECASE
)
_CURRENCY_OF: Final = re.compile(rf"^{CURRENCY}", re.IGNORECASE)
_COMPARED: Final = re.compile(
    r"\b(?:compared\s+(?:to|with)|versus|vs\.?|up\s+from|down\s+from|from|prior|previous(?:ly)?|last|was|were"
    r"|increased|decreased"
    r"|increase\s+of|decrease\s+of)\s+(?:\S+\s+){0,4}$",
    re.IGNORECASE,
)
_PERIOD: Final = re.compile(
    r"\b(?:(?:the\s+)?(?:full[\s-](?:fiscal\s+)?year|fiscal(?:\s+year)?|calendar\s+year|year|(?:first"
    r"|second)\s+half(?:\s+of)?(?:\s+fiscal)?"
    r"|(?:first|second|third|fourth)[\s-](?:fiscal\s+)?quarter(?:\s+of)?(?:\s+fiscal)?(?:\s+year)?|Q[1-4]"
    r"|remainder\s+of(?:\s+fiscal)?)\s+)?"
    r"(?P<year>20\d\d)\b|\b(?:next|current|coming|full)[\s-](?:fiscal\s+)?(?:year|quarter)\b|\bthis\s+"
    r"(?:fiscal\s+)?year\b",
    re.IGNORECASE,
)
_PER_SHARE: Final = re.compile(r"\bper\b|\beps\b|\bdividends?\b", re.IGNORECASE)
_GAAP: Final = re.compile(r"(?:as\s+)?adjusted\b|(?:non-?)?gaap\b", re.IGNORECASE)
_OLD: Final = re.compile(r"\b(?:prior|previous|former|original|actuals?|reported)\b", re.IGNORECASE)
_OF_OUTLOOK: Final = re.compile(r"\b(?:outlook|guidance)\b", re.IGNORECASE)
_PARTED: Final = re.compile(r"^|,|\b(?:and|with|on)\b", re.IGNORECASE)
_LEAD: Final = re.compile(
    r"^(?:[\s,;:.–—-]|\b(?:and|with|that|the|our|its|their|to|a|an|for|of|in|on|both|we|it|will|incur)\b)+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Guided:
    """An amount that is expected: low and high are equal if one is stated."""

    measure: str
    period: str
    low: QuantityValue | None
    high: QuantityValue | None
    evidence: Evidence


@rule("report.guidance", version=1)
def read_guidance(document: ReadDocument, spec: FieldSpec) -> Proposal:
    """Read the guidance of a report or release; absent if no sentence or table has any."""
    first = _first_year(document.metadata)
    found: dict[tuple[object, ...], Guided] = {}
    for each in (*_of_tables(document, first), *_of_sentences(document, first)):
        found.setdefault((each.measure.casefold(), each.period.casefold(), each.low, each.high), each)
    rows = [_in_currency(row, document.metadata.currency) for row in list(found.values())[:_MOST_ROWS]]
    search = document.search(spec.words)
    if not rows:
        if search.unreadable or not search.pages:
            return unread(spec, search)
        return Proposal(spec.key, ProposalState.ABSENT, None, (), ReadingMethod.RULE, _ABSENT, search=search)
    table: list[tuple[Value | None, ...]] = [
        (TextValue(row.measure), TextValue(row.period) if row.period else None, row.low, row.high) for row in rows
    ]
    return Proposal(
        key=spec.key,
        state=ProposalState.FOUND,
        value=TableValue(COLUMNS, tuple(table)),
        evidence=tuple(dict.fromkeys(row.evidence for row in rows)),
        method=ReadingMethod.RULE,
        confidence=_CONFIDENCE,
        search=search,
    )


def _first_year(metadata: DocumentMetadata) -> int | None:
    """Return the first fiscal year that guidance may be for: after an annual report or a last quarter, the next one."""
    ends_year = metadata.fiscal_period in (FiscalPeriod.FY, FiscalPeriod.Q4)
    if metadata.fiscal_year is not None:
        return metadata.fiscal_year + ends_year
    day = metadata.period_end or metadata.filing_date
    return None if day is None else day.year


def _in_currency(row: Guided, currency: str | None) -> Guided:
    """Return a row whose dollars are those of the document."""
    low, high = (None if each is None else in_currency(each, currency) for each in (row.low, row.high))
    return replace(row, low=low, high=high)


def _of_sentences(document: ReadDocument, first: int | None) -> Iterator[Guided]:
    for page in document.parsed.pages:
        for block in page.blocks:
            if block.kind is BlockKind.PARAGRAPH:
                text = page.text[block.start : block.end]
                for start, stop in find_sentences(text):
                    if stop - start <= _LONGEST:
                        yield from _of_sentence(page, block.start + start, text[start:stop], first)


def _of_sentence(page: ParsedPage, at: int, text: str, first: int | None) -> Iterator[Guided]:
    expects = _EXPECTS.search(text)
    if expects is None or _NO_GUIDANCE.search(text):
        return
    periods = [(found.start(), found.group(), found["year"]) for found in _PERIOD.finditer(text)]
    later = [each for each in periods if each[2] is None or first is None or int(each[2]) >= first]
    if not later:
        return
    after = 0
    for amount in _AMOUNT.finditer(text):
        before = text[after : amount.start()]
        if not _HAS_UNIT.search(amount.group()):
            continue
        measures = list(MEASURE.finditer(before))
        is_first = after == 0
        start, after = after, amount.end()
        if not measures or _COMPARED.search(before) or (is_first and amount.start() < expects.start()):
            continue
        low, high = _ends(amount)
        if low is None or high is None or low.number > high.number:
            continue
        if _may_be_scaled(low, text[start : amount.start()]):
            continue
        named = start + measures[-1].end()
        begin = expects.end() if start <= expects.end() < named - 3 else start + measures[-1].start()
        if not is_first and not start <= expects.end() < named:
            begin = start + max(found.end() for found in _PARTED.finditer(text[start:named]))
        words = _measure(text[begin:named])
        measure = words if MEASURE.search(words) else measures[-1].group()
        period = min(later, key=lambda each: abs(each[0] - amount.start()))
        yield Guided(measure, _period(period[1]), low, high, evidence_at(page.number, page.text, at, at + len(text)))


def _may_be_scaled(low: QuantityValue, before: str) -> bool:
    """Return whether an amount of money may be in the scale of the document's tables ("$320" for millions)."""
    is_money = low.unit not in (None, "%", "bps", "x", "shares")
    return is_money and abs(low.number) < _SURELY_WHOLE and not _PER_SHARE.search(before)


def _measure(words: str) -> str:
    plain = _LEAD.sub("", " ".join(words.split()))
    return plain if len(plain) <= _LONGEST_MEASURE else ""


def _period(words: str) -> str:
    plain = " ".join(words.split())
    return plain[4:] if plain.lower().startswith("the ") else plain


def _ends(amount: re.Match[str]) -> tuple[QuantityValue | None, QuantityValue | None]:
    """Return the lower and the upper end. An end takes the unit and the scale that only the other one states."""
    low, high = amount["low"], amount["high"]
    before = amount.string[max(0, amount.start() - _BETWEEN) : amount.start()].lower()
    if high is None or (amount["joined"].lower() == "and" and "between" not in before):
        both = _quantity(low)
        return both, both
    unit = _UNIT_OF_HIGH.search(high)
    if unit is not None and _UNIT_OF_HIGH.search(low) is None:
        low += unit.group()
    currency = _CURRENCY_OF.match(low)
    if currency is not None and _CURRENCY_OF.match(high) is None:
        high = currency.group() + high
    return _quantity(low), _quantity(high)


def _quantity(text: str) -> QuantityValue | None:
    read = parse_value(" ".join(text.split()))
    return quantity_value(read)


def _of_tables(document: ReadDocument, first: int | None) -> Iterator[Guided]:
    for table in document.tables:
        lines = [line for line in (table.title, table.caption, *table.lines_above[-2:]) if line]
        heads = [cell.text for cell in table.cells if cell.kind is CellKind.HEADING]
        if not any(map(_OF_OUTLOOK.search, [*(line[-200:] for line in lines), *(head[:200] for head in heads)])):
            continue
        yield from _of_table(document, table, [*lines, *heads], first)


def _of_table(document: ReadDocument, table: Table, lines: Sequence[str], first: int | None) -> Iterator[Guided]:
    rows: dict[int, list[Cell]] = {}
    for cell in table.cells:
        if cell.kind is CellKind.FIGURE and cell.value is not None and cell.spans:
            rows.setdefault(cell.row, []).append(cell)
    for cells in rows.values():
        measure = " ".join(cells[0].label_path[-1].split()) if cells[0].label_path else ""
        if not MEASURE.search(measure) or len(measure) > _LONGEST_MEASURE:
            continue
        for low, high in _pairs([cell for cell in cells if not _is_past(cell, document.metadata.period_end)]):
            period = _period_of_cell(low, lines, first)
            ends = _ends_of_cells(low, high)
            if period is None or ends == (None, None):
                continue
            yield Guided(_of_column(measure, low), period, *ends, _evidence(document, table, low))


def _is_past(cell: Cell, end: date | None) -> bool:
    """Return whether a figure is of the past, a change, or an earlier outlook."""
    if cell.period is not None and end is not None and cell.period.end <= end:
        return True
    return any(is_change_heading(head[:200]) or _OLD.search(head[:200]) for head in cell.header_path)


def _of_column(measure: str, cell: Cell) -> str:
    """Return a measure with the heading that says which one it is: "Gross margin (Non-GAAP)"."""
    head = " ".join(cell.header_path[-1].split()) if cell.header_path else ""
    which = _GAAP.match(head)
    return measure if which is None else f"{measure} ({which.group()})"


def _pairs(cells: Sequence[Cell]) -> Iterator[tuple[Cell, Cell]]:
    """Yield the lower and upper cells of a row: two columns "Low" and "High", or one cell."""
    ordered = sorted(cells, key=lambda cell: cell.column)
    at = 0
    while at < len(ordered):
        first = ordered[at]
        following = ordered[at + 1] if at + 1 < len(ordered) else None
        is_pair = following is not None and _is_end(first, "low") and _is_end(following, "high")
        yield first, following if is_pair and following is not None else first
        at += 2 if is_pair else 1


def _is_end(cell: Cell, word: str) -> bool:
    return bool(cell.header_path) and cell.header_path[-1].strip().lower().startswith(word)


def _period_of_cell(cell: Cell, lines: Sequence[str], first: int | None) -> str | None:
    """Return the words for a cell's period, if it ends after the report's own; None for figures of the past."""
    for line in (*reversed(cell.header_path), *lines):
        found = _PERIOD.search(line[:300])
        if found is not None:
            is_later = found["year"] is None or first is None or int(found["year"]) >= first
            return _period(found.group()) if is_later else None
    return ""


def _ends_of_cells(low: Cell, high: Cell) -> tuple[QuantityValue | None, QuantityValue | None]:
    if low is not high:
        return _whole(low), _whole(high)
    read = low.value
    if read is None:
        return None, None
    if read.kind is Kind.RANGE:
        return _end(read, read.value), _end(read, read.high)
    one = quantity_value(read)
    return one, one


def _whole(cell: Cell) -> QuantityValue | None:
    return None if cell.value is None else quantity_value(cell.value)


def _end(read: Quantity, number: Decimal | None) -> QuantityValue | None:
    if number is None:
        return None
    kind = {"%": Kind.PERCENTAGE, "bps": Kind.BASIS_POINTS, "x": Kind.RATIO}.get(read.unit or "", Kind.AMOUNT)
    return quantity_value(Quantity(kind, number, read.unit, read.scale))


def _evidence(document: ReadDocument, table: Table, cell: Cell) -> Evidence:
    texts = document.once("report.texts", lambda: {page.number: page.text for page in document.parsed.pages})
    start, end = cell.spans[0][0], cell.spans[-1][1]
    return evidence_at(
        cell.page, texts.get(cell.page, ""), start, end, table=table.number, row=cell.row, column=cell.column
    )

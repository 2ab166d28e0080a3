"""The general rule: reads a field by its words (title and synonyms), for the fields that a tenant defines.

It looks for the words in labels ("Coupon: 5.25%"), in rows of tables and in sentences, the most telling first, and
reads a value of the field's kind beside them. A word of an `enum` is read where it stands beside the field's words.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from app.quantities.values import parse_value as parse_quantity
from app.review.evidence import Evidence, evidence_at
from app.review.proposals import Alternative
from app.review.schemas.definition import FieldSpec
from app.review.value_texts import parse_duration, quantity_value
from app.review.values import (
    DateValue,
    FieldKind,
    ListValue,
    PartyValue,
    TableValue,
    TextValue,
    Value,
    YesNoValue,
    same_value,
)
from app.tables.model import Cell, CellKind, Table
from workers.extraction.fields.days import find_days
from workers.extraction.fields.grading import Graded, graded_rule
from workers.extraction.fields.lengths import LENGTH, read_length
from workers.extraction.fields.reader import GENERAL, ReadDocument
from workers.extraction.names.spelling import LEGAL_NAME

_AMOUNT: Final = re.compile(
    r"(?:(?:US|C|A|HK|NZ|S)?[$€£¥]|[A-Z]{3} ?)? ?\d[\d,]*(?:\.\d+)?"
    r"(?:(?: |-)?(?:thousand|million|billion|trillion)| ?%| ?percent\b| ?(?:bps|basis points)\b| ?x\b"
    r"| ?(?:to|:) ?1(?:\.0+)?\b| shares\b)?"
)
_NO: Final = re.compile(r"\b(?:not|no|never|neither|nor|none|without|except)\b", re.IGNORECASE)
_DEFINES: Final = re.compile(
    r"^[\"' ]*(?:\([^()]{0,60}\) *)?(?:means?|shall mean|is defined as|is|are|shall be|will be|:|=|-)[: ]+",
    re.IGNORECASE,
)
_NUMBERED: Final = re.compile(
    r"(?:\b(?:sections?|articles?|clauses?|paragraphs?|exhibits?|schedules?|annex|notes?|pages?|items?)|§) ?$",
    re.IGNORECASE,
)
"""What stands before the number of a section or page."""
_NEAR: Final = 160
_MOST_PLACES: Final = 40
_MOST_OTHERS: Final = 5
_MOST_TEXT: Final = 1_500
_MOST_ROWS: Final = 200


@dataclass(frozen=True, slots=True)
class _Place:
    """A place that has the field's words: the text after them and before them, its evidence, and how telling it is."""

    after: str
    before: str
    evidence: tuple[Evidence, ...]
    grade: str


@dataclass(frozen=True, slots=True)
class _Found:
    value: Value
    evidence: tuple[Evidence, ...]
    grade: str


@graded_rule(GENERAL, version=2)
def read_general(document: ReadDocument, spec: FieldSpec) -> Graded:
    """Read a field by its title and its words."""
    terms = terms_of(spec)
    pattern = words_pattern(terms)
    found = list(_found(document, spec, pattern))
    if not found:
        if spec.kind in (FieldKind.YES_NO, FieldKind.LIST, FieldKind.TABLE) or not _is_named(document, pattern):
            value = YesNoValue(yes=False) if spec.kind is FieldKind.YES_NO else None
            return Graded(value, (), "absent", terms, is_absent=True)
        return Graded(None, (), "named without a value", terms)
    first = found[0]
    others: list[Alternative] = []
    for each in found[1:]:
        known = [first.value, *(other.value for other in others)]
        if len(others) < _MOST_OTHERS and not any(same_value(each.value, value) for value in known):
            others.append(Alternative(each.value, each.evidence, "also beside the field's words"))
    grade = f"{first.grade}, {'several' if others else 'one'} {spec.kind}"
    return Graded(first.value, first.evidence, grade, terms, alternatives=tuple(others))


def terms_of(spec: FieldSpec) -> tuple[str, ...]:
    """Return what is looked for: the title and the synonyms, without repetition."""
    terms = {term.casefold(): term for term in (spec.title, *spec.words)}
    return tuple(terms.values())


def words_pattern(terms: Sequence[str]) -> re.Pattern[str]:
    """Return a pattern that finds any of the terms as whole words, with any blanks, and with a plural s."""
    written = sorted((r"[\s-]+".join(map(re.escape, re.split(r"[\s-]+", term.strip()))) for term in terms), key=len)
    return re.compile(rf"(?<!\w)(?:{'|'.join(reversed(written))})s?(?!\w)", re.IGNORECASE)


def _is_named(document: ReadDocument, pattern: re.Pattern[str]) -> bool:
    return pattern.search(document.flow.text) is not None


def _found(document: ReadDocument, spec: FieldSpec, pattern: re.Pattern[str]) -> Iterator[_Found]:
    if spec.kind is FieldKind.TABLE:
        yield from _tables(document, pattern)
        return
    if spec.kind is FieldKind.YES_NO:
        yield from _statements(document, pattern)
        return
    yield from _cells(document, spec, pattern)
    for place in _places(document, pattern):
        value = _value_beside(place, spec)
        if value is not None:
            yield _Found(value, place.evidence, place.grade)


def _places(document: ReadDocument, pattern: re.Pattern[str]) -> list[_Place]:
    """Return the places with the field's words: definitions and labels first, then sentences."""
    labelled, others = [], []
    flow = document.prose
    for sentence in flow.sentences:
        found = pattern.search(sentence.text)
        if found is None:
            continue
        after, before = sentence.text[found.end() :], sentence.text[: found.start()]
        evidence = flow.evidence(sentence.start, sentence.end)
        defines = _DEFINES.match(after)
        if defines and len(before) < 40:
            labelled.append(_Place(after[defines.end() :], "", evidence, "label"))
        else:
            others.append(_Place(after, before, evidence, "sentence"))
        if len(labelled) + len(others) >= _MOST_PLACES:
            break
    return labelled + others


def _value_beside(place: _Place, spec: FieldSpec) -> Value | None:
    """Return the value after the words, or else the last one before them."""
    if spec.kind is FieldKind.LIST:
        return _list(place, spec)
    if spec.kind is FieldKind.TEXT:
        text = (place.after if place.grade == "label" else f"{place.before}{place.after}").strip()
        return TextValue(text[:_MOST_TEXT]) if text else None
    values = list(_values(place.after[:_NEAR], spec))
    if values:
        return values[0]
    values = list(_values(place.before[-_NEAR:], spec))
    return values[-1] if values else None


def _values(text: str, spec: FieldSpec) -> Iterator[Value]:
    """Yield the values of the field's kind in a text, in order."""
    match spec.kind:
        case FieldKind.DATE:
            yield from (DateValue(day.day) for day in find_days(text))
        case FieldKind.DURATION:
            lengths = (read_length(found["length"]) for found in LENGTH.finditer(text))
            yield from (length for length in lengths if length is not None)
            perpetual = parse_duration("perpetual") if "perpetual" in text.casefold() else None
            if perpetual is not None:
                yield perpetual
        case FieldKind.QUANTITY:
            yield from _quantities(text, spec)
        case FieldKind.PARTY:
            yield from (PartyValue(found[1].strip(" ,")) for found in LEGAL_NAME.finditer(text))
        case FieldKind.TERM:
            words = [word for word in spec.schema.get("enum", ()) if isinstance(word, str)]
            if words:
                yield from (
                    TextValue(_as_listed(found.group(), words)) for found in words_pattern(words).finditer(text)
                )


def _quantities(text: str, spec: FieldSpec) -> Iterator[Value]:
    for found in _AMOUNT.finditer(text):
        written = found.group().strip()
        value = quantity_value(parse_quantity(written), spec.unit)
        if value is None or (written.isdigit() and len(written) < 3):  # a section or a note
            continue
        if value.unit is None and _NUMBERED.search(text, 0, found.start() + found.group().index(written)):
            continue
        stated = value.unit
        if spec.unit is None or stated == spec.unit or (stated == "$" and spec.unit.endswith("D")):
            yield value


def _as_listed(found: str, words: Sequence[str]) -> str:
    return next((word for word in words if word.casefold() == found.casefold()), found)


def _list(place: _Place, spec: FieldSpec) -> Value | None:
    item = FieldSpec(spec.key, spec.title, spec.items or FieldKind.TEXT, unit=spec.unit, schema=spec.schema)
    if item.kind is FieldKind.TEXT:
        parts = (
            re.split(r"; (?:and )?|, and |, ", place.after.strip(" :.")[:_MOST_TEXT]) if place.grade == "label" else []
        )
        return ListValue(tuple(TextValue(part.strip()) for part in parts if part.strip())) if len(parts) > 1 else None
    values = tuple(_values(place.after[:_MOST_TEXT], item))
    return ListValue(values) if values else None


def _statements(document: ReadDocument, pattern: re.Pattern[str]) -> Iterator[_Found]:
    for place in _places(document, pattern):
        around = f"{place.before[-_NEAR:]} {place.after[:_NEAR]}"
        if not _NO.search(around):
            yield _Found(YesNoValue(yes=True), place.evidence, place.grade)


def _cells(document: ReadDocument, spec: FieldSpec, pattern: re.Pattern[str]) -> Iterator[_Found]:
    """Yield the first value in each row whose label has the field's words and little else."""
    texts = {page.number: page.text for page in document.parsed.pages}
    for table in document.tables:
        rows: dict[int, list[Cell]] = {}
        for cell in table.cells:
            rows.setdefault(cell.row, []).append(cell)
        for number, cells in rows.items():
            label = next((cell for cell in cells if cell.kind is CellKind.LABEL), cells[0])
            found = pattern.search(label.text)
            if found is None or len(found.group()) < 0.6 * len(label.text.strip()) or _is_listed(document, label):
                continue
            for cell in cells:
                values = [] if cell is label else list(_values(cell.text, spec))
                if values:
                    start, end = cell.spans[0][0], cell.spans[-1][1]
                    quote = evidence_at(
                        cell.page,
                        texts.get(cell.page, ""),
                        start,
                        end,
                        table=table.number,
                        row=number,
                        column=cell.column,
                    )
                    yield _Found(values[0], (quote,), "cell")
                    break


def _is_listed(document: ReadDocument, cell: Cell) -> bool:
    """Return whether a cell is of a table of contents, or of a list of headings."""
    lines = document.contents.get(cell.page, ())
    return any(start <= cell.spans[0][0] < end for start, end in lines if cell.spans)


def _tables(document: ReadDocument, pattern: re.Pattern[str]) -> Iterator[_Found]:
    texts = {page.number: page.text for page in document.parsed.pages}
    for table in document.tables:
        title = " ".join(filter(None, (table.title, table.caption)))
        if pattern.search(title) and table.cells and not all(_is_listed(document, cell) for cell in table.cells):
            first = table.cells[0]
            spans = [span for cell in table.cells if cell.page == first.page for span in cell.spans]
            start, end = min(span[0] for span in spans), max(span[1] for span in spans)
            quote = evidence_at(first.page, texts.get(first.page, ""), start, end, table=table.number)
            yield _Found(_as_value(table), (quote,), "table")


def _as_value(table: Table) -> TableValue:
    grid: dict[tuple[int, int], str] = {(cell.row, cell.column): cell.text for cell in table.cells}
    heads = {cell.row for cell in table.cells if cell.kind is CellKind.HEADING}
    names = tuple(
        " ".join(grid[row, column] for row in sorted(heads) if (row, column) in grid) for column in range(table.columns)
    )
    rows = tuple(
        tuple(
            TextValue(text) if (text := grid.get((row, column), "").strip()) else None
            for column in range(table.columns)
        )
        for row in range(min(table.rows, _MOST_ROWS))
        if row not in heads
    )
    return TableValue(names, rows)

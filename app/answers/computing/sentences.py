"""Write a computed answer as claims: the result, its formula with the numbers, and the rows of its inputs.

Verification writes the sentences again from the cited figures, and compares them.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.answers.claims import CitedSpan, DraftClaim, Operand, PageKey, PageTexts, cite
from app.answers.computing.evaluation import Bound, Computed, Input, Sum, evaluate
from app.answers.computing.found import Figure
from app.answers.computing.requests import Aggregate, Form, Number, Over
from app.answers.computing.values import Dimension, Value, print_value, rounded
from app.answers.writing.figures import cite_row, row_sentence
from app.quantities.values import Quantity

_SIGNS = {"+": " + ", "-": " - ", "*": " × ", "/": " / "}
_MOVES = ("-", "growth", "cagr")
_LOOSE = ("+", "-")
_MOST_LABEL = 120

_Leaf = Callable[[Input], str]


@dataclass(frozen=True, slots=True)
class CitedDocument:
    """The document and page that a figure is cited from, and the document's issuer, if it is known."""

    document_id: UUID
    version_id: UUID
    document_title: str
    page_number: int
    issuer: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """States the result: "Asset turnover of Plain Holdings — FY2020: 1.33". Implements `Computation`."""

    computed: Computed
    issuer: str | None = None

    def operands(self) -> Sequence[Operand]:
        return [_operand(each.figure) for each in self.computed.inputs]

    def sentence(self) -> str:
        computed = self.computed
        name = _capital(computed.request.name) + (f" of {self.issuer}" if self.issuer else "")
        value = evaluate(computed.bound)
        if computed.chosen is not None:
            assert isinstance(computed.bound, Sum)
            shown = _print(computed.bound.parts[computed.chosen], computed)
            how = "highest" if computed.bound.operator == "max" else "lowest"
            return f"{name}, {how} — {computed.periods[computed.chosen]}: {shown}"
        shown = _points(computed, print_value(value, computed.request.form, is_percent=computed.request.is_percent))
        periods = periods_in_words(computed)
        if computed.request.is_comparison:
            name += " is unchanged" if not value.amount else " rose" if value.amount > 0 else " fell"
        return f"{name} — {periods}: {shown}" if periods else f"{name}: {shown}"


@dataclass(frozen=True, slots=True)
class Equation:
    """States the formula in words, and with its numbers. Implements `Computation`."""

    computed: Computed

    def operands(self) -> Sequence[Operand]:
        return [_operand(each.figure) for each in self.computed.inputs]

    def sentence(self) -> str:
        computed = self.computed
        scale = _common_scale(computed.inputs)
        numbers = _in_numbers(computed.bound, scale)
        words = _in_words(computed.bound)
        form, is_percent = computed.request.form, computed.request.is_percent
        result = _points(computed, print_value(evaluate(computed.bound), form, is_percent=is_percent))
        return f"{_capital(computed.request.name)} = {words} = {numbers} = {result}{_units(computed, scale)}"


def write_claims(computed: Computed, documents: Mapping[PageKey, CitedDocument], pages: PageTexts) -> list[DraftClaim]:
    """Write the claims of a computed answer. A single figure is written as its row, unless the question asks for
    another unit or rounding, the row prints a payment with a minus, or a sentence states it.
    """
    inputs = computed.inputs
    form = computed.request.form
    is_single = isinstance(computed.bound, Input)
    rows = [_row_claim(figures, documents, pages) for figures in _by_row(inputs)]
    if is_single and form.places is None and _is_printed(inputs[0].figure, form):
        return rows
    cited = tuple(span for each in inputs for span in _citations(each.figure, documents, pages)[:1])
    context = tuple(span for each in inputs for span in _citations(each.figure, documents, pages)[1:])
    citations = tuple(dict.fromkeys((*cited, *context)))
    issuers = {documents[each.figure.key].issuer for each in inputs}
    computations = (Result(computed, issuers.pop() if len(issuers) == 1 else None), Equation(computed))
    claims = [DraftClaim(each.sentence(), citations, each) for each in computations]
    return [*claims, *rows]


def quote_sentence(figure: Figure, documents: Mapping[PageKey, CitedDocument], pages: PageTexts) -> DraftClaim:
    """Quote the sentence that states a figure."""
    return _row_claim([figure], documents, pages)


def _is_printed(figure: Figure, form: Form) -> bool:
    """Return whether a row shows a figure with its sign, in the unit asked; a sentence may state several figures."""
    is_unit = form.unit is None or form.scale in (None, figure.scale)
    return figure.row is not None and not figure.turned and is_unit


def periods_in_words(computed: Computed) -> str:
    """Return "2018 to 2019" for a change, "2017, 2018 and 2019" for others."""
    periods = [period for period in computed.periods if period]
    bound = computed.bound
    is_move = isinstance(computed.request.node, Aggregate) and isinstance(bound, Sum) and bound.operator in _MOVES
    if is_move and len(periods) > 1:
        return f"{periods[0]} to {periods[-1]}"
    if len(periods) > 2:
        return f"{', '.join(periods[:-1])} and {periods[-1]}"
    return " and ".join(periods)


def _points(computed: Computed, shown: str) -> str:
    """Write a change of percentages in percentage points."""
    node = computed.request.node
    is_change = isinstance(node, Aggregate) and node.over is Over.CHANGE
    return f"{shown[:-1]} percentage points" if is_change and shown.endswith("%") else shown


def _print(part: Bound, computed: Computed) -> str:
    return print_value(evaluate(part), computed.request.form, is_percent=computed.request.is_percent)


def _operand(figure: Figure) -> Operand:
    value = Quantity(figure.kind, figure.value, figure.unit, figure.scale)
    return Operand(figure.key, figure.span, value, figure.turned)


def _row_claim(figures: Sequence[Figure], documents: Mapping[PageKey, CitedDocument], pages: PageTexts) -> DraftClaim:
    figure = figures[0]
    citations = tuple(dict.fromkeys(span for each in figures for span in _citations(each, documents, pages)))
    if figure.row is None:
        return DraftClaim(" ".join(citations[0].quote.split()), citations)
    cells = [each.cell for each in figures if each.cell is not None]
    return DraftClaim(row_sentence(figure.row, cells), citations)


def _citations(figure: Figure, documents: Mapping[PageKey, CitedDocument], pages: PageTexts) -> tuple[CitedSpan, ...]:
    document = documents[figure.key]
    if figure.row is not None and figure.cell is not None:
        return cite_row(document, figure.row, [figure.cell], pages)
    start, end = figure.sentence or figure.span
    return (cite(document, pages[figure.key], start, end),)


def _by_row(inputs: Sequence[Input]) -> Iterator[list[Figure]]:
    rows: dict[object, list[Figure]] = {}
    for each in inputs:
        figure = each.figure
        place = (figure.key, id(figure.row)) if figure.row is not None else (figure.key, figure.sentence or figure.span)
        rows.setdefault(place, []).append(figure)
    yield from rows.values()


def _common_scale(inputs: Sequence[Input]) -> int:
    scales = [
        value.scale for each in inputs if (value := Value.of(each.figure)).scale is not None and _is_scaled(value)
    ]
    return min((scale for scale in scales if scale is not None), default=0)


def _is_scaled(value: Value) -> bool:
    return value.dimension in (Dimension.MONEY, Dimension.COUNT, Dimension.SHARES)


def _in_numbers(bound: Bound, scale: int) -> str:
    return _written(bound, lambda each: _number(Value.of(each.figure), scale))


def _in_words(bound: Bound) -> str:
    return _written(bound, lambda each: _item(each.figure))


def _item(figure: Figure) -> str:
    label = figure.label[:_MOST_LABEL].strip()
    return f"{label} ({figure.period})" if figure.period else label


def _number(value: Value, scale: int) -> str:
    amount = value.amount / 10**scale if _is_scaled(value) and value.scale is not None else value.amount
    shown = rounded(amount, None, usual=6)
    return f"{shown}%" if value.dimension is Dimension.PERCENT else shown


def _written(bound: Bound, leaf: _Leaf) -> str:
    match bound:
        case Input():
            text = leaf(bound)
            return f"({text})" if text.startswith("-") else text
        case Number():
            return (
                f"{bound.value.normalize():,f}" if bound.value != bound.value.to_integral() else f"{bound.value:,.0f}"
            )
        case Sum():
            return _of_sum(bound, leaf)


def _of_sum(bound: Sum, leaf: _Leaf) -> str:
    parts = bound.parts
    match bound.operator:
        case "positive":
            return _written(parts[0], leaf)
        case "mean":
            return f"({' + '.join(_grouped(part, leaf, loose=False) for part in parts)}) / {len(parts)}"
        case "growth":
            first, last = (_grouped(part, leaf, loose=True) for part in parts)
            return f"({last} - {first}) / {first}"
        case "cagr":
            first, last = (_grouped(part, leaf, loose=True) for part in parts)
            return f"({last} / {first})^(1/{bound.years}) - 1"
        case "max" | "min":
            return f"{bound.operator}({'; '.join(_written(part, leaf) for part in parts)})"
    sign = _SIGNS[bound.operator]
    is_tight = bound.operator not in _LOOSE
    shown = [_grouped(parts[0], leaf, loose=is_tight)]
    shown += [_grouped(part, leaf, loose=bound.operator != "+") for part in parts[1:]]
    return sign.join(shown)


def _grouped(part: Bound, leaf: _Leaf, *, loose: bool) -> str:
    """Put a sum in brackets where it stands in a product."""
    while isinstance(part, Sum) and part.operator == "positive":
        part = part.parts[0]
    text = _written(part, leaf)
    return f"({text})" if loose and isinstance(part, Sum) else text


def _units(computed: Computed, scale: int) -> str:
    money = [value for each in computed.inputs if (value := Value.of(each.figure)).dimension is Dimension.MONEY]
    if not money or not scale:
        return ""
    words = {3: "thousands", 6: "millions", 9: "billions", 5: "lakh", 7: "crore", 12: "trillions"}
    units = sorted({value.unit for value in money if value.unit})
    return f" (in {' '.join([*units[:1], words.get(scale, f'10^{scale}')])})"


def _capital(name: str) -> str:
    name = " ".join(re.sub(r"\s*[–—]\s*", "-", name).split())
    return name if any(map(str.isupper, name.partition(" ")[0])) else name[:1].upper() + name[1:]

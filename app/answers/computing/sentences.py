"""Write a computed answer as claims: the result, its formula with the numbers, and the rows of its inputs.

Verification writes the sentences again from the cited figures, and compares them.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from app.answers.claims import (
    CitedSpan,
    ClaimPart,
    Computation,
    DraftClaim,
    Operand,
    PageKey,
    PageTexts,
    cite,
)
from app.answers.computing.computed import Computed
from app.answers.computing.found import Figure
from app.answers.computing.printing import print_value, rounded, scale_of
from app.answers.computing.requests import Form, Over, Ranking, Series
from app.answers.writing.figures import cite_row, name_period, row_sentence
from app.facts.formulas.expressions import Call
from app.facts.formulas.results import Computed as Evaluated
from app.facts.formulas.results import Input, Tree, Working
from app.facts.formulas.units import Unit
from app.quantities.column_periods import is_period_heading
from app.quantities.values import Kind, Quantity

_SIGNS = {"+": " + ", "-": " - ", "*": " × ", "/": " / "}
_MOVES = ("-", "growth", "cagr")
_LOOSE = ("+", "-")
_MOST_LABEL = 120
_TWO = 2
_SCALED = frozenset({Kind.AMOUNT, Kind.SHARES, Kind.NUMBER})
_PERCENTAGES = frozenset({Kind.PERCENTAGE, Kind.PERCENTAGE_POINTS, Kind.BASIS_POINTS})

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
        return [operand_of(figure) for figure in self.computed.shown()]

    def sentence(self) -> str:
        computed = self.computed
        result = computed.again()
        verdict = _verdict(computed, result)
        name = f"{verdict}{capital(computed.request.name)}" + (f" of {self.issuer}" if self.issuer else "")
        shown = in_points(computed, print_result(result, computed))
        if computed.chosen is not None and isinstance(result.tree, Working):
            how = "highest" if result.tree.operator == "max" else "lowest"
            return f"{name}, {how} — {computed.periods[computed.chosen]}: {shown}"
        periods = periods_in_words(computed)
        if computed.request.is_comparison:
            name += " is unchanged" if not result.value else " rose" if result.value > 0 else " fell"
        return f"{name} — {periods}: {shown}" if periods else f"{name}: {shown}"


@dataclass(frozen=True, slots=True)
class Equation:
    """States the formula in words, and with its numbers. Implements `Computation`."""

    computed: Computed

    def operands(self) -> Sequence[Operand]:
        return [operand_of(figure) for figure in self.computed.shown()]

    def sentence(self) -> str:
        computed = self.computed
        result = computed.again()
        scale = _common_scale(computed.shown())
        numbers = _written(result.tree, lambda used: _number(computed.figures[used.stored], scale))
        words = _written(result.tree, lambda used: _item(computed.figures[used.stored]))
        shown = in_points(computed, print_result(result, computed))
        return f"{capital(computed.request.name)} = {words} = {numbers} = {shown}{_units(computed.shown(), scale)}"


@dataclass(frozen=True, slots=True)
class Listing:
    """States the values of several periods: "Gross margin — FY2020: 40%; FY2021: 41%". Implements `Computation`."""

    values: tuple[Computed, ...]
    issuer: str | None = None

    def operands(self) -> Sequence[Operand]:
        return [operand_of(figure) for computed in self.values for figure in computed.shown()]

    def sentence(self) -> str:
        name = capital(self.values[0].request.name) + (f" of {self.issuer}" if self.issuer else "")
        shown = (f"{periods_in_words(each)}: {print_result(each.again(), each)}" for each in self.values)
        return f"{name} — {'; '.join(shown)}"


@dataclass(frozen=True, slots=True)
class Moved:
    """States how a value moved, with its values: "Gross margin rose — FY2020: 40%; FY2021: 41% (1 percentage point)".
    Implements `Computation`.
    """

    change: Computed
    values: tuple[Computed, ...]
    issuer: str | None = None

    def operands(self) -> Sequence[Operand]:
        return [operand_of(figure) for computed in (self.change, *self.values) for figure in computed.shown()]

    def sentence(self) -> str:
        name, _, change = Result(self.change, self.issuer).sentence().rpartition(": ")
        name = name.partition(" — ")[0]
        shown = "; ".join(f"{periods_in_words(each)}: {print_result(each.again(), each)}" for each in self.values)
        return f"{name} — {shown} ({change})"


def write_claims(
    computed: Computed,
    documents: Mapping[PageKey, CitedDocument],
    pages: PageTexts,
    *,
    each: Sequence[Computed] = (),
) -> list[DraftClaim]:
    """Write the claims of a computed answer. A single figure is written as its row, unless the question asks for
    another unit or rounding, the row prints a payment with a minus, or a sentence states it.

    `each` has the values of single periods, which are listed: instead of the value, or beside a comparison.
    """
    is_listing = bool(each) and not computed.request.is_comparison
    parts = [*([] if is_listing else [computed]), *each]
    shown = list({(figure.key, figure.span): figure for part in parts for figure in part.shown()}.values())
    form = computed.request.form
    labelled = [figures for figures in _by_row(shown) if figures[0].row is None or figures[0].row.labels]
    rows = [_row_claim(figures, documents, pages) for figures in labelled]
    is_plain = form.places is None and all(_is_printed(figure, form) for figure in shown)
    period = _period_of(computed, each)
    if is_plain and computed.request.verdict is None and len(rows) == 1 and all(part.is_single for part in parts):
        return [replace(_of_issuer(rows[0], documents[shown[0].key].issuer), part=ClaimPart.ANSWER, period=period)]
    cited = tuple(span for figure in shown for span in citations_of(figure, documents, pages)[:1])
    context = tuple(span for figure in shown for span in citations_of(figure, documents, pages)[1:])
    citations = tuple(dict.fromkeys((*cited, *context)))
    issuers = {documents[figure.key].issuer for figure in shown}
    issuer = issuers.pop() if len(issuers) == 1 else None
    computations: list[Computation]
    if is_listing:
        computations = [Listing(tuple(each), issuer)]
    elif len(each) == _TWO and computed.chosen is None:
        computations = [Moved(computed, tuple(each), issuer)]
    else:
        computations = [Result(computed, issuer), *([Listing(tuple(each), issuer)] if each else [])]
    explained = each[-1] if is_listing else computed
    computations += [] if explained.is_single else [Equation(explained)]
    claims = [DraftClaim(stated.sentence(), citations, stated, period=period) for stated in computations]
    claims[0] = replace(claims[0], part=ClaimPart.ANSWER)
    return [*claims, *rows]


def _verdict(computed: Computed, result: Evaluated) -> str:
    """Return "Yes: " or "No: " if the question asks for it."""
    verdict = computed.request.verdict
    if verdict is None or result.value is None:
        return ""
    return "Yes: " if verdict.holds(result.value) else "No: "


def _period_of(computed: Computed, each: Sequence[Computed]) -> str | None:
    """Name the period of an answer: of several values all periods, of a ranking that of its parts."""
    if isinstance(computed.request.asked, Ranking):
        return ", ".join(dict.fromkeys(each.rpartition(", ")[2] for each in computed.periods)) or None
    of = dict.fromkeys(filter(None, map(periods_in_words, each or [computed])))
    return ", ".join(of) or None


def _of_issuer(claim: DraftClaim, issuer: str | None) -> DraftClaim:
    """Say in the sentence of a row whose figure it is. A name with a digit would be read as another figure."""
    label, sign, rest = claim.text.partition(" — ")
    is_said = issuer is None or issuer.casefold() in label.casefold() or any(map(str.isdigit, issuer))
    return claim if is_said or not sign else replace(claim, text=f"{label} of {issuer} — {rest}")


def quote_row(
    figure: Figure,
    documents: Mapping[PageKey, CitedDocument],
    pages: PageTexts,
    part: ClaimPart = ClaimPart.SUPPORT,
) -> DraftClaim:
    """Quote the row or the sentence that states a figure."""
    return replace(_row_claim([figure], documents, pages), part=part)


def _is_printed(figure: Figure, form: Form) -> bool:
    """Return whether a row shows a figure with its sign, in the unit asked, and names it; a sentence may state several
    figures.
    """
    is_named = figure.row is not None and bool(figure.row.labels) and not is_period_heading(figure.row.label_path[-1])
    is_unit = form.unit is None or form.scale in (None, figure.scale)
    return is_named and not figure.turned and is_unit


def periods_in_words(computed: Computed) -> str:
    """Return "2018 to 2019" for a change, "2017, 2018 and 2019" for others."""
    periods = [period for period in computed.periods if period]
    tree = computed.result.tree
    is_move = _is_operation(computed) and isinstance(tree, Working) and tree.operator in _MOVES
    if is_move and len(periods) > 1:
        return f"{periods[0]} to {periods[-1]}"
    if len(periods) > 2:
        return f"{', '.join(periods[:-1])} and {periods[-1]}"
    return " and ".join(periods)


def _is_operation(computed: Computed) -> bool:
    """Return whether the question asks for an operation over periods."""
    return isinstance(computed.request.asked, Series) or isinstance(computed.expression, Call)


def in_points(computed: Computed, shown: str) -> str:
    """Write a change of percentages in percentage points."""
    asked = computed.request.asked
    over = asked.over if isinstance(asked, Series) else asked.function if isinstance(asked, Call) else ""
    return f"{shown[:-1]} percentage points" if over == Over.CHANGE and shown.endswith("%") else shown


def print_result(result: Evaluated, computed: Computed) -> str:
    """Print a value. "The percentage change" of a percentage may mean its points, so both are stated."""
    assert result.value is not None, "a computed answer has a value"
    assert result.unit is not None, "a value has a unit"
    shown = _print_value(result.value, result.unit, computed)
    tree = result.tree
    if not isinstance(tree, Working) or tree.operator != "growth" or not all(isinstance(p, Input) for p in tree.parts):
        return shown
    base, now = (computed.figures[part.stored] for part in tree.parts if isinstance(part, Input))
    if base.kind not in _PERCENTAGES or now.kind not in _PERCENTAGES:
        return shown
    points = (now.value_in_formulas() - base.value_in_formulas()) * 100
    return f"{shown}, or {rounded(points, None, usual=2)} percentage points"


def _print_value(value: Decimal, unit: Unit, computed: Computed) -> str:
    scale, request = scale_of(computed.shown(), unit), computed.request
    return print_value(value, unit, request.form, scale=scale, is_percent=request.is_percent)


def operand_of(figure: Figure) -> Operand:
    value = Quantity(figure.kind, figure.value, figure.unit, figure.scale)
    return Operand(figure.key, figure.span, value, figure.turned)


def _row_claim(figures: Sequence[Figure], documents: Mapping[PageKey, CitedDocument], pages: PageTexts) -> DraftClaim:
    figure = figures[0]
    citations = tuple(dict.fromkeys(span for each in figures for span in citations_of(each, documents, pages)))
    if figure.row is None:
        return DraftClaim(" ".join(citations[0].quote.split()), citations)
    cells = [each.cell for each in figures if each.cell is not None]
    return DraftClaim(row_sentence(figure.row, cells), citations, period=name_period(cells))


def citations_of(figure: Figure, documents: Mapping[PageKey, CitedDocument], pages: PageTexts) -> tuple[CitedSpan, ...]:
    document = documents[figure.key]
    if figure.row is not None and figure.cell is not None:
        return cite_row(document, figure.row, [figure.cell], pages)
    start, end = figure.sentence or figure.span
    return (cite(document, pages[figure.key], start, end),)


def _by_row(shown: Sequence[Figure]) -> Iterator[list[Figure]]:
    rows: dict[object, list[Figure]] = {}
    for figure in shown:
        place = (figure.key, id(figure.row)) if figure.row is not None else (figure.key, figure.sentence or figure.span)
        rows.setdefault(place, []).append(figure)
    yield from rows.values()


def _common_scale(shown: Sequence[Figure]) -> int:
    return min((figure.scale for figure in shown if figure.scale is not None and figure.kind in _SCALED), default=0)


def _item(figure: Figure) -> str:
    label = figure.label[:_MOST_LABEL].strip()
    return f"{label} ({figure.period})" if figure.period else label


def _number(figure: Figure, scale: int) -> str:
    if figure.kind in _PERCENTAGES:
        return f"{rounded(figure.value_in_formulas() * 100, None, usual=6)}%"
    is_scaled = figure.kind in _SCALED and figure.scale is not None
    return rounded(figure.amount().scaleb(-scale) if is_scaled else figure.amount(), None, usual=6)


def _written(tree: Tree | None, leaf: _Leaf) -> str:
    match tree:
        case Input():
            text = leaf(tree)
            return f"({text})" if text.startswith("-") else text
        case Working():
            return _of_working(tree, leaf)
        case _:
            return rounded(tree or Decimal(0), None, usual=6)


def _of_working(  # noqa: PLR0911 (a return for each operator)
    tree: Working, leaf: _Leaf
) -> str:
    parts = tree.parts
    match tree.operator:
        case "negative":
            return f"-{_grouped(parts[0], leaf, loose=True)}"
        case "abs":
            return f"|{_written(parts[0], leaf)}|"
        case "round":
            return _written(parts[0], leaf)
        case "mean":
            return f"({' + '.join(_grouped(part, leaf, loose=False) for part in parts)}) / {len(parts)}"
        case "growth":
            first, last = (_grouped(part, leaf, loose=True) for part in parts)
            return f"({last} - {first}) / {first}"
        case "cagr":
            first, last = (_grouped(part, leaf, loose=True) for part in parts)
            return f"({last} / {first})^(1/{tree.years}) - 1"
        case "max" | "min":
            return f"{tree.operator}({'; '.join(_written(part, leaf) for part in parts)})"
    sign = _SIGNS.get(tree.operator, f" {tree.operator} ")
    is_tight = tree.operator not in _LOOSE
    shown = [_grouped(parts[0], leaf, loose=is_tight)]
    shown += [_grouped(part, leaf, loose=tree.operator != "+") for part in parts[1:]]
    return sign.join(shown)


def _grouped(part: Tree, leaf: _Leaf, *, loose: bool) -> str:
    """Put a sum in brackets where it stands in a product."""
    text = _written(part, leaf)
    return f"({text})" if loose and isinstance(part, Working) else text


def _units(shown: Sequence[Figure], scale: int) -> str:
    units = {figure.unit for figure in shown if figure.kind is Kind.AMOUNT}
    if not units or not scale:
        return ""
    words = {3: "thousands", 6: "millions", 9: "billions", 5: "lakh", 7: "crore", 12: "trillions"}
    named = sorted(unit for unit in units if unit)
    return f" (in {' '.join([*named[:1], words.get(scale, f'10^{scale}')])})"


def capital(name: str) -> str:
    name = " ".join(re.sub(r"\s*[–—]\s*", "-", name).split())
    return name if any(map(str.isupper, name.partition(" ")[0])) else name[:1].upper() + name[1:]

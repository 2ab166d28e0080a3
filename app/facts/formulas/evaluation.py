"""Evaluate a formula over the ledger of an issuer."""

from dataclasses import replace
from decimal import Decimal, DecimalException, localcontext

from app.facts.fiscal import FiscalSpan, print_label
from app.facts.formulas.calls import call_function, check_distinct, evaluate_all
from app.facts.formulas.expressions import At, Binary, Call, Expression, Label, Name, Negative, Number, Of
from app.facts.formulas.printing import print_plain
from app.facts.formulas.problems import Problem
from app.facts.formulas.registry import formula_of, standard_vocabulary
from app.facts.formulas.results import Computed, Input, Missing, Step, Tree, Working
from app.facts.formulas.scope import Scope
from app.facts.formulas.units import NUMBER, PERCENT, Unit, unit_of
from app.facts.formulas.values import StoppedError, Value, add, cast, compare, constant, divide, join, multiply, stop
from app.facts.formulas.vocabulary import Vocabulary
from app.facts.found import Figures, Found, NotFound
from app.facts.model import FiscalLabel, StatementKind
from app.facts.sought import Dimensions, Sought
from app.quantities.periods import Period

_MOST_PARTS = 1000
"""Parts that one formula may have after all its ranges and definitions are put in. The registry's have up to 50."""
_DIGITS = 40
_LARGEST = 60
"""Values lie between 10^-60 and 10^60, or are zero."""
_OUT_OF_RANGE = "The result is too large or too small."
_ABSENT = frozenset({"not-reported", "not-read"})


def evaluate(
    expression: Expression | str,
    ledger: Figures,
    period: FiscalLabel | Period | None = None,
    *,
    vocabulary: Vocabulary | None = None,
    dimensions: Dimensions = (),
    unit: Unit | None = None,
) -> Computed:
    """Evaluate an expression, or the measure or item of this name, for a period; by default for the newest fiscal year.

    `unit` is the unit that the result has to have. What has no result is returned with the problem, never raised.
    """
    words = vocabulary or standard_vocabulary()
    of = Name(words.find_name(expression) or expression) if isinstance(expression, str) else expression
    label = period if period is not None else ledger.latest()
    if label is None:
        code, detail = ("no-facts", "No facts of this issuer are known.") if not len(ledger) else (
            "no-period", "No fiscal year of this issuer is known: name the period.")  # fmt: skip
        return Computed(str(of), "", None, None, Problem(code, detail))
    span = ledger.find_span(label) or label if isinstance(label, Period) else FiscalSpan.of(label)
    printed = str(label) if isinstance(label, Period) else print_label(label)
    try:
        with localcontext() as context:
            context.prec = _DIGITS
            value = cast(_Evaluation(ledger, words).evaluate(of, Scope(span, dimensions)), unit, str(of))
    except StoppedError as error:
        return Computed(str(of), printed, None, None, _whole_problem(error), missing=error.missing)
    except DecimalException:
        return Computed(str(of), printed, None, None, Problem("out-of-range", _OUT_OF_RANGE))
    return Computed(
        str(of),
        printed,
        value.amount,
        value.unit or NUMBER,
        steps=value.steps,
        inputs=value.inputs,
        assumed=value.assumed,
        notes=value.notes,
        confidence=min((one.stored.fact.confidence for one in value.inputs), default=1.0),
        tree=value.tree,
    )


def _whole_problem(error: StoppedError) -> Problem:
    """Return the problem of a formula: if items are missing, all of them."""
    codes = {one.code for one in error.missing}
    if not codes or codes == {"no-facts"}:
        return error.problem
    if not codes <= _ABSENT:
        return next(Problem(one.code, one.detail) for one in error.missing if one.code not in _ABSENT)
    named = dict.fromkeys(f"{one.name} ({one.period})" for one in error.missing)
    return Problem("missing-input", f"Missing: {', '.join(named)}.")


class _Evaluation:
    """One evaluation: remembers what it has computed, and stops at a number of parts."""

    def __init__(self, ledger: Figures, vocabulary: Vocabulary) -> None:
        self._ledger = ledger
        self._vocabulary = vocabulary
        self._known: dict[tuple[Expression, Scope, tuple[str, ...]], Value | StoppedError] = {}
        self._open: tuple[str, ...] = ()
        self._parts = 0

    def evaluate(self, of: Expression, scope: Scope) -> Value:
        """Return the value of an expression. Raises StoppedError if it has none."""
        key = (of, scope, self._open)
        known = self._known.get(key)
        if known is None:
            self._parts += 1
            if self._parts > _MOST_PARTS:
                raise stop("too-large", f"The formula has more than {_MOST_PARTS} parts.")
            try:
                known = self._evaluate(of, scope)
                if known.amount and abs(known.amount.adjusted()) > _LARGEST:
                    raise stop("out-of-range", _OUT_OF_RANGE)
            except StoppedError as error:
                known = error
            self._known[key] = known
        if isinstance(known, StoppedError):
            raise known.with_traceback(None)  # else each repetition would lengthen it
        return known

    def _evaluate(self, of: Expression, scope: Scope) -> Value:  # noqa: PLR0911 (a return for each kind)
        match of:
            case Number(value=amount, percent=percent):
                return constant(amount, PERCENT if percent else NUMBER)
            case Name(name=name):
                return self._named(name, scope)
            case Label(words=words):
                return self._look_up(Sought(names=(words,), labels=(words,)), words, scope)
            case At(of=inner, when=when):
                span = self._ledger.find_span(when) if isinstance(when, Period) else None
                if span is None:
                    return self.evaluate(inner, scope.when(when))
                return self.evaluate(inner, scope.at(span if span.quarters else span.trailing))
            case Of(of=inner, dimensions=dimensions):
                return self.evaluate(inner, Scope(scope.span, (*scope.dimensions, *dimensions)))
            case Negative(of=inner):
                value = self.evaluate(inner, scope)
                return join("negative", (value,), -value.amount, value.unit)
            case Binary():
                return self._binary(of, scope)
            case Call():
                value = call_function(of, scope, self.evaluate)
                return value if of.function in _SILENT else _with_step(value, str(of), scope, "")

    def _binary(self, of: Binary, scope: Scope) -> Value:
        left, right = evaluate_all([(of.left, scope), (of.right, scope)], self.evaluate)
        check_distinct(((of.left, left), (of.right, right)))
        match of.operator:
            case "+" | "-":
                value = add(left, right, 1 if of.operator == "+" else -1)
            case "*":
                value = multiply(left, right)
            case "/":
                value = divide(left, right, str(of.right))
            case _:
                value = compare(left, right, of.operator)
        working = f"{print_plain(left.amount)} {_SIGNS.get(of.operator, of.operator)} {_operand(right.amount)}"
        return _with_step(value, str(of), scope, working)

    def _named(self, name: str, scope: Scope) -> Value:
        """Return the value of a measure or an item.

        Inside an own definition its name means the registry's measure, and inside that the reported item.
        """
        own, measure = self._vocabulary.own_definition(name), self._vocabulary.measure(name)
        item = self._vocabulary.item(name)
        depth = self._open.count(name)
        if own is not None and depth == 0:
            return self._defined(name, own.expression, own.unit, scope)
        if measure is not None and depth <= (own is not None):
            return self._defined(name, formula_of(measure), measure.unit, scope)
        return self._look_up(Sought(names=(name,)) if item is None else item.sought, name, scope)

    def _defined(self, name: str, expression: Expression, unit: Unit | None, scope: Scope) -> Value:
        before = self._open
        self._open = (*before, name)
        try:
            value = cast(self.evaluate(expression, scope), unit, name)
        finally:
            self._open = before
        return _with_step(value, name, scope, "")

    def _look_up(self, sought: Sought, name: str, scope: Scope) -> Value:
        """Return the figure of an item from the ledger. Raises StoppedError if it is missing."""
        found = self._ledger.find(sought, scope.span, scope.dimensions)
        if isinstance(found, NotFound):
            if found.code == "not-reported" and not self._ledger.has_read(sought.statement, scope.span):
                found = NotFound("not-read", f"{found.detail}{_unread(sought.statement, scope.span)}")
            missing = Missing(name, str(scope.span), (*sought.names, *sought.labels), found.code, found.detail)
            raise StoppedError(Problem(found.code, found.detail), (missing,))
        return _value_of(found, name, scope)


_STATEMENTS = {
    StatementKind.INCOME: "income statement",
    StatementKind.COMPREHENSIVE_INCOME: "statement of comprehensive income",
    StatementKind.BALANCE: "balance sheet",
    StatementKind.CASH_FLOW: "cash flow statement",
    StatementKind.EQUITY: "statement of changes in equity",
}


def _unread(statement: StatementKind | None, span: FiscalSpan | Period) -> str:
    """Say that no document has the statement that would have a figure; nothing if no statement is known to have it."""
    named = None if statement is None else _STATEMENTS.get(statement)
    return "" if named is None else f" No {named} for {span} was found in the documents that you may see."


def _value_of(found: Found, name: str, scope: Scope) -> Value:
    """Return the value of a figure."""
    inputs = tuple(Input(name, str(part.span or scope.span), part.stored, part.sign) for part in found.parts)
    tree: Tree = inputs[0]
    for used in inputs[1:]:
        tree = Working("+" if used.sign > 0 else "-", (tree, used))
    unit = None if found.is_nil else unit_of(found.measure, found.currency, found.unscaled)
    value = Value(found.value, unit, tree, found.is_balance, inputs, notes=tuple(_notes(found, name, scope)))
    return _with_step(value, name, scope, found.derivation) if found.derivation else value


_SILENT = frozenset({"first", "known", "optional", "opening", "positive", "ttm", "days"})
_SIGNS = {"-": "−", "*": "×", "/": "÷"}


def _operand(amount: Decimal) -> str:
    return f"({print_plain(amount)})" if amount < 0 else print_plain(amount)


def _with_step(value: Value, formula: str, scope: Scope, working: str) -> Value:
    step = Step(formula, str(scope.span), working, value.amount, value.unit or NUMBER)
    return replace(value, steps=(*value.steps, step))


def _notes(found: Found, name: str, scope: Scope) -> list[str]:
    """Return what a reader should know of a figure."""
    notes = []
    item = found.parts[0].stored.fact.item
    known = standard_vocabulary().find_name(name)
    line = None if known is None else standard_vocabulary().item(known)
    if item not in (None, name, known, None if line is None else line.sought.names[0]):
        notes.append(f"{item} is taken for {name} for {scope.span}, which is not reported.")
    if found.derivation:
        notes.append(f"{name} for {scope.span} is derived: {found.derivation}.")
    if found.restated:
        first = found.restated[0]
        notes.append(f"{name} for {scope.span} was first published as {print_plain(first.fact.value)}, and restated.")
    if found.disagreeing:
        other = found.disagreeing[0]
        notes.append(f"{name} for {scope.span} is {print_plain(other.fact.value)} in another place of the documents.")
    if found.is_turned:
        notes.append(f"{name} for {scope.span} is printed with a minus, which does not count.")
    if found.is_currency_assumed:
        notes.append(f"The currency of {name} is not stated: {found.currency} is that of the issuer's other amounts.")
    if found.unscaled is not None:
        notes.append(f"The scale of {name} is not stated: the amount is as printed.")
    return notes

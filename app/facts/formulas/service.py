"""Evaluates formulas for an issuer from the facts that a principal may read. Every evaluation is audited."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from app.audit.service import record
from app.core.principal import Principal
from app.db.session import Database
from app.facts.approved import LoadApproved, load_none, with_approved
from app.facts.errors import TooManyFactsError
from app.facts.filters import FactFilter
from app.facts.fiscal import parse_label
from app.facts.formulas.evaluation import evaluate
from app.facts.formulas.expressions import Expression, Label
from app.facts.formulas.hints import list_hints
from app.facts.formulas.parsing import parse_expression
from app.facts.formulas.problems import BadPeriodError, ExpressionError
from app.facts.formulas.registry import list_sought, standard_vocabulary
from app.facts.formulas.results import Computed
from app.facts.formulas.vocabulary import Vocabulary
from app.facts.label_words import label_words
from app.facts.ledger import Ledger
from app.facts.model import FiscalLabel, StatementKind, StoredFact
from app.facts.repository import FactRepository
from app.issuers.names import Issuer
from app.issuers.reading import get_issuer

_STATEMENTS = frozenset({StatementKind.INCOME, StatementKind.BALANCE, StatementKind.CASH_FLOW})
_KNOWN_ITEMS = ("Revenue", "NetIncome", "Assets", "NetCashFromOperatingActivities")
_WORDS = re.compile(r"[^\W\d_]{2,}(?:[ '’&-]{1,2}[^\W\d_]{1,}){1,11}")
"""Several words, and nothing that only a formula has."""


@dataclass(frozen=True, slots=True)
class EvaluatedFormula:
    """A formula's results for an issuer: one for each period, in the order of the request."""

    issuer: Issuer
    results: tuple[Computed, ...]


class FormulaService:
    """Evaluates formulas. Documents that the principal may not see count as absent."""

    def __init__(self, *, database: Database, approved: LoadApproved = load_none) -> None:
        """`approved` reads what editors approved."""
        self._database = database
        self._approved = approved

    def evaluate(
        self,
        principal: Principal,
        *,
        issuer: str,
        expression: str,
        periods: Sequence[str] = (),
        definitions: Mapping[str, str] | None = None,
        document_ids: Sequence[UUID] = (),
    ) -> EvaluatedFormula:
        """Evaluate an expression or a measure of the registry, by default for the newest fiscal year.

        `issuer` is its ID, its name in any spelling, an identifier, or a short form that no other issuer has.
        `definitions` win over the registry. Facts of `document_ids` come before others. Raises IssuerNotFoundError,
        IssuerAmbiguousError, ExpressionError, BadPeriodError, FactEncodingError, TooManyFactsError.
        """
        vocabulary = _define(definitions or {})
        parsed = _parse(expression, vocabulary)
        labels: list[FiscalLabel | None] = [_parse_period(period) for period in periods]
        with self._database.transaction(principal, snapshot=True) as session:
            repository = FactRepository(session)
            found = get_issuer(session, issuer)
            facts = _load_facts(repository, found, parsed, vocabulary)
            approved = self._approved(session, {stored.source.document_id for stored in facts})
            names = [name for sought in list_sought(parsed, vocabulary) for name in sought.names]
            facts = with_approved(facts, approved, items=names)
            read = sorted({str(stored.source.document_id) for stored in facts})
            record(
                session,
                principal,
                "facts.formula.evaluated",
                object_type="tenant",
                object_id=principal.tenant_id,
                detail={"documents": read, "formula": str(parsed)},
            )
        ledger = Ledger(facts, preferred=document_ids)
        results = [evaluate(parsed, ledger, label, vocabulary=vocabulary) for label in labels or [None]]
        hints = list_hints(results, ledger, vocabulary)
        explained = (
            replace(result, notes=(*result.notes, *notes)) for result, notes in zip(results, hints, strict=True)
        )
        return EvaluatedFormula(found, tuple(explained))


def _load_facts(
    repository: FactRepository, issuer: Issuer, expression: Expression, vocabulary: Vocabulary
) -> list[StoredFact]:
    """Return the facts of a formula's items and labels, and of the statements that show the fiscal calendar, the absent
    items, and the rows without item.

    Of an issuer with too many facts, well-known items stand for the statements. Raises FactEncodingError,
    TooManyFactsError.
    """
    needed = list_sought(expression, vocabulary)
    names = list(dict.fromkeys(name for sought in needed for name in (*sought.names, *sought.concepts)))
    labels = [words for sought in needed for label in sought.labels if (words := _rare_words(label))]
    statements = _STATEMENTS | {sought.statement for sought in needed if sought.statement is not None}
    wanted = FactFilter(issuer_ids=tuple(issuer.ids))
    try:
        return repository.load_any(wanted, items=names, concepts=names, labels=labels, statements=sorted(statements))
    except TooManyFactsError:
        return repository.load_any(wanted, items=[*names, *_KNOWN_ITEMS], concepts=names, labels=labels)


def _rare_words(label: str) -> list[str]:
    """Return the words of a label that every spelling of it has: "and" can be written as "&"."""
    return [word for word in label_words(label) if word != "and"]


def _parse(text: str, vocabulary: Vocabulary) -> Expression:
    """Parse a formula. Words that are none, such as "adjusted EBITDA", are looked for as the label of a row.

    Raises ExpressionError.
    """
    try:
        return parse_expression(text, vocabulary)
    except ExpressionError:
        if _WORDS.fullmatch(text):
            return Label(" ".join(text.split()))
        raise


def _define(definitions: Mapping[str, str]) -> Vocabulary:
    """Return the registry's vocabulary with own definitions. Each can use the definitions before it."""
    vocabulary = standard_vocabulary()
    for name, expression in definitions.items():
        vocabulary = vocabulary.defining([name], parse_expression(expression, vocabulary))
    return vocabulary


def _parse_period(text: str) -> FiscalLabel:
    label = parse_label(text)
    if label is None:
        raise BadPeriodError
    return label

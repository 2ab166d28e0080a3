"""Evaluates formulas for an issuer from the facts that a principal may read. Every evaluation is audited."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.audit.service import record
from app.core.principal import Principal
from app.db.session import Database
from app.facts.errors import IssuerNotFoundError
from app.facts.filters import FactFilter
from app.facts.fiscal import parse_label
from app.facts.formulas.evaluation import evaluate
from app.facts.formulas.parsing import parse_expression
from app.facts.formulas.problems import BadPeriodError
from app.facts.formulas.registry import standard_vocabulary
from app.facts.formulas.results import Computed
from app.facts.formulas.vocabulary import Vocabulary
from app.facts.ledger import Ledger
from app.facts.model import FiscalLabel
from app.facts.repository import FactRepository


@dataclass(frozen=True, slots=True)
class EvaluatedFormula:
    """A formula's results for an issuer: one for each period, in the order of the request."""

    issuer_key: str
    issuer: str
    results: tuple[Computed, ...]


class FormulaService:
    """Evaluates formulas. Documents that the principal may not see count as absent."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

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

        `issuer` is its name in any spelling, or its key. `definitions` win over the registry. Facts of `document_ids`
        come before others. Raises IssuerNotFoundError, ExpressionError, BadPeriodError, FactEncodingError.
        """
        vocabulary = _define(definitions or {})
        parsed = parse_expression(expression, vocabulary)
        labels: list[FiscalLabel | None] = [_parse_period(period) for period in periods]
        with self._database.transaction(principal, snapshot=True) as session:
            repository = FactRepository(session)
            key = repository.find_issuer(issuer)
            sources = [] if key is None else repository.list_sources(key)
            if key is None or not sources:
                raise IssuerNotFoundError
            facts = repository.list_facts(FactFilter(issuer_keys=(key,)))
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
        results = tuple(evaluate(parsed, ledger, label, vocabulary=vocabulary) for label in labels or [None])
        return EvaluatedFormula(key, sources[-1].source.issuer or key, results)


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

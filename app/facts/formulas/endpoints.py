"""Formulas over an issuer's facts at `/v1/formulas`."""

from typing import Annotated

from fastapi import Depends

from app.core.principal import Permission
from app.facts.errors import TooManyFactsError
from app.facts.formulas.functions import FUNCTIONS
from app.facts.formulas.problems import BadPeriodError, ExpressionError
from app.facts.formulas.registry import MEASURES
from app.facts.formulas.schemas import FormulaIn, FormulaOut, FunctionOut, MeasureOut, RegistryOut
from app.facts.formulas.service import FormulaService
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.routing import api_router, needs
from app.issuers.errors import IssuerAmbiguousError, IssuerNotFoundError

router = api_router(prefix="/v1/formulas", tag="facts")

Formulas = Annotated[FormulaService, Depends(service(FormulaService))]


@router.get(
    "",
    summary="List the measures and functions of formulas",
    openapi_extra=needs(Permission.DOCUMENTS_READ),
)
def get_registry(_principal: CurrentPrincipal) -> RegistryOut:
    return RegistryOut(
        measures=[MeasureOut.of(measure) for measure in MEASURES],
        functions=[FunctionOut.of(function) for function in FUNCTIONS.values()],
    )


@router.post(
    "",
    summary="Evaluate a formula for an issuer",
    description=(
        "The expression is a measure of the registry, or a formula over items, concepts and labels. A formula without "
        "value is no error: the result has the problem, and names what is missing."
    ),
    openapi_extra=needs(Permission.DOCUMENTS_READ)
    | problems(IssuerNotFoundError, IssuerAmbiguousError, ExpressionError, BadPeriodError, TooManyFactsError),
)
def evaluate_formula(principal: CurrentPrincipal, formulas: Formulas, body: FormulaIn) -> FormulaOut:
    evaluated = formulas.evaluate(
        principal,
        issuer=body.issuer,
        expression=body.expression,
        periods=body.periods,
        definitions={one.name: one.expression for one in body.definitions},
        document_ids=body.document_ids,
    )
    return FormulaOut.of(evaluated, body.form())

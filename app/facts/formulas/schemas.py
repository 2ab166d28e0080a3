"""Request and response schemas of formulas. Amounts are decimal strings, to keep all digits."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.facts.formulas.definitions import MeasureDefinition
from app.facts.formulas.functions import Function
from app.facts.formulas.lexing import LONGEST_TEXT
from app.facts.formulas.printing import Form, print_value
from app.facts.formulas.registry import formula_of, needed_items
from app.facts.formulas.results import Computed, Input, Missing, Step
from app.facts.formulas.service import EvaluatedFormula
from app.facts.formulas.units import UnitKind
from app.facts.schemas import FactOut
from app.http.text import Line

_MOST_PERIODS = 20
_MOST_DEFINITIONS = 20
_MOST_DOCUMENTS = 50

# The parser checks the characters: its errors are more specific than a schema's.
FormulaText = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]


class DefinitionIn(BaseModel):
    """What a name means in the formula. It can be the name or abbreviation of a measure of the registry."""

    model_config = ConfigDict(extra="forbid")

    name: Line = Field(examples=["EBITDA"])
    expression: FormulaText = Field(examples=["operating income + D&A"])


class FormulaIn(BaseModel):
    """A formula to evaluate. Without `periods` it is evaluated for the newest fiscal year. A definition in
    `definitions` wins over the registry; each can use those before it.
    """

    model_config = ConfigDict(extra="forbid")

    issuer: Line = Field(
        description="The issuer's ID, its name in any spelling, or a short form that no other issuer has.",
        examples=["Juniper Tool Works"],
    )
    expression: FormulaText = Field(examples=["(total debt - cash) / EBITDA"])
    periods: list[Line] = Field(default=[], max_length=_MOST_PERIODS, examples=[["FY2025", "FY2024"]])
    definitions: list[DefinitionIn] = Field(default=[], max_length=_MOST_DEFINITIONS)
    document_ids: list[UUID] = Field(
        default=[], max_length=_MOST_DOCUMENTS, description="Documents whose facts come before those of others."
    )
    places: int | None = Field(default=None, ge=-12, le=12, description="Decimal places of the text.", examples=[2])
    scale: int | None = Field(default=None, ge=0, le=12, description="A power of ten for the text.", examples=[6])
    percent: bool | None = Field(default=None, description="Whether the text is in percent.", examples=[None])

    def form(self) -> Form:
        return Form(places=self.places, scale=self.scale, percent=self.percent)


class ProblemOut(BaseModel):
    """Why a formula has no value. `code` is stable."""

    code: str = Field(examples=["missing-input"])
    detail: str = Field(examples=["Missing: Inventories (FY2024)."])


class StepOut(BaseModel):
    """A step of the arithmetic: the part of the formula, its period, the numbers put in, and the result."""

    formula: str = Field(examples=["TotalDebt - CashAndMarketableSecurities"])
    period: str = Field(examples=["FY2025"])
    working: str = Field(examples=["9,000,000,000 − 100,000,000"])
    value: str = Field(examples=["8900000000"])
    unit: UnitKind = Field(examples=["money"])

    @staticmethod
    def of(step: Step) -> "StepOut":
        return StepOut(
            formula=step.formula,
            period=step.period,
            working=step.working,
            value=f"{step.value:f}",
            unit=step.unit.kind,
        )


class InputOut(BaseModel):
    """A fact that was used, for which item and period. `sign` is −1 if it was subtracted to derive the period."""

    name: str = Field(examples=["TradePayables"])
    period: str = Field(examples=["FY2025"])
    sign: int = Field(examples=[1])
    fact: FactOut

    @staticmethod
    def of(used: Input) -> "InputOut":
        return InputOut(name=used.name, period=used.period, sign=used.sign, fact=FactOut.of(used.stored))


class MissingOut(BaseModel):
    """An item that was not found. `looked_for` are the items, concepts and labels that would have been taken."""

    name: str = Field(examples=["Inventories"])
    period: str = Field(examples=["FY2024"])
    code: str = Field(examples=["not-reported"])
    detail: str = Field(examples=["No fact of Inventories is for the end of FY2024."])
    looked_for: list[str] = Field(examples=[["Inventories", "InventoryNet"]])

    @staticmethod
    def of(missing: Missing) -> "MissingOut":
        return MissingOut(
            name=missing.name,
            period=missing.period,
            code=missing.code,
            detail=missing.detail,
            looked_for=list(missing.looked_for),
        )


class FormulaResultOut(BaseModel):
    """The result for one period. `value` is exact to 40 digits, a percentage as a fraction; it is null if there is a
    `problem`. `text` is the value in the form that was requested. `assumed` are items that were taken as zero, because
    the statement that was read does not have them.
    """

    period: str = Field(examples=["FY2025"])
    value: str | None = Field(examples=["5.2353"])
    text: str | None = Field(examples=["5.24x"])
    unit: UnitKind | None = Field(examples=["ratio"])
    currency: str | None = Field(examples=[None])
    confidence: float = Field(examples=[0.97])
    problem: ProblemOut | None
    steps: list[StepOut]
    inputs: list[InputOut]
    missing: list[MissingOut]
    assumed: list[MissingOut]
    notes: list[str] = Field(examples=[[]])

    @staticmethod
    def of(computed: Computed, form: Form) -> "FormulaResultOut":
        value, unit, problem = computed.value, computed.unit, computed.problem
        has_value = value is not None and unit is not None
        return FormulaResultOut(
            period=computed.period,
            value=f"{value:f}" if value is not None else None,
            text=print_value(value, unit, form).text if value is not None and unit is not None else None,
            unit=None if unit is None else unit.kind,
            currency=None if unit is None else unit.currency,
            confidence=round(computed.confidence, 4) if has_value else 0.0,
            problem=None if problem is None else ProblemOut(code=problem.code, detail=problem.detail),
            steps=[StepOut.of(step) for step in computed.steps],
            inputs=[InputOut.of(used) for used in computed.inputs],
            missing=[MissingOut.of(missing) for missing in computed.missing],
            assumed=[MissingOut.of(missing) for missing in computed.assumed],
            notes=list(computed.notes),
        )


class FormulaOut(BaseModel):
    """An evaluated formula. `formula` is its text in the language of formulas."""

    issuer_id: UUID
    issuer: str = Field(examples=["Juniper Tool Works, Inc."])
    formula: str = Field(examples=["(TotalDebt - CashAndMarketableSecurities) / EBITDA"])
    results: list[FormulaResultOut]

    @staticmethod
    def of(evaluated: EvaluatedFormula, form: Form) -> "FormulaOut":
        return FormulaOut(
            issuer_id=evaluated.issuer.id,
            issuer=evaluated.issuer.name,
            formula=evaluated.results[0].formula,
            results=[FormulaResultOut.of(computed, form) for computed in evaluated.results],
        )


class MeasureOut(BaseModel):
    """A measure of the registry. `items` are all items that its formula can need."""

    name: str = Field(examples=["NetLeverage"])
    title: str = Field(examples=["Net debt to EBITDA"])
    words: list[str] = Field(examples=[["net leverage", "net leverage ratio"]])
    formula: str = Field(examples=["NetDebt / positive(ttm(EBITDA))"])
    unit: UnitKind = Field(examples=["ratio"])
    definition: str = Field(examples=["Net debt divided by EBITDA of the last twelve months."])
    source: str = Field(examples=["S&P"])
    items: list[str] = Field(examples=[["LongTermDebt", "OperatingIncomeLoss"]])

    @staticmethod
    def of(measure: MeasureDefinition) -> "MeasureOut":
        return MeasureOut(
            name=measure.name,
            title=measure.title,
            words=list(measure.words),
            formula=measure.formula,
            unit=measure.unit.kind,
            definition=measure.definition,
            source=measure.source,
            items=list(needed_items(formula_of(measure))),
        )


class FunctionOut(BaseModel):
    """A function of the language, and what its value is."""

    name: str = Field(examples=["ttm"])
    meaning: str = Field(examples=["Value for the twelve months that end with the period."])

    @staticmethod
    def of(function: Function) -> "FunctionOut":
        return FunctionOut(name=function.name, meaning=function.meaning)


class RegistryOut(BaseModel):
    """The measures and functions that formulas can use."""

    measures: list[MeasureOut]
    functions: list[FunctionOut]

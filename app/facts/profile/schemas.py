"""Response schemas of profiles. Amounts are decimal strings, to keep all digits."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from app.facts.formulas.printing import Form
from app.facts.formulas.schemas import FormulaResultOut
from app.facts.profile.maturities import DueAmount, Instrument, MaturitySchedule
from app.facts.profile.measures import MeasureSeries
from app.facts.profile.service import IssuerProfile
from app.facts.schemas import FactOut


class MeasureSeriesOut(BaseModel):
    """A key measure. `results` has one entry for each year of the profile; one without value has the problem."""

    name: str = Field(description="The name of a measure or item for formulas.", examples=["EBITDAMargin"])
    title: str = Field(examples=["EBITDA margin"])
    results: list[FormulaResultOut]

    @staticmethod
    def of(series: MeasureSeries) -> "MeasureSeriesOut":
        return MeasureSeriesOut(
            name=series.measure.name,
            title=series.measure.title,
            results=[FormulaResultOut.of(computed, Form()) for computed in series.results],
        )


class DueAmountOut(BaseModel):
    """An amount of debt that falls due, or an instrument. `year` is null if its words state none, as in
    "thereafter".
    """

    label: str = Field(examples=["2027"])
    year: int | None = Field(examples=[2027])
    fact: FactOut

    @staticmethod
    def of(due: DueAmount | Instrument) -> "DueAmountOut":
        return DueAmountOut(label=due.label, year=due.year, fact=FactOut.of(due.stored))


class MaturityScheduleOut(BaseModel):
    """The amounts that fall due by year, as one document states them for the day `as_of`. `column` is the heading of
    their column if the table has several.
    """

    as_of: date
    document_id: UUID
    column: str = Field(examples=[""])
    amounts: list[DueAmountOut]

    @staticmethod
    def of(schedule: MaturitySchedule) -> "MaturityScheduleOut":
        return MaturityScheduleOut(
            as_of=schedule.as_of,
            document_id=schedule.source.document_id,
            column=schedule.column,
            amounts=[DueAmountOut.of(amount) for amount in schedule.amounts],
        )


class ProfileOut(BaseModel):
    """An issuer's key measures over fiscal years, oldest first, and its debt. `partial` states that the issuer has more
    facts than one request reads: the debt is then left out.
    """

    issuer_id: UUID
    issuer: str = Field(examples=["Juniper Tool Works, Inc."])
    years: list[str] = Field(examples=[["FY2024", "FY2025"]])
    measures: list[MeasureSeriesOut]
    maturities: MaturityScheduleOut | None
    instruments: list[DueAmountOut]
    partial: bool = Field(examples=[False])

    @staticmethod
    def of(profile: IssuerProfile) -> "ProfileOut":
        return ProfileOut(
            issuer_id=profile.issuer.id,
            issuer=profile.issuer.name,
            years=[f"{year.part}{year.year}" for year in profile.years],
            measures=[MeasureSeriesOut.of(series) for series in profile.series if not series.is_empty],
            maturities=None if profile.schedule is None else MaturityScheduleOut.of(profile.schedule),
            instruments=[DueAmountOut.of(each) for each in profile.instruments],
            partial=profile.is_partial,
        )


class ComparisonOut(BaseModel):
    """The profiles of several issuers over the same fiscal years, in the order of the request."""

    items: list[ProfileOut]

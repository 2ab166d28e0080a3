"""Progress in responses."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from app.review.progress.agreement import Agreement
from app.review.progress.service import AgreementView, DealProgress, PersonLoad, Workload


class DealOut(BaseModel):
    """A collection (a deal): its tasks by state, and their fields by status. `done` is the share of decided fields."""

    collection_id: UUID
    name: str
    tasks: dict[str, int]
    fields_total: int
    fields_open: int
    done: float
    statuses: dict[str, int]

    @classmethod
    def of(cls, deal: DealProgress) -> "DealOut":
        decided = deal.fields_total - deal.fields_open
        return cls(
            collection_id=deal.collection_id,
            name=deal.name,
            tasks=deal.tasks,
            fields_total=deal.fields_total,
            fields_open=deal.fields_open,
            done=decided / deal.fields_total if deal.fields_total else 0.0,
            statuses=deal.statuses,
        )


class DealsOut(BaseModel):
    items: list[DealOut]


class PersonOut(BaseModel):
    """A person's decisions of the period by action, those made in bulk, open tasks assigned, and tasks claimed now.
    `name` is null unless you review.
    """

    id: UUID
    name: str | None
    decisions: int
    in_bulk: int
    actions: dict[str, int]
    assigned: int
    claimed: int

    @classmethod
    def of(cls, load: PersonLoad, name: str | None) -> "PersonOut":
        return cls(
            id=load.person,
            name=name,
            decisions=load.decisions,
            in_bulk=load.in_bulk,
            actions=load.actions,
            assigned=load.assigned,
            claimed=load.claimed,
        )


class DayOut(BaseModel):
    """Decisions of a day (UTC), and the answers that came into force."""

    day: date
    decisions: int
    released: int


class WorkloadOut(BaseModel):
    people: list[PersonOut]
    days: list[DayOut]

    @classmethod
    def of(cls, workload: Workload) -> "WorkloadOut":
        names = {each.id: each.name for each in workload.reviewers}
        return cls(
            people=[PersonOut.of(load, names.get(load.person)) for load in workload.people],
            days=[DayOut(day=each.day, decisions=each.decisions, released=each.released) for each in workload.days],
        )


class AgreementOut(BaseModel):
    """Of `readings` pairs of blind readings, the share `observed` agrees; `kappa` is Cohen's: the agreement beyond
    chance. It is null if all answers are the same.
    """

    readings: int
    observed: float
    kappa: float | None

    @classmethod
    def of(cls, found: Agreement) -> "AgreementOut":
        return cls(readings=found.readings, observed=found.observed, kappa=found.kappa)


class FieldAgreementOut(AgreementOut):
    key: str


class PairAgreementOut(AgreementOut):
    readers: list[UUID]


class AgreementsOut(BaseModel):
    """Agreement of blind readers, in total, by field and by pair of readers. `total` is null without readings."""

    total: AgreementOut | None
    fields: list[FieldAgreementOut]
    pairs: list[PairAgreementOut]

    @classmethod
    def of(cls, view: AgreementView) -> "AgreementsOut":
        return cls(
            total=None if view.total is None else AgreementOut.of(view.total),
            fields=[
                FieldAgreementOut(key=key, **AgreementOut.of(found).model_dump())
                for key, found in sorted(view.fields.items())
            ],
            pairs=[
                PairAgreementOut(readers=list(pair), **AgreementOut.of(found).model_dump())
                for pair, found in sorted(view.pairs.items())
            ],
        )

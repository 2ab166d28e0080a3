"""Deals at a glance, workload, throughput, and the agreement of blind readers, from what the principal may see."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from app.core.clock import Clock
from app.core.principal import Principal
from app.db.session import Database
from app.review.fields.views import decode_stored
from app.review.people import Reviewer, list_reviewers
from app.review.progress.agreement import Agreement, PairedReading, by_field, by_pair
from app.review.progress.repository import ProgressRepository
from app.review.schemas.repository import SchemaRepository
from app.review.values import value_key


@dataclass(slots=True)
class DealProgress:
    """The tasks of a collection by state, and their fields by status."""

    collection_id: UUID
    name: str
    tasks: dict[str, int] = field(default_factory=dict)
    fields_total: int = 0
    fields_open: int = 0
    statuses: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class PersonLoad:
    """What a person decided, and what waits for the person."""

    person: UUID
    decisions: int = 0
    in_bulk: int = 0
    actions: dict[str, int] = field(default_factory=dict)
    assigned: int = 0
    claimed: int = 0


@dataclass(frozen=True, slots=True)
class DayThroughput:
    """Decisions of a day (UTC), and how many answers came into force."""

    day: date
    decisions: int
    released: int


@dataclass(frozen=True, slots=True)
class Workload:
    people: tuple[PersonLoad, ...]
    days: tuple[DayThroughput, ...]
    reviewers: tuple[Reviewer, ...]


@dataclass(frozen=True, slots=True)
class AgreementView:
    """Agreement in total, by key of the field, and by pair of readers."""

    total: Agreement | None
    fields: Mapping[str, Agreement]
    pairs: Mapping[tuple[UUID, UUID], Agreement]


class ProgressService:
    """Reads progress under the principal's rights."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def list_deals(
        self, principal: Principal, *, collection_id: UUID | None = None, schema: str | None = None
    ) -> list[DealProgress]:
        """List the collections with tasks, by name."""
        with self._database.transaction(principal, snapshot=True) as session:
            repository = ProgressRepository(session)
            SchemaRepository(session).check_key(schema)
            counted = repository.count_deals(collection_id, schema)
            statuses = repository.count_statuses(collection_id, schema)
        deals: dict[UUID, DealProgress] = {}
        for found, name, state, tasks, total, is_open in counted:
            deal = deals.setdefault(found, DealProgress(found, name))
            deal.tasks[state] = tasks
            deal.fields_total += total or 0
            deal.fields_open += is_open or 0
        for found, status, count in statuses:
            if found in deals:
                deals[found].statuses[status] = count
        return list(deals.values())

    def get_workload(self, principal: Principal, *, days: int) -> Workload:
        """Return the work of the last days."""
        since = self._clock.now() - timedelta(days=days)
        with self._database.transaction(principal, snapshot=True) as session:
            repository = ProgressRepository(session)
            people: dict[UUID, PersonLoad] = {}
            for person, action, decisions, _, in_bulk in repository.count_decisions(since):
                load = people.setdefault(person, PersonLoad(person))
                load.actions[action] = decisions
                load.decisions += decisions
                load.in_bulk += in_bulk
            for person, assigned, claimed in repository.count_load():
                load = people.setdefault(person, PersonLoad(person))
                load.assigned, load.claimed = assigned or 0, claimed or 0
            made = tuple(DayThroughput(*row) for row in repository.count_days(since))
            return Workload(
                tuple(sorted(people.values(), key=lambda load: (-load.decisions, load.person))),
                made,
                tuple(list_reviewers(session)),
            )

    def get_agreement(
        self, principal: Principal, *, schema: str | None = None, since: datetime | None = None
    ) -> AgreementView:
        """Return how far blind readers agree, in rounds that are complete."""
        with self._database.transaction(principal, snapshot=True) as session:
            SchemaRepository(session).check_key(schema)
            found = ProgressRepository(session).list_readings(schema, since)
        rounds: dict[tuple[UUID, int], list[tuple[datetime, UUID, str, str]]] = defaultdict(list)
        for field_id, number, person, key, answer, value, made_at in found:
            says = "" if value is None else repr(value_key(decode_stored(value)))
            rounds[field_id, number].append((made_at, person, key, f"{answer} {says}"))
        pairs = []
        for readings in rounds.values():
            if len(readings) > 1:
                (_, first, key, says), (_, second, _, says_too) = sorted(readings)[:2]
                pairs.append(PairedReading(key, first, second, says, says_too))
        every = by_field(PairedReading("", each.first, each.second, f"{each.field_key} {each.first_answer}",
                                       f"{each.field_key} {each.second_answer}") for each in pairs)  # fmt: skip
        return AgreementView(every.get(""), by_field(pairs), by_pair(pairs))

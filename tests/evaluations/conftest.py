"""Users of two tenants, and runs to publish."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.core.clock import SystemClock
from app.core.principal import Principal, Role
from app.evaluations.metrics import MetricSpec
from app.evaluations.receiving import ReceivedRun, receive_run
from app.evaluations.records import (
    CaseRecord,
    CaseTiming,
    Conditions,
    EvalRunStatus,
    RunManifest,
    RunRecord,
    Selection,
    figures_over,
)
from app.evaluations.service import EvaluationService
from app.identity.service import TenantAdmin

START = datetime(2026, 3, 1, tzinfo=UTC)


class People:
    """Creates users with given roles, as principals."""

    def __init__(self, admin: TenantAdmin) -> None:
        self._admin = admin
        self.tenant_id = self.create_tenant()

    def create_tenant(self) -> UUID:
        return self._admin.create_tenant(slug=f"t{uuid4().hex}", name="Tenant")

    def make(self, *roles: Role, tenant_id: UUID | None = None) -> Principal:
        tenant = tenant_id or self.tenant_id
        user_id, _ = self._admin.create_user(tenant, email=f"{uuid4().hex}@example.org", name="Ana", roles=roles)
        return Principal(tenant_id=tenant, user_id=user_id, roles=frozenset(roles))


def make_run(scores: list[float | None], *, run_id: str = "", day: int = 0, **manifest: Any) -> RunRecord:
    """Return a run with traces. The cases `case/0`, `case/1`, … have a measure `m`, which is equal to their score."""
    metrics = (MetricSpec(name="m", of=("m",)),)
    cases = tuple(
        CaseRecord(
            id=f"case/{place}",
            kind="odd" if place % 2 else "even",
            score=score,
            reason=f"scored {score}",
            measures={"m": score},
            details={"place": place},
            trace={"question": f"Question {place}?", "zebra": 1, "apple": 2},
        )
        for place, score in enumerate(scores)
    )
    made = RunManifest(
        **{
            "id": run_id or f"run-{uuid4().hex}",
            "suite": "toy",
            "suite_version": "1",
            "status": EvalRunStatus.DONE,
            "started_at": START + timedelta(days=day),
            "selection": Selection(),
            "conditions": Conditions(
                commit="a" * 40,
                dirty=False,
                data_digest="d" * 64,
                data_name="data",
                settings_digest="s" * 64,
                embedding_space="e",
                cores=2,
            ),
            "metrics": metrics,
            "figures": figures_over(metrics, cases),
            "n": len(cases),
            **manifest,
        }
    )
    timings = tuple(CaseTiming(id=case.id, seconds=0.5, times={"answer": 0.25}) for case in cases)
    return RunRecord(manifest=made, cases=cases, timings=timings)


def receive(record: RunRecord) -> ReceivedRun:
    return receive_run(record.model_dump_json().encode(), record.manifest.id)


@pytest.fixture
def people(module_database) -> People:
    return People(TenantAdmin(owner=module_database.owner, clock=SystemClock()))


@pytest.fixture
def evaluations(module_database) -> EvaluationService:
    return EvaluationService(database=module_database.api, clock=SystemClock())


@pytest.fixture
def engineer(people: People) -> Principal:
    return people.make(Role.ENGINEER)


@pytest.fixture
def run_of() -> Callable[..., RunRecord]:
    return make_run


@pytest.fixture
def received() -> Callable[..., ReceivedRun]:
    """Return a function that creates a run with given scores, as the service receives it."""
    return lambda *arguments, **more: receive(make_run(*arguments, **more))

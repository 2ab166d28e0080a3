"""Publishes and reads runs of suites. The database shows runs only to engineers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.audit.service import record as record_event
from app.core.clock import Clock
from app.core.pagination import InvalidCursorError, PageOf, PageRequest, encode_cursor
from app.core.principal import Permission, Principal
from app.db.session import Database
from app.evaluations.errors import (
    EngineerRequiredError,
    PublishedCaseNotFoundError,
    PublishedRunNotFoundError,
    RunPublishedBeforeError,
)
from app.evaluations.metrics import add_totals
from app.evaluations.models import EvalCase, EvalRun
from app.evaluations.receiving import ReceivedRun
from app.evaluations.records import CaseRecord, CaseTiming, RunManifest, RunRecord
from app.evaluations.repository import EvaluationRepository
from app.identity.holding import hold_key

MAX_WORDS = 8
MAX_SUITES = 200


@dataclass(frozen=True, slots=True)
class PublishedRun:
    """A run without its cases; `content_sha256` (hex) covers the whole run."""

    manifest: RunManifest
    content_sha256: str
    published_at: datetime
    published_by: UUID


@dataclass(frozen=True, slots=True)
class PublishedCase:
    """A case with its times, if any. In lists, details and trace are empty."""

    record: CaseRecord
    timing: CaseTiming | None


@dataclass(frozen=True, slots=True)
class Observations:
    """What the figures of a run rest on (`MetricSpec.count`): n by metric over all cases, and by kind and metric."""

    all: Mapping[str, int]
    by_kind: Mapping[str, Mapping[str, int]]


class EvaluationService:
    """Publishes and reads the runs of the principal's tenant."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def may_see(self, principal: Principal) -> bool:
        """Return whether the principal may see runs at all."""
        return principal.may(Permission.EVALS_READ)

    def publish(self, principal: Principal, run: ReceivedRun) -> tuple[PublishedRun, bool]:
        """Store a whole run. Returns the run, and whether it is new: False if the same run was already stored.

        Raises EngineerRequiredError, RunPublishedBeforeError, KeyRevokedError, KeyExpiredError.
        """
        manifest, now = run.record.manifest, self._clock.now()
        values = {
            "tenant_id": principal.tenant_id,
            "id": manifest.id,
            "suite": manifest.suite,
            "started_at": manifest.started_at,
            "manifest": manifest.model_dump(mode="json"),
            "content_sha256": run.content_sha256,
            "published_at": now,
            "published_by": principal.user_id,
        }
        with self._database.transaction(principal) as session:
            hold_key(session, principal, now)
            repository = EvaluationRepository(session)
            if not repository.is_engineer():
                raise EngineerRequiredError
            if not repository.insert_run(values):
                existing = repository.find_run(manifest.id)
                if existing is None or existing.content_sha256 != run.content_sha256:
                    raise RunPublishedBeforeError
                return _run(existing), False
            repository.insert_cases(_rows(principal.tenant_id, run.record))
            record_event(
                session,
                principal,
                "evaluations.run.published",
                object_type="eval_run",
                object_id=manifest.id,
                detail={"cases": len(run.record.cases), "content_sha256": run.content_sha256},
            )
        return PublishedRun(manifest, run.content_sha256, now, principal.user_id), True

    def list_runs(
        self, principal: Principal, page: PageRequest, *, suite: str | None = None, words: str = ""
    ) -> PageOf[PublishedRun]:
        """List runs by start time, newest first. `words` all occur in the ID, the suite, the purpose, the commit, the
        data's name or the model's name. Raises InvalidCursorError.
        """
        after = page.after()
        with self._database.transaction(principal) as session:
            found = EvaluationRepository(session).list_runs(
                suite=suite,
                before=None if after is None else _parse_place(after),
                limit=page.limit + 1,
                words=words.split()[:MAX_WORDS],
            )
        last = found[: page.limit][-1] if len(found) > page.limit else None
        cursor = None if last is None else encode_cursor(f"{last.started_at.isoformat()} {last.id}")
        return PageOf(items=[_run(row) for row in found[: page.limit]], next_cursor=cursor)

    def get_run(self, principal: Principal, run_id: str) -> PublishedRun:
        """Return a run. Raises PublishedRunNotFoundError."""
        with self._database.transaction(principal) as session:
            return _run(_require(EvaluationRepository(session), run_id))

    def list_suites(self, principal: Principal) -> Sequence[str]:
        """List the suites that have runs, by name: at most 200."""
        with self._database.transaction(principal) as session:
            return EvaluationRepository(session).list_suites(MAX_SUITES)

    def count_observations(self, principal: Principal, run_id: str) -> Observations:
        """Return what the figures of a run rest on. Raises PublishedRunNotFoundError."""
        with self._database.transaction(principal, snapshot=True) as session:
            repository = EvaluationRepository(session)
            metrics = _run(_require(repository, run_id)).manifest.metrics
            by_kind = repository.total_measures(run_id)
        return Observations(
            {metric.name: metric.count_in(add_totals(by_kind.values())) for metric in metrics},
            {kind: {metric.name: metric.count_in(totals) for metric in metrics} for kind, totals in by_kind.items()},
        )

    def list_cases(
        self, principal: Principal, run_id: str, page: PageRequest, *, kind: str | None = None
    ) -> PageOf[PublishedCase]:
        """List cases in the run's order. Raises PublishedRunNotFoundError, InvalidCursorError."""
        after = page.after()
        with self._database.transaction(principal) as session:
            repository = EvaluationRepository(session)
            _require(repository, run_id)
            place = -1 if after is None else _parse_ordinal(after)
            found = repository.list_cases(run_id, kind=kind, after=place, limit=page.limit + 1)
            items = [_slim_case(row) for row in found[: page.limit]]
        more = len(found) > page.limit
        return PageOf(items=items, next_cursor=encode_cursor(str(found[page.limit - 1].ordinal)) if more else None)

    def list_lowest(
        self, principal: Principal, run_id: str, *, kind: str | None, offset: int, limit: int
    ) -> tuple[Sequence[PublishedCase], dict[str, int]]:
        """Return a slice of the cases, and the number of cases by kind.

        Unscored cases come first, then scored cases by ascending score.

        Raises PublishedRunNotFoundError.
        """
        with self._database.transaction(principal) as session:
            repository = EvaluationRepository(session)
            _require(repository, run_id)
            found = repository.list_lowest(run_id, kind=kind, offset=offset, limit=limit)
            return [_slim_case(row) for row in found], repository.count_cases(run_id)

    def get_case(self, principal: Principal, run_id: str, case_id: str) -> PublishedCase:
        """Return one case with its trace. Raises PublishedCaseNotFoundError, also if the run does not exist."""
        return self.list_whole(principal, run_id, [case_id])[0]

    def list_whole(self, principal: Principal, run_id: str, case_ids: Sequence[str]) -> list[PublishedCase]:
        """Return the cases with these ids, with their traces, in the run's order. The read is audited, because traces
        quote documents.

        Raises PublishedCaseNotFoundError if one of the cases, or the run, does not exist.
        """
        if not case_ids:
            return []
        with self._database.transaction(principal) as session:
            found = [_case(row) for row in EvaluationRepository(session).list_whole(run_id, case_ids)]
            if {case.record.id for case in found} != set(case_ids):
                raise PublishedCaseNotFoundError
            record_event(
                session,
                principal,
                "evaluations.trace.read",
                object_type="eval_run",
                object_id=run_id,
                detail={"cases": [case.record.id for case in found]},
            )
        return found

    def get_pair(self, principal: Principal, before: str, after: str) -> tuple[RunRecord, RunRecord]:
        """Return two runs for a comparison, without details and traces. Raises PublishedRunNotFoundError."""
        with self._database.transaction(principal, snapshot=True) as session:
            repository = EvaluationRepository(session)
            runs = [_run(_require(repository, run_id)).manifest for run_id in (before, after)]
            cases = [tuple(_slim_case(row).record for row in repository.list_cases(manifest.id)) for manifest in runs]
        first, second = (RunRecord(manifest=manifest, cases=of) for manifest, of in zip(runs, cases, strict=True))
        return first, second


def _require(repository: EvaluationRepository, run_id: str) -> EvalRun:
    found = repository.find_run(run_id)
    if found is None:
        raise PublishedRunNotFoundError
    return found


def _rows(tenant_id: UUID, run: RunRecord) -> list[dict[str, object]]:
    timings = {timing.id: timing for timing in run.timings}
    rows: list[dict[str, object]] = []
    for ordinal, case in enumerate(run.cases):
        timing = timings.get(case.id)
        kept = case.model_dump(mode="json", exclude={"id", "cost_usd"})
        place = {"tenant_id": tenant_id, "run_id": run.manifest.id, "ordinal": ordinal, "case_id": case.id}
        times = {"seconds": timing.seconds if timing else None, "times": timing.times if timing else {}}
        rows.append({**place, **kept, **times, "cost_usd": case.cost_usd})
    return rows


def _run(row: EvalRun) -> PublishedRun:
    return PublishedRun(
        manifest=RunManifest.model_validate(row.manifest),
        content_sha256=row.content_sha256,
        published_at=row.published_at,
        published_by=row.published_by,
    )


def _case(row: EvalCase) -> PublishedCase:
    slim = _slim_case(row)
    whole = slim.record.model_copy(update={"details": row.details, "trace": row.trace})
    return PublishedCase(whole, slim.timing)


def _slim_case(row: EvalCase) -> PublishedCase:
    record = CaseRecord(
        id=row.case_id,
        kind=row.kind,
        score=row.score,
        reason=row.reason,
        measures=row.measures,
        tokens_in=row.tokens_in,
        tokens_out=row.tokens_out,
        cost_usd=row.cost_usd,
    )
    timed = row.seconds is not None
    return PublishedCase(
        record, CaseTiming(id=row.case_id, seconds=row.seconds or 0.0, times=row.times) if timed else None
    )


def _parse_place(key: str) -> tuple[datetime, str]:
    started, _, run_id = key.partition(" ")
    try:
        return datetime.fromisoformat(started), run_id
    except ValueError as error:
        raise InvalidCursorError from error


def _parse_ordinal(key: str) -> int:
    # A longer number exceeds the database's integer type, so no cursor of this list contains it.
    if not (key.isascii() and key.isdigit() and len(key) < 10):
        raise InvalidCursorError
    return int(key)

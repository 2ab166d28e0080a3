"""The state machine of an ingestion. A lease records which worker works on a stage, and until when.

    waiting ──(the stage before is done)──> pending ──claim──> leased ──complete──> done
                                               ^                 │ ├──fail, final──> failed (and the run with it)
                                               └─fail, transient─┘ └──the lease expires: pending again

A lease expires when its worker dies, which is not the file's fault: machines run out of memory and are switched off.
The next attempts therefore run in quarantine (`workers.pipeline.quarantine`), in a process of their own. If only that
process dies, the file has killed it. The worker survives and records the crash; a few crashes end the run with their
cause.

If a stage cannot read the output of an earlier stage, the run goes back: the earlier stage becomes pending, and all
later stages, up to the current one, wait again.

Each claim gets a greater token than all earlier claims of the stage. Only the worker with the newest token can store a
result.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import Session

from app.core.clock import Clock
from app.core.errors import DocumentError, FootnoteError, UnavailableError
from app.db.session import Database, system_principal
from app.jobs.errors import LeaseLostError, StageGaveUpError, WorkersLostError, error_of
from app.jobs.plan import LeaseTerms, StageName
from app.jobs.repository import OutputRepository, RunRepository
from app.jobs.states import (
    AlreadyDone,
    Busy,
    Cause,
    ClaimResult,
    Ended,
    FailedRun,
    FailResult,
    Gone,
    Lease,
    Retry,
    RunStatus,
    SentBack,
    StageStatus,
    Superseded,
)

NO_TENANT = UUID(int=0)
"""The tenant of a transaction before it has chosen one: it has no rows."""

OnFailed = Callable[[Session, FailedRun], None]


class LeaseService:
    """Leases stages to workers. `on_failed` is called for each failed run, inside the same transaction."""

    def __init__(self, *, database: Database, clock: Clock, terms: LeaseTerms, on_failed: OnFailed) -> None:
        self._database = database
        self._clock = clock
        self._terms = terms
        self._on_failed = on_failed

    def claim(self, tenant_id: UUID, stage_id: UUID, *, owner: str) -> ClaimResult:
        """Claim a stage.

        If too many workers died, fail the stage here: a dead worker reports no failure.
        """
        with self._database.transaction(system_principal(tenant_id)) as session:
            return self._claim(session, tenant_id, stage_id, owner)

    def claim_next(self, queue: str, *, owner: str) -> ClaimResult | None:
        """Claim the stage of the queue whose turn it is, by fair shares between tenants; return None if none is due."""
        with self._database.transaction(system_principal(NO_TENANT)) as session:
            chosen = RunRepository(session).choose_stage(queue)
            if chosen is None:
                return None
            self._database.change_principal(session, system_principal(chosen.chosen_tenant))
            return self._claim(session, chosen.chosen_tenant, chosen.chosen_stage, owner)

    def _claim(self, session: Session, tenant_id: UUID, stage_id: UUID, owner: str) -> ClaimResult:
        repository = RunRepository(session)
        row = repository.lease_stage(stage_id, owner=owner, seconds=self._terms.lease_seconds)
        if row is None:
            return _unavailable_result(repository.find_stage_status(stage_id))
        run = repository.start_run(row.run_id, row.name)
        lease = Lease(
            tenant_id=tenant_id,
            stage_id=stage_id,
            run_id=row.run_id,
            document_id=run.document_id,
            version_id=run.version_id,
            stage=row.name,
            position=row.position,
            token=row.lease_token,
            owner=owner,
            attempt=row.attempt,
            outages=row.outages,
            ended=row.ended,
            crashes=row.crashes,
            outputs=repository.list_output_keys(row.run_id),
            trace=run.trace_context,
        )
        if lease.deaths >= self._terms.max_deaths:
            self._end(session, lease, WorkersLostError())
            return AlreadyDone(StageStatus.FAILED)
        return lease

    def heartbeat(self, lease: Lease) -> bool:
        """Extend the lease; return False if it is lost."""
        with self._database.transaction(system_principal(lease.tenant_id)) as session:
            repository = RunRepository(session)
            repository.extend_lease(lease.stage_id, token=lease.token, seconds=self._terms.lease_seconds)
            return repository.is_held(lease.stage_id, token=lease.token)

    def hold(self, session: Session, lease: Lease) -> None:
        """Ensure that the lease stays valid until this transaction ends. Raises LeaseLostError."""
        if not RunRepository(session).lock_held(lease.stage_id, token=lease.token):
            raise LeaseLostError

    def complete(
        self,
        session: Session,
        lease: Lease,
        output_key: str,
        *,
        blob_digest: str | None = None,
        pages_total: int | None = None,
    ) -> None:
        """Complete a stage, and write the message that starts the next one. `session` also writes the stage's output.

        `blob_digest` is None if the stage has no new output. After the last stage, the run is ready. Raises
        LeaseLostError if another worker has the stage; the caller must let the whole transaction roll back.
        """
        self.hold(session, lease)
        if blob_digest is not None:
            OutputRepository(session).ensure(
                tenant_id=lease.tenant_id,
                key=output_key,
                stage=lease.stage,
                blob_digest=blob_digest,
                now=self._clock.now(),
            )
        repository = RunRepository(session)
        repository.finish_stage(lease.stage_id, status=StageStatus.DONE, output_key=output_key)
        pages = {} if pages_total is None else {"pages_total": pages_total}
        following = repository.open_stage(
            lease.run_id, lease.position + 1, wake_again_seconds=self._terms.wake_again_seconds
        )
        if following is None:
            repository.update_run(lease.run_id, status=RunStatus.READY, finished_at=func.now(), **pages)
            return
        repository.update_run(lease.run_id, stage=following.name, **pages)
        repository.call(
            tenant_id=lease.tenant_id,
            stage_id=following.id,
            queue=following.queue,
            trace=lease.trace,
        )

    def fail(self, lease: Lease, error: Exception) -> FailResult:
        """Record a failed attempt. If the document is at fault or no attempts are left, the run fails; otherwise the
        stage is retried later.
        """
        with self._database.transaction(system_principal(lease.tenant_id)) as session:
            repository = RunRepository(session)
            if not repository.lock_held(lease.stage_id, token=lease.token):
                return Superseded()
            outage = isinstance(error, UnavailableError)
            outages = lease.outages + outage
            tries = outages if outage else lease.failures + 1
            limit = self._terms.max_outages if outage else self._terms.max_attempts
            if isinstance(error, DocumentError) or tries >= limit:
                return self._end(session, lease, error)
            return self._put_off(session, lease, tries, outages=outages, crashes=lease.crashes)

    def record_crash(self, lease: Lease, cause: Cause) -> FailResult:
        """Record an attempt in which the stage's own process died while this worker survived. The run fails with the
        cause if no crashes are left; otherwise the stage is retried later.
        """
        crashes = lease.crashes + 1
        with self._database.transaction(system_principal(lease.tenant_id)) as session:
            if not RunRepository(session).lock_held(lease.stage_id, token=lease.token):
                return Superseded()
            if crashes >= self._terms.max_crashes:
                return self._end(session, lease, error_of(cause))
            return self._put_off(session, lease, crashes, outages=lease.outages, crashes=crashes)

    def send_back(self, lease: Lease, *, lost: Sequence[StageName], error: FootnoteError) -> FailResult:
        """Repeat the run from the first of the `lost` stages, whose outputs are missing or damaged.

        This uses up an attempt of the current stage. If none is left, the run fails with `error`.
        """
        earlier = min(lost, key=list(StageName).index)
        with self._database.transaction(system_principal(lease.tenant_id)) as session:
            repository = RunRepository(session)
            if not repository.lock_held(lease.stage_id, token=lease.token):
                return Superseded()
            if lease.failures + 1 >= self._terms.max_attempts:
                return self._end(session, lease, error)
            # Delete the keys, so that no stage reuses a damaged output.
            OutputRepository(session).delete([lease.outputs[name] for name in lost])
            reopened = repository.reopen_stages(
                lease.run_id, earlier, until=lease.position, wake_again_seconds=self._terms.wake_again_seconds
            )
            repository.update_run(lease.run_id, stage=earlier)
            repository.call(
                tenant_id=lease.tenant_id,
                stage_id=reopened.id,
                queue=reopened.queue,
                trace=lease.trace,
            )
            return SentBack(earlier)

    def _put_off(self, session: Session, lease: Lease, tries: int, *, outages: int, crashes: int) -> Retry:
        repository = RunRepository(session)
        wait = self._terms.backoff_after(tries)
        queue = repository.put_off_stage(
            lease.stage_id,
            after_seconds=wait,
            wake_again_seconds=self._terms.wake_again_seconds,
            outages=outages,
            crashes=crashes,
        )
        repository.call(
            tenant_id=lease.tenant_id,
            stage_id=lease.stage_id,
            queue=queue,
            trace=lease.trace,
            after_seconds=wait,
        )
        return Retry(wait)

    def _end(self, session: Session, lease: Lease, error: Exception) -> Ended:
        # Only errors of the error tree have a message that is fit for users.
        shown = error if isinstance(error, FootnoteError) else StageGaveUpError()
        repository = RunRepository(session)
        repository.finish_stage(
            lease.stage_id, status=StageStatus.FAILED, error_code=shown.code, error_detail=shown.detail
        )
        repository.update_run(
            lease.run_id,
            status=RunStatus.FAILED,
            error_code=shown.code,
            error_detail=shown.detail,
            finished_at=func.now(),
        )
        self._on_failed(
            session,
            FailedRun(
                tenant_id=lease.tenant_id,
                run_id=lease.run_id,
                document_id=lease.document_id,
                version_id=lease.version_id,
                stage=lease.stage,
                code=shown.code,
                detail=shown.detail,
            ),
        )
        return Ended(shown.code, shown.detail)


def _unavailable_result(status: StageStatus | None) -> ClaimResult:
    if status is None:
        return Gone()
    return AlreadyDone(status) if status in (StageStatus.DONE, StageStatus.FAILED) else Busy(status)

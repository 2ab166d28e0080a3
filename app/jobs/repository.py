"""SQL of runs, stages and the outbox. It compares only times of the database's clock, as workers' clocks differ."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, case, delete, func, insert, literal, select, text, update
from sqlalchemy.orm import Session

from app.jobs.models import OutboxMessage, Run, Stage, StageOutput
from app.jobs.plan import OUTBOX_CHANNEL, RUN_STAGE
from app.jobs.states import RunStatus, StageStatus


def _in_seconds(seconds: float) -> Any:
    return func.now() + literal(timedelta(seconds=seconds))


class RunRepository:
    """Reads and writes runs and their stages in the transaction of `session`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    # --- starting a run ---------------------------------------------------------------------------------------------

    def insert_run(self, values: Mapping[str, object]) -> None:
        self._session.execute(insert(Run).values(**values))

    def insert_stages(self, rows: Sequence[Mapping[str, object]], *, wake_again_seconds: float) -> None:
        """Insert stages; the first is pending, the others wait."""
        for row in rows:
            self._session.execute(
                insert(Stage).values(
                    **row,
                    attempt=0,
                    outages=0,
                    ended=0,
                    crashes=0,
                    wakes=0,
                    lease_token=0,
                    available_at=func.now(),
                    wake_at=_in_seconds(wake_again_seconds),
                )
            )

    def call(
        self,
        *,
        tenant_id: UUID,
        stage_id: UUID,
        queue: str,
        trace: Mapping[str, object] | None,
        after_seconds: float = 0.0,
    ) -> None:
        """Write the message to run a stage and notify the relay; both take effect when the transaction commits."""
        payload = {
            "queue": queue,
            "trace": None if trace is None else dict(trace),
            "arguments": {"tenant_id": str(tenant_id), "stage_id": str(stage_id)},
        }
        self._session.execute(
            insert(OutboxMessage)
            .values(
                tenant_id=tenant_id,
                topic=RUN_STAGE,
                payload=payload,
                created_at=func.now(),
                available_at=_in_seconds(after_seconds),
            )
            .inline()
        )
        self._session.execute(select(func.pg_notify(OUTBOX_CHANNEL, "")))

    # --- reading -----------------------------------------------------------------------------------------------------

    def find_runs(self, run_ids: Collection[UUID]) -> Sequence[Run]:
        return self._session.scalars(select(Run).where(Run.id.in_(run_ids))).all()

    def find_latest_run(self, version_id: UUID) -> Run | None:
        query = select(Run).where(Run.version_id == version_id).order_by(Run.id.desc()).limit(1)
        return self._session.scalars(query).one_or_none()

    def list_stages(self, run_ids: Collection[UUID]) -> Sequence[Stage]:
        """List the stages of the runs, each run's in order."""
        return self._session.scalars(select(Stage).where(Stage.run_id.in_(run_ids)).order_by(Stage.position)).all()

    def list_runs(
        self,
        *,
        before: UUID | None,
        limit: int,
        document_id: UUID | None,
        status: str | None,
        run_ids: Collection[UUID] | None = None,
    ) -> Sequence[Run]:
        """List runs, newest first (ids are ordered by time)."""
        query: Select[Run] = select(Run).order_by(Run.id.desc()).limit(limit)
        if before is not None:
            query = query.where(Run.id < before)
        if document_id is not None:
            query = query.where(Run.document_id == document_id)
        if status is not None:
            query = query.where(Run.status == status)
        if run_ids is not None:
            query = query.where(Run.id.in_(run_ids))
        return self._session.scalars(query).all()

    # --- leases ------------------------------------------------------------------------------------------------------

    def choose_stage(self, queue: str) -> Row[UUID, UUID] | None:
        """Choose and lock the queue's next stage by fair shares; return its tenant and id, or None if none is due."""
        return self._session.execute(
            text("SELECT chosen_tenant, chosen_stage FROM choose_stage(:queue)"), {"queue": queue}
        ).one_or_none()

    def lease_stage(
        self, stage_id: UUID, *, owner: str, seconds: float
    ) -> Row[UUID, str, int, int, int, int, int, int] | None:
        """Lease a stage that is pending and due, or whose lease expired; return None if it is not available."""
        due = ((Stage.status == StageStatus.PENDING) & (Stage.available_at <= func.now())) | (
            (Stage.status == StageStatus.LEASED) & (Stage.lease_expires_at <= func.now())
        )
        return self._session.execute(
            update(Stage)
            .where(Stage.id == stage_id, due)
            .values(
                status=StageStatus.LEASED,
                attempt=Stage.attempt + 1,
                lease_token=Stage.lease_token + 1,
                lease_owner=owner,
                lease_expires_at=_in_seconds(seconds),
                wake_at=_in_seconds(seconds),
                started_at=func.coalesce(Stage.started_at, func.now()),
            )
            .returning(
                Stage.run_id,
                Stage.name,
                Stage.position,
                Stage.lease_token,
                Stage.attempt,
                Stage.outages,
                Stage.ended,
                Stage.crashes,
            )
            .execution_options(synchronize_session=False)
        ).one_or_none()

    def find_stage_status(self, stage_id: UUID) -> StageStatus | None:
        found = self._session.scalar(select(Stage.status).where(Stage.id == stage_id))
        return None if found is None else StageStatus(found)

    def start_run(self, run_id: UUID, stage: str) -> Row[UUID, UUID, dict[str, Any] | None]:
        """Mark a run as running at `stage`; return its document, its version and its trace."""
        return self._session.execute(
            update(Run)
            .where(Run.id == run_id)
            .values(status=RunStatus.RUNNING, stage=stage, started_at=func.coalesce(Run.started_at, func.now()))
            .returning(Run.document_id, Run.version_id, Run.trace_context)
            .execution_options(synchronize_session=False)
        ).one()

    def list_output_keys(self, run_id: UUID) -> dict[str, str]:
        rows = self._session.execute(
            select(Stage.name, Stage.output_key).where(Stage.run_id == run_id, Stage.output_key.is_not(None))
        )
        return {name: key for name, key in rows if key is not None}

    def extend_lease(self, stage_id: UUID, *, token: int, seconds: float) -> None:
        """Extend a lease. If the row is locked, do nothing, because the worker is then finishing the stage."""
        free = select(Stage.id).where(Stage.id == stage_id).with_for_update(skip_locked=True).scalar_subquery()
        self._session.execute(
            update(Stage)
            .where(Stage.id == free, Stage.lease_token == token, Stage.status == StageStatus.LEASED)
            .values(lease_expires_at=_in_seconds(seconds), wake_at=_in_seconds(seconds))
            .execution_options(synchronize_session=False)
        )

    def is_held(self, stage_id: UUID, *, token: int) -> bool:
        return self._matches_lease(select(Stage.id), stage_id, token)

    def lock_held(self, stage_id: UUID, *, token: int) -> bool:
        """Return whether the lease is valid, and lock it, so that no worker claims it before the transaction ends."""
        return self._matches_lease(select(Stage.id).with_for_update(), stage_id, token)

    def _matches_lease(self, query: Select[UUID], stage_id: UUID, token: int) -> bool:
        leased = query.where(Stage.id == stage_id, Stage.lease_token == token, Stage.status == StageStatus.LEASED)
        return self._session.execute(leased).first() is not None

    # --- finishing a stage -------------------------------------------------------------------------------------------

    def finish_stage(self, stage_id: UUID, *, status: StageStatus, **values: object) -> None:
        self._change_stage(
            stage_id,
            status=status,
            ended=Stage.ended + 1,
            finished_at=func.now(),
            lease_owner=None,
            lease_expires_at=None,
            **values,
        )

    def put_off_stage(
        self, stage_id: UUID, *, after_seconds: float, wake_again_seconds: float, outages: int, crashes: int
    ) -> str:
        """End an attempt, and make the stage pending again after `after_seconds`; return its queue."""
        self._change_stage(
            stage_id,
            status=StageStatus.PENDING,
            lease_owner=None,
            lease_expires_at=None,
            ended=Stage.ended + 1,
            outages=outages,
            crashes=crashes,
            wakes=0,
            available_at=_in_seconds(after_seconds),
            wake_at=_in_seconds(after_seconds + wake_again_seconds),
        )
        return self._session.execute(select(Stage.queue).where(Stage.id == stage_id)).scalar_one()

    def open_stage(self, run_id: UUID, position: int, *, wake_again_seconds: float) -> Row[UUID, str, str] | None:
        """Make the waiting stage at `position` pending; return its id, name and queue, or None if there is none."""
        return self._session.execute(
            update(Stage)
            .where(Stage.run_id == run_id, Stage.position == position, Stage.status == StageStatus.WAITING)
            .values(status=StageStatus.PENDING, available_at=func.now(), wake_at=_in_seconds(wake_again_seconds))
            .returning(Stage.id, Stage.name, Stage.queue)
            .execution_options(synchronize_session=False)
        ).one_or_none()

    def reopen_stages(self, run_id: UUID, earlier: str, *, until: int, wake_again_seconds: float) -> Row[UUID, str]:
        """Make a finished stage pending again; return its id and queue. Later stages, up to `until`, become waiting.

        The attempt of the stage at `until` ends.
        """
        first = select(Stage.position).where(Stage.run_id == run_id, Stage.name == earlier).scalar_subquery()
        pending = Stage.name == earlier
        self._session.execute(
            update(Stage)
            .where(Stage.run_id == run_id, Stage.position >= first, Stage.position <= until)
            .values(
                status=case((pending, StageStatus.PENDING), else_=StageStatus.WAITING),
                ended=Stage.ended + case((Stage.position == until, 1), else_=0),
                output_key=None,
                lease_owner=None,
                lease_expires_at=None,
                wakes=0,
                available_at=func.now(),
                wake_at=_in_seconds(wake_again_seconds),
                finished_at=None,
            )
            .execution_options(synchronize_session=False)
        )
        query = select(Stage.id, Stage.queue).where(Stage.run_id == run_id, pending)
        return self._session.execute(query).one()

    def update_run(self, run_id: UUID, **values: object) -> None:
        self._session.execute(
            update(Run).where(Run.id == run_id).values(**values).execution_options(synchronize_session=False)
        )

    def _change_stage(self, stage_id: UUID, **values: object) -> None:
        self._session.execute(
            update(Stage).where(Stage.id == stage_id).values(**values).execution_options(synchronize_session=False)
        )


class OutputRepository:
    """Reads and writes the outputs of stages. An output has a key and the digest of its blob."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find_many(self, keys: Sequence[str]) -> dict[str, str]:
        rows = self._session.execute(select(StageOutput.key, StageOutput.blob_digest).where(StageOutput.key.in_(keys)))
        return {row.key: row.blob_digest for row in rows}

    def ensure(self, *, tenant_id: UUID, key: str, stage: str, blob_digest: str, now: datetime) -> None:
        """Store an output. If the key exists, replace its blob, because the old blob may have been deleted."""
        self._session.execute(
            text(
                "INSERT INTO stage_outputs (tenant_id, key, stage, blob_digest, created_at) "
                "VALUES (:tenant_id, :key, :stage, :blob_digest, :now) "
                "ON CONFLICT (tenant_id, key) DO UPDATE SET blob_digest = excluded.blob_digest "
                "WHERE stage_outputs.blob_digest <> excluded.blob_digest"
            ),
            {"tenant_id": tenant_id, "key": key, "stage": stage, "blob_digest": blob_digest, "now": now},
        )

    def delete(self, keys: Sequence[str]) -> None:
        """Delete outputs. A later task deletes their blobs."""
        self._session.execute(delete(StageOutput).where(StageOutput.key.in_(keys)))

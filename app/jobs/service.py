"""Start a run for each upload, and return runs to users who may see the document."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.clock import Clock
from app.core.ids import new_id
from app.core.pagination import InvalidCursorError, PageOf, PageRequest, encode_cursor
from app.core.principal import Principal
from app.db.session import Database
from app.jobs.errors import RunNotFoundError
from app.jobs.models import Run, Stage
from app.jobs.plan import QUEUE_OF_STAGE, Priority, StageName
from app.jobs.repository import RunRepository
from app.jobs.states import RunStatus, RunView, StageStatus, StageView


class RunService:
    """Starts and returns runs. The sweeper repeats the message of an unclaimed stage after `wake_again_seconds`."""

    def __init__(self, *, database: Database, clock: Clock, wake_again_seconds: float = 30.0) -> None:
        self._database = database
        self._clock = clock
        self._wake_again_seconds = wake_again_seconds

    def start_run(
        self,
        session: Session,
        *,
        tenant_id: UUID,
        document_id: UUID,
        version_id: UUID,
        created_by: UUID,
        trace_context: Mapping[str, str] | None,
        priority: Priority = Priority.BULK,
    ) -> RunView:
        """Insert a run of a version, its stages and the first message, in the caller's transaction.

        The document and the version must exist. Nothing is sent before the transaction commits.
        """
        run = Run(
            id=new_id(),
            tenant_id=tenant_id,
            document_id=document_id,
            version_id=version_id,
            status=RunStatus.QUEUED,
            priority=priority.rank,
            stage=StageName.VALIDATE,
            trace_context=None if trace_context is None else dict(trace_context),
            created_at=self._clock.now(),
            created_by=created_by,
        )
        stages = [
            {
                "id": new_id(),
                "tenant_id": tenant_id,
                "run_id": run.id,
                "position": position,
                "name": name,
                "queue": queue,
                "priority": priority.rank,
                "status": StageStatus.WAITING if position else StageStatus.PENDING,
            }
            for position, (name, queue) in enumerate(QUEUE_OF_STAGE.items())
        ]
        repository = RunRepository(session)
        columns = ("id", "tenant_id", "document_id", "version_id", "status", "priority", "stage", "trace_context")
        values = {column: getattr(run, column) for column in (*columns, "created_at", "created_by")}
        repository.insert_run(values)
        repository.insert_stages(stages, wake_again_seconds=self._wake_again_seconds)
        repository.call(
            tenant_id=tenant_id,
            stage_id=_uuid(stages[0]["id"]),
            queue=str(stages[0]["queue"]),
            trace=run.trace_context,
        )
        return _view(run)

    def get_run(self, principal: Principal, run_id: UUID) -> RunView:
        """Return a run with its stages. Raises RunNotFoundError, also if its document is hidden from the principal."""
        run = self.find_runs(principal, [run_id]).get(run_id)
        if run is None:
            raise RunNotFoundError
        return run

    def find_runs(self, principal: Principal, run_ids: Collection[UUID]) -> Mapping[UUID, RunView]:
        """Return the given runs whose documents the principal may see, with their stages."""
        with self._database.transaction(principal) as session:
            repository = RunRepository(session)
            # Read the runs first: the stages of a run that has ended no longer change.
            found = repository.find_runs(run_ids)
            stages: dict[UUID, list[StageView]] = {run.id: [] for run in found}
            for stage in repository.list_stages(stages):
                stages[stage.run_id].append(_stage_view(stage))
            # Every run has stages. If none are visible, the principal lost access between the two reads.
            return {run.id: _view(run, tuple(stages[run.id])) for run in found if stages[run.id]}

    def find_latest_run(self, session: Session, version_id: UUID) -> RunView | None:
        """Return the last run of a version, in the caller's transaction."""
        run = RunRepository(session).find_latest_run(version_id)
        return None if run is None else _view(run)

    def list_runs(
        self,
        principal: Principal,
        page: PageRequest,
        *,
        document_id: UUID | None = None,
        status: RunStatus | None = None,
        run_ids: Collection[UUID] | None = None,
    ) -> PageOf[RunView]:
        """List runs of documents that the principal may see, newest first. Raises InvalidCursorError."""
        after = page.after()
        with self._database.transaction(principal) as session:
            found = RunRepository(session).list_runs(
                before=None if after is None else _parse_cursor(after),
                limit=page.limit + 1,
                document_id=document_id,
                status=status,
                run_ids=run_ids,
            )
            items = [_view(run) for run in found[: page.limit]]
        more = len(found) > page.limit
        return PageOf(items=items, next_cursor=encode_cursor(str(items[-1].id)) if more else None)


def _uuid(value: object) -> UUID:
    assert isinstance(value, UUID)
    return value


def _parse_cursor(key: str) -> UUID:
    try:
        return UUID(key)
    except ValueError as error:
        raise InvalidCursorError from error


def _view(run: Run, stages: tuple[StageView, ...] = ()) -> RunView:
    return RunView(
        id=run.id,
        document_id=run.document_id,
        version_id=run.version_id,
        status=RunStatus(run.status),
        priority=Priority.of_rank(run.priority),
        stage=str(run.stage),
        pages_total=run.pages_total,
        error_code=run.error_code,
        error_detail=run.error_detail,
        created_at=run.created_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        stages=stages,
    )


def _stage_view(stage: Stage) -> StageView:
    return StageView(
        name=stage.name,
        status=StageStatus(stage.status),
        attempt=stage.attempt,
        started_at=stage.started_at,
        finished_at=stage.finished_at,
    )

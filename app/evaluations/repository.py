"""SQL of published runs. Only the row-level policies decide who may read and write them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, text, tuple_
from sqlalchemy import insert as insert_rows
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, defer

from app.evaluations.metrics import MeasureTotal
from app.evaluations.models import EvalCase, EvalRun

_IS_ENGINEER = text("SELECT principal_is_engineer()")
_SOUGHT = func.lower(
    func.concat_ws(
        " ",
        EvalRun.id,
        EvalRun.suite,
        EvalRun.manifest["purpose"].as_string(),
        EvalRun.manifest["conditions"]["commit"].as_string(),
        EvalRun.manifest["conditions"]["data_name"].as_string(),
        EvalRun.manifest["conditions"]["model"].as_string(),
    )
)
_TOTALS = text("""
SELECT c.kind, m.key, count(*), sum(m.value::text::float8)
FROM eval_cases c CROSS JOIN LATERAL json_each(c.measures) m
WHERE c.run_id = :run_id AND json_typeof(m.value) = 'number' GROUP BY 1, 2
""")


class EvaluationRepository:
    """Reads and writes the runs and cases that the session's principal may see."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def is_engineer(self) -> bool:
        """Return whether the principal may see and publish runs. The row-level policies call the same function."""
        return bool(self._session.scalar(_IS_ENGINEER))

    def insert_run(self, values: dict[str, object]) -> bool:
        """Insert a run; return False if its id exists."""
        statement = insert(EvalRun).values(values).on_conflict_do_nothing().returning(EvalRun.id)
        return self._session.execute(statement).first() is not None

    def insert_cases(self, rows: Sequence[dict[str, object]]) -> None:
        if rows:
            self._session.execute(insert_rows(EvalCase), rows)

    def find_run(self, run_id: str) -> EvalRun | None:
        return self._session.scalar(select(EvalRun).where(EvalRun.id == run_id))

    def list_runs(
        self, *, suite: str | None, before: tuple[datetime, str] | None, limit: int, words: Sequence[str] = ()
    ) -> Sequence[EvalRun]:
        """List runs by start time, newest first. If `before` has the start time and id of a run, only the runs after it
        in this order are listed. All `words` occur, in any case, in the id, the suite, the purpose, the commit, the
        data's name or the model's name.
        """
        query = select(EvalRun).order_by(EvalRun.started_at.desc(), EvalRun.id.desc()).limit(limit)
        if suite is not None:
            query = query.where(EvalRun.suite == suite)
        for word in words:
            query = query.where(func.strpos(_SOUGHT, word.lower()) > 0)
        if before is not None:
            query = query.where(tuple_(EvalRun.started_at, EvalRun.id) < tuple_(*before))
        return self._session.scalars(query).all()

    def list_suites(self, limit: int) -> Sequence[str]:
        """List the suites that have runs, by name."""
        return self._session.scalars(select(EvalRun.suite).distinct().order_by(EvalRun.suite).limit(limit)).all()

    def total_measures(self, run_id: str) -> dict[str, dict[str, MeasureTotal]]:
        """Return kind → measure → how many of the kind's cases have it, and its sum."""
        found: dict[str, dict[str, MeasureTotal]] = {}
        for kind, name, cases, total in self._session.execute(_TOTALS, {"run_id": run_id}):
            found.setdefault(kind, {})[name] = MeasureTotal(cases, total)
        return found

    def list_cases(
        self, run_id: str, *, kind: str | None = None, after: int = -1, limit: int | None = None
    ) -> Sequence[EvalCase]:
        """List cases in the run's order, without details and traces."""
        query = _slim(run_id, kind).where(EvalCase.ordinal > after).order_by(EvalCase.ordinal).limit(limit)
        return self._session.scalars(query).all()

    def list_lowest(self, run_id: str, *, kind: str | None, offset: int, limit: int) -> Sequence[EvalCase]:
        """List cases without details and traces: unscored ones first, then by ascending score."""
        order = (EvalCase.score.asc().nulls_first(), EvalCase.ordinal)
        query = _slim(run_id, kind).order_by(*order).offset(offset).limit(limit)
        return self._session.scalars(query).all()

    def count_cases(self, run_id: str) -> dict[str, int]:
        """Return the number of cases by kind."""
        query = select(EvalCase.kind, func.count()).where(EvalCase.run_id == run_id).group_by(EvalCase.kind)
        return {row[0]: row[1] for row in self._session.execute(query)}

    def list_whole(self, run_id: str, case_ids: Sequence[str]) -> Sequence[EvalCase]:
        """List the cases with the given ids, with details and traces."""
        query = select(EvalCase).where(EvalCase.run_id == run_id, EvalCase.case_id.in_(case_ids))
        return self._session.scalars(query.order_by(EvalCase.ordinal)).all()


def _slim(run_id: str, kind: str | None) -> Select[Any]:
    query = select(EvalCase).options(defer(EvalCase.details), defer(EvalCase.trace)).where(EvalCase.run_id == run_id)
    return query if kind is None else query.where(EvalCase.kind == kind)

"""Response bodies of the endpoints of published runs."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from app.evaluations.comparison import Comparison, Flip, MetricChange, Verdict
from app.evaluations.metrics import MetricSpec
from app.evaluations.records import RunManifest
from app.evaluations.service import PublishedCase, PublishedRun

EXAMPLE_RUN: dict[str, object] = {
    "manifest": {
        "id": "20260301-101500-answers-0a1b",
        "suite": "answers",
        "suite_version": "1",
        "status": "done",
        "started_at": "2026-03-01T10:15:00Z",
        "selection": {"only": None, "sample": None, "seed": 0, "repeat": 1},
        "conditions": {
            "commit": "5f2b9a0c1d",
            "dirty": False,
            "data_digest": "9f86d081884c7d65",
            "data_name": "questions",
            "settings_digest": "60303ae22b998861",
            "embedding_space": "wordllama-l2-supercat/256/b5d4e7b8c299",
            "cores": 2,
        },
        "metrics": [{"name": "right", "of": ["right"], "how": "sum"}],
        "figures": {"right": 1.0},
        "n": 1,
    },
    "cases": [
        {
            "id": "q-1",
            "kind": "figure",
            "score": 1.0,
            "reason": "the figure is right",
            "measures": {"right": 1.0},
            "trace": {"question": "What was net revenue in 2025?"},
        }
    ],
    "timings": [{"id": "q-1", "seconds": 0.21}],
}


class PublishedRunOut(BaseModel):
    """A run without its cases: its conditions and figures. `content_sha256` covers the whole run."""

    manifest: RunManifest
    content_sha256: str
    published_at: datetime
    published_by: UUID

    @classmethod
    def of(cls, run: PublishedRun) -> "PublishedRunOut":
        return cls.model_validate(run, from_attributes=True)


class ListedCaseOut(BaseModel):
    """A case in a list. `score` (higher is better) is null if the case could not be scored, which is not 0."""

    id: str
    kind: str
    score: float | None
    reason: str
    measures: dict[str, float | None]
    seconds: float | None = Field(description="Null if the run was published without times.")

    @classmethod
    def of(cls, case: PublishedCase) -> "ListedCaseOut":
        return cls(**_listed(case))


class CaseOut(ListedCaseOut):
    """A case with everything that explains its score. `times` are the seconds of each timed step, by name."""

    details: dict[str, Any]
    trace: dict[str, Any]
    tokens_in: int
    tokens_out: int
    cost_usd: Decimal
    times: dict[str, float]

    @classmethod
    def of(cls, case: PublishedCase) -> "CaseOut":
        record = case.record
        return cls(
            **_listed(case),
            details=record.details,
            trace=record.trace,
            tokens_in=record.tokens_in,
            tokens_out=record.tokens_out,
            cost_usd=record.cost_usd,
            times=case.timing.times if case.timing else {},
        )


class MetricChangeOut(BaseModel):
    """One metric in both runs, over their shared cases.

    `low` and `high` are the ends of the difference's 95 % interval; they are null for a count. `before_n` and
    `after_n` are the number of observations that the figures rest on. `adjusted_p` is the p-value after adjusting for
    the number of metrics.
    """

    metric: MetricSpec
    before: float | None
    after: float | None
    difference: float
    low: float | None
    high: float | None
    p_value: float
    adjusted_p: float
    verdict: Verdict
    before_n: int
    after_n: int

    @classmethod
    def of(cls, change: MetricChange) -> "MetricChangeOut":
        return cls.model_validate(change, from_attributes=True)


class FlipOut(BaseModel):
    """A case whose score changed."""

    case_id: str
    kind: str
    score_before: float | None
    score_after: float | None
    reason_before: str
    reason_after: str

    @classmethod
    def of(cls, flip: Flip) -> "FlipOut":
        return cls(
            case_id=flip.after.id,
            kind=flip.after.kind,
            score_before=flip.before.score,
            score_after=flip.after.score,
            reason_before=flip.before.reason,
            reason_after=flip.after.reason,
        )


class ComparisonOut(BaseModel):
    """Two runs side by side, paired by case id. `warnings` names conditions, other than the code, that differ."""

    before: str
    after: str
    suite: str
    regressed: bool = Field(description="Whether a metric is worse beyond noise.")
    is_empty: bool = Field(description="Whether the runs share nothing to compare: no metric that both measured.")
    paired: int
    wins: int
    losses: int
    ties: int
    changes: list[MetricChangeOut]
    flips: list[FlipOut] = Field(description="The greatest loss first.")
    only_before: list[str]
    only_after: list[str]
    warnings: list[str]

    @classmethod
    def of(cls, comparison: Comparison) -> "ComparisonOut":
        return cls(
            before=comparison.before,
            after=comparison.after,
            suite=comparison.suite,
            regressed=comparison.regressed,
            is_empty=comparison.is_empty,
            paired=comparison.paired,
            wins=comparison.wins,
            losses=comparison.losses,
            ties=comparison.ties,
            changes=[MetricChangeOut.of(change) for change in comparison.changes],
            flips=[FlipOut.of(flip) for flip in comparison.flips],
            only_before=list(comparison.only_before),
            only_after=list(comparison.only_after),
            warnings=list(comparison.warnings),
        )


def _listed(case: PublishedCase) -> dict[str, Any]:
    record = case.record
    return {
        "id": record.id,
        "kind": record.kind,
        "score": record.score,
        "reason": record.reason,
        "measures": record.measures,
        "seconds": case.timing.seconds if case.timing else None,
    }

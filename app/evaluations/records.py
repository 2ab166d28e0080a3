"""Records of a suite's run: the manifest (what ran with which data, and the figures) and one record per case.

The same records form the files of a run (`manifest.json`, `cases.jsonl`, `timings.jsonl`) and the body of its upload,
and its web pages show them. Times are separate from the cases, so that repeating a run gives the same bytes.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, WithJsonSchema

from app.evaluations.metrics import MetricSpec

Figure = Annotated[float, Field(allow_inf_nan=False)]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EvalRunStatus(StrEnum):
    RUNNING = "running"
    INTERRUPTED = "interrupted"
    DONE = "done"


# The schema is inline, so that the OpenAPI document has only one component for a run's status, which is the status of
# ingestion runs.
_Status = Annotated[
    EvalRunStatus, WithJsonSchema({"type": "string", "enum": [status.value for status in EvalRunStatus]})
]


class Selection(_Record):
    """The selection of the suite's cases. If `only` is set, only cases of this kind run. `sample` is the number of
    cases drawn at random with `seed`. Each case runs `repeat` times. `options` names the suite's options that are on.
    """

    only: str | None = None
    sample: int | None = Field(default=None, ge=1)
    seed: int = 0
    repeat: int = Field(default=1, ge=1, le=100)
    options: tuple[str, ...] = ()


class Conditions(_Record):
    """Everything that can change the figures of a run.

    Digests are SHA-256 (hex). `parameters` are the model's parameters; `prompts` maps each prompt's name to its digest.
    """

    commit: str
    dirty: bool
    data_digest: str
    data_name: str
    settings_digest: str
    embedding_space: str
    prompts: dict[str, str] = {}
    model: str | None = None
    parameters: dict[str, str | int | float | None] = {}
    cores: int = Field(ge=1)
    live: bool = False


class CaseRecord(_Record):
    """One case's outcome. `score` (higher is better) is None if the case could not be scored, which is not 0.

    `trace` contains everything that explains the score: the retrieved pages with their ranks, the drafted claims, and
    the dropped claims with reasons. It must be identical in two runs of the same code on the same data.
    """

    id: str = Field(min_length=1, max_length=300)
    kind: str = ""
    score: Figure | None
    reason: str
    measures: dict[str, Figure | None] = {}
    details: dict[str, Any] = {}
    trace: dict[str, Any] = {}
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: Decimal = Decimal(0)


class CaseTiming(_Record):
    """The duration of one case: wall seconds, and the seconds of each step that the suite timed, by name."""

    id: str
    seconds: float
    times: dict[str, float] = {}


class RunManifest(_Record):
    """A run without its cases. `figures` are computed over all cases, `by_kind` over the cases of each kind. Times are
    in seconds.

    `times` maps the name of each timed step to the 50th and 95th percentile over the cases. The name `case` stands for
    the whole case.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,99}$")
    suite: str
    suite_version: str
    purpose: str = ""
    status: _Status
    started_at: AwareDatetime
    selection: Selection
    conditions: Conditions
    metrics: tuple[MetricSpec, ...]
    figures: dict[str, Figure] = {}
    by_kind: dict[str, dict[str, Figure]] = {}
    n: int = 0
    unscored: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: Decimal = Decimal(0)
    times: dict[str, tuple[float, float]] = {}
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0


class RunRecord(_Record):
    """A whole run: manifest, cases and timings."""

    manifest: RunManifest
    cases: tuple[CaseRecord, ...]
    timings: tuple[CaseTiming, ...] = ()


def figures_over(metrics: tuple[MetricSpec, ...], cases: tuple[CaseRecord, ...]) -> dict[str, float]:
    """Return each metric over the cases, rounded to six places; metrics without measures are omitted."""
    measures = [case.measures for case in cases]
    values = {metric.name: metric.value(measures) for metric in metrics}
    return {name: round(value, 6) for name, value in values.items() if value is not None}

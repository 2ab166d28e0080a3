"""What is kept of a run of a suite: the manifest (what ran on what, and the figures) and a record a case.

The same records are the files of a run (`manifest.json`, `cases.jsonl`, `timings.jsonl`), the body of its upload, and
what the pages show. Times are apart from the cases, so that the same run twice gives the same bytes.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, WithJsonSchema

from app.evaluations.metrics import MetricSpec

Figure = Annotated[float, Field(allow_inf_nan=False)]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RunStatus(StrEnum):
    RUNNING = "running"
    INTERRUPTED = "interrupted"
    DONE = "done"


# The runs of ingestion have a RunStatus, too, and in the API's document one would be taken for the other.
_Status = Annotated[RunStatus, WithJsonSchema({"type": "string", "enum": [status.value for status in RunStatus]})]


class Selection(_Record):
    """Which of the suite's cases ran: of one kind only, `sample` of them drawn with `seed`, each `repeat` times."""

    only: str | None = None
    sample: int | None = Field(default=None, ge=1)
    seed: int = 0
    repeat: int = Field(default=1, ge=1, le=100)


class Conditions(_Record):
    """Everything that could make another run give other figures.

    Digests are SHA-256 (hex). `parameters` are the model's; `prompts` is a digest by the prompt's name.
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
    """One case's outcome. `score` (higher is better) is None when it could not be scored, which is not 0.

    `trace` is everything that explains the score: what was retrieved at which rank, what was drafted, what was dropped
    and why. Nothing in it may differ between two runs of the same code on the same data.
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
    """How long one case took: wall seconds, and seconds of what the suite timed, by name."""

    id: str
    seconds: float
    times: dict[str, float] = {}


class RunManifest(_Record):
    """A run without its cases. `figures` are over all cases, `by_kind` over those of one kind. Times in seconds.

    `times` holds the 50th and the 95th percentile over the cases of what was timed, by name (`case`: the whole case).
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
    """A whole run."""

    manifest: RunManifest
    cases: tuple[CaseRecord, ...]
    timings: tuple[CaseTiming, ...] = ()


def figures_over(metrics: tuple[MetricSpec, ...], cases: tuple[CaseRecord, ...]) -> dict[str, float]:
    """Each metric over the cases, with six places; those that nothing was measured for are left out."""
    measures = [case.measures for case in cases]
    values = {metric.name: metric.value(measures) for metric in metrics}
    return {name: round(value, 6) for name, value in values.items() if value is not None}

"""The interface of every stage: a name, a code version, the key of its output, and the function that runs it."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Protocol, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from app.jobs.plan import StageName

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """The file that a run reads, as it was when the stage started. `sealed_password` decrypts an encrypted file."""

    tenant_id: UUID
    document_id: UUID
    version_id: UUID
    content_sha256: str
    size_bytes: int
    filename: str
    media_type: str | None
    sealed_password: bytes | None = field(default=None, repr=False)

    def suffix(self) -> str:
        """Return the file name's extension, case-folded ("" if it has none)."""
        return PurePosixPath(self.filename).suffix.casefold()


@dataclass(frozen=True, slots=True)
class StageInputs:
    """All that a stage's output may depend on: the file, and the keys of the earlier stages' outputs."""

    version: VersionFacts
    outputs: Mapping[str, str]

    def key_of(self, stage: StageName) -> str:
        return self.outputs[stage]


@dataclass(frozen=True, slots=True)
class Encoded:
    """An output as stored (`data`), and decoded (`value`) so that the next stage in this process need not decode it."""

    data: bytes
    value: object


@dataclass(frozen=True, slots=True)
class StageResult:
    """The result of a stage.

    `output` is stored under the stage's key, unless it is None. `write` joins the transaction that completes the stage.
    """

    output: Encoded | None = None
    pages_total: int | None = None
    write: Callable[[Session], None] | None = None


class StageContext(Protocol):
    """The inputs and services of a running stage. No transaction is open."""

    @property
    def inputs(self) -> StageInputs: ...

    def load(self, stage: StageName, decode: Callable[[bytes], T]) -> T:
        """Load an earlier stage's output. Raises OutputLostError when it is missing or damaged; UnavailableError."""


class PipelineStage(Protocol):
    """One step of an ingestion.

    `version` changes whenever results change. `key` returns the key of the output before it is computed.
    """

    @property
    def name(self) -> StageName: ...

    @property
    def version(self) -> str: ...

    def key(self, inputs: StageInputs) -> str: ...

    def run(self, context: StageContext) -> StageResult:
        """Run the stage. Raises DocumentError when the file is at fault, UnavailableError when a service is down.

        Do not catch an OutputLostError from `load`: the runner sends the run back to the stage that makes the output.
        """


def output_key(stage: PipelineStage, *inputs: str, params: Mapping[str, object] | None = None) -> str:
    """Return the SHA-256 (hex) of the stage's name, its code version, its inputs' digests and its parameters."""
    named = json.dumps([stage.name, stage.version, inputs, params or {}], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(named.encode()).hexdigest()

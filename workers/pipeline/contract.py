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
    """Facts about the file that a run reads, as of the stage's start. `sealed_password` decrypts an encrypted file."""

    tenant_id: UUID
    document_id: UUID
    version_id: UUID
    content_sha256: str
    size_bytes: int
    filename: str
    media_type: str | None
    sealed_password: bytes | None = field(default=None, repr=False)

    def suffix(self) -> str:
        """Return the file name's extension in lower case; "" if it has none."""
        return PurePosixPath(self.filename).suffix.casefold()


@dataclass(frozen=True, slots=True)
class StageInputs:
    """Everything on which a stage's output may depend: the file, and the keys of the earlier stages' outputs."""

    version: VersionFacts
    outputs: Mapping[str, str]

    def key_of(self, stage: StageName) -> str:
        return self.outputs[stage]


@dataclass(frozen=True, slots=True)
class Encoded:
    """An output as it is stored (`data`) and decoded (`value`). The next stage in this process can use `value`."""

    data: bytes
    value: object


@dataclass(frozen=True, slots=True)
class StageResult:
    """The result of a stage.

    `output` is stored under the stage's key, unless it is None. `write` is called in the transaction that completes the
    stage.
    """

    output: Encoded | None = None
    pages_total: int | None = None
    write: Callable[[Session], None] | None = None


class StageContext(Protocol):
    """The inputs of a running stage, and access to earlier outputs. No transaction is open while a stage runs."""

    @property
    def inputs(self) -> StageInputs: ...

    def load(self, stage: StageName, decode: Callable[[bytes], T]) -> T:
        """Load an earlier stage's output. Raises UnavailableError, and OutputLostError if it is missing or damaged."""


class PipelineStage(Protocol):
    """One step of an ingestion.

    `version` must change whenever a change of the code changes results. `key` returns the output's key, which is known
    before the output is computed.
    """

    @property
    def name(self) -> StageName: ...

    @property
    def version(self) -> str: ...

    def key(self, inputs: StageInputs) -> str: ...

    def run(self, context: StageContext) -> StageResult:
        """Run the stage. Raises DocumentError when the file is at fault, UnavailableError when a service is down.

        Do not catch an OutputLostError of `load`: the runner then sends the run back to the stage that creates the
        output.
        """


def output_key(stage: PipelineStage, *inputs: str, params: Mapping[str, object] | None = None) -> str:
    """Return the SHA-256 (hex) of the stage's name, its code version, its inputs' digests and its parameters."""
    named = json.dumps([stage.name, stage.version, inputs, params or {}], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(named.encode()).hexdigest()

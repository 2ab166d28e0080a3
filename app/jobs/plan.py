"""The order of an ingestion's stages, the queue of each, and how long to wait between tries."""

from dataclasses import dataclass
from enum import StrEnum

RUN_STAGE = "jobs.run_stage"
"""The topic of wake-up calls, and the name of the task that answers them."""

COLLECT_BLOBS = "storage.collect_blobs"
"""The topic of calls to remove a tenant's blobs that no row refers to, and the name of the task."""

SIGN_CHECKPOINT = "audit.sign_checkpoint"
"""The topic of calls to sign how far a tenant's audit chain has come, and the name of the task."""

OUTBOX_CHANNEL = "footnote_outbox"
"""Postgres' channel on which the relay hears of new messages; its notifications carry nothing."""


class StageName(StrEnum):
    VALIDATE = "validate"
    PARSE = "parse"
    CHUNK = "chunk"
    EMBED = "embed"
    EXTRACT = "extract"
    PUBLISH = "publish"


class Queue(StrEnum):
    PARSE = "parse"
    EMBED = "embed"
    EXTRACT = "extract"
    MAINTENANCE = "maintenance"


QUEUE_OF_STAGE: dict[StageName, Queue] = {
    StageName.VALIDATE: Queue.PARSE,
    StageName.PARSE: Queue.PARSE,
    StageName.CHUNK: Queue.EXTRACT,
    StageName.EMBED: Queue.EMBED,
    StageName.EXTRACT: Queue.EXTRACT,
    StageName.PUBLISH: Queue.EXTRACT,
}
"""In the order of the stages: each starts when the one before it is done."""


@dataclass(frozen=True, slots=True)
class LeaseTerms:
    """How long a lease holds without a heartbeat, and how often a stage is tried; times in seconds.

    `max_attempts` counts tries that failed or whose worker died; `max_outages` those that ended because a part that
    the stage needs was down, which says nothing about the document.
    """

    lease_seconds: float = 60.0
    wake_again_seconds: float = 30.0
    max_attempts: int = 5
    max_outages: int = 60
    backoff_seconds: float = 2.0
    longest_backoff_seconds: float = 60.0

    def backoff_after(self, tries: int) -> float:
        """Seconds to wait after the `tries`-th try (from 1): doubling, up to the longest."""
        return float(min(self.backoff_seconds * 2 ** min(tries - 1, 20), self.longest_backoff_seconds))

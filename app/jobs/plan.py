"""The order of an ingestion's stages, the queue of each, and the wait between attempts."""

from dataclasses import dataclass
from enum import StrEnum

RUN_STAGE = "jobs.run_stage"
"""The topic of messages to run a stage, and the name of the task."""

COLLECT_BLOBS = "storage.collect_blobs"
"""The topic of messages to delete a tenant's unreferenced blobs, and the name of the task."""

SIGN_CHECKPOINT = "audit.sign_checkpoint"
"""The topic of messages to sign the end of a tenant's audit chain, and the name of the task."""

OUTBOX_CHANNEL = "footnote_outbox"
"""PostgreSQL's channel that notifies the relay of new messages; the notifications are empty."""


class StageName(StrEnum):
    VALIDATE = "validate"
    PARSE = "parse"
    EXTRACT = "extract"
    CHUNK = "chunk"
    EMBED = "embed"
    PUBLISH = "publish"


class Queue(StrEnum):
    PARSE = "parse"
    EMBED = "embed"
    EXTRACT = "extract"
    MAINTENANCE = "maintenance"


ALL_QUEUES = ",".join(queue.value for queue in Queue)
"""All queues, in the format of a worker's `--queues` option."""


QUEUE_OF_STAGE: dict[StageName, Queue] = {
    StageName.VALIDATE: Queue.PARSE,
    StageName.PARSE: Queue.PARSE,
    StageName.EXTRACT: Queue.EXTRACT,
    StageName.CHUNK: Queue.EXTRACT,
    StageName.EMBED: Queue.EMBED,
    StageName.PUBLISH: Queue.EXTRACT,
}
"""The queue of each stage, in the order of the stages: each starts when the previous one is done."""


@dataclass(frozen=True, slots=True)
class LeaseTerms:
    """How long a lease lasts without a heartbeat, and how often a stage is attempted; times in seconds.

    `max_attempts` limits attempts that failed or whose worker died; `max_outages` limits those that ended because a
    required service was down, which is not the document's fault.
    """

    lease_seconds: float = 60.0
    wake_again_seconds: float = 30.0
    max_attempts: int = 5
    max_outages: int = 60
    backoff_seconds: float = 2.0
    longest_backoff_seconds: float = 60.0

    def backoff_after(self, tries: int) -> float:
        """Return the seconds to wait after attempt `tries` (from 1). They double with each attempt, up to the limit."""
        return float(min(self.backoff_seconds * 2 ** min(tries - 1, 20), self.longest_backoff_seconds))

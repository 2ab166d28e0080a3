"""The order of an ingestion's stages, the queue of each, and the wait between attempts."""

from dataclasses import dataclass
from enum import StrEnum

RUN_STAGE = "jobs.run_stage"
"""The topic of messages that run a stage. The Celery task has the same name."""

COLLECT_BLOBS = "storage.collect_blobs"
"""The topic of messages that delete a tenant's unreferenced blobs. The Celery task has the same name."""

SIGN_CHECKPOINT = "audit.sign_checkpoint"
"""The topic of messages that sign the last link of a tenant's audit chain. The Celery task has the same name."""

REEMBED_DOCUMENTS = "retrieval.reembed_documents"
"""The topic of messages that embed a tenant's documents again. The Celery task has the same name."""

READ_FIELDS = "review.read_fields"
"""The topic of messages that read the fields of a review task. The Celery task has the same name."""

SEND_WEBHOOKS = "webhooks.send"
"""The topic of messages that send the changes for a webhook. The Celery task has the same name."""

OUTBOX_CHANNEL = "footnote_outbox"
"""The PostgreSQL channel that notifies the relay of new messages. The notifications have no payload."""

RUN_CHANNEL = "footnote_runs"
"""The PostgreSQL channel that notifies the API of changes of runs. The payload is the ID of the run."""


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


class Priority(StrEnum):
    """The order of a tenant's runs: a user waits for an interactive run, and nobody waits for a background run.

    Tenants share the workers equally, whatever the priorities of their runs.
    """

    INTERACTIVE = "interactive"
    BULK = "bulk"
    BACKGROUND = "background"

    @property
    def rank(self) -> int:
        """Return the number that the database stores: 0 is served first."""
        return list(Priority).index(self)

    @classmethod
    def of_rank(cls, rank: int) -> "Priority":
        return list(cls)[rank]


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
"""The queue of each stage. The stages run in this order; each starts when the previous one is done."""


@dataclass(frozen=True, slots=True)
class LeaseTerms:
    """How long a lease lasts without a heartbeat, and how often a stage is attempted; times in seconds.

    Each limit counts the attempts of one stage that ended in one way. `max_attempts`: an error; `max_crashes`: the
    death of the stage's own process, while its worker survived; `max_outages`: a required service was down;
    `max_deaths`: the worker died. Outages and deaths of workers are not the document's fault.
    """

    lease_seconds: float = 60.0
    wake_again_seconds: float = 30.0
    max_attempts: int = 5
    max_crashes: int = 3
    max_outages: int = 60
    max_deaths: int = 60
    backoff_seconds: float = 2.0
    longest_backoff_seconds: float = 60.0

    def backoff_after(self, tries: int) -> float:
        """Return the seconds to wait after attempt number `tries`, from 1. The wait doubles each time up to a limit."""
        return float(min(self.backoff_seconds * 2 ** min(tries - 1, 20), self.longest_backoff_seconds))

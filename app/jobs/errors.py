"""Errors of runs.

NotFoundError  ← RunNotFoundError        404  the run is missing, or its document is hidden from the principal
ConflictError  ← LeaseLostError          409  in workers only: another worker has taken the stage
FootnoteError  ← StageGaveUpError        500  the run failed on Footnote's side in every attempt
               ← WorkersLostError        500  workers were killed in too many attempts, and the file did not kill them
               ← ProcessingMemoryError   422  the file needs more memory than a stage may use
               ← ProcessingTimeoutError  422  the file needs more time than a stage may use
               ← ProcessingCrashedError  422  the file crashes the process that works on it
UnavailableError                         503  in `/readyz` and `footnote doctor` only
├── ProcessSilentError   a relay, scheduler or worker gives no sign of life
├── ProcessHinderedError a process works, but an error stops its work
└── QueueStalledError    stages wait, and no worker works on their queue
"""

from app.core.errors import ConflictError, FootnoteError, NotFoundError, UnavailableError
from app.jobs.states import Cause


class RunNotFoundError(NotFoundError):
    code = "run-not-found"
    title = "There is no such run for the documents that you may see."


class LeaseLostError(ConflictError):
    """The error rolls back the transaction in which it is raised. The worker then stops silently."""

    code = "lease-lost"
    title = "Another worker has taken over this stage."


class StageGaveUpError(FootnoteError):
    code = "ingestion-gave-up"
    title = (
        "Processing the document failed on our side in every attempt: replay it or upload it again, and inform your "
        "administrator if it fails again."
    )


class ProcessSilentError(UnavailableError):
    code = "process-silent"
    title = "A process gives no sign of life: it has ended or is frozen. Restart it."


class ProcessHinderedError(UnavailableError):
    code = "process-hindered"
    title = "A process works, but an error stops its work: fix the cause that the error names."


class QueueStalledError(UnavailableError):
    code = "queue-stalled"
    title = "Stages wait, and no worker works on their queue: start a worker that consumes it."


class WorkersLostError(FootnoteError):
    code = "workers-lost"
    title = (
        "The workers that processed the document were killed each time, and the file is not the cause: ask your "
        "administrator to check the machine, then replay the document."
    )


class ProcessingMemoryError(FootnoteError):
    code = "processing-memory"
    status = 422
    title = "Processing the file exceeded the memory limit: split it or save it again, and send the result."


class ProcessingTimeoutError(FootnoteError):
    code = "processing-timeout"
    status = 422
    title = "Processing the file exceeded the time limit: split it or save it again, and send the result."


class ProcessingCrashedError(FootnoteError):
    code = "processing-crashed"
    status = 422
    title = "The file crashed its worker each time: save it again from its source and send the new file."


def error_of(cause: Cause) -> FootnoteError:
    """Return the error of a file that kills its worker for this cause."""
    return {
        Cause.MEMORY: ProcessingMemoryError,
        Cause.TIME: ProcessingTimeoutError,
        Cause.CRASH: ProcessingCrashedError,
    }[cause]()

"""Errors of runs.

NotFoundError  ← RunNotFoundError   404  the run is missing, or its document is hidden from the principal
ConflictError  ← LeaseLostError     409  in workers only: another worker has taken the stage
FootnoteError  ← StageGaveUpError   500  the run failed on Footnote's side in every attempt
UnavailableError                    503  in `/readyz` and `footnote doctor` only
├── ProcessSilentError   a relay, scheduler or worker gives no sign of life
├── ProcessHinderedError a process works, but an error stops its work
└── QueueStalledError    stages wait, and no worker works on their queue
"""

from app.core.errors import ConflictError, FootnoteError, NotFoundError, UnavailableError


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
        "Processing the document failed on our side in every attempt: upload it again, and inform your administrator "
        "if it fails again."
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

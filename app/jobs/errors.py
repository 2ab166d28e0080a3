"""Errors of runs.

NotFoundError  ← RunNotFoundError   404  no such run, or you may not see its document
ConflictError  ← LeaseLostError     409  in workers only: another worker has taken the stage
FootnoteError  ← StageGaveUpError   500  the run failed on Footnote's side in every attempt
"""

from app.core.errors import ConflictError, FootnoteError, NotFoundError


class RunNotFoundError(NotFoundError):
    code = "run-not-found"
    title = "There is no such run for the documents that you may see."


class LeaseLostError(ConflictError):
    """Raised inside a transaction to roll it back; the worker then stops silently."""

    code = "lease-lost"
    title = "Another worker has taken over this stage."


class StageGaveUpError(FootnoteError):
    code = "ingestion-gave-up"
    title = (
        "Processing the document failed on our side in every attempt: upload it again, and inform your administrator "
        "if it fails again."
    )

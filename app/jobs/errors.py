"""What can go wrong with runs.

NotFoundError  ← RunNotFoundError   404  no such run, or not one of a document that you may see
ConflictError  ← LeaseLostError     409  inside workers only: somebody else holds the stage by now
FootnoteError  ← StageGaveUpError   500  how a run ends that failed on our side each time it was tried
"""

from app.core.errors import ConflictError, FootnoteError, NotFoundError


class RunNotFoundError(NotFoundError):
    code = "run-not-found"
    title = "There is no such run among the documents that you may see."


class LeaseLostError(ConflictError):
    """Raised inside a transaction so that it rolls back; the worker then stops without a word."""

    code = "lease-lost"
    title = "Another worker has taken over this stage."


class StageGaveUpError(FootnoteError):
    code = "ingestion-gave-up"
    title = (
        "Reading the document failed on our side each time it was tried: upload it again, and tell your administrator "
        "if it fails again."
    )

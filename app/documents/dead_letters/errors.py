"""Errors of dead letters.

ConflictError ← RunNotFailedError  409  the run is queued, running or ready
"""

from app.core.errors import ConflictError


class RunNotFailedError(ConflictError):
    code = "run-not-failed"
    title = "Only a failed run can be replayed: this run is in progress, or its document is ready."

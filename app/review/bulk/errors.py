"""Errors of bulk approvals.

NotFoundError           ← BulkNotFoundError
ConflictError           ← BulkTooLargeError
PreconditionFailedError ← BulkChangedError
"""

from app.core.errors import ConflictError, NotFoundError, PreconditionFailedError


class BulkNotFoundError(NotFoundError):
    code = "bulk-not-found"
    title = "There is no such bulk approval with values that you may see."


class BulkTooLargeError(ConflictError):
    code = "bulk-too-large"
    title = "More than 2,000 values fit: narrow the filters, or raise the least confidence."


class BulkChangedError(PreconditionFailedError):
    code = "bulk-changed"
    title = "The values have changed since the preview: preview again."

"""Errors of the audit log.

InvalidInputError ← CheckpointFormatError, ExportFormatError
NotFoundError     ← TenantNotFoundError
"""

from app.core.errors import InvalidInputError, NotFoundError


class CheckpointFormatError(InvalidInputError):
    code = "checkpoint-invalid"
    title = "This is not a checkpoint of ours: give the file as it was kept."


class ExportFormatError(InvalidInputError):
    code = "audit-export-invalid"
    title = "This is not an export of the audit log: give the file as it was exported."


class TenantNotFoundError(NotFoundError):
    code = "tenant-not-found"
    title = "There is no tenant of that name."

"""Errors of the audit log.

InvalidInputError ← CheckpointFormatError, ExportFormatError
NotFoundError     ← TenantNotFoundError
ConflictError     ← ChainNotAsSignedError
"""

from app.core.errors import ConflictError, InvalidInputError, NotFoundError


class CheckpointFormatError(InvalidInputError):
    code = "checkpoint-invalid"
    title = "This is not a checkpoint of ours: give the file as it was kept."


class ExportFormatError(InvalidInputError):
    code = "audit-export-invalid"
    title = "This is not an export of the audit log: give the file as it was exported."


class TenantNotFoundError(NotFoundError):
    code = "tenant-not-found"
    title = "There is no tenant of that name."


class ChainNotAsSignedError(ConflictError):
    code = "audit-chain-not-as-signed"
    title = "The audit log is not what was signed before, and is not signed any further: run `footnote audit verify`."

"""Errors of the audit log.

InvalidInputError ← CheckpointFormatError, ExportFormatError
NotFoundError     ← TenantNotFoundError
ConflictError     ← ChainNotAsSignedError
"""

from app.core.errors import ConflictError, InvalidInputError, NotFoundError


class CheckpointFormatError(InvalidInputError):
    code = "checkpoint-invalid"
    title = "This is not a valid checkpoint: pass the file unchanged."


class ExportFormatError(InvalidInputError):
    code = "audit-export-invalid"
    title = "This is not a valid export of the audit log: pass the file unchanged."


class TenantNotFoundError(NotFoundError):
    code = "tenant-not-found"
    title = "There is no tenant with that name: check the spelling."


class ChainNotAsSignedError(ConflictError):
    code = "audit-chain-not-as-signed"
    title = "The audit log does not match its last checkpoint and was not signed: run `footnote audit verify`."

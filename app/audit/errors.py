"""Errors of the audit log.

InvalidInputError ← CheckpointFormatError, ExportFormatError
ConflictError     ← ChainNotAsSignedError
"""

from app.core.errors import ConflictError, InvalidInputError


class CheckpointFormatError(InvalidInputError):
    code = "checkpoint-invalid"
    title = "This is not a valid checkpoint: pass the file unchanged."


class ExportFormatError(InvalidInputError):
    code = "audit-export-invalid"
    title = "This is not a valid export of the audit log: pass the file unchanged."


class ChainNotAsSignedError(ConflictError):
    code = "audit-chain-not-as-signed"
    title = "The audit log does not match its last checkpoint and was not signed: run `footnote audit verify`."

"""Errors for data that the storage lost during a run.

DocumentError ← FileMissingError   the uploaded file is missing: a user must upload it again
              ← FileDamagedError   the uploaded file's bytes fail their check: a user must upload it again
FootnoteError ← OutputLostError    an earlier stage's output is missing or damaged: that stage can run again
"""

from app.core.errors import DocumentError, FootnoteError
from app.jobs.plan import StageName


class FileMissingError(DocumentError):
    code = "file-missing"
    title = "The uploaded file is no longer in the file storage: send it again."


class FileDamagedError(DocumentError):
    code = "file-damaged"
    title = "The uploaded file was damaged in the file storage: send it again."


class OutputLostError(FootnoteError):
    """The output of `stage` is missing or damaged."""

    code = "output-lost"
    title = (
        "The output of an earlier step was lost each time it was made: ask your administrator to check the file "
        "storage, then send the file again."
    )

    def __init__(self, stage: StageName) -> None:
        super().__init__()
        self.stage = stage

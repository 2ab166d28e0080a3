"""What storage can lose under a run.

DocumentError ← FileMissingError   the uploaded file itself is gone: only its sender has it
              ← FileDamagedError   the same, for a file whose bytes fail their check
FootnoteError ← OutputLostError    what an earlier stage had stored is gone or damaged: that stage can make it again
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
    """`stage` is the one whose output it was."""

    code = "output-lost"
    title = (
        "What an earlier step stored was lost each time it was made: tell your administrator to look at the file "
        "storage, then send the file again."
    )

    def __init__(self, stage: StageName) -> None:
        super().__init__()
        self.stage = stage

"""Errors of backups. Each message explains how to fix the problem."""

from app.core.errors import ConflictError, InvalidInputError, NotFoundError, UnavailableError


class BackupFailedError(UnavailableError):
    code = "backup-failed"
    title = "The backup could not be made, and nothing is left of it: fix the problem, then make it again."


class BackupExistsError(ConflictError):
    code = "backup-exists"
    title = "There is something at this path already: choose another name for the backup."


class HomeMissingError(NotFoundError):
    code = "home-missing"
    title = "This folder is not a home of Footnote: choose the home with --home."


class BackupForeignError(InvalidInputError):
    code = "backup-foreign"
    title = "This folder is not a backup made by `footnote backup`: choose another folder."


class BackupIncompleteError(InvalidInputError):
    code = "backup-incomplete"
    title = "This backup is incomplete, so it cannot be restored: copy it again, or choose another backup."


class BackupDamagedError(InvalidInputError):
    code = "backup-damaged"
    title = "This backup was changed or damaged after it was made: copy it again, or choose another backup."


class BackupTooNewError(ConflictError):
    code = "backup-too-new"
    title = "A newer version of Footnote made this backup: install that version, then restore it."


class BackupKeyError(InvalidInputError):
    code = "backup-key-missing"
    title = "The key file of this backup's home is needed: name the folder that has it with --secrets."


class HomeNotEmptyError(ConflictError):
    code = "home-not-empty"
    title = "A backup is restored to a new home only: choose a folder that does not exist with --home."


class RestoreFailedError(UnavailableError):
    code = "restore-failed"
    title = "The backup could not be restored, and nothing is left of the new home: fix the problem, then try again."

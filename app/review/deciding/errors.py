"""Errors of decisions about fields.

ForbiddenError    ← OwnWorkError
NotFoundError     ← FieldNotFoundError, RevisionNotFoundError
ConflictError     ← NothingToApproveError, AlreadyDecidedError, NothingToUndoError, NothingToSendBackError
InvalidInputError ← DecisionError
"""

from app.core.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError


class FieldNotFoundError(NotFoundError):
    code = "field-not-found"
    title = "There is no such field, or you may not see its document."


class RevisionNotFoundError(NotFoundError):
    code = "revision-not-found"
    title = "The field has no such revision that you may see."


class OwnWorkError(ForbiddenError):
    code = "review-own-work"
    title = "You entered this value yourself: another person has to check it."


class NothingToApproveError(ConflictError):
    code = "nothing-to-approve"
    title = "The field has no value to approve: enter one, or state that the document does not have it."


class AlreadyDecidedError(ConflictError):
    code = "already-decided"
    title = "This value stands already: correct it, send it back, or undo the decision."


class NothingToUndoError(ConflictError):
    code = "nothing-to-undo"
    title = "There is no decision to undo."


class NothingToSendBackError(ConflictError):
    code = "nothing-to-send-back"
    title = "Nobody has entered a value yet: there is nothing to send back."


class DecisionError(InvalidInputError):
    code = "decision-invalid"
    title = "The decision is not complete."

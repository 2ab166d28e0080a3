"""Errors of access.

NotFoundError     ← CollectionNotFoundError, GrantTargetNotFoundError, GrantNotFoundError, LabelNotFoundError,
                    ClearanceNotFoundError, PackNotFoundError, ExclusionNotFoundError,
                    ExplainedDocumentNotFoundError
ForbiddenError    ← MoveLeavesBarrierError    only access administrators may make a move that removes an inherited label
ConflictError     ← CollectionExistsError, CollectionInsideItselfError, CollectionTooDeepError, LabelExistsError,
                    LabelInUseError, PackExistsError, ContentExistsError
InvalidInputError ← GrantLifetimeError, GrantSubjectError, ExplainedTimeError, ChangesRefusedError,
                    ChangesUnreadableError
"""

from app.core.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError


class CollectionNotFoundError(NotFoundError):
    code = "collection-not-found"
    title = "There is no such collection that you may see."


class CollectionExistsError(ConflictError):
    code = "collection-exists"
    title = "A collection of that name already exists: choose another name."


class CollectionInsideItselfError(ConflictError):
    code = "collection-inside-itself"
    title = "A collection can't be moved into itself or into a collection inside it: choose another place."


class CollectionTooDeepError(ConflictError):
    code = "collection-too-deep"
    title = "Collections nest at most 50 levels deep: choose a place further up."


class MoveLeavesBarrierError(ForbiddenError):
    code = "move-leaves-barrier"
    title = "A label would no longer apply after the move: ask an administrator to make the move."


class GrantTargetNotFoundError(NotFoundError):
    code = "grant-target-not-found"
    title = "There is no such collection, document or pack, or you may not change its access."


class GrantLifetimeError(InvalidInputError):
    code = "grant-lifetime-invalid"
    title = "The expiry time must lie between the years 1970 and 2199: choose such a time, or none."


class GrantNotFoundError(NotFoundError):
    code = "grant-not-found"
    title = "There is no such grant that you may see."


class GrantSubjectError(InvalidInputError):
    code = "grant-subject-unknown"
    title = "There is no such user or group in your tenant."


class LabelNotFoundError(NotFoundError):
    code = "label-not-found"
    title = "There is no such label, or you are not cleared for it."


class LabelExistsError(ConflictError):
    code = "label-exists"
    title = "A label of that name already exists: choose another name."


class LabelInUseError(ConflictError):
    code = "label-in-use"
    title = "The label is in use: remove it from all collections and documents before you delete it."


class ClearanceNotFoundError(NotFoundError):
    code = "clearance-not-found"
    title = "There is no such clearance that you may see."


class PackNotFoundError(NotFoundError):
    code = "pack-not-found"
    title = "There is no such entitlement pack in your tenant."


class PackExistsError(ConflictError):
    code = "pack-exists"
    title = "An entitlement pack of that name already exists: choose another name."


class ExclusionNotFoundError(NotFoundError):
    code = "exclusion-not-found"
    title = "There is no such exclusion that you may see."


class ContentExistsError(ConflictError):
    code = "content-exists"
    title = "Another document of the collection has the same content: delete one of them first."


class ExplainedDocumentNotFoundError(NotFoundError):
    code = "explained-document-not-found"
    title = "No document of your tenant has or had this ID: check the ID."


class ExplainedTimeError(InvalidInputError):
    code = "explained-time-invalid"
    title = "Access in the future is unknown: give a time in the past."


class ChangesRefusedError(InvalidInputError):
    code = "changes-refused"
    title = "Some changes are invalid, so none was applied: 'errors' lists them with their reasons."


class ChangesUnreadableError(InvalidInputError):
    code = "changes-unreadable"
    title = "The input is neither JSON (a list of changes) nor CSV with a header line: see docs/access.md."

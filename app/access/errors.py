"""Errors of access.

NotFoundError     ← CollectionNotFoundError, GrantTargetNotFoundError, GrantNotFoundError, LabelNotFoundError,
                    ClearanceNotFoundError, PackNotFoundError, ExclusionNotFoundError,
                    ExplainedDocumentNotFoundError
ForbiddenError    ← MoveLeavesBarrierError    an owner may move it, but not out from under a label
ConflictError     ← CollectionExistsError, CollectionInsideItselfError, CollectionTooDeepError, LabelExistsError,
                    LabelInUseError, PackExistsError, ContentExistsError
InvalidInputError ← GrantLifetimeError, GrantSubjectError, ExplainedTimeError, ChangesRefusedError
"""

from app.core.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError


class CollectionNotFoundError(NotFoundError):
    code = "collection-not-found"
    title = "There is no such collection that you may see."


class CollectionExistsError(ConflictError):
    code = "collection-exists"
    title = "A collection of that name is there already: choose another name."


class CollectionInsideItselfError(ConflictError):
    code = "collection-inside-itself"
    title = "A collection can't be moved into itself, nor into one that is inside of it."


class CollectionTooDeepError(ConflictError):
    code = "collection-too-deep"
    title = "It would be inside more than 49 others: choose a place further up."


class MoveLeavesBarrierError(ForbiddenError):
    code = "move-leaves-barrier"
    title = "This would leave a label's barrier: only an administrator may take something out from under a label."


class GrantTargetNotFoundError(NotFoundError):
    code = "grant-target-not-found"
    title = "There is no such collection, document or pack that you may grant, label or close."


class GrantLifetimeError(InvalidInputError):
    code = "grant-lifetime-invalid"
    title = "It would end before the year 1970 or after 2199: choose a time between, or none."


class GrantNotFoundError(NotFoundError):
    code = "grant-not-found"
    title = "There is no such grant that you may see."


class GrantSubjectError(InvalidInputError):
    code = "grant-subject-unknown"
    title = "There is no such user or group in your tenant."


class LabelNotFoundError(NotFoundError):
    code = "label-not-found"
    title = "There is no such label that you are cleared for."


class LabelExistsError(ConflictError):
    code = "label-exists"
    title = "A label of that name is there already."


class LabelInUseError(ConflictError):
    code = "label-in-use"
    title = "Something carries this label: take it off everywhere before you delete it."


class ClearanceNotFoundError(NotFoundError):
    code = "clearance-not-found"
    title = "There is no such clearance that you may see."


class PackNotFoundError(NotFoundError):
    code = "pack-not-found"
    title = "There is no such entitlement pack in your tenant."


class PackExistsError(ConflictError):
    code = "pack-exists"
    title = "An entitlement pack of that name is there already."


class ExclusionNotFoundError(NotFoundError):
    code = "exclusion-not-found"
    title = "There is no such exclusion that you may see."


class ContentExistsError(ConflictError):
    code = "content-exists"
    title = "Another document of the collection has the same content: delete one of them first."


class ExplainedDocumentNotFoundError(NotFoundError):
    code = "explained-document-not-found"
    title = "There is no such document in your tenant, and never was."


class ExplainedTimeError(InvalidInputError):
    code = "explained-time-invalid"
    title = "Who will see what is not known: give a moment that is past."


class ChangesRefusedError(InvalidInputError):
    code = "changes-refused"
    title = "Some of the changes can't be made, and none was: see which and why in 'errors'."


class ChangesUnreadableError(InvalidInputError):
    code = "changes-unreadable"
    title = "This is neither JSON (a list of changes) nor CSV with a line of column names: see docs/access.md."

"""Errors of identity. All refusals of a key are 401; the code says which, to whoever holds that key."""

from app.core.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError, UnauthenticatedError

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="footnote"'}


class KeyRefusedError(UnauthenticatedError):
    """Base of all refusals of a key; carries the challenge that RFC 9110 §11.6.1 asks for."""

    code = "key-unknown"
    title = "This key is not known here: check that it was copied whole, or make a new one."

    def __init__(self) -> None:
        super().__init__(headers=_CHALLENGE)


class KeyMissingError(KeyRefusedError):
    code = "key-missing"
    title = "Sign in with a key: send it as 'Authorization: Bearer <key>'."


class KeyMalformedError(KeyRefusedError):
    code = "key-malformed"
    title = "This is not the form of a key: keys look like 'fn_…_…'. Check that it was copied whole."


class KeyExpiredError(KeyRefusedError):
    code = "key-expired"
    title = "This key has expired: ask for a new one."


class KeyRevokedError(KeyRefusedError):
    code = "key-revoked"
    title = "This key was revoked: ask for a new one."


class UserDisabledError(KeyRefusedError):
    code = "user-disabled"
    title = "This user is disabled: ask an administrator."


class KeyNotFoundError(NotFoundError):
    code = "key-not-found"
    title = "There is no such key that you may see."


class UserNotFoundError(NotFoundError):
    code = "user-not-found"
    title = "There is no such user in your tenant."


class ProviderNotFoundError(NotFoundError):
    code = "identity-provider-not-found"
    title = "There is no such sign-in provider."


class TenantNotFoundError(NotFoundError):
    code = "tenant-not-found"
    title = "There is no such tenant: create it first."


class SlugTakenError(ConflictError):
    code = "tenant-exists"
    title = "A tenant of that name is there already: choose another name."


class EmailTakenError(ConflictError):
    code = "user-exists"
    title = "A user with that e-mail address is there already."


class KeyLifetimeError(InvalidInputError):
    code = "key-lifetime-invalid"
    title = "The key would expire in the past, or over a century from now: choose another time."


class KeyScopesError(InvalidInputError):
    code = "key-scopes-invalid"
    title = "The scopes go beyond what may be given: name fewer."


class KeyOfPersonError(ForbiddenError):
    """Whoever holds a person's key is that person to the audit log and to each check of rights."""

    code = "key-of-person"
    title = "That person has a way in already, so only they make their keys: make a service account's, or your own."


class RoleBeyondScopesError(ForbiddenError):
    code = "role-beyond-scopes"
    title = "The scopes of this key do not let it change who has that role: use a key without scopes."


class KeyEndedError(ConflictError):
    code = "key-ended"
    title = "This key no longer holds, so nothing can follow it: make a new key."


class KeyRotatedError(ConflictError):
    code = "key-rotated"
    title = "This key has a successor already: rotate that one."


class LastAdministratorError(ConflictError):
    code = "last-administrator"
    title = "The tenant would be left without an administrator: make another one first."


class GroupNotFoundError(NotFoundError):
    code = "group-not-found"
    title = "There is no such group or user in your tenant."


class GroupTakenError(ConflictError):
    code = "group-exists"
    title = "A group of that name is there already."


class GroupExcludesError(ConflictError):
    code = "group-excludes"
    title = (
        "Documents are closed to this group, or to a group that it is in: end these exclusions, or take it out of that "
        "group, so that nobody sees them by its end."
    )


class GroupCycleError(ConflictError):
    code = "group-cycle"
    title = "A group can't be inside itself, nor inside a group that is in it."


REFUSALS = (KeyMissingError, KeyMalformedError, KeyRefusedError, KeyExpiredError, KeyRevokedError, UserDisabledError)
"""What a request without a valid key may be answered."""

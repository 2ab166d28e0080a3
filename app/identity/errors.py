"""Errors of identity. A rejected key causes status 401. The error code states the reason only if the key's secret is
correct.
"""

from app.core.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError, UnauthenticatedError

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="footnote"'}


class KeyRefusedError(UnauthenticatedError):
    """Base of all errors of rejected keys, with the challenge of RFC 9110 §11.6.1."""

    code = "key-unknown"
    title = "This key is unknown: check that it was copied completely, or create a new one."

    def __init__(self) -> None:
        super().__init__(headers=_CHALLENGE)


class KeyMissingError(KeyRefusedError):
    code = "key-missing"
    title = "Sign in with a key: send it as 'Authorization: Bearer <key>'."


class KeyMalformedError(KeyRefusedError):
    code = "key-malformed"
    title = "This is not a key: keys look like 'fn_…_…'. Check that it was copied completely."


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
    title = "A tenant of that name already exists: choose another name."


class EmailTakenError(ConflictError):
    code = "user-exists"
    title = "A user with that e-mail address already exists: choose another address."


class KeyLifetimeError(InvalidInputError):
    code = "key-lifetime-invalid"
    title = "The expiry lies in the past, or more than a century ahead: choose another time."


class KeyScopesError(InvalidInputError):
    code = "key-scopes-invalid"
    title = "The scopes exceed what you may give: choose fewer."


class KeyOfPersonError(ForbiddenError):
    """Users can't get another person's key: requests with it are authorised and audited as that person."""

    code = "key-of-person"
    title = "Only the person can create more keys for themselves: create one for a service account or for yourself."


class RoleBeyondScopesError(ForbiddenError):
    code = "role-beyond-scopes"
    title = "A key with scopes can't manage users with that role: use a key without scopes."


class KeyEndedError(ConflictError):
    code = "key-ended"
    title = "This key is no longer valid, so it can't be rotated: create a new key."


class KeyRotatedError(ConflictError):
    code = "key-rotated"
    title = "This key already has a successor: rotate that one."


class LastAdministratorError(ConflictError):
    code = "last-administrator"
    title = "This is the tenant's last administrator: appoint another one first."


class GroupNotFoundError(NotFoundError):
    code = "group-not-found"
    title = "There is no such group or user in your tenant."


class GroupTakenError(ConflictError):
    code = "group-exists"
    title = "A group of that name already exists: choose another name."


class GroupExcludesError(ConflictError):
    code = "group-excludes"
    title = (
        "This group, or a group that contains it, is excluded from documents, which deleting it would open: delete the "
        "exclusions, or remove it from that group."
    )


class GroupCycleError(ConflictError):
    code = "group-cycle"
    title = "A group can't contain itself, directly or through other groups: choose another group."


REFUSALS = (KeyMissingError, KeyMalformedError, KeyRefusedError, KeyExpiredError, KeyRevokedError, UserDisabledError)
"""Errors of a request without a valid key."""

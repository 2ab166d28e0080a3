"""Errors of sign-in by OpenID Connect.

UnauthenticatedError ← TokenInvalidError 401 ← TokenExpiredError, TokenNotYetValidError
                     ← UserUnknownError 401
                     ← SignInRefusedError 401 ← SignInStaleError
UnavailableError     ← IdentityProviderUnavailableError 503 ← IdentityProviderNotPublicError
NotFoundError        ← LinkNotFoundError
ConflictError        ← ProviderTakenError, AudienceTakenError, ClientTakenError, SubjectTakenError
InvalidInputError    ← IssuerInvalidError ← IssuerNotPublicError
                     ← DomainsMissingError, AudienceOfClientError, AudienceUnboundError,
                       AudienceInvalidError
ForbiddenError       ← ProvidersBeyondScopesError

Until a token's signature is verified, every fault gets the same error. The error therefore does not reveal the
configured issuers and audiences.
"""

from app.core.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    UnauthenticatedError,
    UnavailableError,
)

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="footnote", error="invalid_token"'}  # RFC 6750 §3


class TokenInvalidError(UnauthenticatedError):
    """Base of all errors of invalid tokens."""

    code = "token-invalid"
    title = "This token is not valid here: it must come from your provider, signed, for this API's audience."

    def __init__(self) -> None:
        super().__init__(headers=_CHALLENGE)


class TokenExpiredError(TokenInvalidError):
    code = "token-expired"
    title = "This token has expired: ask your provider for a new one."


class TokenNotYetValidError(TokenInvalidError):
    code = "token-not-yet-valid"
    title = "This token is not valid yet: compare the clocks here and at your provider."


class UserUnknownError(UnauthenticatedError):
    code = "user-unknown"
    title = "Your sign-in is not linked to a user yet: ask an administrator."

    def __init__(self) -> None:
        super().__init__(headers=_CHALLENGE)


class SignInRefusedError(UnauthenticatedError):
    """The provider rejected the sign-in, or its response is invalid."""

    code = "sign-in-refused"
    title = "Your provider did not confirm who you are: try again."


class SignInStaleError(SignInRefusedError):
    code = "sign-in-stale"
    title = "This sign-in is unknown, has expired, or was restarted in another tab: try again."


class IdentityProviderUnavailableError(UnavailableError):
    code = "identity-provider-unavailable"
    title = "Your sign-in provider is not answering: try again shortly, or use a key."


class IdentityProviderNotPublicError(IdentityProviderUnavailableError):
    code = "identity-provider-not-public"
    title = "Your sign-in provider has no known public address: ask an administrator."


class LinkNotFoundError(NotFoundError):
    code = "identity-link-not-found"
    title = "There is no such provider, user or link in your tenant."


class ProviderTakenError(ConflictError):
    code = "identity-provider-exists"
    title = "Your tenant already has a provider with that issuer and client: change that provider."


class AudienceTakenError(ConflictError):
    code = "audience-taken"
    title = "Another provider already uses that issuer and audience: choose another audience."


class ClientTakenError(ConflictError):
    """The client ID is the audience of a provider. The message omits its name: it may belong to another tenant."""

    code = "client-taken"
    title = "That client is already the audience of an API here: register another client."


class SubjectTakenError(ConflictError):
    code = "subject-taken"
    title = "That subject is linked to another user: delete that link first."


class IssuerInvalidError(InvalidInputError):
    code = "issuer-invalid"
    title = "The issuer must be an https URL without query or fragment."


class IssuerNotPublicError(IssuerInvalidError):
    code = "issuer-not-public"
    title = "The issuer must have a public address, unless an operator permits others."


class DomainsMissingError(InvalidInputError):
    code = "email-domains-missing"
    title = "Linking by verified address needs a domain: give at least one in email_domains."


class AudienceOfClientError(InvalidInputError):
    code = "audience-of-client"
    title = "The audience is a client of the issuer, whose ID tokens are not API tokens: choose another audience."


class AudienceInvalidError(InvalidInputError):
    code = "audience-invalid"
    title = "An audience must have 1 to 255 visible ASCII characters without spaces."


class AudienceUnboundError(InvalidInputError):
    """The audience does not end with the tenant's ID. Tenants can share an issuer, so the ID distinguishes tokens."""

    code = "audience-unbound"
    title = "The audience must end with your tenant's ID, so that no other tenant can use it."


class ProvidersBeyondScopesError(ForbiddenError):
    """A session from a provider has no scopes, so a key with scopes can't change providers or links."""

    code = "sign-in-beyond-scopes"
    title = "A key with scopes can't change sign-in providers or links: use a key without scopes."


TOKEN_REFUSALS = (TokenInvalidError, TokenExpiredError, TokenNotYetValidError, UserUnknownError)
"""Errors of a request with an invalid token, besides those of an invalid key."""

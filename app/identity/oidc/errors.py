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

Until its signature is checked, a token is told the same whatever is wrong with it: who may be asked for here, and
whom for, is nobody's business.
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
    """Base of all refusals of a token."""

    code = "token-invalid"
    title = "This token is not valid here: it must come from your provider, signed, for this API's audience."

    def __init__(self) -> None:
        super().__init__(headers=_CHALLENGE)


class TokenExpiredError(TokenInvalidError):
    code = "token-expired"
    title = "This token has expired: ask your provider for a new one."


class TokenNotYetValidError(TokenInvalidError):
    code = "token-not-yet-valid"
    title = "This token holds from a later time on: compare the clocks here and at your provider."


class UserUnknownError(UnauthenticatedError):
    code = "user-unknown"
    title = "Your provider knows you, but nobody here is linked to you yet: ask an administrator."

    def __init__(self) -> None:
        super().__init__(headers=_CHALLENGE)


class SignInRefusedError(UnauthenticatedError):
    """The provider, or what came back from it, does not let anybody in."""

    code = "sign-in-refused"
    title = "Your provider did not confirm who you are: try again."


class SignInStaleError(SignInRefusedError):
    code = "sign-in-stale"
    title = "This sign-in was not begun here, took too long, or was begun anew in another tab: try again."


class IdentityProviderUnavailableError(UnavailableError):
    code = "identity-provider-unavailable"
    title = "Your sign-in provider is not answering: try again shortly, or use a key."


class IdentityProviderNotPublicError(IdentityProviderUnavailableError):
    code = "identity-provider-not-public"
    title = "Your sign-in provider has no public address that is known here, so it is not called: ask an administrator."


class LinkNotFoundError(NotFoundError):
    code = "identity-link-not-found"
    title = "There is no such provider, user or link in your tenant."


class ProviderTakenError(ConflictError):
    code = "identity-provider-exists"
    title = "Your tenant has a provider of that issuer and client already: change that one."


class AudienceTakenError(ConflictError):
    code = "audience-taken"
    title = "Tokens of that issuer for that audience are taken already: give this API an audience of its own."


class ClientTakenError(ConflictError):
    """Whose tokens they are is not told."""

    code = "client-taken"
    title = "What that issuer gives that client are tokens for an API here already: register a client of its own."


class SubjectTakenError(ConflictError):
    code = "subject-taken"
    title = "That subject of the provider is linked to another user: take that link away first."


class IssuerInvalidError(InvalidInputError):
    code = "issuer-invalid"
    title = "An issuer is an https address without query or fragment."


class IssuerNotPublicError(IssuerInvalidError):
    code = "issuer-not-public"
    title = "An issuer is at a public address; whoever runs this installation may let providers be at others, too."


class DomainsMissingError(InvalidInputError):
    code = "email-domains-missing"
    title = "Whom a verified address links is told by its domain: name at least one in email_domains."


class AudienceOfClientError(InvalidInputError):
    code = "audience-of-client"
    title = "That is a client of the issuer, whose ID tokens are no keys to this API: give it an audience of its own."


class AudienceInvalidError(InvalidInputError):
    code = "audience-invalid"
    title = "An audience has 1 to 255 visible ASCII characters and no spaces."


class AudienceUnboundError(InvalidInputError):
    """Tokens of an issuer that tenants share find their tenant by the audience, which nobody else may claim."""

    code = "audience-unbound"
    title = "An audience ends with your tenant's id, so that no other tenant's tokens are taken for yours."


class ProvidersBeyondScopesError(ForbiddenError):
    """Whoever says who signs in as whom may sign in as anybody, and a session from a provider has no scopes."""

    code = "sign-in-beyond-scopes"
    title = "A key with scopes does not change who signs in as whom: use a key without scopes."


TOKEN_REFUSALS = (TokenInvalidError, TokenExpiredError, TokenNotYetValidError, UserUnknownError)
"""What a request with an invalid token may be answered, besides the refusals of a key."""

"""Authenticate a request by an API key, an identity provider's token or a session cookie."""

from app.core.principal import Principal
from app.identity.errors import KeyMissingError
from app.identity.oidc.bearer import TokenAuthenticator
from app.identity.oidc.tokens import looks_like_token
from app.identity.service import IdentityService
from app.identity.sessions.service import SessionService


class Authentication:
    """Finds the principal of a request."""

    def __init__(self, *, identity: IdentityService, tokens: TokenAuthenticator, sessions: SessionService) -> None:
        self._identity = identity
        self._tokens = tokens
        self._sessions = sessions

    def refuse_missing(self) -> KeyMissingError:
        """Return the error for a request without credentials."""
        return KeyMissingError()

    def authenticate(self, text: str) -> Principal:
        """Return the principal of a bearer credential. Raises UnauthenticatedError and its subclasses,
        IdentityProviderUnavailableError.
        """
        if looks_like_token(text):
            return self._tokens.authenticate(text)
        return self._identity.authenticate(text)

    def authenticate_session(self, token: str) -> Principal:
        """Return the principal of a session cookie. Raises UnauthenticatedError and its subclasses."""
        return self._sessions.authenticate(token)

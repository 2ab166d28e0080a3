"""Every way in, told apart by its form: a key, a provider's token, a page's session."""

from app.core.principal import Principal
from app.identity.errors import KeyMissingError
from app.identity.oidc.bearer import TokenAuthenticator
from app.identity.oidc.tokens import looks_like_token
from app.identity.service import IdentityService
from app.identity.sessions.service import SessionService


class Authentication:
    """Says who a request comes from."""

    def __init__(self, *, identity: IdentityService, tokens: TokenAuthenticator, sessions: SessionService) -> None:
        self._identity = identity
        self._tokens = tokens
        self._sessions = sessions

    def refuse_missing(self) -> KeyMissingError:
        """The error for a request with neither."""
        return KeyMissingError()

    def authenticate(self, text: str) -> Principal:
        """The principal of what follows `Bearer`. Raises UnauthenticatedError and those derived from it,
        IdentityProviderUnavailableError.
        """
        if looks_like_token(text):
            return self._tokens.authenticate(text)
        return self._identity.authenticate(text)

    def authenticate_session(self, token: str) -> Principal:
        """The principal of a session's cookie. Raises UnauthenticatedError and those derived from it."""
        return self._sessions.authenticate(token)

"""Authenticate providers' tokens at the API: `Authorization: Bearer <JWT>` (RFC 6750, RFC 9068)."""

from dataclasses import replace

from app.core.clock import Clock
from app.core.principal import Principal
from app.db.session import Database
from app.identity.errors import ProviderNotFoundError
from app.identity.oidc.directory import ProviderDirectory
from app.identity.oidc.errors import TokenInvalidError
from app.identity.oidc.repository import SignInRepository, find_enabled_provider
from app.identity.oidc.tokens import read_unverified, verify
from app.identity.oidc.users import ProviderUsers


class TokenAuthenticator:
    """Finds a token's provider by its unverified claims, then verifies the token with the provider's keys."""

    def __init__(self, *, database: Database, directory: ProviderDirectory, users: ProviderUsers, clock: Clock) -> None:
        self._database = database
        self._directory = directory
        self._users = users
        self._clock = clock

    def authenticate(self, text: str) -> Principal:
        """Return the principal of a token. Its `key_expires_at` is the token's expiry, so API keys that it creates
        expire no later.

        Raises TokenInvalidError and its subclasses, UserUnknownError, UserDisabledError;
        IdentityProviderUnavailableError if the provider's keys are unknown and can't be fetched.
        """
        unverified = read_unverified(text)
        with self._database.anonymous() as session:
            found = SignInRepository(session).list_token_providers(unverified.issuer, unverified.audiences)
        # If two providers match, the token is addressed to two tenants: reject it as ambiguous.
        provider = find_enabled_provider(self._database, *found[0]) if len(found) == 1 else None
        if provider is None or provider.audience is None:
            raise TokenInvalidError
        keys = self._directory.list_keys(provider.issuer, unverified.key_id)
        claims = verify(text, keys, issuer=provider.issuer, audience=provider.audience, now=self._clock.now())
        try:
            principal = self._users.get_principal(provider, claims.subject, claims.email)
        except ProviderNotFoundError as error:  # the provider was just deleted
            raise TokenInvalidError from error
        return replace(principal, key_expires_at=claims.expires_at)

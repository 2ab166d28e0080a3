"""Tokens of providers at the API: `Authorization: Bearer <JWT>` (RFC 6750, RFC 9068)."""

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
    """Finds the provider of a token by what the token says, then checks the token with that provider's keys."""

    def __init__(self, *, database: Database, directory: ProviderDirectory, users: ProviderUsers, clock: Clock) -> None:
        self._database = database
        self._directory = directory
        self._users = users
        self._clock = clock

    def authenticate(self, text: str) -> Principal:
        """The principal of a token; what it makes lives no longer than itself (`key_expires_at`).

        Raises TokenInvalidError and those derived from it, UserUnknownError, UserDisabledError,
        IdentityProviderUnavailableError when its provider's keys are not known and can't be asked for.
        """
        told = read_unverified(text)
        with self._database.anonymous() as session:
            found = SignInRepository(session).list_token_providers(told.issuer, told.audiences)
        # For the APIs of two tenants at once: it is not guessed whose it is.
        provider = find_enabled_provider(self._database, *found[0]) if len(found) == 1 else None
        if provider is None or provider.audience is None:
            raise TokenInvalidError
        keys = self._directory.list_keys(provider.issuer, told.key_id)
        claims = verify(text, keys, issuer=provider.issuer, audience=provider.audience, now=self._clock.now())
        try:
            principal = self._users.get_principal(provider, claims.subject, claims.email)
        except ProviderNotFoundError as error:  # deleted meanwhile: nobody's token any more
            raise TokenInvalidError from error
        return replace(principal, key_expires_at=claims.expires_at)

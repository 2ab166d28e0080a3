"""Sign in at a provider by an authorization code with PKCE (OpenID Connect Core §3.1, RFC 7636, RFC 9700).

During the sign-in the browser stores the sealed attempt (state, nonce and verifier) in a cookie. Each provider has its
own redirect URL, and the `iss` of the response is checked if it is sent (RFC 9207). No provider can therefore receive
another provider's code.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

from app.audit.service import record
from app.core.clock import Clock
from app.core.errors import UnauthenticatedError
from app.core.principal import Principal
from app.db.session import Database, system_principal
from app.identity.errors import ProviderNotFoundError
from app.identity.oidc.directory import ProviderDirectory, ProviderMetadata
from app.identity.oidc.errors import (
    IdentityProviderUnavailableError,
    SignInRefusedError,
    SignInStaleError,
    TokenInvalidError,
)
from app.identity.oidc.http import ProviderHttp
from app.identity.oidc.repository import FoundProvider, OfferedProvider, SignInRepository, find_enabled_provider
from app.identity.oidc.tokens import Claims, read_unverified, verified_email, verify
from app.identity.oidc.users import LINK_BY_EMAIL, ProviderUsers
from app.observability.logging import get_logger
from app.storage.errors import BlobDamagedError
from app.storage.sealing import Sealer

ATTEMPT_LIFETIME = timedelta(minutes=10)
SECRET_PURPOSE = "identity provider's client secret"  # noqa: S105 (a purpose's name, not a secret)
_ATTEMPT_PURPOSE = "sign-in at "
_ERROR_CODE = re.compile(r"[a-z_]{1,40}")  # error codes of RFC 6749 §4.1.2.1; other text is not shown
_MAX_COOKIE = 2_000
_MAX_CODE = 4_000


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A sign-in that has begun. `begun_at` is in seconds since 1970."""

    state: str
    nonce: str
    verifier: str
    begun_at: float


@dataclass(frozen=True, slots=True)
class Begun:
    """The URL to redirect the browser to, and the cookie that it must send back."""

    address: str
    cookie: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AuthorizationResponse:
    """The query parameters of the provider's redirect to Footnote. They are not trusted."""

    state: str | None
    code: str | None = field(repr=False)
    error: str | None
    issuer: str | None


class SignInService:
    """Starts and completes sign-ins at providers."""

    def __init__(
        self,
        *,
        database: Database,
        http: ProviderHttp,
        directory: ProviderDirectory,
        users: ProviderUsers,
        sealer: Sealer,
        clock: Clock,
        public_url: str,
    ) -> None:
        self._database = database
        self._http = http
        self._directory = directory
        self._users = users
        self._sealer = sealer
        self._clock = clock
        self._public_url = public_url.rstrip("/")

    def redirect_uri(self, provider_id: UUID) -> str:
        """Return the redirect URL to register at the provider."""
        return f"{self._public_url}/sign-in/oidc/{provider_id}/callback"

    def list_offered(self, slug: str) -> Sequence[OfferedProvider]:
        """List a tenant's providers; the list is empty for an unknown tenant."""
        with self._database.anonymous() as session:
            return SignInRepository(session).list_offered(slug)

    def begin(self, provider_id: UUID) -> Begun:
        """Start a sign-in. Raises ProviderNotFoundError, IdentityProviderUnavailableError."""
        provider = self._get_provider(provider_id)
        metadata = self._directory.get_metadata(provider.issuer)
        attempt = _Attempt(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            begun_at=self._clock.now().timestamp(),
        )
        challenge = hashlib.sha256(attempt.verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": provider.client_id,
            "redirect_uri": self.redirect_uri(provider.id),
            "scope": "openid email profile",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        sealed = self._sealer.seal(
            provider.tenant_id, f"{_ATTEMPT_PURPOSE}{provider.id}", json.dumps(asdict(attempt)).encode()
        )
        glue = "&" if "?" in metadata.authorization_endpoint else "?"
        return Begun(
            address=f"{metadata.authorization_endpoint}{glue}{urlencode(query)}",
            cookie=base64.urlsafe_b64encode(sealed).rstrip(b"=").decode(),
        )

    def finish(self, provider_id: UUID, cookie: str | None, response: AuthorizationResponse) -> Principal:
        """Return the signed-in principal.

        Raises ProviderNotFoundError, SignInStaleError, SignInRefusedError, UserUnknownError, UserDisabledError,
        IdentityProviderUnavailableError.
        """
        provider = self._get_provider(provider_id)
        attempt = self._open(provider, cookie)
        if not hmac.compare_digest((response.state or "").encode("utf-8", "replace"), attempt.state.encode()):
            raise SignInStaleError
        metadata = self._directory.get_metadata(provider.issuer)
        code = _check_response(metadata, response)
        id_token, access_token = self._redeem(provider, metadata, code, attempt.verifier)
        claims = self._check_id_token(provider, id_token, attempt.nonce)
        email = claims.email
        if email is None and provider.link_by == LINK_BY_EMAIL and not self._users.is_linked(provider, claims.subject):
            email = self._ask_email(metadata, access_token, claims.subject)
        try:
            return self._users.get_principal(provider, claims.subject, email)
        except UnauthenticatedError as error:
            self._record_refusal(provider, claims.subject, error.code)
            raise

    def _get_provider(self, provider_id: UUID) -> FoundProvider:
        with self._database.anonymous() as session:
            tenant_id = SignInRepository(session).find_tenant(provider_id)
        provider = None if tenant_id is None else find_enabled_provider(self._database, tenant_id, provider_id)
        if provider is None:
            raise ProviderNotFoundError
        return provider

    def _open(self, provider: FoundProvider, cookie: str | None) -> _Attempt:
        """Open the cookie. Raises SignInStaleError if the cookie belongs to another provider, was changed, or has
        expired.
        """
        try:
            given = (cookie or "")[:_MAX_COOKIE]
            sealed = base64.b64decode(given + "=" * (-len(given) % 4), altchars=b"-_", validate=True)
            plain = self._sealer.open(provider.tenant_id, f"{_ATTEMPT_PURPOSE}{provider.id}", sealed)
        except (BlobDamagedError, binascii.Error, ValueError) as error:
            raise SignInStaleError from error
        attempt = _Attempt(**json.loads(plain))
        if not 0 <= self._clock.now().timestamp() - attempt.begun_at <= ATTEMPT_LIFETIME.total_seconds():
            raise SignInStaleError
        return attempt

    def _redeem(
        self, provider: FoundProvider, metadata: ProviderMetadata, code: str, verifier: str
    ) -> tuple[str, str | None]:
        """Exchange a code for (ID token, access token) (RFC 6749 §4.1.3)."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri(provider.id),
            "code_verifier": verifier,
            "client_id": provider.client_id,
        }
        basic = None
        if provider.sealed_secret is not None:
            secret = self._sealer.open(provider.tenant_id, SECRET_PURPOSE, provider.sealed_secret).decode()
            if "client_secret_basic" not in metadata.token_auth_methods:
                form["client_secret"] = secret
            else:
                basic = (provider.client_id, secret)
        answer = self._http.post_form(metadata.token_endpoint, form, basic=basic)
        id_token, access_token = answer.body.get("id_token"), answer.body.get("access_token")
        if answer.status != 200 or not isinstance(id_token, str):
            error_code = str(answer.body.get("error", ""))
            get_logger(__name__).warning(
                "identity.code.refused",
                provider_id=str(provider.id),
                status=answer.status,
                error=error_code if _ERROR_CODE.fullmatch(error_code) else None,
            )
            raise SignInRefusedError
        return id_token, access_token if isinstance(access_token, str) else None

    def _check_id_token(self, provider: FoundProvider, id_token: str, nonce: str) -> Claims:
        """Return the verified claims of an ID token. Raises SignInRefusedError, IdentityProviderUnavailableError."""
        try:
            keys = self._directory.list_keys(provider.issuer, read_unverified(id_token).key_id)
            claims = verify(id_token, keys, issuer=provider.issuer, audience=provider.client_id, now=self._clock.now())
        except TokenInvalidError as error:
            get_logger(__name__).warning("identity.id_token.refused", provider_id=str(provider.id), code=error.code)
            raise SignInRefusedError from error
        if not hmac.compare_digest((claims.nonce or "").encode("utf-8", "replace"), nonce.encode()):
            raise SignInRefusedError
        # OpenID Connect Core §3.1.3.7, steps 4 and 5: a token with several audiences must have `azp`, and each `azp`
        # must be this client.
        party = claims.authorized_party
        if party != provider.client_id and (party is not None or len(claims.audiences) > 1):
            raise SignInRefusedError
        return claims

    def _ask_email(self, metadata: ProviderMetadata, access_token: str | None, subject: str) -> str | None:
        """Return the verified address from the UserInfo endpoint (OpenID Connect Core §5.3); None on any failure."""
        if metadata.userinfo_endpoint is None or access_token is None:
            return None
        try:
            answer = self._http.get_json(metadata.userinfo_endpoint, token=access_token)
        except IdentityProviderUnavailableError:
            return None
        if answer.status != 200 or answer.body.get("sub") != subject:
            return None
        return verified_email(answer.body)

    def _record_refusal(self, provider: FoundProvider, subject: str, code: str) -> None:
        system = system_principal(provider.tenant_id)
        with self._database.transaction(system) as session:
            record(
                session,
                system,
                "identity.sign_in.refused",
                object_type="identity-provider",
                object_id=provider.id,
                detail={"code": code, "subject": subject},
            )


def _check_response(metadata: ProviderMetadata, response: AuthorizationResponse) -> str:
    """Return the code. Raises SignInRefusedError; its message includes the provider's error code only if the code is
    well-formed.
    """
    if response.issuer != metadata.issuer and (response.issuer is not None or metadata.sends_issuer):
        raise SignInRefusedError
    if response.error is not None:
        if response.error == "access_denied":
            raise SignInRefusedError("Your provider denied access: ask its administrator.")
        if response.error in {"temporarily_unavailable", "server_error"}:
            raise IdentityProviderUnavailableError
        known = _ERROR_CODE.fullmatch(response.error)
        raise SignInRefusedError(f"Your provider could not sign you in ({known[0]})." if known else None)
    if not response.code or len(response.code) > _MAX_CODE:
        raise SignInRefusedError
    return response.code

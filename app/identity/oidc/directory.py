"""Fetch providers' metadata and keys (OpenID Connect Discovery 1.0; RFC 7517). Cache them according to Cache-Control.

If a provider is down, its cached data is used for one more day after it expires. If a token has an unknown key ID, the
keys are fetched again, but at most once a minute. Tokens with invented key IDs therefore don't cause many requests.
"""

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, OKPKey, RSAKey

from app.core.clock import Clock
from app.identity.oidc.errors import (
    IdentityProviderNotPublicError,
    IdentityProviderUnavailableError,
    IssuerInvalidError,
    IssuerNotPublicError,
)
from app.identity.oidc.http import ProviderHttp, ProviderResponse

SHORTEST, USUAL, LONGEST = timedelta(minutes=1), timedelta(minutes=5), timedelta(days=1)
"""Cache lifetimes: minimum, default without Cache-Control, maximum."""
ASK_AGAIN = timedelta(minutes=1)
AFTER_FAILURE = timedelta(seconds=20)
LONGEST_WAIT_SECONDS = 3.0
_MAX_KEYS = 50
_MIN_RSA_BITS = 2048
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age=(\d{1,9})(?:$|[,\s])", re.IGNORECASE)
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ProviderMetadata:
    """The metadata of a provider. `sends_issuer` is true if authorization responses contain `iss` (RFC 9207)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    token_auth_methods: frozenset[str]
    sends_issuer: bool


@dataclass(slots=True)
class _Known:
    """The cached data of one issuer."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    metadata: ProviderMetadata | None = None
    metadata_until: datetime = _NEVER
    keys: Sequence[Key] = ()
    keys_until: datetime = _NEVER
    keys_asked_at: datetime = _NEVER
    failed_at: datetime = _NEVER
    failure: type[IdentityProviderUnavailableError] = IdentityProviderUnavailableError


class ProviderDirectory:
    """Returns metadata and keys of issuers that tenants' administrators configured."""

    def __init__(self, *, http: ProviderHttp, clock: Clock) -> None:
        self._http = http
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[str, _Known] = {}

    def get_metadata(self, issuer: str) -> ProviderMetadata:
        """Return an issuer's metadata.

        Raises IdentityProviderUnavailableError, also if the metadata names another issuer or has a forbidden URL;
        IdentityProviderNotPublicError if an address is not public.
        """
        known = self._of(issuer)
        found = known.metadata
        if found is not None and self._clock.now() < known.metadata_until:
            return found
        # If another thread's request to the provider takes too long, fail instead of sending a second request.
        if not known.lock.acquire(timeout=LONGEST_WAIT_SECONDS):
            raise IdentityProviderUnavailableError
        try:
            return self._metadata(issuer, known)
        finally:
            known.lock.release()

    def list_keys(self, issuer: str, key_id: str | None) -> Sequence[Key]:
        """Return the issuer's signing keys with that key ID, or all signing keys if `key_id` is None. Raises
        IdentityProviderUnavailableError.
        """
        known = self._of(issuer)
        now = self._clock.now()
        found = _select(known.keys, key_id)
        if found and now < known.keys_until:
            return found
        # Don't wait for another thread's request if the key is cached; otherwise wait briefly.
        if known.lock.acquire(timeout=0 if found else LONGEST_WAIT_SECONDS):
            try:
                self._refresh_keys(issuer, known, key_id)
            finally:
                known.lock.release()
        elif not known.keys:
            raise IdentityProviderUnavailableError
        return _select(known.keys, key_id)

    def _of(self, issuer: str) -> _Known:
        with self._lock:
            return self._known.setdefault(issuer, _Known())

    def _metadata(self, issuer: str, known: _Known) -> ProviderMetadata:
        now = self._clock.now()
        if known.metadata is not None and now < known.metadata_until:
            return known.metadata
        try:
            answer = self._ask(known, issuer.rstrip("/") + "/.well-known/openid-configuration")
            known.metadata = self._parse_metadata(issuer, answer.body)
            known.metadata_until = now + _lifetime(answer)
        except IdentityProviderUnavailableError as error:
            known.failed_at, known.failure = now, type(error)
            if known.metadata is None or now > known.metadata_until + LONGEST:
                raise
        return known.metadata

    def _refresh_keys(self, issuer: str, known: _Known, key_id: str | None) -> None:
        now = self._clock.now()
        current = now < known.keys_until
        if current and (_select(known.keys, key_id) or now < known.keys_asked_at + ASK_AGAIN):
            return
        try:
            metadata = self._metadata(issuer, known)
            answer = self._ask(known, metadata.jwks_uri)
            known.keys_asked_at = now
            known.keys, known.keys_until = _parse_keys(answer.body), now + _lifetime(answer)
        except IdentityProviderUnavailableError:
            known.keys_asked_at = now
            if not current and (not known.keys or now > known.keys_until + LONGEST):
                known.keys = ()
                raise

    def _ask(self, known: _Known, url: str) -> ProviderResponse:
        """Send one GET request. For 20 seconds after a failure, send none and raise the same error, so that callers
        don't wait for a provider that is down.
        """
        if self._clock.now() < known.failed_at + AFTER_FAILURE:
            raise known.failure
        try:
            answer = self._http.get_json(url)
        except IdentityProviderUnavailableError as error:
            known.failed_at, known.failure = self._clock.now(), type(error)
            raise
        if answer.status == 200:
            return answer
        known.failed_at, known.failure = self._clock.now(), IdentityProviderUnavailableError
        raise IdentityProviderUnavailableError

    def _parse_metadata(self, issuer: str, body: Mapping[str, Any]) -> ProviderMetadata:
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        addresses = [body.get(name) for name in (*names, "userinfo_endpoint")]
        if body.get("issuer") != issuer or not all(isinstance(address, str) for address in addresses[:3]):
            raise IdentityProviderUnavailableError
        try:
            for address in addresses:
                if address is not None:
                    # Also check the URL that only browsers open: it must not send users to an internal host.
                    self._http.check_address(str(address))
        except IssuerNotPublicError as error:
            raise IdentityProviderNotPublicError from error
        except IssuerInvalidError as error:
            raise IdentityProviderUnavailableError from error
        methods = body.get("token_endpoint_auth_methods_supported")
        return ProviderMetadata(
            issuer=issuer,
            authorization_endpoint=str(addresses[0]),
            token_endpoint=str(addresses[1]),
            jwks_uri=str(addresses[2]),
            userinfo_endpoint=None if addresses[3] is None else str(addresses[3]),
            token_auth_methods=frozenset(
                str(method) for method in (methods if isinstance(methods, list) else ["client_secret_basic"])
            ),
            sends_issuer=body.get("authorization_response_iss_parameter_supported") is True,
        )


def _select(keys: Sequence[Key], key_id: str | None) -> Sequence[Key]:
    return [key for key in keys if key_id is None or key.kid == key_id]


def _lifetime(answer: ProviderResponse) -> timedelta:
    found = _MAX_AGE.search(answer.cache_control)
    given = timedelta(seconds=int(found[1])) if found else USUAL
    return min(max(given, SHORTEST), LONGEST)


def _parse_keys(body: Mapping[str, Any]) -> Sequence[Key]:
    """Return the supported signing keys. RSA keys of less than 2,048 bits are omitted."""
    given = body.get("keys")
    if not isinstance(given, list):
        raise IdentityProviderUnavailableError
    keys: list[Key] = []
    for each in given[:_MAX_KEYS]:
        if not isinstance(each, dict) or each.get("use", "sig") != "sig":
            continue
        try:
            key = JWKRegistry.import_key(each)
            usable = isinstance(key, (ECKey, OKPKey)) or (
                isinstance(key, RSAKey) and key.public_key.key_size >= _MIN_RSA_BITS
            )
        # Ignore unknown or malformed keys, and use the others (RFC 7517 §5).
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            continue
        if usable:
            keys.append(key)
    return keys

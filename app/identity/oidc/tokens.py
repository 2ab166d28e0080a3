"""Verify providers' JSON Web Tokens (RFC 7519) as in RFC 8725, RFC 9068 and OpenID Connect Core §3.1.3.7.

A token must be signed with a key that its issuer publishes, with an asymmetric algorithm from a fixed list. Keys in its
header (`jwk`, `jku`, `x5u`) are ignored.
"""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError
from joserfc.jwk import Key
from joserfc.jws import JWSRegistry
from joserfc.jwt import JWTClaimsRegistry

from app.identity.oidc.errors import TokenExpiredError, TokenInvalidError, TokenNotYetValidError

ALGORITHMS = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP", "Ed25519": "OKP"}
"""Maps an algorithm to its key type. Since RFC 9864, EdDSA with curve Ed25519 is also named Ed25519."""
SKEW_SECONDS = 60
MAX_CHARACTERS = 16_000
MAX_SUBJECT = 255  # OpenID Connect Core §2
_FORM = re.compile(r"[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*", re.ASCII)
_TYPES = frozenset({"", "jwt", "at+jwt", "application/jwt", "application/at+jwt"})
_EMAIL = re.compile(r"[!-?A-~]{1,64}@[A-Za-z0-9.-]{1,190}", re.ASCII)
_FURTHEST = timedelta(days=3650)


class _Registry(JWSRegistry):
    """Ignores unknown header members (RFC 7515 §4), and accepts long headers, because they may contain certificate
    chains.
    """

    max_header_length = MAX_CHARACTERS


_REGISTRY = _Registry(algorithms=tuple(ALGORITHMS), strict_check_header=False)


@dataclass(frozen=True, slots=True)
class Unverified:
    """Unverified claims, used only to find the provider."""

    issuer: str
    audiences: tuple[str, ...]
    algorithm: str
    key_id: str | None


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims of a token whose signature, issuer, audience and times are verified.

    `email` is set only if the provider verified the address.
    """

    subject: str
    expires_at: datetime
    email: str | None
    nonce: str | None
    audiences: tuple[str, ...]
    authorized_party: str | None


def looks_like_token(text: str) -> bool:
    """Return whether the text has the form of a signed token, unlike an API key."""
    return _FORM.fullmatch(text) is not None


def read_unverified(text: str) -> Unverified:
    """Read the unverified claims. Raises TokenInvalidError for a malformed or unsupported token."""
    if len(text) > MAX_CHARACTERS or not looks_like_token(text):
        raise TokenInvalidError
    header, claims = (_part(part) for part in text.split(".")[:2])
    algorithm, kind = header.get("alg"), header.get("typ", "")
    issuer, key_id = claims.get("iss"), header.get("kid")
    audiences = claims.get("aud")
    audiences = [audiences] if isinstance(audiences, str) else audiences
    if (
        not isinstance(algorithm, str)
        or algorithm not in ALGORITHMS
        or not isinstance(kind, str)
        or kind.lower() not in _TYPES
        or {"crit", "b64"} & header.keys()
        or not isinstance(issuer, str)
        or not isinstance(key_id, str | None)
        or not isinstance(audiences, list)
        or not 1 <= len(audiences) <= 20
        or not all(_is_storable(each) for each in (issuer, *audiences))
    ):
        raise TokenInvalidError
    return Unverified(issuer, tuple(audiences), algorithm, key_id)


def verify(text: str, keys: Sequence[Key], *, issuer: str, audience: str, now: datetime) -> Claims:
    """Verify a token of `issuer` for `audience`, signed with one of `keys`; allows one minute of clock skew.

    Raises TokenInvalidError, TokenExpiredError, TokenNotYetValidError.
    """
    unverified = read_unverified(text)
    kind = ALGORITHMS[unverified.algorithm]
    fitting = [key for key in keys if key.key_type == kind and key.alg in {None, unverified.algorithm}]
    claims = _decode(text, fitting)
    required: dict[str, Any] = {name: {"essential": True} for name in ("exp", "iat", "sub")}
    required |= {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": audience}}
    try:
        JWTClaimsRegistry(now=int(now.timestamp()), leeway=SKEW_SECONDS, **required).validate(claims)
        expires_at = datetime.fromtimestamp(min(float(claims["exp"]), (now + _FURTHEST).timestamp()), UTC)
    except ExpiredTokenError as error:
        raise TokenExpiredError from error
    except InvalidClaimError as error:
        kinds = {"nbf": TokenNotYetValidError, "iat": TokenNotYetValidError}
        raise kinds.get(error.claim, TokenInvalidError)() from error
    except (JoseError, ValueError, TypeError, OverflowError) as error:
        raise TokenInvalidError from error
    subject, party = claims["sub"], claims.get("azp")
    if not _is_storable(subject) or not 1 <= len(subject) <= MAX_SUBJECT or not isinstance(party, str | None):
        raise TokenInvalidError
    nonce = claims.get("nonce")
    return Claims(
        subject=subject,
        expires_at=expires_at,
        email=verified_email(claims),
        nonce=nonce if isinstance(nonce, str) else None,
        audiences=unverified.audiences,
        authorized_party=party,
    )


def verified_email(claims: Mapping[str, Any]) -> str | None:
    """Return the address if it is verified. Some providers send `email_verified` as the text "true"."""
    email = claims.get("email")
    if claims.get("email_verified") not in (True, "true") or not isinstance(email, str):
        return None
    return email if _EMAIL.fullmatch(email) else None


def _decode(text: str, keys: Sequence[Key]) -> dict[str, Any]:
    for key in keys:
        try:
            return jwt.decode(text, key, registry=_REGISTRY).claims
        # The key has another curve, or the signature is invalid; deeply nested JSON raises RecursionError.
        except (JoseError, ValueError, TypeError, RecursionError):
            continue
    raise TokenInvalidError


def _part(part: str) -> dict[str, Any]:
    try:
        value = json.loads(base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True))
    except (ValueError, RecursionError) as error:
        raise TokenInvalidError from error
    if not isinstance(value, dict):
        raise TokenInvalidError
    return value


def _is_storable(value: object) -> bool:
    """Return whether the database can store the text."""
    return isinstance(value, str) and value.isprintable() and value.encode("utf-8", "ignore").decode() == value

"""Signatures of Standard Webhooks (standardwebhooks.com, specification 1.0): HMAC-SHA256 over ID, time and body."""

import base64
import hmac
import os
from collections.abc import Iterable, Mapping
from uuid import UUID

SECRET_PREFIX = "whsec_"  # noqa: S105 - the prefix of secrets, not a secret
SECRET_BYTES = 32
"""The specification asks for 24 to 64 bytes."""


def new_secret() -> bytes:
    return os.urandom(SECRET_BYTES)


def print_secret(secret: bytes) -> str:
    """Return the secret as receivers configure it."""
    return SECRET_PREFIX + base64.b64encode(secret).decode()


def message_id(delivery_id: UUID) -> str:
    return f"msg_{delivery_id.hex}"


def sign(secret: bytes, message: str, timestamp: int, body: bytes) -> str:
    """Return a signature of version 1."""
    signed = f"{message}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()


def sign_headers(secrets: Iterable[bytes], message: str, timestamp: int, body: bytes) -> Mapping[str, str]:
    """Return the headers of a message, with a signature of each secret: during a rotation, receivers accept either."""
    return {
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(sign(secret, message, timestamp, body) for secret in secrets),
    }

"""The URL of a server, which certificates to check, and the paths of issuers."""

import ssl
from urllib.parse import quote

import httpx

from app.client.errors import ServerUrlError
from app.documents.issuers import normalise_issuer


def check_url(url: str) -> None:
    """Check that `url` is an http or https URL with a host. Raises ServerUrlError."""
    try:
        parsed = httpx.URL(url)
        valid = parsed.scheme in ("http", "https") and bool(parsed.host)
    except httpx.InvalidURL:
        valid = False
    if not valid:
        raise ServerUrlError(f"{url} is not the URL of a server: it must start with http:// or https://.")


def certificates_of(url: str) -> ssl.SSLContext | bool:
    """Return httpx's `verify` argument. For plain HTTP, no certificates are loaded, because that is slow."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if url.startswith("http:") else True


def issuer_path(issuer: str) -> str:
    """Return the path of an issuer, by its ID or a name. Names may have slashes, which paths can't have."""
    return f"/v1/issuers/{quote(normalise_issuer(issuer) if '/' in issuer else issuer, safe='')}"

"""Addresses of our own pages, as forms and redirects carry them."""

from urllib.parse import urlsplit

from fastapi import Request

LONGEST = 2_000


def local_address(text: str, *, otherwise: str = "/") -> str:
    """Return `text` if it is a path of this site, with its query, else `otherwise`: no form redirects to another site.

    Browsers read a backslash as a slash and drop tabs and line ends (URL standard, "path state"): neither is allowed.
    """
    is_plain = text.isascii() and text.isprintable() and "\\" not in text and len(text) <= LONGEST
    if not is_plain or not text.startswith("/") or text.startswith("//"):
        return otherwise
    try:
        parts = urlsplit(text)
    except ValueError:  # not a URL
        return otherwise
    return text if not parts.scheme and not parts.netloc else otherwise


def address_of(request: Request) -> str:
    """Return the address of a page, with its query; of a form's target, the start page, which can be shown again."""
    if request.method not in ("GET", "HEAD"):
        return "/"
    query = request.url.query
    return local_address(f"{request.url.path}?{query}" if query else request.url.path)

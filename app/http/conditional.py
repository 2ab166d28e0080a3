"""Conditional requests. An ETag contains a revision number. An edit must send the revision that it changes, so that no
update is lost.
"""

import re
from typing import Annotated

from fastapi import Header, Request

from app.core.errors import PreconditionFailedError, PreconditionRequiredError

_TAG = re.compile(r'(?:W/)?"([^"]*)"')
IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", max_length=200, description="The ETag of the revision to change.", examples=['"1"']),
]


def etag(revision: int) -> str:
    """Return the entity tag (RFC 9110 §8.8.3) of a revision."""
    return f'"{revision}"'


def parse_if_match(header: str | None) -> int | None:
    """Return the revision that the client edits; None for `*`, which matches any revision.

    Raises PreconditionRequiredError without the header, PreconditionFailedError for a tag that is not a revision.
    """
    if header is None or not header.strip():
        raise PreconditionRequiredError
    if header.strip() == "*":
        return None
    found = _TAG.fullmatch(header.strip())
    if found is None or not found[1].isascii() or not found[1].isdigit() or len(found[1]) > 9:
        raise PreconditionFailedError
    return int(found[1])


def matches(request: Request, tag: str) -> bool:
    """Return whether If-None-Match contains the tag (weak comparison, RFC 9110 §13.1.2). The response is then 304."""
    header = request.headers.get("If-None-Match")
    return header is not None and (header.strip() == "*" or tag.strip('W/"') in _TAG.findall(header))

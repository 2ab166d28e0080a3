"""Edits that can't overwrite each other: an ETag is a revision, and a change must name the one it was made on."""

import re
from typing import Annotated

from fastapi import Header, Request

from app.core.errors import PreconditionFailedError, PreconditionRequiredError

_TAG = re.compile(r'(?:W/)?"([^"]*)"')
IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", max_length=200, description="The ETag that you last saw.", examples=['"1"']),
]


def etag(revision: int) -> str:
    """The entity tag (RFC 9110 §8.8.3) of a revision."""
    return f'"{revision}"'


def parse_if_match(header: str | None) -> int | None:
    """The revision that a change is made on; None for `*`, which is any.

    Raises PreconditionRequiredError without the header, PreconditionFailedError for a tag that can't be ours.
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
    """Whether If-None-Match names the tag, so that 304 is the answer (weak comparison, RFC 9110 §13.1.2)."""
    header = request.headers.get("If-None-Match")
    return header is not None and (header.strip() == "*" or tag.strip('W/"') in _TAG.findall(header))

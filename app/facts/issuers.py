"""Find the issuer that a request names, among those of documents that the principal may read."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.documents.issuers import normalise_issuer
from app.documents.models import Document
from app.facts.errors import IssuerAmbiguousError, IssuerNotFoundError

_MOST_NAMESAKES = 100
"""Most issuers of one name that are read."""

_CIK_DIGITS = 10
_MOST_NAMED = 5
"""Most issuers that an error names."""


def get_issuer_key(session: Session, name: str) -> str:
    """Return the key of the issuer with this name in any spelling, or else the only one with this alias, ticker or
    Central Index Key, or else the only one whose name begins with these words.

    Raises IssuerNotFoundError, IssuerAmbiguousError.
    """
    key = normalise_issuer(name)
    if not key:
        raise IssuerNotFoundError
    alias = key.zfill(_CIK_DIGITS) if key.isdigit() else key
    for condition in (
        Document.issuer_key == key,
        Document.issuer_aliases.contains({"names": [alias]}),
        Document.issuer_key.startswith(f"{key} ", autoescape=True),
    ):
        found = _find(session, condition)
        if len(found) == 1:
            return next(iter(found))
        if found:
            raise _ambiguous(name, found)
    raise IssuerNotFoundError


def _find(session: Session, condition: ColumnElement[bool]) -> Mapping[str, str]:
    """Return the names of visible issuers by their keys."""
    query = (
        select(Document.issuer_key, func.max(Document.issuer))
        .where(condition, Document.issuer_key.is_not(None), Document.deleted_at.is_(None))
        .group_by(Document.issuer_key)
        .order_by(Document.issuer_key)
        .limit(_MOST_NAMESAKES)
    )
    return {key: name or key for key, name in session.execute(query) if key}


def _ambiguous(name: str, found: Mapping[str, str]) -> IssuerAmbiguousError:
    names = list(found.values())
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    listed = "; ".join(names[:_MOST_NAMED])
    return IssuerAmbiguousError(
        f"“{name}” can be any of these issuers: {listed}{more}. Send the full name.",
        extra={"issuers": [{"id": key, "name": full} for key, full in list(found.items())[:_MOST_NAMED]]},
    )

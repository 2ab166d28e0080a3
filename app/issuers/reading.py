"""Reads issuers in the caller's transaction, as its principal may see them.

Nothing learnt from a document that the principal may not see takes part: neither its names, nor that two issuers are
one because of it.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from app.issuers.joining import choose, join_records
from app.issuers.names import MARKS, Issuer
from app.issuers.repository import IssuerRepository

MOST_FORMS = 2_000


def find_issuers(session: Session, forms: Iterable[str]) -> tuple[Issuer, ...]:
    """Return the visible issuers that have one of the normalised names, tickers or identifiers, by ID.

    `forms` are normalised by `app.documents.issuers.normalise_issuer`, or are small letters as in tickers. At most
    2,000 are looked up.
    """
    wanted = frozenset(list(dict.fromkeys(form for form in forms if form))[:MOST_FORMS])
    if not wanted:
        return ()
    names = IssuerRepository(session).list_by_form(sorted(wanted))
    own = {name.record for name in names if name.form in wanted and name.role not in MARKS}
    return tuple(choose(join_records(names), own))


def list_issuers_of(session: Session, records: Sequence[UUID]) -> tuple[Issuer, ...]:
    """Return the visible issuers that have one of the records (`documents.issuer_id`), by ID."""
    wanted = sorted(set(records))
    return tuple(choose(join_records(IssuerRepository(session).list_by_record(wanted)), wanted)) if wanted else ()

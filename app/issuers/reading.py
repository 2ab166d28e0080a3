"""Reads issuers in the caller's transaction, as its principal may see them.

Nothing from a document that the principal may not see is used: neither its names, nor that it shows that two issuers
are one.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from app.documents.issuers import normalise_issuer
from app.issuers.errors import IssuerAmbiguousError, IssuerNotFoundError
from app.issuers.joining import choose, join_records
from app.issuers.names import MARKS, Issuer, NameRole
from app.issuers.repository import IssuerRepository

MOST_FORMS = 2_000
_MOST_NAMESAKES = 100
_MOST_NAMED = 5
"""Most issuers that an error names."""
_CIK_DIGITS = 10
_FULL = (NameRole.SET, NameRole.OWN, NameRole.WEAK, NameRole.FORMER, NameRole.CIK, NameRole.LEI)


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


def map_issuers(session: Session, records: Iterable[UUID | None]) -> Mapping[UUID, Issuer]:
    """Return record → issuer for the given records (`documents.issuer_id`)."""
    wanted = {record for record in records if record is not None}
    return {record: issuer for issuer in list_issuers_of(session, [*wanted]) for record in issuer.ids & wanted}


def get_issuer(session: Session, wanted: str) -> Issuer:
    """Return the issuer with this ID, or else the only one with this name in any spelling or this identifier, or else
    the only one with this alias or ticker, or else the only one whose name begins with these words.

    Raises IssuerNotFoundError, IssuerAmbiguousError.
    """
    found: Sequence[Issuer] = find_meant(session, [wanted])[wanted]
    if not found and _parse_id(wanted) is None:
        found = _starting(session, _forms(wanted))
    return _only(wanted, found)


def find_meant(session: Session, names: Iterable[str]) -> Mapping[str, tuple[Issuer, ...]]:
    """Return name → the visible issuers that it means, by ID: that with this ID, or else those with this name in any
    spelling or this identifier, or else those with this alias or ticker.
    """
    wanted = dict.fromkeys(names)
    records = {name: record for name in wanted if (record := _parse_id(name)) is not None}
    forms = {name: _forms(name) for name in wanted if name not in records}
    by_record = map_issuers(session, records.values())
    named = find_issuers(session, sorted(frozenset[str]().union(*forms.values())))
    meant: dict[str, tuple[Issuer, ...]] = {}
    for name in wanted:
        if name in records:
            issuer = by_record.get(records[name])
            meant[name] = () if issuer is None else (issuer,)
            continue
        every = tuple(issuer for issuer in named if not forms[name].isdisjoint(issuer.list_forms()))
        full = tuple(issuer for issuer in every if not forms[name].isdisjoint(issuer.list_forms(*_FULL)))
        meant[name] = full or every
    return meant


def is_issuer_id(text: str) -> bool:
    """Return whether a text has the form of an issuer's ID."""
    return _parse_id(text) is not None


def _parse_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _forms(name: str) -> frozenset[str]:
    key = normalise_issuer(name)
    cik = key.zfill(_CIK_DIGITS) if key.isascii() and key.isdigit() else key
    return frozenset(form for form in (key, cik, " ".join(name.split()).casefold()) if form)


def _starting(session: Session, forms: Iterable[str]) -> Sequence[Issuer]:
    repository = IssuerRepository(session)
    records = [repository.list_records_starting(f"{form} ", _MOST_NAMESAKES) for form in forms]
    return list_issuers_of(session, [record for found in records for record in found])


def _only(wanted: str, found: Sequence[Issuer]) -> Issuer:
    if not found:
        raise IssuerNotFoundError
    if len(found) == 1:
        return found[0]
    by_name = sorted(found, key=lambda issuer: (issuer.name, issuer.id))
    more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    listed = "; ".join(issuer.name for issuer in by_name[:_MOST_NAMED])
    raise IssuerAmbiguousError(
        f"“{wanted}” can be any of these issuers: {listed}{more}. Send the full name or the ID.",
        extra={"issuers": [{"id": str(issuer.id), "name": issuer.name} for issuer in by_name[:_MOST_NAMED]]},
    )

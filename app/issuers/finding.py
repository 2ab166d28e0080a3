"""Finds issuers for lists of documents: the records of a name, and the issuers of counted documents."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from app.documents.filters import CountedIssuer
from app.issuers.joining import join_records
from app.issuers.reading import find_meant
from app.issuers.repository import IssuerRepository

_SPARE_RECORDS = 50
"""Records that are looked up beyond the number of wanted issuers, because several may be one issuer."""


class IssuerFinder:
    """Implements `app.documents.filters.IssuerFinder`: it reads names as the session's principal may see them."""

    def find_records(self, session: Session, name: str) -> frozenset[UUID]:
        """Return the records of all issuers that a name, an identifier or an ID means."""
        return frozenset(record for issuer in find_meant(session, [name])[name] for record in issuer.ids)

    def count_issuers(self, session: Session, counts: Mapping[UUID, int], *, most: int) -> Sequence[CountedIssuer]:
        """Return up to `most` issuers of the counted records, those with the most documents first.

        Each counts all its records, but an issuer is left out if none of its records is among those with the most
        documents.
        """
        first_records = sorted(counts, key=lambda record: (-counts[record], record))[: most + _SPARE_RECORDS]
        names = IssuerRepository(session).list_by_record(first_records)
        summed = ((issuer, sum(counts.get(record, 0) for record in issuer.ids)) for issuer in join_records(names))
        first = sorted((-count, issuer.name.casefold(), issuer.id, issuer) for issuer, count in summed if count)[:most]
        meant = find_meant(session, [issuer.name for *_, issuer in first])
        return [
            CountedIssuer(
                value=issuer.name if [each.id for each in meant[issuer.name]] == [issuer.id] else str(issuer.id),
                name=issuer.name,
                count=-count,
            )
            for count, _, _, issuer in first
        ]

"""Watches issuers for a user, and finds what is new of them. Documents that the user may not see are not used."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.clock import Clock
from app.core.principal import Principal
from app.db.session import Database
from app.issuers.errors import IssuerNotFoundError
from app.issuers.names import Issuer
from app.issuers.reading import get_issuer, is_issuer_id, map_issuers
from app.issuers.watching.errors import MOST_WATCHED, TooManyWatchedError
from app.issuers.watching.models import IssuerWatch
from app.issuers.watching.repository import NewDocument, WatchRepository

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class WatchedIssuer:
    """An issuer that the user watches: since when, the last visit, and the documents that became searchable since then,
    newest first.
    """

    issuer: Issuer
    made_at: datetime
    seen_at: datetime
    new: tuple[NewDocument, ...]


class IssuerWatchService:
    """Each user has watches of their own, which nobody else sees."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def list_watched(self, principal: Principal) -> list[WatchedIssuer]:
        """List the watched issuers that the user may see: those with the newest documents first, then by name."""
        with self._database.transaction(principal, snapshot=True) as session:
            found = _read(session, WatchRepository(session).list_watches())
        by_name = sorted(found, key=lambda each: (each.issuer.name.casefold(), each.issuer.id))
        return sorted(by_name, key=lambda each: each.new[0].published_at if each.new else _NEVER, reverse=True)

    def find_watched(self, principal: Principal, issuer: Issuer) -> WatchedIssuer | None:
        """Return the user's watch of an issuer, or None."""
        with self._database.transaction(principal, snapshot=True) as session:
            own = [watch for watch in WatchRepository(session).list_watches() if watch.issuer_id in issuer.ids]
            return next(iter(_read(session, own)), None)

    def visit(self, principal: Principal, issuer: Issuer) -> WatchedIssuer | None:
        """Return the user's watch of an issuer, or None, and record the visit: what it has is not new any more."""
        found = self.find_watched(principal, issuer)
        if found is not None:
            with self._database.transaction(principal) as session:
                WatchRepository(session).mark_seen(issuer.ids, self._clock.now())
        return found

    def watch(self, principal: Principal, issuer: str) -> WatchedIssuer:
        """Watch an issuer, by its ID, a name, or an identifier. Watching it again changes nothing.

        Raises IssuerNotFoundError, IssuerAmbiguousError, TooManyWatchedError.
        """
        now = self._clock.now()
        with self._database.transaction(principal) as session:
            repository = WatchRepository(session)
            found = get_issuer(session, issuer)
            watches = repository.list_watches()
            if not any(watch.issuer_id in found.ids for watch in watches):
                if len(watches) >= MOST_WATCHED:
                    raise TooManyWatchedError
                repository.insert_watch(
                    tenant_id=principal.tenant_id, user_id=principal.user_id, issuer_id=found.id, now=now
                )
            own = [watch for watch in repository.list_watches() if watch.issuer_id in found.ids]
            return _read(session, own)[0]

    def unwatch(self, principal: Principal, issuer: str) -> None:
        """Stop watching an issuer. A watch of an issuer that the user can no longer see is removed by its ID.

        Raises IssuerNotFoundError, IssuerAmbiguousError.
        """
        with self._database.transaction(principal) as session:
            repository = WatchRepository(session)
            if is_issuer_id(issuer) and any(watch.issuer_id == UUID(issuer) for watch in repository.list_watches()):
                records = frozenset({UUID(issuer)})
                with suppress(IssuerNotFoundError):
                    records |= get_issuer(session, issuer).ids
            else:
                records = get_issuer(session, issuer).ids
            repository.delete_watches(records)


def _read(session: Session, watches: Sequence[IssuerWatch]) -> list[WatchedIssuer]:
    """Return the watched issuers that the user may see, each once, with what is new."""
    issuers = map_issuers(session, (watch.issuer_id for watch in watches))
    shown: dict[UUID, tuple[Issuer, IssuerWatch]] = {}
    for watch in watches:
        issuer = issuers.get(watch.issuer_id)
        if issuer is not None:
            shown.setdefault(issuer.id, (issuer, watch))
    if not shown:
        return []
    records = frozenset[UUID]().union(*(issuer.ids for issuer, _ in shown.values()))
    new = WatchRepository(session).list_new(records, min(watch.seen_at for _, watch in shown.values()))
    return [
        WatchedIssuer(
            issuer,
            watch.made_at,
            watch.seen_at,
            tuple(each for each in new if each.record in issuer.ids and each.published_at > watch.seen_at),
        )
        for issuer, watch in shown.values()
    ]

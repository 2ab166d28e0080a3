"""Appends waiting audit events to their tenants' hash chains. An event waits if a REPEATABLE READ transaction wrote it:
such a transaction can't see links that were committed after it began (migrations/sql/audit.sql).
"""

import threading
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.core.errors import UnavailableError
from app.db.session import Database
from app.observability.logging import get_logger

log = get_logger(__name__)

LINKS = 1_000
TENANTS = 100


@dataclass(frozen=True, slots=True)
class Linked:
    """The result of a round. `more_waiting` is true if events are left for another round."""

    events: int
    more_waiting: bool


class EventLinker:
    """Links events in rounds. A round starts with the tenant after the last tenant of the previous round.

    If `stop` is set, a round ends early.
    """

    def __init__(self, *, database: Database, stop: threading.Event) -> None:
        self._database = database
        self._stop = stop
        self._linked_last = UUID(int=0)

    def link_waiting(self) -> bool:
        """Link a round of events. Return whether more events are waiting."""
        return self.link_events().more_waiting

    def link_events(self) -> Linked:
        """Link a round of events: up to 1,000 of each tenant, in one transaction per tenant.

        A round ends after 1,000 events or a hundred tenants. If another transaction has locked a chain, or linking
        fails, that chain is left to a later round, so that no other tenant waits for it.
        """
        with self._database.anonymous() as session:
            waiting = session.scalars(text("SELECT list_waiting_tenants()")).all()
        after = self._linked_last
        linked = 0
        for tenant_id in sorted(waiting, key=lambda each: (each <= after, each))[:TENANTS]:
            if self._stop.is_set() or linked >= LINKS:
                break
            self._linked_last = tenant_id
            linked += self._link_events_of(tenant_id)
        return Linked(linked, more_waiting=linked >= LINKS or (linked > 0 and len(waiting) > TENANTS))

    def _link_events_of(self, tenant_id: UUID) -> int:
        try:
            with self._database.anonymous() as session:
                return session.scalar(text("SELECT link_waiting_unless_held(:tenant)"), {"tenant": tenant_id}) or 0
        except (SQLAlchemyError, UnavailableError) as error:
            code = error.code if isinstance(error, UnavailableError) else type(error).__name__
            log.warning("relay.not_linked", tenant_id=str(tenant_id), code=code)
            return 0

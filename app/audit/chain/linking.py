"""Links a tenant's waiting events (`WaitingEvent`) into its chain, with the SQL function `link_waiting_events`."""

import time
from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.core.errors import UnavailableError
from app.core.principal import Principal
from app.db.session import Database

_BATCH = 1_000  # maximum number of events that one call of link_waiting_events() links
_LINKING_SECONDS = 10.0
_LOCK_NOT_AVAILABLE = "55P03"  # SQLSTATE code (PostgreSQL documentation, appendix A)


def link_waiting(database: Database, principal: Principal, *, monotonic: Callable[[], float] = time.monotonic) -> None:
    """Link all events recorded so far, in batches; each batch's transaction locks the chain's head.

    If the relay is linking a batch, this function waits for it. Raises UnavailableError if events are still waiting
    after 10 seconds; events that are already linked stay linked.
    """
    until = monotonic() + _LINKING_SECONDS
    linked = 0
    while (left := until - monotonic()) > 0:
        batch = link_batch(database, principal, seconds=left)
        if batch is None:
            break
        linked += batch
        if batch < _BATCH:
            return
    raise UnavailableError(f"{linked} waiting events were linked, and more are waiting: try again to continue.")


def link_batch(database: Database, principal: Principal, *, seconds: float) -> int | None:
    """Link up to 1,000 events; return their number, or None if another transaction keeps the chain locked for
    `seconds`.
    """
    with database.transaction(principal) as session:
        session.execute(text(f"SET LOCAL lock_timeout = {max(1, round(seconds * 1000))}"))
        try:
            with session.begin_nested():
                return int(session.execute(text("SELECT link_waiting_events()")).scalar() or 0)
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            return None

"""Having a tenant's events that wait (recorded under one snapshot) linked into its chain (migration 0021)."""

import time
from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.core.errors import UnavailableError
from app.core.principal import Principal
from app.db.session import Database

_LINKED_AT_ONCE = 1_000  # by link_waiting_events()
_LINKING_SECONDS = 10.0
_LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL appendix A


def link_waiting(database: Database, principal: Principal, *, monotonic: Callable[[], float] = time.monotonic) -> None:
    """Have all that was recorded up to now in the chain, each batch in a transaction that holds the chain's head.

    What the relay is linking just then is waited for. Raises UnavailableError when that takes too long; what was linked
    until then stays so.
    """
    until = monotonic() + _LINKING_SECONDS
    linked = 0
    while (left := until - monotonic()) > 0:
        batch = link_batch(database, principal, seconds=left)
        if batch is None:
            break
        linked += batch
        if batch < _LINKED_AT_ONCE:
            return
    raise UnavailableError(f"{linked} events that waited were linked, and more wait: ask again to go on.")


def link_batch(database: Database, principal: Principal, *, seconds: float) -> int | None:
    """Link up to 1,000; how many they were, or None when somebody else held the chain all that time."""
    with database.transaction(principal) as session:
        session.execute(text(f"SET LOCAL lock_timeout = {max(1, round(seconds * 1000))}"))
        try:
            with session.begin_nested():
                return int(session.execute(text("SELECT link_waiting_events()")).scalar() or 0)
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            return None

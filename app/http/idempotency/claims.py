"""Claims of idempotency keys. A claim is a lease: the process that runs the request renews it until the request ends.

If the process is killed, its claims expire within seconds. All times are the database's, so the clocks of the API's
machines may differ.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from sqlalchemy import func, tuple_, update
from sqlalchemy.exc import SQLAlchemyError

from app.core.errors import FootnoteError
from app.core.principal import Principal
from app.db.session import Database
from app.http.idempotency.models import IdempotencyRecord
from app.observability.logging import get_logger

log = get_logger(__name__)

RENEWALS_PER_LEASE = 4
"""A claim survives two missed renewals."""

LONGEST_SECONDS = 600.0
"""A claim is not renewed longer than this, in case its request never reports its end. No request takes that long."""


@dataclass(frozen=True, slots=True)
class ClaimedKey:
    """A record that this request created, and must complete or delete.

    `created_at` distinguishes it from a later record of the same key.
    """

    principal: Principal
    key: str
    created_at: datetime


class ClaimRenewer:
    """Renews the claims of running requests from its own thread.

    `database` should have its own connection, so that waiting requests cannot delay a renewal. A request that ends
    within a quarter of the lease is never renewed.
    """

    def __init__(self, *, database: Database, lease_seconds: float) -> None:
        self._database = database
        self._pause = lease_seconds / RENEWALS_PER_LEASE
        self.lease = timedelta(seconds=lease_seconds)
        self._lock = threading.Lock()
        self._claimed_at: dict[ClaimedKey, float] = {}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, claim: ClaimedKey) -> None:
        """Start renewing the claim. The first claim starts the thread."""
        with self._lock:
            self._claimed_at[claim] = time.monotonic()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="idempotency-claims", daemon=True)
                self._thread.start()

    def remove(self, claim: ClaimedKey) -> None:
        """Stop renewing the claim. If its record is neither completed nor deleted, it expires."""
        with self._lock:
            self._claimed_at.pop(claim, None)

    def close(self) -> None:
        """Stop the thread and close the connection. Claims of requests that still run expire."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=1.0)  # not longer: a frozen database must not delay the shutdown
        self._database.close()

    def _run(self) -> None:
        while not self._stop.wait(self._pause):
            claims = self._list_due(time.monotonic())
            for _, group in groupby(sorted(claims, key=_user_of), key=_user_of):
                self._renew(list(group))

    def _list_due(self, now: float) -> list[ClaimedKey]:
        with self._lock:
            for claim in [claim for claim, at in self._claimed_at.items() if now - at > LONGEST_SECONDS]:
                del self._claimed_at[claim]
            return [claim for claim, at in self._claimed_at.items() if now - at >= self._pause]

    def _renew(self, claims: Sequence[ClaimedKey]) -> None:
        """Renew claims of one user."""
        principal = claims[0].principal
        keys = tuple_(IdempotencyRecord.key, IdempotencyRecord.created_at)
        try:
            with self._database.transaction(principal) as session:
                session.execute(
                    update(IdempotencyRecord)
                    .where(
                        IdempotencyRecord.tenant_id == principal.tenant_id,
                        IdempotencyRecord.user_id == principal.user_id,
                        keys.in_([(claim.key, claim.created_at) for claim in claims]),
                        IdempotencyRecord.status.is_(None),
                    )
                    .values(expires_at=func.now() + self.lease)
                )
        except (FootnoteError, SQLAlchemyError) as error:
            # The next renewal may be in time. If it is not, another request may claim the key.
            log.warning("idempotency.renewal.missed", claims=len(claims), code=getattr(error, "code", None))


def _user_of(claim: ClaimedKey) -> tuple[UUID, UUID]:
    return claim.principal.tenant_id, claim.principal.user_id

"""Record denied requests as audit events. Frequent denials of one principal are combined into one event."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from app.audit.service import record
from app.core.errors import FootnoteError
from app.core.principal import Principal
from app.core.request import NOWHERE, RequestOrigin, current_client, current_origin, current_request_id, use_origin
from app.db.session import SYSTEM_USER_ID, Database
from app.http.denials import Denial
from app.observability.logging import get_logger

DENIED = "access.request.denied"
PER_MINUTE = 60
"""Maximum number of denials of one principal in a minute that are recorded as single events. Further denials are
counted in one event.
"""

_WINDOW = 60.0

_Key = tuple[UUID, UUID, UUID | None]
"""The (tenant, user, key) that a counter belongs to. A caller with a wrong secret for a key is counted separately from
the key's user.
"""


@dataclass(slots=True)
class _Window:
    """The denials of one principal in one minute. `recorded` is the number of single events, `counted` the number of
    further denials.

    `origin` is the origin of the first counted denial. Its client becomes None when a denial comes from another client.
    """

    principal: Principal
    claimed: dict[str, object]
    began: float
    recorded: int = 0
    counted: int = 0
    origin: RequestOrigin = NOWHERE

    def count(self, origin: RequestOrigin) -> None:
        if self.counted == 0:
            self.origin = origin
        elif self.origin.client != origin.client:
            self.origin = replace(self.origin, client=None)
        self.counted += 1


class DenialLog:
    """Records denials, each in its own transaction. `close` records the denials that are only counted so far.

    A denied request writes only events of its own principal, so it does not wait for events of other principals.
    """

    def __init__(
        self, *, database: Database, per_minute: int = PER_MINUTE, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._per_minute = per_minute
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._windows: dict[_Key, _Window] = {}
        self._timer: threading.Timer | None = None

    def record(self, denial: Denial) -> None:
        """Record a denial. If this fails, the failure is logged, and no error is raised."""
        principal, claimed = _audited_as(denial)
        if principal is None or not self._count(principal, claimed):
            return
        self._write(
            principal,
            object_type=denial.object_type,
            object_id=denial.object_id,
            detail={
                **claimed,
                "status": denial.status,
                "code": denial.code,
                "method": denial.method,
                "route": denial.route,
            },
        )

    def record_aggregates(self) -> None:
        """Record an event for each ended minute with counted denials."""
        with self._lock:
            windows = [self._windows.pop(key) for key, window in list(self._windows.items()) if self._is_over(window)]
        self._record_windows(windows)

    def close(self) -> None:
        with self._lock:
            timer, self._timer = self._timer, None
            windows = list(self._windows.values())
            self._windows.clear()
        if timer is not None:
            timer.cancel()
        self._record_windows(windows)

    def _is_over(self, window: _Window) -> bool:
        return self._monotonic() - window.began >= _WINDOW

    def _count(self, principal: Principal, claimed: dict[str, object]) -> bool:
        """Count a denial; return whether it must be recorded as a single event."""
        key = (principal.tenant_id, principal.user_id, principal.key_id)
        ended: list[_Window] = []
        with self._lock:
            if key in self._windows and self._is_over(self._windows[key]):
                ended.append(self._windows.pop(key))
            window = self._windows.setdefault(key, _Window(principal, claimed, self._monotonic()))
            is_recorded = window.recorded < self._per_minute
            if is_recorded:
                window.recorded += 1
            else:
                window.count(current_origin())
            self._start_timer()
        self._record_windows(ended)
        return is_recorded

    def _start_timer(self) -> None:
        """Start a timer that records counted denials after a minute, even if no further request is denied."""
        if self._timer is None and self._windows:
            self._timer = threading.Timer(_WINDOW, self._on_timer)
            self._timer.daemon = True
            self._timer.start()

    def _on_timer(self) -> None:
        self.record_aggregates()
        with self._lock:
            self._timer = None
            self._start_timer()

    def _record_windows(self, windows: Sequence[_Window]) -> None:
        for window in windows:
            if window.counted:
                by_key = window.principal.user_id == SYSTEM_USER_ID
                with use_origin(window.origin):
                    self._write(
                        window.principal,
                        object_type="key" if by_key else "user",
                        object_id=str(window.principal.key_id if by_key else window.principal.user_id),
                        detail={
                            **window.claimed,
                            "count": window.counted,
                            "told": window.recorded,
                            "seconds": round(_WINDOW),
                        },
                    )

    def _write(self, principal: Principal, *, object_type: str, object_id: str, detail: dict[str, object]) -> None:
        try:
            with self._database.transaction(principal) as session:
                record(session, principal, DENIED, object_type=object_type, object_id=object_id, detail=detail)
        except (FootnoteError, SQLAlchemyError) as error:
            get_logger(__name__).error(
                "audit.denial.lost",
                code=getattr(error, "code", type(error).__name__),
                tenant_id=principal.tenant_id,
                user_id=principal.user_id,
                request_id=current_request_id.get(),
                client=current_client.get(),
            )


def _audited_as(denial: Denial) -> tuple[Principal | None, dict[str, object]]:
    """Return (principal, details) to record. A caller with a wrong secret is recorded as the tenant's system user."""
    if denial.principal is not None:
        return replace(denial.principal, roles=frozenset(), scopes=None), {}
    claimed = denial.claimed
    if claimed is None:
        return None, {}
    principal = Principal(
        tenant_id=claimed.tenant_id,
        user_id=claimed.user_id if claimed.proven else SYSTEM_USER_ID,
        key_id=claimed.key_id,
    )
    return principal, {"user_id": str(claimed.user_id), "key_prefix": claimed.key_prefix}

"""What was refused, as events. Somebody who is refused very often is counted, not told of each time."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from app.audit.service import record
from app.core.errors import FootnoteError
from app.core.principal import Principal
from app.core.request import NOWHERE, Origin, current_client, current_origin, current_request_id, told_of
from app.db.session import SYSTEM_USER_ID, Database
from app.http.denials import Denial
from app.observability.logging import get_logger

DENIED = "access.request.denied"
PER_MINUTE = 60
"""Of one principal, told one by one; what is beyond is told as one event, within a minute of the minute's end."""

_WINDOW = 60.0

_Key = tuple[UUID, UUID, UUID | None]
"""Tenant, user, key: whoever has no more than keys' prefixes shares a minute with nobody but users of the same key."""


@dataclass(slots=True)
class _Window:
    """A principal's minute: when it began, how many denials were told and how many only counted.

    `origin` is that of the first denial that was only counted; its client is None once they are of several.
    """

    principal: Principal
    claimed: dict[str, object]
    began: float
    told: int = 0
    counted: int = 0
    origin: Origin = NOWHERE

    def count(self, origin: Origin) -> None:
        if self.counted == 0:
            self.origin = origin
        elif self.origin.client != origin.client:
            self.origin = replace(self.origin, client=None)
        self.counted += 1


class DenialLog:
    """Records denials, each in a transaction of its own. `close` tells what was only counted until then.

    A request waits for what is told of its own principal, never for another's.
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
        """Raises nothing: what can't be told now is logged."""
        principal, claimed = _who(denial)
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

    def tell_counted(self) -> None:
        """Tell of the minutes that are over."""
        with self._lock:
            windows = [self._windows.pop(key) for key, window in list(self._windows.items()) if self._is_over(window)]
        self._tell(windows)

    def close(self) -> None:
        with self._lock:
            timer, self._timer = self._timer, None
            windows = list(self._windows.values())
            self._windows.clear()
        if timer is not None:
            timer.cancel()
        self._tell(windows)

    def _is_over(self, window: _Window) -> bool:
        return self._monotonic() - window.began >= _WINDOW

    def _count(self, principal: Principal, claimed: dict[str, object]) -> bool:
        """Whether this one is told by itself."""
        key = (principal.tenant_id, principal.user_id, principal.key_id)
        ended: list[_Window] = []
        with self._lock:
            if key in self._windows and self._is_over(self._windows[key]):
                ended.append(self._windows.pop(key))
            window = self._windows.setdefault(key, _Window(principal, claimed, self._monotonic()))
            by_itself = window.told < self._per_minute
            if by_itself:
                window.told += 1
            else:
                window.count(current_origin())
            self._wind()
        self._tell(ended)
        return by_itself

    def _wind(self) -> None:
        """Have the rest told at the minute's end, whether or not somebody is refused then."""
        if self._timer is None and self._windows:
            self._timer = threading.Timer(_WINDOW, self._ring)
            self._timer.daemon = True
            self._timer.start()

    def _ring(self) -> None:
        self.tell_counted()
        with self._lock:
            self._timer = None
            self._wind()

    def _tell(self, windows: Sequence[_Window]) -> None:
        for window in windows:
            if window.counted:
                by_key = window.principal.user_id == SYSTEM_USER_ID
                with told_of(window.origin):
                    self._write(
                        window.principal,
                        object_type="key" if by_key else "user",
                        object_id=str(window.principal.key_id if by_key else window.principal.user_id),
                        detail={
                            **window.claimed,
                            "count": window.counted,
                            "told": window.told,
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


def _who(denial: Denial) -> tuple[Principal | None, dict[str, object]]:
    """(as whom it is told, what is told of that): whoever has only a key's prefix is nobody, not the key's user."""
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

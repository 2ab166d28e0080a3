"""What was refused, as events. Somebody who is refused very often is counted, not told of each time."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from app.audit.service import record
from app.core.errors import FootnoteError
from app.core.principal import Principal
from app.core.request import current_client, current_request_id
from app.db.session import SYSTEM_USER_ID, Database
from app.http.denials import Denial
from app.observability.logging import get_logger

DENIED = "access.request.denied"
PER_MINUTE = 60
"""Of one principal, told one by one; what is beyond is told as one event at the minute's end."""

_WINDOW = 60.0
_MOST_WINDOWS = 10_000


@dataclass(slots=True)
class _Window:
    """A principal's minute: when it began, how many denials were told and how many only counted."""

    principal: Principal
    began: float
    told: int = 0
    counted: int = 0


class DenialLog:
    """Records denials, each in a transaction of its own. `close` tells what was only counted until then."""

    def __init__(
        self, *, database: Database, per_minute: int = PER_MINUTE, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._per_minute = per_minute
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._windows: dict[tuple[UUID, UUID], _Window] = {}
        self._timer: threading.Timer | None = None

    def record(self, denial: Denial) -> None:
        """Raises nothing: what can't be told now is logged."""
        principal, detail = _who(denial)
        if principal is None or not self._count(principal):
            return
        self._write(
            principal,
            object_type=denial.object_type,
            object_id=denial.object_id,
            detail={
                **detail,
                "status": denial.status,
                "code": denial.code,
                "method": denial.method,
                "route": denial.route,
            },
        )

    def tell_counted(self) -> None:
        """Tell of the minutes that are over."""
        self._tell(lambda window: self._monotonic() - window.began >= _WINDOW)

    def close(self) -> None:
        with self._lock:
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        self._tell(lambda _: True)

    def _count(self, principal: Principal) -> bool:
        """Whether this one is told by itself."""
        key = (principal.tenant_id, principal.user_id)
        with self._lock:
            window = self._windows.get(key)
            over = window is None or self._monotonic() - window.began >= _WINDOW
        if over:
            self.tell_counted()
        with self._lock:
            window = self._windows.setdefault(key, _Window(principal, self._monotonic()))
            if window.told < self._per_minute:
                window.told += 1
                return True
            window.counted += 1
            if self._timer is None:
                self._timer = threading.Timer(_WINDOW, self._ring)
                self._timer.daemon = True
                self._timer.start()
            return False

    def _ring(self) -> None:
        with self._lock:
            self._timer = None
        self.tell_counted()

    def _tell(self, ended: Callable[[_Window], bool]) -> None:
        with self._lock:
            over = [key for key, window in self._windows.items() if ended(window) or len(self._windows) > _MOST_WINDOWS]
            windows = [self._windows.pop(key) for key in over]
        for window in windows:
            if window.counted:
                self._write(
                    window.principal,
                    object_type="user",
                    object_id=str(window.principal.user_id),
                    detail={"count": window.counted, "told": window.told, "seconds": round(_WINDOW)},
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

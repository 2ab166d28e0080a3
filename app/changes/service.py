"""The change feed: what happened to the documents that a principal may read, in an order that never changes."""

import base64
import binascii
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.changes.models import Change
from app.changes.repository import ChangeRepository, Position
from app.core.pagination import InvalidCursorError
from app.core.principal import Principal
from app.db.session import Database
from app.storage.errors import BlobDamagedError
from app.storage.sealing import Sealer

START = Position()
_PURPOSE = "cursor of the change feed"


@dataclass(frozen=True, slots=True)
class Feed:
    """A part of the feed. `cursor` continues after it; `has_more` states that further changes can be read now."""

    items: Sequence[Change]
    cursor: str
    has_more: bool


class ChangeService:
    """Reads the change feed under the principal's rights."""

    def __init__(self, *, database: Database, sealer: Sealer) -> None:
        """`sealer` encrypts cursors: their numbers would show how much other users do."""
        self._database = database
        self._sealer = sealer

    def list_changes(self, principal: Principal, *, after: str | None, kinds: Collection[str] = (), limit: int) -> Feed:
        """List the changes after a cursor, oldest first; without a cursor, from the first one. Raises
        InvalidCursorError.

        A change is listed once all transactions that began to write before it have ended. So nothing can be added
        before the cursor later.
        """
        start = START if after is None else self._open(principal.tenant_id, after)
        with self._database.transaction(principal, snapshot=True) as session:
            changes = ChangeRepository(session)
            horizon = changes.get_horizon()
            found = changes.list_changes(after=start, horizon=horizon, kinds=kinds, limit=limit + 1)
        items = found[:limit]
        has_more = len(found) > limit
        end = Position.of(items[-1]) if has_more else max(start, horizon)
        return Feed(items=items, cursor=self._seal(principal.tenant_id, end), has_more=has_more)

    def get_end(self, principal: Principal) -> Feed:
        """Return the end of the feed: a reader who begins there gets only later changes."""
        with self._database.transaction(principal) as session:
            end = ChangeRepository(session).get_horizon()
        return Feed(items=(), cursor=self._seal(principal.tenant_id, end), has_more=False)

    def _seal(self, tenant_id: UUID, position: Position) -> str:
        plain = f"{position.era}.{position.xid}.{position.id}".encode()
        return base64.urlsafe_b64encode(self._sealer.seal(tenant_id, _PURPOSE, plain)).decode().rstrip("=")

    def _open(self, tenant_id: UUID, cursor: str) -> Position:
        try:
            sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            era, xid, number = map(int, self._sealer.open(tenant_id, _PURPOSE, sealed).split(b"."))
        except (ValueError, binascii.Error, BlobDamagedError) as error:
            raise InvalidCursorError from error
        return Position(era, xid, number)

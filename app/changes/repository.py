"""SQL of the change feed. Row-level security shows only changes of documents that the principal may read,
and deletions of documents that the principal could read until then.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Integer, column, func, literal, select, tuple_
from sqlalchemy.orm import Session

from app.changes.models import Change
from app.db.base import TransactionId


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in the feed: all changes up to it were read."""

    era: int = 0
    xid: int = 0
    id: int = 0

    @classmethod
    def of(cls, change: Change) -> "Position":
        return cls(change.era, change.xid, change.id)


class ChangeRepository:
    """Reads the changes that the session's principal may see."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get_horizon(self) -> Position:
        """Return the position below which no transaction can still add a change."""
        found = func.change_horizon().table_valued(column("era", Integer), column("xid", TransactionId))
        era, xid = self._session.execute(select(found.c.era, found.c.xid)).one()
        return Position(era, xid, 0)

    def list_changes(
        self, *, after: Position, horizon: Position, kinds: Collection[str], limit: int
    ) -> Sequence[Change]:
        """List changes between two positions, in the feed's order. Without `kinds`, all kinds count."""
        key = tuple_(Change.era, Change.xid, Change.id)
        query = (
            select(Change)
            .where(key > tuple_(literal(after.era), literal(after.xid, TransactionId()), literal(after.id)))
            .where(tuple_(Change.era, Change.xid) < tuple_(literal(horizon.era), literal(horizon.xid, TransactionId())))
            .order_by(Change.era, Change.xid, Change.id)
            .limit(limit)
        )
        if kinds:
            query = query.where(Change.kind.in_(kinds))
        return self._session.scalars(query).all()

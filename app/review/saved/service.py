"""Saved views of the queue: a user's own, and those that others share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.core.clock import Clock
from app.core.errors import PreconditionFailedError
from app.core.ids import new_id
from app.core.principal import Principal
from app.db.bulk import insert_row
from app.db.session import Database
from app.review.models import ReviewView
from app.review.saved.errors import MOST_VIEWS, TooManyViewsError, ViewNotFoundError

MOST_SHOWN = 500


@dataclass(frozen=True, slots=True)
class NewView:
    """A view to save. `filters` are query parameters of the list of tasks."""

    name: str
    filters: Mapping[str, Any]
    shared: bool = False


class ViewService:
    """Saves views. Only their user changes them."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def list_views(self, principal: Principal) -> list[ReviewView]:
        """List the principal's views and those that others share, by name."""
        visible = or_(ReviewView.user_id == principal.user_id, ReviewView.shared)
        query = select(ReviewView).where(visible).order_by(ReviewView.name, ReviewView.id).limit(MOST_SHOWN)
        with self._database.transaction(principal, snapshot=True) as session:
            return list(session.scalars(query))

    def save(self, principal: Principal, view: NewView) -> ReviewView:
        """Save a view. Raises TooManyViewsError."""
        with self._database.transaction(principal) as session:
            query = select(func.count()).select_from(ReviewView).where(ReviewView.user_id == principal.user_id)
            if (session.scalar(query) or 0) >= MOST_VIEWS:
                raise TooManyViewsError
            values = {
                "id": new_id(),
                "tenant_id": principal.tenant_id,
                "user_id": principal.user_id,
                "name": view.name,
                "filters": dict(view.filters),
                "shared": view.shared,
                "revision": 1,
                "changed_at": self._clock.now(),
            }
            insert_row(session, ReviewView, values)
        return ReviewView(**values)

    def change(self, principal: Principal, view_id: UUID, view: NewView, *, revision: int | None) -> ReviewView:
        """Replace a view of the principal. Raises ViewNotFoundError, PreconditionFailedError."""
        with self._database.transaction(principal) as session:
            row = _lock(session, principal, view_id)
            if revision is not None and row.revision != revision:
                raise PreconditionFailedError
            values = {"name": view.name, "filters": dict(view.filters), "shared": view.shared}
            change = update(ReviewView).where(ReviewView.id == view_id)
            session.execute(change.values(**values, revision=row.revision + 1, changed_at=self._clock.now()))
            session.refresh(row)
            return row

    def delete(self, principal: Principal, view_id: UUID) -> None:
        """Delete a view of the principal. Raises ViewNotFoundError."""
        with self._database.transaction(principal) as session:
            _lock(session, principal, view_id)
            session.execute(delete(ReviewView).where(ReviewView.id == view_id))


def _lock(session: Session, principal: Principal, view_id: UUID) -> ReviewView:
    query = select(ReviewView).where(ReviewView.id == view_id, ReviewView.user_id == principal.user_id)
    row = session.scalar(query.with_for_update())
    if row is None:
        raise ViewNotFoundError
    return row

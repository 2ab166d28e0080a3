"""SQL of provisioned users, and of lists of users and groups."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from scim2_models import SearchRequest
from sqlalchemy import Select, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from app.identity.models import ApiKey, Group, User
from app.identity.oidc.models import UserIdentity
from app.identity.scim import resources as scim
from app.identity.scim.filters import LOGIN, condition, order

Row = TypeVar("Row", User, Group)
_PERSON = (User.kind == "person", User.deleted_at.is_(None))


class ProvisioningRepository:
    """Reads and changes the people and groups of the session's tenant, without deleted users and service accounts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find_user(self, user_id: UUID) -> User | None:
        return self._session.scalar(_alive(user_id))

    def lock_user(self, user_id: UUID) -> User | None:
        """Return the user, locked until the transaction ends."""
        return self._session.scalar(_alive(user_id).with_for_update(key_share=True))

    def insert_user(self, values: Mapping[str, Any]) -> None:
        self._session.execute(insert(User).values(values))

    def update_user(self, user_id: UUID, values: Mapping[str, Any]) -> bool:
        """Update a user; return False if the principal may no longer change users."""
        changed = update(User).where(User.id == user_id).values(values).returning(User.id)
        return self._session.scalar(changed) is not None

    def is_taken(self, user_id: UUID, *, user_name: str, email: str) -> bool:
        """Return whether another user has that user name or address, ignoring case."""
        query = select(User.id).where(
            or_(func.lower(LOGIN) == user_name.lower(), func.lower(User.email) == email.lower()),
            User.id != user_id,
            User.deleted_at.is_(None),
        )
        return self._session.scalar(query.limit(1)) is not None

    def revoke_keys(self, user_id: UUID, now: datetime) -> list[UUID]:
        """Revoke the user's keys; return the IDs of those that were not revoked before."""
        revocation = update(ApiKey).where(ApiKey.user_id == user_id, ApiKey.revoked_at.is_(None))
        return list(self._session.scalars(revocation.values(revoked_at=now).returning(ApiKey.id)))

    def unlink(self, user_id: UUID) -> None:
        """Delete the user's links to sign-in providers, so that the subjects can be linked to other users."""
        self._session.execute(delete(UserIdentity).where(UserIdentity.user_id == user_id))

    def list_users(self, request: SearchRequest[Any], limit: int) -> tuple[int, Sequence[User]]:
        """Return (total, rows of the page)."""
        return self._list(select(User).where(*_PERSON), scim.User, request, limit)

    def list_groups(self, request: SearchRequest[Any], limit: int) -> tuple[int, Sequence[Group]]:
        """Return (total, rows of the page)."""
        return self._list(select(Group), scim.Group, request, limit)

    def _list(
        self, query: Select[Row], kind: type[scim.User | scim.Group], request: SearchRequest[Any], limit: int
    ) -> tuple[int, Sequence[Row]]:
        wanted = condition(kind, request)
        if wanted is not None:
            query = query.where(wanted)
        total = self._session.scalar(select(func.count()).select_from(query.subquery())) or 0
        page = query.order_by(*order(kind, request)).offset(request.start_index_0 or 0).limit(limit)
        return total, self._session.scalars(page).all() if limit else []


def _alive(user_id: UUID) -> Select[User]:
    # Reload rows that a trigger changed after the session last read them.
    query = select(User).where(User.id == user_id, *_PERSON)
    return query.execution_options(populate_existing=True)

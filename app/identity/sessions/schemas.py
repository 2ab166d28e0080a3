"""Response schemas of sessions."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from app.identity.sessions.models import WebSession


class SessionOut(BaseModel):
    """A session of the web pages. It expires at `ends_at`, or earlier at `idle_ends_at` if it is not used again."""

    id: UUID
    user_id: UUID
    provider_id: UUID | None
    key_id: UUID | None
    created_at: datetime
    last_seen_at: datetime
    idle_ends_at: datetime
    ends_at: datetime
    revoked_at: datetime | None

    @staticmethod
    def of(session: WebSession) -> "SessionOut":
        return SessionOut.model_validate(session, from_attributes=True)

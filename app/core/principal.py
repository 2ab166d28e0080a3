"""Who asks. A principal is handed to every service call; the database is told of it at the start of each
transaction.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a user may do besides reading what the grants open to them. `SYSTEM` is the tenant's own worker."""

    ANALYST = "analyst"
    EDITOR = "editor"
    ENGINEER = "engineer"
    ADMIN = "admin"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Principal:
    """A user of one tenant, by way of one key (`key_expires_at`: None for never).

    Rows that it may see are decided by the database, never here.
    """

    tenant_id: UUID
    user_id: UUID
    roles: frozenset[Role] = frozenset()
    key_id: UUID | None = None
    key_expires_at: datetime | None = None
    name: str = ""

    def has_role(self, role: Role) -> bool:
        return role in self.roles

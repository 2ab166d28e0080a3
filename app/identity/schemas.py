"""What the API takes and gives of identity."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from app.core.principal import Principal, Role
from app.http.text import Line
from app.identity.models import ApiKey, User

GivenRole = Literal[Role.ANALYST, Role.EDITOR, Role.ENGINEER, Role.ADMIN, Role.AUDITOR]
"""`SYSTEM` is the tenant's own worker and is given to nobody."""

Email = Annotated[str, StringConstraints(pattern=r"^[!-?A-~]{1,64}@[A-Za-z0-9.-]{1,190}$", max_length=255)]


class KeyIn(BaseModel):
    """A key to be made: for oneself, or as an administrator for `user_id`."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "notebook", "expires_at": "2035-01-31T00:00:00Z"}]},
    )

    name: Line
    user_id: UUID | None = None
    expires_at: AwareDatetime | None = None


class KeyOut(BaseModel):
    """A key; its secret can't be shown again."""

    id: UUID
    user_id: UUID
    name: str
    prefix: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    @staticmethod
    def of(key: ApiKey) -> "KeyOut":
        return KeyOut.model_validate(key, from_attributes=True)


class CreatedKeyOut(KeyOut):
    """A new key with the secret, shown this once."""

    secret: str = Field(examples=["fn_0123456789ab_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"])


class UserIn(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"email": "ana@example.com", "name": "Ana", "roles": ["analyst"]}]},
    )

    email: Email
    name: Line
    roles: list[GivenRole] = Field(default=[Role.ANALYST], min_length=1, max_length=5)


class UserOut(BaseModel):
    id: UUID
    email: str
    name: str
    roles: list[str]
    created_at: datetime
    disabled_at: datetime | None

    @staticmethod
    def of(user: User) -> "UserOut":
        return UserOut.model_validate(user, from_attributes=True)


class MeOut(BaseModel):
    """Who the key stands for."""

    tenant_id: UUID
    user_id: UUID
    key_id: UUID | None
    name: str
    roles: list[str]

    @staticmethod
    def of(principal: Principal) -> "MeOut":
        return MeOut(
            tenant_id=principal.tenant_id,
            user_id=principal.user_id,
            key_id=principal.key_id,
            name=principal.name,
            roles=sorted(principal.roles),
        )


class GroupIn(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "credit desk"}]})

    name: Line


class GroupOut(BaseModel):
    id: UUID
    name: str
    created_at: datetime

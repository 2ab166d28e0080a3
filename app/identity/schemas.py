"""Request and response schemas of identity."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from app.core.principal import Permission, Principal, Role
from app.http.text import Line
from app.identity.groups import FoundGroup
from app.identity.keys import KEY_PATTERN, KeyState
from app.identity.models import User
from app.identity.service import CreatedKey, KeyView
from app.identity.users import UserChange, UserKind

GivenRole = Literal[Role.ANALYST, Role.EDITOR, Role.APPROVER, Role.ENGINEER, Role.ADMIN, Role.AUDITOR]
"""All roles but `SYSTEM`, which is only for the tenant's workers."""

GivenRoles = Annotated[list[GivenRole], Field(min_length=1, max_length=6)]

Email = Annotated[str, StringConstraints(pattern=r"^[!-?A-~]{1,64}@[A-Za-z0-9.-]{1,190}$", max_length=255)]


class KeyIn(BaseModel):
    """A key to create for yourself. Administrators can set `user_id` to a service account or a new person."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "notebook",
                    "expires_at": "2035-01-31T00:00:00Z",
                    "scopes": ["documents:read", "questions:ask"],
                }
            ]
        },
    )

    name: Line
    user_id: UUID | None = None
    expires_at: AwareDatetime | None = None
    scopes: list[Permission] | None = Field(
        default=None,
        min_length=1,
        max_length=len(Permission),
        description="The permissions of the key; by default all permissions of its user.",
    )


class KeyOut(BaseModel):
    """A key without its secret."""

    id: UUID
    user_id: UUID
    name: str
    prefix: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    scopes: list[str] | None
    successor_id: UUID | None = Field(description="The key that replaced this key, if it was rotated.")
    state: KeyState

    @staticmethod
    def of(view: KeyView) -> "KeyOut":
        fields = {name: getattr(view.key, name) for name in KeyOut.model_fields if name != "state"}
        return KeyOut(**fields, state=view.state)


class KeyRotation(BaseModel):
    """The time for which both keys are valid. It does not extend the old key's expiry."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"overlap_seconds": 3600}]})

    overlap_seconds: int = Field(default=3600, ge=0, le=7 * 24 * 3600)


class CreatedKeyOut(KeyOut):
    """A new key with its secret, which is shown only once."""

    secret: str = Field(
        pattern=f"^{KEY_PATTERN}$", examples=["fn_0123456789ab_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]
    )

    @staticmethod
    def of_created(made: CreatedKey) -> "CreatedKeyOut":
        fields = KeyOut.of(KeyView(made.key, KeyState.ACTIVE)).model_dump()
        return CreatedKeyOut(**fields, secret=made.secret)


class UserIn(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"email": "ana@example.com", "name": "Ana", "roles": ["analyst"]}]},
    )

    email: Email
    name: Line
    roles: GivenRoles = [Role.ANALYST]


class ServiceAccountIn(BaseModel):
    """A service account: a program that authenticates with keys and has no address."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "nightly import", "roles": ["analyst"]}]}
    )

    name: Line
    roles: GivenRoles = [Role.ANALYST]


class UserPatch(BaseModel):
    """Fields of a user to change; others keep their values."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"roles": ["analyst", "auditor"]}]})

    name: Line | None = None
    roles: GivenRoles | None = None
    disabled: bool | None = None

    def as_change(self) -> UserChange:
        return UserChange(
            name=self.name, roles=None if self.roles is None else frozenset(self.roles), disabled=self.disabled
        )


class UserOut(BaseModel):
    id: UUID
    kind: UserKind
    email: str
    name: str
    roles: list[str]
    revision: int
    created_at: datetime
    disabled_at: datetime | None

    @staticmethod
    def of(user: User) -> "UserOut":
        return UserOut.model_validate(user, from_attributes=True)


class MeOut(BaseModel):
    """The signed-in user."""

    tenant_id: UUID
    user_id: UUID
    key_id: UUID | None
    name: str
    roles: list[str]
    permissions: list[str] = Field(description="The permissions of the roles, limited to the key's scopes.")

    @staticmethod
    def of(principal: Principal) -> "MeOut":
        return MeOut(
            tenant_id=principal.tenant_id,
            user_id=principal.user_id,
            key_id=principal.key_id,
            name=principal.name,
            roles=sorted(principal.roles),
            permissions=sorted(principal.permissions),
        )


class GroupIn(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "credit desk"}]})

    name: Line


class GroupOut(BaseModel):
    id: UUID
    name: str
    created_at: datetime


class GroupDetailOut(GroupOut):
    """A group with its direct members: users and nested groups. A nested group's members are also members."""

    revision: int
    updated_at: datetime
    external_id: str | None = Field(description="The group's ID at the identity provider that manages it, if any.")
    user_ids: list[UUID]
    group_ids: list[UUID]

    @staticmethod
    def of_group(found: FoundGroup) -> "GroupDetailOut":
        group = found.group
        return GroupDetailOut(
            id=group.id,
            name=group.name,
            created_at=group.created_at,
            revision=group.revision,
            updated_at=group.updated_at,
            external_id=group.external_id,
            user_ids=sorted(found.members.user_ids),
            group_ids=sorted(found.members.group_ids),
        )

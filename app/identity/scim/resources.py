"""What is provisioned, in SCIM's schemas (RFC 7643 §4), and what the service says of itself (§5 to §7).

Only attributes that are kept are declared; others that providers send are let pass and dropped, as RFC 7643 §2.2 lets
a service do that serves providers of several kinds (Okta sends `locale`, Entra an enterprise extension).
"""

from enum import StrEnum
from typing import Annotated, ClassVar, Union

from pydantic import Field
from scim2_models import (
    URN,
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    ETag,
    Filter,
    Mutability,
    Patch,
    Reference,
    Required,
    Resource,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
)

from app.core.principal import Role

MAX_COUNT = 200
"""Resources in one page of a list."""
MAX_CHANGES = 1_000
"""Operations, and values in them, of one call."""

LENIENT = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
"""What Okta and Entra send besides what the RFCs allow."""

GivenRole = StrEnum("GivenRole", {role.name: role.value for role in Role if role is not Role.SYSTEM})  # type: ignore[misc]


class EmailType(StrEnum):
    WORK = "work"
    HOME = "home"
    OTHER = "other"


class Name(ComplexAttribute):
    formatted: str | None = None
    """The whole name, as it is shown where there is no displayName."""

    family_name: str | None = None
    """The family name."""

    given_name: str | None = None
    """The given name."""


class Email(ComplexAttribute):
    value: Annotated[str | None, Required.true] = None
    """The address. The primary one, or else the one for work, or else the first, is the user's address here."""

    type: EmailType | None = None
    """What the address is for."""

    primary: bool | None = None
    """Whether it is the one to use; true for one address at most."""


class HeldRole(ComplexAttribute):
    value: Annotated[GivenRole | None, Required.true] = None
    """A role that the user has. Without any in the request that makes a user, it becomes an analyst."""


class Membership(ComplexAttribute):
    value: Annotated[str | None, Mutability.read_only, CaseExact.true] = None
    """The group's id."""

    ref: Annotated[Reference["Group"] | None, Mutability.read_only] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    """The group's address."""

    display: Annotated[str | None, Mutability.read_only] = None
    """The group's name."""


class User(Resource):  # type: ignore[type-arg]  # it takes no extensions
    """A person who may sign in."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    """What the user signs in as at its provider; often its e-mail address."""

    display_name: str | None = None
    """The name that is shown."""

    name: Name | None = None
    """The parts of the name."""

    emails: list[Email] | None = None
    """E-mail addresses. Without any, the user name stands in for one."""

    active: Annotated[bool | None, Required.true] = None
    """Whether the user may sign in and its keys are taken."""

    roles: list[HeldRole] | None = None
    """What the user may do besides reading what is granted."""

    groups: Annotated[list[Membership] | None, Mutability.read_only] = None
    """The groups that the user is in by itself, not by way of others."""


class Member(ComplexAttribute):
    value: Annotated[str | None, Mutability.immutable, Required.true, CaseExact.true] = None
    """The id of a user or of another group."""

    ref: Annotated[Reference[Union["User", "Group"]] | None, Mutability.immutable] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    """The member's address."""

    type: Annotated[str | None, Mutability.immutable] = Field(None, examples=["User", "Group"])
    """Which of the two it is."""


class Group(Resource):  # type: ignore[type-arg]  # it takes no extensions
    """Users and groups to which grants may be given."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Required.true, Uniqueness.server] = None
    """The group's name."""

    members: list[Member] | None = None
    """Who is in it."""

    Members: ClassVar[type[ComplexAttribute]] = Member


CONFIG = ServiceProviderConfig(
    patch=Patch(supported=True),
    bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
    filter=Filter(supported=True, max_results=MAX_COUNT),
    change_password=ChangePassword(supported=False),
    sort=Sort(supported=True),
    etag=ETag(supported=True),
    authentication_schemes=[
        AuthenticationScheme(
            type=AuthenticationScheme.Type.oauthbearertoken,
            name="API key",
            description="A key of a user who may manage users and groups, as a bearer token (RFC 6750).",
            primary=True,
        )
    ],
)

PROVIDER = ScimProvider(models=[User, Group], config=CONFIG, policy=LENIENT)
"""The whole description, from which the discovery endpoints answer."""

"""SCIM's schemas of users and groups (RFC 7643 §4), and the service's description (§5 to §7).

Only stored attributes are declared. Providers also send others (Okta sends `locale`, Entra an enterprise extension);
these are accepted and ignored (RFC 7643 §2.2).
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
"""Maximum number of resources in a page of a list."""
MAX_CHANGES = 1_000
"""Maximum number of values in the lists of one request, such as operations and members."""

LENIENT = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
"""Accept deviations of Okta and Entra from the RFCs."""

GivenRole = StrEnum("GivenRole", {role.name: role.value for role in Role if role is not Role.SYSTEM})  # type: ignore[misc]


class EmailType(StrEnum):
    WORK = "work"
    HOME = "home"
    OTHER = "other"


class Name(ComplexAttribute):
    formatted: str | None = None
    """The full name, which is shown if there is no displayName."""

    family_name: str | None = None
    """The family name."""

    given_name: str | None = None
    """The given name."""


class Email(ComplexAttribute):
    value: Annotated[str | None, Required.true] = None
    """The address. Footnote uses the primary address, else the work address, else the first one."""

    type: EmailType | None = None
    """The type of the address, such as work."""

    primary: bool | None = None
    """Whether this is the preferred address; true for at most one address."""


class HeldRole(ComplexAttribute):
    value: Annotated[GivenRole | None, Required.true] = None
    """A role of the user. A new user without roles becomes an analyst."""


class Membership(ComplexAttribute):
    value: Annotated[str | None, Mutability.read_only, CaseExact.true] = None
    """The group's ID."""

    ref: Annotated[Reference["Group"] | None, Mutability.read_only] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    """The group's URL."""

    display: Annotated[str | None, Mutability.read_only] = None
    """The group's name."""


class User(Resource):  # type: ignore[type-arg]  # the resource has no extensions
    """A person who may sign in."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    """The user's sign-in name at the provider, often the e-mail address."""

    display_name: str | None = None
    """The name to show."""

    name: Name | None = None
    """The parts of the name."""

    emails: list[Email] | None = None
    """E-mail addresses. If there are none, the user name is used as the address."""

    active: Annotated[bool | None, Required.true] = None
    """Whether the user may sign in and use keys."""

    roles: list[HeldRole] | None = None
    """The user's roles, which permit certain actions."""

    groups: Annotated[list[Membership] | None, Mutability.read_only] = None
    """The groups that the user is a direct member of."""


class Member(ComplexAttribute):
    value: Annotated[str | None, Mutability.immutable, Required.true, CaseExact.true] = None
    """The ID of a user or of another group."""

    ref: Annotated[Reference[Union["User", "Group"]] | None, Mutability.immutable] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    """The member's URL."""

    type: Annotated[str | None, Mutability.immutable] = Field(None, examples=["User", "Group"])
    """Whether the member is a user or a group."""


class Group(Resource):  # type: ignore[type-arg]  # the resource has no extensions
    """A group of users and groups, which can have grants."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Required.true, Uniqueness.server] = None
    """The group's name."""

    members: list[Member] | None = None
    """The members."""

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
"""The description that the discovery endpoints return."""

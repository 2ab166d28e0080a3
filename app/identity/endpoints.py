"""Endpoints of `/v1/me`, `/v1/keys`, `/v1/users`, `/v1/service-accounts` and `/v1/groups`."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response

from app.core.errors import PreconditionFailedError, PreconditionRequiredError
from app.core.principal import Permission
from app.http.conditional import IfMatch, etag, parse_if_match
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.pages import Page, RequestedPage, page_out
from app.http.routing import SIGNED_IN, api_router, needs
from app.identity.errors import (
    EmailTakenError,
    GroupNotFoundError,
    GroupTakenError,
    KeyEndedError,
    KeyLifetimeError,
    KeyNotFoundError,
    KeyOfPersonError,
    KeyRotatedError,
    KeyScopesError,
    LastAdministratorError,
    RoleBeyondScopesError,
    UserNotFoundError,
)
from app.identity.groups import GroupService
from app.identity.keys import KEY_PATTERN
from app.identity.models import User
from app.identity.schemas import (
    CreatedKeyOut,
    GroupIn,
    GroupOut,
    KeyIn,
    KeyOut,
    KeyRotation,
    MeOut,
    ServiceAccountIn,
    UserIn,
    UserOut,
    UserPatch,
)
from app.identity.service import IdentityService
from app.identity.users import UserService

router = api_router(prefix="/v1", tag="identity")
Identity = Annotated[IdentityService, Depends(service(IdentityService))]
Users = Annotated[UserService, Depends(service(UserService))]
Groups = Annotated[GroupService, Depends(service(GroupService))]


@router.get("/me", summary="Get the signed-in user", openapi_extra=SIGNED_IN)
def get_me(principal: CurrentPrincipal) -> MeOut:
    return MeOut.of(principal)


@router.post(
    "/keys",
    status_code=201,
    summary="Create a key; its secret is shown only once",
    description=f"Scanners for leaked secrets find keys by the regular expression `{KEY_PATTERN}`. A key that you "
    "create with another key has at most the same scopes and expires no later. Users who manage keys can also create "
    "keys for service accounts, and the first key of a person who can't sign in yet. All other keys are created by "
    "their owners.",
    openapi_extra=needs(Permission.KEYS_OWN)
    | problems(KeyLifetimeError, KeyScopesError, KeyOfPersonError, UserNotFoundError),
)
def create_key(principal: CurrentPrincipal, identity: Identity, body: KeyIn) -> CreatedKeyOut:
    made = identity.create_key(
        principal,
        name=body.name,
        user_id=body.user_id,
        expires_at=body.expires_at,
        scopes=None if body.scopes is None else frozenset(body.scopes),
    )
    return CreatedKeyOut.of_created(made)


@router.get(
    "/keys",
    summary="List your keys; users who manage keys see all keys of the tenant",
    openapi_extra=needs(Permission.KEYS_OWN),
)
def list_keys(
    request: Request, response: Response, principal: CurrentPrincipal, identity: Identity, page: RequestedPage
) -> Page[KeyOut]:
    return page_out(request, response, identity.list_keys(principal, page), KeyOut.of, Page[KeyOut])


@router.post(
    "/keys/{key_id}/rotate",
    status_code=201,
    summary="Replace a key by a new one; its secret is shown only once",
    description="The successor has the same name, scopes and lifetime. Both keys are valid during the overlap; "
    "then the old key expires. Users who manage keys can also rotate keys of service accounts.",
    openapi_extra=needs(Permission.KEYS_OWN)
    | problems(KeyNotFoundError, KeyOfPersonError, KeyEndedError, KeyRotatedError, KeyScopesError, KeyLifetimeError),
)
def rotate_key(principal: CurrentPrincipal, identity: Identity, key_id: UUID, body: KeyRotation) -> CreatedKeyOut:
    overlap = timedelta(seconds=body.overlap_seconds)
    return CreatedKeyOut.of_created(identity.rotate_key(principal, key_id, overlap=overlap))


@router.delete(
    "/keys/{key_id}",
    status_code=204,
    summary="Revoke a key",
    openapi_extra=needs(Permission.KEYS_OWN) | problems(KeyNotFoundError),
)
def revoke_key(principal: CurrentPrincipal, identity: Identity, key_id: UUID) -> None:
    identity.revoke_key(principal, key_id)


@router.post(
    "/users",
    status_code=201,
    summary="Create a user (administrators)",
    openapi_extra=needs(Permission.USERS_MANAGE) | problems(EmailTakenError, RoleBeyondScopesError),
)
def create_user(principal: CurrentPrincipal, users: Users, body: UserIn, response: Response) -> UserOut:
    return _user_out(response, users.create_user(principal, email=body.email, name=body.name, roles=body.roles))


@router.post(
    "/service-accounts",
    status_code=201,
    summary="Create a service account: a user for a program, which signs in only with keys (administrators)",
    openapi_extra=needs(Permission.USERS_MANAGE) | problems(RoleBeyondScopesError),
)
def create_service_account(
    principal: CurrentPrincipal, users: Users, body: ServiceAccountIn, response: Response
) -> UserOut:
    return _user_out(response, users.create_service_account(principal, name=body.name, roles=body.roles))


@router.get(
    "/users",
    summary="List the tenant's users (administrators)",
    openapi_extra=needs(Permission.USERS_MANAGE),
)
def list_users(
    request: Request, response: Response, principal: CurrentPrincipal, users: Users, page: RequestedPage
) -> Page[UserOut]:
    return page_out(request, response, users.list_users(principal, page), UserOut.of, Page[UserOut])


@router.get(
    "/users/{user_id}",
    summary="Get a user (administrators)",
    openapi_extra=needs(Permission.USERS_MANAGE) | problems(UserNotFoundError),
)
def get_user(principal: CurrentPrincipal, users: Users, user_id: UUID, response: Response) -> UserOut:
    return _user_out(response, users.get_user(principal, user_id))


@router.patch(
    "/users/{user_id}",
    summary="Change a user's name or roles, or disable or enable the user (administrators)",
    openapi_extra=needs(Permission.USERS_MANAGE)
    | problems(
        UserNotFoundError,
        LastAdministratorError,
        RoleBeyondScopesError,
        PreconditionFailedError,
        PreconditionRequiredError,
    ),
)
def update_user(
    principal: CurrentPrincipal,
    users: Users,
    user_id: UUID,
    body: UserPatch,
    response: Response,
    if_match: IfMatch = None,
) -> UserOut:
    revision = parse_if_match(if_match)
    return _user_out(response, users.update_user(principal, user_id, body.as_change(), revision=revision))


@router.post(
    "/groups",
    status_code=201,
    summary="Create a group (administrators)",
    openapi_extra=needs(Permission.GROUPS_MANAGE) | problems(GroupTakenError),
)
def create_group(principal: CurrentPrincipal, groups: Groups, body: GroupIn) -> GroupOut:
    return GroupOut.model_validate(groups.create_group(principal, name=body.name), from_attributes=True)


@router.get(
    "/groups",
    summary="List the tenant's groups (administrators)",
    openapi_extra=needs(Permission.GROUPS_MANAGE),
)
def list_groups(
    request: Request, response: Response, principal: CurrentPrincipal, groups: Groups, page: RequestedPage
) -> Page[GroupOut]:
    found = groups.list_groups(principal, page)
    return page_out(
        request,
        response,
        found,
        lambda group: GroupOut.model_validate(group, from_attributes=True),
        Page[GroupOut],
    )


@router.put(
    "/groups/{group_id}/members/{user_id}",
    status_code=204,
    summary="Add a user to a group (administrators)",
    openapi_extra=needs(Permission.GROUPS_MANAGE) | problems(GroupNotFoundError),
)
def add_group_member(principal: CurrentPrincipal, groups: Groups, group_id: UUID, user_id: UUID) -> None:
    groups.add_member(principal, group_id, user_id)


@router.delete(
    "/groups/{group_id}/members/{user_id}",
    status_code=204,
    summary="Remove a user from a group (administrators)",
    openapi_extra=needs(Permission.GROUPS_MANAGE) | problems(GroupNotFoundError),
)
def remove_group_member(principal: CurrentPrincipal, groups: Groups, group_id: UUID, user_id: UUID) -> None:
    groups.remove_member(principal, group_id, user_id)


def _user_out(response: Response, user: User) -> UserOut:
    response.headers["ETag"] = etag(user.revision)
    return UserOut.of(user)

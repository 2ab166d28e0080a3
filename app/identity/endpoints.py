"""`/v1/me`, `/v1/keys`, `/v1/users`, `/v1/groups`."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response

from app.core.principal import Permission
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi import problems
from app.http.pages import Page, RequestedPage, page_out
from app.http.routing import SIGNED_IN, api_router, needs
from app.identity.errors import (
    EmailTakenError,
    GroupNotFoundError,
    GroupTakenError,
    KeyLifetimeError,
    KeyNotFoundError,
    UserNotFoundError,
)
from app.identity.groups import GroupService
from app.identity.schemas import CreatedKeyOut, GroupIn, GroupOut, KeyIn, KeyOut, MeOut, UserIn, UserOut
from app.identity.service import IdentityService

router = api_router(prefix="/v1", tag="identity")
Identity = Annotated[IdentityService, Depends(service(IdentityService))]
Groups = Annotated[GroupService, Depends(service(GroupService))]


@router.get("/me", summary="Who the key stands for", openapi_extra=SIGNED_IN)
def get_me(principal: CurrentPrincipal) -> MeOut:
    return MeOut.of(principal)


@router.post(
    "/keys",
    status_code=201,
    summary="Make a key; its secret is shown this once",
    openapi_extra=needs(Permission.KEYS_OWN) | problems(KeyLifetimeError, UserNotFoundError),
)
def create_key(principal: CurrentPrincipal, identity: Identity, body: KeyIn) -> CreatedKeyOut:
    made = identity.create_key(principal, name=body.name, user_id=body.user_id, expires_at=body.expires_at)
    return CreatedKeyOut(**KeyOut.of(made.key).model_dump(), secret=made.secret)


@router.get(
    "/keys",
    summary="List one's keys; an administrator sees all of the tenant's",
    openapi_extra=needs(Permission.KEYS_OWN),
)
def list_keys(
    request: Request, response: Response, principal: CurrentPrincipal, identity: Identity, page: RequestedPage
) -> Page[KeyOut]:
    return page_out(request, response, identity.list_keys(principal, page), KeyOut.of, Page[KeyOut])


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
    summary="Make a user (administrators)",
    openapi_extra=needs(Permission.USERS_MANAGE) | problems(EmailTakenError),
)
def create_user(principal: CurrentPrincipal, identity: Identity, body: UserIn) -> UserOut:
    return UserOut.of(identity.create_user(principal, email=body.email, name=body.name, roles=body.roles))


@router.get(
    "/users",
    summary="List the tenant's users (administrators)",
    openapi_extra=needs(Permission.USERS_MANAGE),
)
def list_users(
    request: Request, response: Response, principal: CurrentPrincipal, identity: Identity, page: RequestedPage
) -> Page[UserOut]:
    return page_out(request, response, identity.list_users(principal, page), UserOut.of, Page[UserOut])


@router.post(
    "/groups",
    status_code=201,
    summary="Make a group (administrators)",
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
    summary="Put a user into a group (administrators)",
    openapi_extra=needs(Permission.GROUPS_MANAGE) | problems(GroupNotFoundError),
)
def add_group_member(principal: CurrentPrincipal, groups: Groups, group_id: UUID, user_id: UUID) -> None:
    groups.add_member(principal, group_id, user_id)


@router.delete(
    "/groups/{group_id}/members/{user_id}",
    status_code=204,
    summary="Take a user out of a group (administrators)",
    openapi_extra=needs(Permission.GROUPS_MANAGE) | problems(GroupNotFoundError),
)
def remove_group_member(principal: CurrentPrincipal, groups: Groups, group_id: UUID, user_id: UUID) -> None:
    groups.remove_member(principal, group_id, user_id)

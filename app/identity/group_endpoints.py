"""`/v1/groups/{id}`: get, rename and delete a group, and add and remove groups as its members."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response

from app.core.errors import PreconditionFailedError, PreconditionRequiredError
from app.core.principal import Permission
from app.http.conditional import IfMatch, etag, parse_if_match
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.routing import api_router, needs
from app.identity.errors import GroupCycleError, GroupExcludesError, GroupNotFoundError, GroupTakenError
from app.identity.groups import FoundGroup, GroupService
from app.identity.schemas import GroupDetailOut, GroupIn

router = api_router(prefix="/v1/groups", tag="identity")
Groups = Annotated[GroupService, Depends(service(GroupService))]


@router.get(
    "/{group_id}",
    summary="Get a group and its members (administrators)",
    openapi_extra=needs(Permission.GROUPS_MANAGE) | problems(GroupNotFoundError),
)
def get_group(response: Response, principal: CurrentPrincipal, groups: Groups, group_id: UUID) -> GroupDetailOut:
    return _out(response, groups.get_group(principal, group_id))


@router.patch(
    "/{group_id}",
    summary="Rename a group (administrators)",
    openapi_extra=needs(Permission.GROUPS_MANAGE)
    | problems(GroupNotFoundError, GroupTakenError, PreconditionFailedError, PreconditionRequiredError),
)
def rename_group(
    response: Response,
    principal: CurrentPrincipal,
    groups: Groups,
    group_id: UUID,
    body: GroupIn,
    if_match: IfMatch = None,
) -> GroupDetailOut:
    revision = parse_if_match(if_match)
    return _out(response, groups.rename_group(principal, group_id, name=body.name, revision=revision))


@router.delete(
    "/{group_id}",
    status_code=204,
    summary="Delete a group and all its grants (administrators)",
    openapi_extra=needs(Permission.GROUPS_MANAGE) | problems(GroupNotFoundError, GroupExcludesError),
)
def delete_group(principal: CurrentPrincipal, groups: Groups, group_id: UUID) -> None:
    groups.delete_group(principal, group_id)


@router.put(
    "/{group_id}/groups/{member_group_id}",
    status_code=204,
    summary="Add a group to another group (administrators)",
    openapi_extra=needs(Permission.GROUPS_MANAGE) | problems(GroupNotFoundError, GroupCycleError),
)
def nest_group(principal: CurrentPrincipal, groups: Groups, group_id: UUID, member_group_id: UUID) -> None:
    groups.nest_group(principal, group_id, member_group_id)


@router.delete(
    "/{group_id}/groups/{member_group_id}",
    status_code=204,
    summary="Remove a group from another group (administrators)",
    openapi_extra=needs(Permission.GROUPS_MANAGE) | problems(GroupNotFoundError),
)
def unnest_group(principal: CurrentPrincipal, groups: Groups, group_id: UUID, member_group_id: UUID) -> None:
    groups.unnest_group(principal, group_id, member_group_id)


def _out(response: Response, found: FoundGroup) -> GroupDetailOut:
    response.headers["ETag"] = etag(found.group.revision)
    return GroupDetailOut.of_group(found)

"""`/scim/v2`: provisioning by an identity provider, with SCIM's media type, errors and discovery.

SCIM clients read `/scim/v2/Schemas`, so these endpoints are not in the OpenAPI document.
"""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from pydantic import ValidationError
from scim2_models import (
    Context,
    Error,
    ForbiddenException,
    ListResponse,
    Meta,
    NotFoundException,
    NotImplementedException,
    Resource,
    ResourceType,
    ResponseParameters,
    Schema,
    SCIMException,
    SearchRequest,
)

from app.core.errors import FootnoteError, ForbiddenError, NotFoundError
from app.core.principal import Permission
from app.http.conditional import matches, parse_if_match
from app.http.denials import record_denial
from app.http.dependencies import CurrentPrincipal, service
from app.http.errors import MediaTypeNotTakenError, MethodNotAllowedError
from app.http.problems import as_footnote_error
from app.http.routing import SIGNED_IN, ApiRoute, needs
from app.identity.scim import resources as scim
from app.identity.scim.groups import GroupProvisioning, shows_members
from app.identity.scim.parsing import Payload, parse_payload, parse_search
from app.identity.scim.presenting import version
from app.identity.scim.users import Listed, UserProvisioning

PREFIX = "/scim/v2"
MEDIA_TYPE = "application/scim+json"
_TAKEN = frozenset({MEDIA_TYPE, "application/json"})
_NOT_IMPLEMENTED = frozenset({"Bulk", "Me", ".search"})
_Parameters: Any = ResponseParameters.__class_getitem__(Resource[Any])
_ANY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class ScimRoute(ApiRoute):
    """A route that returns errors in SCIM's form (RFC 7644 §3.12)."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_request(request: Request) -> Response:
            try:
                return await handle(request)
            except Exception as error:
                response = _error(request, error)
                if response is None:
                    raise
                refused = _refusal(error)
                if refused is not None:
                    await record_denial(request, refused)
                return response

        return handle_request


router = APIRouter(
    prefix=PREFIX,
    tags=["provisioning"],
    route_class=ScimRoute,
    include_in_schema=False,
    generate_unique_id_function=lambda route: f"scim_{route.name}",
)
Users = Annotated[UserProvisioning, Depends(service(UserProvisioning))]
Groups = Annotated[GroupProvisioning, Depends(service(GroupProvisioning))]
_USERS, _GROUPS = needs(Permission.USERS_MANAGE), needs(Permission.GROUPS_MANAGE)


async def _read_payload(request: Request) -> Payload:
    kind = request.headers.get("content-type", MEDIA_TYPE).partition(";")[0].strip().lower()
    if kind not in _TAKEN:
        raise MediaTypeNotTakenError
    return parse_payload(await request.body())


def _base(request: Request) -> str:
    return f"{str(request.base_url).rstrip('/')}{PREFIX}"


def _revision(request: Request) -> int | None:
    """Return the revision in If-Match, which is optional (RFC 7644 §3.14)."""
    header = request.headers.get("If-Match")
    return None if header is None else parse_if_match(header)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFoundException from error


Body = Annotated[Payload, Depends(_read_payload)]
Base = Annotated[str, Depends(_base)]
Revision = Annotated[int | None, Depends(_revision)]


@router.get("/Users", openapi_extra=_USERS)
def list_users(request: Request, principal: CurrentPrincipal, users: Users, base: Base) -> Response:
    search = parse_search(scim.User, request.query_params)
    return _list(search, scim.User, users.list_users(principal, search, base=base))


@router.post("/Users", openapi_extra=_USERS)
def create_user(request: Request, principal: CurrentPrincipal, users: Users, base: Base, body: Body) -> Response:
    made = users.create_user(principal, body, base=base)
    return _resource(request, made, Context.RESOURCE_CREATION_RESPONSE, status=201)


@router.get("/Users/{user_id}", openapi_extra=_USERS)
def get_user(request: Request, principal: CurrentPrincipal, users: Users, base: Base, user_id: str) -> Response:
    return _resource(request, users.get_user(principal, _id(user_id), base=base))


@router.put("/Users/{user_id}", openapi_extra=_USERS)
def replace_user(
    request: Request,
    principal: CurrentPrincipal,
    users: Users,
    base: Base,
    body: Body,
    revision: Revision,
    user_id: str,
) -> Response:
    changed = users.replace_user(principal, _id(user_id), body, base=base, revision=revision)
    return _resource(request, changed, Context.RESOURCE_REPLACEMENT_RESPONSE)


@router.patch("/Users/{user_id}", openapi_extra=_USERS)
def patch_user(
    request: Request,
    principal: CurrentPrincipal,
    users: Users,
    base: Base,
    body: Body,
    revision: Revision,
    user_id: str,
) -> Response:
    changed = users.patch_user(principal, _id(user_id), body, base=base, revision=revision)
    return _resource(request, changed, Context.RESOURCE_PATCH_RESPONSE)


@router.delete("/Users/{user_id}", openapi_extra=_USERS)
def delete_user(principal: CurrentPrincipal, users: Users, revision: Revision, user_id: str) -> Response:
    users.delete_user(principal, _id(user_id), revision=revision)
    return Response(status_code=204)


@router.get("/Groups", openapi_extra=_GROUPS)
def list_groups(request: Request, principal: CurrentPrincipal, groups: Groups, base: Base) -> Response:
    search = parse_search(scim.Group, request.query_params)
    return _list(search, scim.Group, groups.list_groups(principal, search, base=base))


@router.post("/Groups", openapi_extra=_GROUPS)
def create_group(request: Request, principal: CurrentPrincipal, groups: Groups, base: Base, body: Body) -> Response:
    made = groups.create_group(principal, body, base=base)
    return _resource(request, made, Context.RESOURCE_CREATION_RESPONSE, status=201)


@router.get("/Groups/{group_id}", openapi_extra=_GROUPS)
def get_group(request: Request, principal: CurrentPrincipal, groups: Groups, base: Base, group_id: str) -> Response:
    whole = shows_members(parse_search(scim.Group, request.query_params))
    find = groups.get_group if whole else groups.get_group_alone
    return _resource(request, find(principal, _id(group_id), base=base))


@router.put("/Groups/{group_id}", openapi_extra=_GROUPS)
def replace_group(
    request: Request,
    principal: CurrentPrincipal,
    groups: Groups,
    base: Base,
    body: Body,
    revision: Revision,
    group_id: str,
) -> Response:
    changed = groups.replace_group(principal, _id(group_id), body, base=base, revision=revision)
    return _resource(request, changed, Context.RESOURCE_REPLACEMENT_RESPONSE)


@router.patch("/Groups/{group_id}", openapi_extra=_GROUPS)
def patch_group(
    request: Request,
    principal: CurrentPrincipal,
    groups: Groups,
    base: Base,
    body: Body,
    revision: Revision,
    group_id: str,
) -> Response:
    """Patch a group. The response contains the group only if attributes are requested, because a group may have
    thousands of members.
    """
    reached = groups.patch_group(principal, _id(group_id), body, base=base, revision=revision)
    if "attributes" in request.query_params:
        changed = groups.get_group(principal, _id(group_id), base=base)
        return _resource(request, changed, Context.RESOURCE_PATCH_RESPONSE)
    return Response(status_code=204, headers={"ETag": version(reached)})


@router.delete("/Groups/{group_id}", openapi_extra=_GROUPS)
def delete_group(principal: CurrentPrincipal, groups: Groups, revision: Revision, group_id: str) -> Response:
    groups.delete_group(principal, _id(group_id), revision=revision)
    return Response(status_code=204)


@router.get("/ServiceProviderConfig", openapi_extra=SIGNED_IN)
def get_config(request: Request, base: Base) -> Response:
    return _resource(request, _located(scim.CONFIG, base))


@router.get("/Schemas", openapi_extra=SIGNED_IN)
def list_schemas(request: Request, base: Base) -> Response:
    return _descriptions(request, base, Schema, scim.PROVIDER.schemas)


@router.get("/Schemas/{name}", openapi_extra=SIGNED_IN)
def get_schema(request: Request, base: Base, name: str) -> Response:
    return _description(request, base, name, scim.PROVIDER.schemas)


@router.get("/ResourceTypes", openapi_extra=SIGNED_IN)
def list_resource_types(request: Request, base: Base) -> Response:
    return _descriptions(request, base, ResourceType, scim.PROVIDER.resource_types)


@router.get("/ResourceTypes/{name}", openapi_extra=SIGNED_IN)
def get_resource_type(request: Request, base: Base, name: str) -> Response:
    return _description(request, base, name, scim.PROVIDER.resource_types)


@router.api_route("/{rest:path}", methods=_ANY_METHOD, openapi_extra=SIGNED_IN)
def refuse(rest: str) -> Response:
    """Reject unsupported requests: bulk, search by POST, other methods and paths."""
    if rest.rpartition("/")[2] in _NOT_IMPLEMENTED:
        raise NotImplementedException
    served = [route for route in router.routes if isinstance(route, APIRoute) and route.endpoint is not refuse]
    allowed = {
        method for route in served if route.path_regex.match(f"{PREFIX}/{rest}") for method in route.methods or ()
    }
    if allowed:
        raise MethodNotAllowedError(headers={"Allow": ", ".join(sorted(allowed))})
    raise NotFoundException


def _resource(
    request: Request,
    resource: Resource[Any],
    context: Context = Context.RESOURCE_QUERY_RESPONSE,
    *,
    status: int = 200,
) -> Response:
    headers: dict[str, str] = {}
    if resource.meta is not None and resource.meta.location:
        headers["Location"] = resource.meta.location
    if resource.meta is not None and resource.meta.version:
        headers["ETag"] = resource.meta.version
        if request.method == "GET" and matches(request, resource.meta.version):
            return Response(status_code=304, headers=headers)
    shown = _Parameters.model_validate(dict(request.query_params), scim_policy=scim.LENIENT)
    dumped = resource.model_dump(scim_ctx=context, response_parameters=shown)
    return JSONResponse(dumped, status_code=status, headers=headers, media_type=MEDIA_TYPE)


def _list(search: SearchRequest[Any], kind: type[scim.User | scim.Group], found: Listed[Any]) -> Response:
    return _listed(kind, found.resources, found.total, search=search)


def _listed(
    kind: type[Resource[Any]], resources: Sequence[Any], total: int, *, search: SearchRequest[Any] | None = None
) -> Response:
    response: Any = ListResponse.__class_getitem__(kind)
    listed = response(
        total_results=total,
        start_index=(search.start_index if search else None) or 1,
        items_per_page=len(resources),
        resources=list(resources),
    )
    dumped = listed.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=search)
    return JSONResponse({"Resources": [], **dumped}, media_type=MEDIA_TYPE)


def _descriptions(
    request: Request, base: str, kind: type[Resource[Any]], described: Sequence[Resource[Any]]
) -> Response:
    # RFC 7644 §4: discovery ignores filters, so that no client mistakes a filtered list for the complete list.
    if "filter" in request.query_params:
        raise ForbiddenException(detail="Discovery endpoints don't support filters: leave the filter out.")
    return _listed(kind, [_located(one, base) for one in described], len(described))


def _description(request: Request, base: str, name: str, described: Sequence[Resource[Any]]) -> Response:
    for one in described:
        if str(one.id).lower() == name.lower():
            return _resource(request, _located(one, base))
    raise NotFoundException


def _located(resource: Resource[Any], base: str) -> Resource[Any]:
    """Return a discovery resource with its URL."""
    kind = type(resource).__name__
    path = kind if resource.id is None else f"{kind}s/{resource.id}"
    return resource.model_copy(update={"meta": Meta(resource_type=kind, location=f"{base}/{path}")})


def _refusal(error: Exception) -> FootnoteError | None:
    """Return the corresponding FootnoteError for the audit log of denied requests; None if there is none."""
    if isinstance(error, SCIMException):
        kind = {403: ForbiddenError, 404: NotFoundError}.get(error.status)
        return None if kind is None else kind()
    return as_footnote_error(error)


def _error(request: Request, error: Exception) -> Response | None:
    """Return the error in SCIM's form; None for an unexpected exception."""
    headers: Mapping[str, str] = {}
    if isinstance(error, SCIMException):
        body = error.to_error()
    elif isinstance(error, ValidationError):
        body = Error.from_validation_errors(error)[0]
    else:
        ours = as_footnote_error(error)
        if ours is None:
            return None
        unfit = ours.status == 422
        body = Error(
            status=400 if unfit else ours.status, scim_type="invalidValue" if unfit else None, detail=ours.detail
        )
        headers = ours.headers
    request.state.problem_code = body.scim_type or f"scim-{body.status}"
    dumped = body.model_dump(scim_ctx=Context.DEFAULT)
    headers = {**headers, "Cache-Control": "no-store"}
    return JSONResponse(dumped, status_code=body.status or 400, headers=headers, media_type=MEDIA_TYPE)

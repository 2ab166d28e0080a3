"""Schemas at `/v1/schemas`."""

from typing import Annotated

from fastapi import Depends, Path, Query, Request, Response

from app.core.errors import PreconditionFailedError, PreconditionRequiredError
from app.core.pagination import InvalidCursorError
from app.core.principal import Permission
from app.http.conditional import IfMatch, etag, parse_if_match
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.pages import Page, RequestedPage, page_out
from app.http.routing import api_router, needs
from app.review.errors import SchemaInvalidError
from app.review.schemas.errors import SchemaExistsError, SchemaNotFoundError
from app.review.schemas.published import PublishedService
from app.review.schemas.schemas import (
    ArchivingIn,
    DefinitionIn,
    EffectOut,
    NewSchemaIn,
    NewVersionOut,
    ReadingEffectOut,
    SchemaDetailOut,
    SchemaKey,
    SchemaOut,
    SchemaVersionOut,
)
from app.review.schemas.service import SchemaService, SchemaView

router = api_router(prefix="/v1/schemas", tag="review")

Published = Annotated[PublishedService, Depends(service(PublishedService))]
Schemas = Annotated[SchemaService, Depends(service(SchemaService))]
Key = Annotated[SchemaKey, Path(description="The key of a schema.", examples=["contract"])]


def _out(view: SchemaView, response: Response) -> SchemaDetailOut:
    response.headers["ETag"] = etag(view.newest)
    return SchemaDetailOut.of(view)


@router.get(
    "",
    summary="List the schemas: the tenant's own, and those that Footnote ships",
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(InvalidCursorError),
)
def list_schemas(
    request: Request, response: Response, principal: CurrentPrincipal, schemas: Schemas, page: RequestedPage
) -> Page[SchemaOut]:
    return page_out(request, response, schemas.list_schemas(principal, page), SchemaOut.of, Page[SchemaOut])


@router.post(
    "",
    status_code=201,
    summary="Add a schema",
    openapi_extra=needs(Permission.SCHEMAS_WRITE) | problems(SchemaInvalidError, SchemaExistsError),
)
def create_schema(
    principal: CurrentPrincipal, schemas: Schemas, body: NewSchemaIn, response: Response
) -> SchemaDetailOut:
    response.headers["Location"] = f"/v1/schemas/{body.key}"
    return _out(schemas.create_schema(principal, body.key, body.definition), response)


@router.get(
    "/{key}",
    summary="Get a version of a schema",
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(SchemaNotFoundError),
)
def get_schema(
    principal: CurrentPrincipal,
    schemas: Schemas,
    key: Key,
    response: Response,
    version: Annotated[int | None, Query(ge=1, le=10**6, description="By default the newest.")] = None,
) -> SchemaDetailOut:
    return _out(schemas.get_schema(principal, key, version), response)


@router.patch(
    "/{key}",
    summary="Archive a schema, or restore it",
    description="New documents get no tasks for an archived schema. Its tasks and values stay.",
    openapi_extra=needs(Permission.SCHEMAS_WRITE) | problems(SchemaNotFoundError),
)
def archive_schema(
    principal: CurrentPrincipal, schemas: Schemas, key: Key, body: ArchivingIn, response: Response
) -> SchemaDetailOut:
    return _out(schemas.archive(principal, key, archived=body.archived), response)


@router.get(
    "/{key}/versions",
    summary="List the versions of a schema, newest first",
    description="A shipped schema that the tenant has not used yet has none.",
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(SchemaNotFoundError, InvalidCursorError),
)
def list_schema_versions(
    request: Request, response: Response, principal: CurrentPrincipal, schemas: Schemas, key: Key, page: RequestedPage
) -> Page[SchemaVersionOut]:
    found = schemas.list_versions(principal, key, page)
    return page_out(request, response, found, SchemaVersionOut.of, Page[SchemaVersionOut])


@router.post(
    "/{key}/versions",
    status_code=201,
    summary="Add a version to a schema, and read what it changes",
    description="Only added and changed fields are read again. Decisions stay; if the machine now reads something "
    "else, the field is open again (`differs`). Letting fewer people agree on a field needs `review:approve`.",
    openapi_extra=needs(Permission.SCHEMAS_WRITE)
    | problems(SchemaInvalidError, SchemaNotFoundError, PreconditionRequiredError, PreconditionFailedError),
)
def add_schema_version(
    principal: CurrentPrincipal,
    schemas: Schemas,
    key: Key,
    body: DefinitionIn,
    response: Response,
    if_match: IfMatch = None,
) -> NewVersionOut:
    version = parse_if_match(if_match)
    view, effect = schemas.add_version(principal, key, body.definition, version=version)
    return NewVersionOut(schema=_out(view, response), effect=EffectOut.of(effect))


@router.post(
    "/{key}/preview",
    summary="Preview what a new version of a schema would change and read",
    openapi_extra=needs(Permission.SCHEMAS_WRITE) | problems(SchemaInvalidError, SchemaNotFoundError),
)
def preview_schema_version(principal: CurrentPrincipal, schemas: Schemas, key: Key, body: DefinitionIn) -> EffectOut:
    return EffectOut.of(schemas.preview(principal, key, body.definition))


@router.get(
    "/{key}/reading",
    summary="Preview what reading published documents by a schema would cost",
    openapi_extra=needs(Permission.SCHEMAS_WRITE) | problems(SchemaNotFoundError),
)
def preview_schema_reading(principal: CurrentPrincipal, published: Published, key: Key) -> ReadingEffectOut:
    return ReadingEffectOut.of(published.preview(principal, key))


@router.post(
    "/{key}/reading",
    status_code=202,
    summary="Read published documents by a schema",
    description="Published documents of the schema's types get a task if they have none, a few at a time, behind other "
    "work; also documents that you may not see. What was read before is not read again.",
    openapi_extra=needs(Permission.SCHEMAS_WRITE) | problems(SchemaNotFoundError),
)
def start_schema_reading(principal: CurrentPrincipal, published: Published, key: Key) -> ReadingEffectOut:
    return ReadingEffectOut.of(published.read(principal, key))

"""Pages of schemas: the list at `/review/schemas`, and each schema with its fields and versions."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Form as FormField
from fastapi.responses import RedirectResponse, Response
from pydantic import TypeAdapter, ValidationError

from app.core.pagination import PageRequest
from app.core.principal import Permission, Principal
from app.http.dependencies import service
from app.review.schemas.errors import SchemaNotFoundError
from app.review.schemas.published import PublishedService
from app.review.schemas.schemas import SchemaKey
from app.review.schemas.service import SchemaService
from app.review.tasks.service import TaskService
from app.web.access_pages import AccessDesk

Schemas = Annotated[SchemaService, Depends(service(SchemaService))]
Published = Annotated[PublishedService, Depends(service(PublishedService))]
Tasks = Annotated[TaskService, Depends(service(TaskService))]

Cursor = Annotated[str | None, Query(max_length=500)]

_KEY = TypeAdapter(SchemaKey)

EXAMPLE = {
    "title": "Fee letter",
    "x-document-types": ["other"],
    "type": "object",
    "properties": {
        "fee": {
            "title": "Fee",
            "description": "The fee that the borrower pays at signing.",
            "type": "number",
            "x-field": {"importance": 5, "unit": "USD", "policy": "two"},
        }
    },
}
"""Where a new schema starts."""


def schema_pages(desk: AccessDesk) -> APIRouter:
    """Return the routes of the list of schemas and of a schema."""
    router = APIRouter(prefix="/review/schemas", include_in_schema=False)

    @router.get("")
    def show_schemas(request: Request, schemas: Schemas, cursor: Cursor = None) -> Response:
        def show(principal: Principal) -> Response:
            found = schemas.list_schemas(principal, PageRequest(cursor=cursor))
            return desk.show(
                request,
                principal,
                "review_schemas.html",
                schemas=found.items,
                more=found.next_cursor,
                example=EXAMPLE,
                may_write=principal.may(Permission.SCHEMAS_WRITE),
            )

        return desk.answer(request, Permission.DOCUMENTS_READ, show)

    @router.get("/{key}")
    def show_schema(
        request: Request,
        schemas: Schemas,
        tasks: Tasks,
        published: Published,
        key: str,
        version: Annotated[int | None, Query(ge=1, le=10**6)] = None,
        cursor: Cursor = None,
        started: bool = False,
    ) -> Response:
        def show(principal: Principal) -> Response:
            versions = schemas.list_versions(principal, _checked(key), PageRequest(cursor=cursor))
            view = schemas.get_schema(principal, _checked(key), version)
            return desk.show(
                request,
                principal,
                "review_schema.html",
                view=view,
                definition=dict(view.definition),
                versions=versions.items,
                more=versions.next_cursor,
                people={reviewer.id: reviewer.name for reviewer in tasks.list_reviewers(principal)},
                may_write=principal.may(Permission.SCHEMAS_WRITE),
                unread=published.preview(principal, key) if principal.may(Permission.SCHEMAS_WRITE) else None,
                is_started=started,
            )

        return desk.answer(request, Permission.DOCUMENTS_READ, show)

    @router.post("/{key}/reading")
    def read_published(
        request: Request, published: Published, key: str, form_token: Annotated[str, FormField(max_length=200)] = ""
    ) -> Response:
        def act(principal: Principal) -> Response:
            desk.check_form(request, form_token)
            published.read(principal, _checked(key))
            return RedirectResponse(f"/review/schemas/{key}?started=true", status_code=303)

        return desk.answer(request, Permission.SCHEMAS_WRITE, act)

    return router


def _checked(key: str) -> str:
    """Return the key. Raises SchemaNotFoundError if no schema can have it."""
    try:
        return _KEY.validate_python(key)
    except ValidationError as error:
        raise SchemaNotFoundError from error

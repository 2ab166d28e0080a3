"""The change feed at `/v1/changes`."""

from typing import Annotated

from fastapi import Depends, Query, Response

from app.changes.schemas import ChangeKind, ChangesOut
from app.changes.service import ChangeService
from app.core.pagination import DEFAULT_LIMIT, MAX_LIMIT, InvalidCursorError
from app.core.principal import Permission
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.routing import api_router, needs
from app.http.text import LINE_PATTERN

router = api_router(prefix="/v1/changes", tag="changes")

Changes = Annotated[ChangeService, Depends(service(ChangeService))]

NOW = "now"
"""The value of `after` that begins at the end of the feed."""


@router.get(
    "",
    summary="List what has changed since a cursor",
    description=(
        "Changes of the documents that you may read, oldest first, in an order that never changes. Nothing is added "
        "before a cursor later: a change is listed once every transaction that began to write before it has ended. "
        "Changes of a field carry its revision; a higher revision is newer. Changes of a document are omitted while "
        "you may not read it: after you get access to it, read the document itself. Of a deleted document, only the "
        "deletion is listed, for those who could read the document until then."
    ),
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(InvalidCursorError),
)
def list_changes(
    principal: CurrentPrincipal,
    changes: Changes,
    response: Response,
    after: Annotated[
        str | None,
        Query(
            max_length=500,
            pattern=LINE_PATTERN,
            description="`cursor` of the previous response. `now` returns only the cursor of the feed's end.",
            examples=[None],
        ),
    ] = None,
    kind: Annotated[
        list[ChangeKind] | None, Query(max_length=20, description="Kinds of changes, such as `field.approved`.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="The number of changes.")] = DEFAULT_LIMIT,
) -> ChangesOut:
    response.headers["Cache-Control"] = "no-store"
    if after == NOW:
        return ChangesOut.of(changes.get_end(principal))
    return ChangesOut.of(changes.list_changes(principal, after=after, kinds=kind or (), limit=limit))

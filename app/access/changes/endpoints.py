"""`/v1/access/preview` and `/v1/access/import`: many changes at once."""

from typing import Annotated

from fastapi import Depends, Query

from app.access.changes.schemas import ChangesIn, ImportOut, PreviewOut
from app.access.changes.service import ImportService
from app.access.errors import ChangesRefusedError
from app.core.principal import Permission
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.routing import api_router, needs

router = api_router(prefix="/v1/access", tag="access")

Importing = Annotated[ImportService, Depends(service(ImportService))]

_MANAGE = needs(Permission.ACCESS_MANAGE) | problems(ChangesRefusedError)


@router.post("/preview", openapi_extra=_MANAGE)
def preview_changes(body: ChangesIn, principal: CurrentPrincipal, importing: Importing) -> PreviewOut:
    """Preview how many documents users would gain or lose, and how many users are affected. Nothing is changed."""
    return PreviewOut.of(importing.preview(principal, body.to_changes()))


@router.post("/import", openapi_extra=_MANAGE)
def import_changes(
    body: ChangesIn,
    principal: CurrentPrincipal,
    importing: Importing,
    dry_run: Annotated[bool, Query(description="Only preview the changes.")] = False,
) -> ImportOut:
    """Apply up to 5,000 changes, or none if any change is rejected. The error then has the number of rejected changes,
    and lists the first 100 of them with their indexes.
    """
    changes = body.to_changes()
    if dry_run:
        return ImportOut(made=0, preview=PreviewOut.of(importing.preview(principal, changes)))
    importing.make(principal, changes)
    return ImportOut(made=len(changes), preview=None)

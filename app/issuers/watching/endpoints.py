"""Watched issuers at `/v1/watched-issuers` and `/v1/issuers/{id}/watch`."""

from typing import Annotated

from fastapi import Depends

from app.core.principal import Permission
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.routing import api_router, needs
from app.issuers.endpoints import IssuerName
from app.issuers.errors import IssuerAmbiguousError, IssuerNotFoundError
from app.issuers.watching.errors import TooManyWatchedError
from app.issuers.watching.schemas import WatchedIssuerOut, WatchedIssuersOut
from app.issuers.watching.service import IssuerWatchService

router = api_router(prefix="/v1", tag="issuers")

Watches = Annotated[IssuerWatchService, Depends(service(IssuerWatchService))]


@router.get(
    "/watched-issuers",
    summary="List the issuers that you watch, with what is new since your last visit",
    openapi_extra=needs(Permission.DOCUMENTS_READ),
)
def list_watched_issuers(principal: CurrentPrincipal, watches: Watches) -> WatchedIssuersOut:
    return WatchedIssuersOut(items=[WatchedIssuerOut.watched(each) for each in watches.list_watched(principal)])


@router.put(
    "/issuers/{issuer_id}/watch",
    summary="Watch an issuer",
    description="Nobody else sees which issuers you watch. Watching an issuer again changes nothing.",
    openapi_extra=needs(Permission.DOCUMENTS_READ)
    | problems(IssuerNotFoundError, IssuerAmbiguousError, TooManyWatchedError),
)
def watch_issuer(principal: CurrentPrincipal, watches: Watches, issuer_id: IssuerName) -> WatchedIssuerOut:
    return WatchedIssuerOut.watched(watches.watch(principal, issuer_id))


@router.delete(
    "/issuers/{issuer_id}/watch",
    status_code=204,
    summary="Stop watching an issuer",
    openapi_extra=needs(Permission.DOCUMENTS_READ) | problems(IssuerNotFoundError, IssuerAmbiguousError),
)
def unwatch_issuer(principal: CurrentPrincipal, watches: Watches, issuer_id: IssuerName) -> None:
    watches.unwatch(principal, issuer_id)

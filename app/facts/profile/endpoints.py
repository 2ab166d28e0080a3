"""An issuer's profile at `/v1/issuers/{issuer_id}/profile`, and several beside each other at `/v1/profiles`."""

from typing import Annotated

from fastapi import Depends, Path, Query, Response

from app.core.principal import Permission
from app.facts.profile.schemas import ComparisonOut, ProfileOut
from app.facts.profile.service import ProfileService
from app.http.dependencies import CurrentPrincipal, service
from app.http.openapi.document import problems
from app.http.routing import api_router, needs
from app.http.text import Line
from app.issuers.errors import IssuerAmbiguousError, IssuerNotFoundError

router = api_router(prefix="/v1", tag="facts")

Profiles = Annotated[ProfileService, Depends(service(ProfileService))]
Years = Annotated[int, Query(ge=1, le=12, description="The most fiscal years.")]
LastYear = Annotated[
    int | None, Query(ge=1900, le=2200, description="The newest fiscal year; by default the newest known.")
]

_READ = needs(Permission.DOCUMENTS_READ) | problems(IssuerNotFoundError, IssuerAmbiguousError)


@router.get("/issuers/{issuer_id}/profile", summary="Get an issuer's key measures and debt", openapi_extra=_READ)
def get_profile(
    principal: CurrentPrincipal,
    profiles: Profiles,
    response: Response,
    issuer_id: Annotated[
        Line, Path(description="The issuer's ID, a name in any spelling, an identifier, a ticker or a short form.")
    ],
    years: Years = 8,
    last_year: LastYear = None,
) -> ProfileOut:
    """The key measures over fiscal years with the facts behind each value, the schedule of maturities, and the
    instruments of debt, from the documents that you may read.
    """
    response.headers["Cache-Control"] = "no-store"
    return ProfileOut.of(profiles.get_profile(principal, issuer_id, years=years, last_year=last_year))


@router.get("/profiles", summary="Compare the profiles of issuers", openapi_extra=_READ)
def compare_profiles(
    principal: CurrentPrincipal,
    profiles: Profiles,
    response: Response,
    issuer: Annotated[list[Line], Query(min_length=1, max_length=5, description="An issuer, as in the profile.")],
    years: Years = 8,
    last_year: LastYear = None,
) -> ComparisonOut:
    """The profiles of up to five issuers as of one moment, over the same fiscal years."""
    response.headers["Cache-Control"] = "no-store"
    found = profiles.list_profiles(principal, issuer, years=years, last_year=last_year)
    return ComparisonOut(items=[ProfileOut.of(profile) for profile in found])

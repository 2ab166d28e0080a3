"""Pages of issuers: the list at `/issuers`, one with its filings, measures, debt and covenants, and two compared."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import quote, urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi import Form as FormField
from fastapi.responses import RedirectResponse, Response

from app.core.pagination import PageRequest
from app.core.principal import Permission, Principal
from app.documents.issuers import normalise_issuer
from app.facts.printing import STATEMENT_NAMES
from app.facts.profile.service import IssuerProfile, ProfileService
from app.http.dependencies import service
from app.http.text import Line
from app.issuers.filings import FilingKind, list_years
from app.issuers.service import IssuerService, IssuerSort
from app.issuers.watching.service import IssuerWatchService
from app.review.exports.rows import Standing
from app.review.exports.service import ExportService
from app.tables.printing import guarded
from app.web.access_pages import AccessDesk
from app.web.addresses import local_address
from app.web.charts import BarChart
from app.web.debt_views import show_debt
from app.web.forms import REFUSALS, Form
from app.web.issuer_views import shown_names
from app.web.measure_views import ShownMeasure, find_working, lines_of, link_with, show_series
from app.web.queue_pages import Choice

Issuers = Annotated[IssuerService, Depends(service(IssuerService))]
Watches = Annotated[IssuerWatchService, Depends(service(IssuerWatchService))]
Profiles = Annotated[ProfileService, Depends(service(ProfileService))]
Fields = Annotated[ExportService, Depends(service(ExportService))]
Year = Annotated[int | None, Choice, Query(ge=1900, le=2200)]

ISSUERS_A_PAGE = 50
YEARS = 8
COMPARED_YEARS = 4
SIDES = ("a", "b")
COVENANTS = (
    "financial_covenants",
    "covenants",
    "change_of_control_default",
    "change_of_control",
    "incremental_facility",
)
"""Fields of agreements and offerings that are covenants or belong to them."""


def issuer_pages(desk: AccessDesk) -> APIRouter:
    """Return the routes. `/issuers/compare` comes before the routes that read an issuer's ID."""
    router = APIRouter(prefix="/issuers", include_in_schema=False)

    @router.get("")
    def show_issuers(
        request: Request,
        issuers: Issuers,
        watches: Watches,
        name: Annotated[Line | None, Query()] = None,
        q: Annotated[str, Query(max_length=200)] = "",
        sort: IssuerSort = IssuerSort.NAME,
        cursor: Annotated[str | None, Query(max_length=800)] = None,
    ) -> Response:
        """List the issuers, or go to the one with this name: names may have slashes, which addresses can't have."""

        def show(principal: Principal) -> Response:
            if name is not None:
                return RedirectResponse(f"/issuers/{quote(normalise_issuer(name) or name)}/statements", status_code=303)
            wanted = PageRequest(limit=ISSUERS_A_PAGE, cursor=cursor)
            found = issuers.list_issuers(principal, wanted, words=q, sort=sort)
            kept = {"q": q, "sort": sort.value}
            more = None if found.next_cursor is None else "?" + urlencode({**kept, "cursor": found.next_cursor})
            return desk.show(
                request,
                principal,
                "issuers.html",
                issuers=found.items,
                watched={each.issuer.id: len(each.new) for each in watches.list_watched(principal)},
                q=q,
                sort=sort.value,
                address="/issuers?" + urlencode({"q": q}),
                more=more,
                first="/issuers?" + urlencode(kept) if cursor else None,
            )

        return desk.answer(request, Permission.DOCUMENTS_READ, show)

    @router.get("/compare")
    def show_comparison(
        request: Request,
        issuers: Issuers,
        profiles: Profiles,
        a: Annotated[str, Query(max_length=300)] = "",
        b: Annotated[str, Query(max_length=300)] = "",
        show_: Annotated[str, Query(alias="show", max_length=100)] = "",
        side: Literal["a", "b"] = "a",
        file_format: Annotated[Literal["csv"] | None, Query(alias="format")] = None,
    ) -> Response:
        def show(principal: Principal) -> Response:
            form, named = Form({"a": a, "b": b}), list[str]()
            for at, wanted in zip(SIDES, (a.strip(), b.strip()), strict=True):
                try:
                    named += [str(issuers.get_issuer(principal, wanted).issuer.id)] if wanted else []
                except REFUSALS as error:
                    form = form.refuse(error, at=at)
            both = profiles.list_profiles(principal, named, years=COMPARED_YEARS) if len(named) == len(SIDES) else []
            if both and file_format is not None:
                return _file(both, "comparison")
            if both:
                form = Form(dict(zip(SIDES, (profile.issuer.name for profile in both), strict=True)))
            working = find_working(both[SIDES.index(side)], show_) if both and show_ else None
            kept = dict(zip(SIDES, named, strict=True)) if both else {}
            return desk.show_form(
                request,
                principal,
                "issuer_compare.html",
                form,
                profiles=both,
                years=both[0].years if both else (),
                rows=_compared(both, kept),
                working=working,
                file="?" + urlencode({**kept, "format": "csv"}),
            )

        return desk.answer(request, Permission.DOCUMENTS_READ, show)

    @router.get("/{issuer_id}")
    def show_issuer(
        request: Request,
        issuers: Issuers,
        watches: Watches,
        profiles: Profiles,
        fields: Fields,
        issuer_id: Annotated[Line, Path()],
        year: Year = None,
        show_: Annotated[str, Query(alias="show", max_length=100)] = "",
    ) -> Response:
        def show(principal: Principal) -> Response:
            view = issuers.get_issuer(principal, issuer_id)
            issuer = view.issuer
            profile = profiles.get_profile(principal, str(issuer.id), years=YEARS, last_year=year)
            years = list_years(view.documents)
            agreed = fields.list_of_issuer(principal, issuer.ids)
            address = f"/issuers/{issuer.id}"
            link = link_with(address, year=None if year is None else str(year))
            return desk.show(
                request,
                principal,
                "issuer.html",
                issuer=issuer,
                address=address,
                names=shown_names(view),
                document_count=view.document_count,
                cut=len(view.documents) < view.document_count,
                kinds=tuple(FilingKind),
                filings=[each for each in years if year is None or each.year == year],
                known_years=[each.year for each in years if each.year is not None],
                year=year,
                watch=watches.visit(principal, issuer),
                profile=profile,
                series=[show_series(each, link) for each in profile.series if not each.is_empty],
                working=find_working(profile, show_) if show_ else None,
                debt=show_debt(profile),
                covenants=[row for row in agreed.rows if row.key in COVENANTS and row.standing is not Standing.NONE],
                tasks=agreed.open_tasks,
                statements=STATEMENT_NAMES,
            )

        return desk.answer(request, Permission.DOCUMENTS_READ, show)

    @router.get("/{issuer_id}/measures.csv")
    def export_measures(request: Request, profiles: Profiles, issuer_id: Annotated[Line, Path()]) -> Response:
        def show(principal: Principal) -> Response:
            return _file([profiles.get_profile(principal, issuer_id, years=YEARS)], "measures")

        return desk.answer(request, Permission.DOCUMENTS_READ, show)

    @router.post("/{issuer_id}/watch")
    def change_watch(
        request: Request,
        watches: Watches,
        issuer_id: UUID,
        act: Annotated[Literal["watch", "unwatch"], FormField()] = "watch",
        back: Annotated[str, FormField(max_length=500)] = "",
        form_token: Annotated[str, FormField(max_length=200)] = "",
    ) -> Response:
        desk.check_form(request, form_token)

        def change(principal: Principal) -> Response:
            if act == "watch":
                watches.watch(principal, str(issuer_id))
            else:
                watches.unwatch(principal, str(issuer_id))
            return RedirectResponse(local_address(back, otherwise=f"/issuers/{issuer_id}"), status_code=303)

        return desk.answer(request, Permission.DOCUMENTS_READ, change)

    return router


def _file(profiles: Sequence[IssuerProfile], name: str) -> Response:
    out = io.StringIO()
    csv.writer(out).writerows([guarded(cell) for cell in line] for line in lines_of(profiles))
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
    return Response(out.getvalue(), media_type="text/csv", headers=headers)


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """A measure of two issuers: by year the figures of both, and a chart of each."""

    title: str
    unit: str
    pairs: tuple[tuple[ShownMeasure, ShownMeasure], ...]
    charts: tuple[BarChart | None, BarChart | None]


def _compared(profiles: Sequence[IssuerProfile], kept: Mapping[str, str]) -> list[ComparedRow]:
    """Return the measures that one of both has, with the figures of each year beside each other."""
    if not profiles:
        return []
    link_a, link_b = (link_with("/issuers/compare", side=side, **kept) for side in SIDES)
    rows: list[ComparedRow] = []
    for first, second in zip(profiles[0].series, profiles[1].series, strict=True):
        if first.is_empty and second.is_empty:
            continue
        one, other = show_series(first, link_a), show_series(second, link_b)
        units = dict.fromkeys(each.unit for each in (one, other) if each.unit)
        pairs = tuple(zip(one.figures, other.figures, strict=True))
        rows.append(ComparedRow(one.title, " / ".join(units), pairs, (one.chart, other.chart)))
    return rows

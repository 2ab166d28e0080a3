"""Routes of the web pages: home or sign-in at `/`, `/sign-in…`, `/evaluations…`, `/access…`, `/audit`,
`/ask`, `/questions…`, `/dead-letters`, `/issuers…`, `/review…`, `/docs`."""

from collections.abc import Iterator

from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.staticfiles import StaticFiles
from starlette.routing import Mount

from app.web.access_change_pages import access_change_pages
from app.web.access_pages import AccessDesk, access_pages
from app.web.admin_collection_pages import admin_collection_pages
from app.web.admin_named_pages import admin_named_pages
from app.web.admin_object_pages import admin_object_pages
from app.web.admin_pages import admin_pages
from app.web.admin_people_pages import admin_key_pages, admin_people_pages
from app.web.admin_provider_pages import admin_provider_pages
from app.web.audit_pages import audit_pages
from app.web.dead_letter_pages import dead_letter_pages
from app.web.desk_pages import desk_pages
from app.web.document_change_pages import document_change_pages, document_deletion_pages
from app.web.document_figure_pages import document_figure_pages
from app.web.document_history_pages import document_history_pages
from app.web.document_list_pages import document_list_pages
from app.web.document_pages import document_pages
from app.web.evaluation_pages import evaluation_pages
from app.web.fact_pages import fact_pages
from app.web.home_pages import home_pages
from app.web.issuer_pages import issuer_pages
from app.web.pages import FOLDER, Pages
from app.web.past_pages import past_pages
from app.web.policy_pages import policy_pages
from app.web.problem_pages import ProblemPages
from app.web.queue_pages import queue_pages
from app.web.reader_pages import reader_pages
from app.web.reference_pages import reference_pages
from app.web.review_pages import review_pages
from app.web.schema_pages import schema_pages
from app.web.session import Cookies
from app.web.sign_in_pages import sign_in_pages
from app.web.theme_pages import theme_pages

_OF_DESK = (
    home_pages,
    past_pages,
    access_pages,
    access_change_pages,
    admin_pages,
    admin_people_pages,
    admin_key_pages,
    admin_named_pages,
    admin_object_pages,
    admin_collection_pages,
    admin_provider_pages,
    audit_pages,
    dead_letter_pages,
    document_list_pages,
    document_change_pages,
    document_deletion_pages,
    document_pages,
    document_figure_pages,
    document_history_pages,
    issuer_pages,
    fact_pages,
    queue_pages,
    desk_pages,
    policy_pages,
    review_pages,
    schema_pages,
    reader_pages,
)


def install_pages(app: FastAPI, cookies: Cookies) -> None:
    """Add all web pages, and the pages of problems."""
    pages = Pages(cookies=cookies)
    app.state.show_problem = ProblemPages(pages)
    # Each router by itself: FastAPI analyses all routes of a router once more for each router that contains it.
    for router in _routers(pages, cookies):
        app.include_router(router, include_in_schema=False)
    app.router.routes.append(Mount("/static", StaticFiles(directory=FOLDER / "static"), name="static"))


def list_pages() -> list[str]:
    """Return the addresses of all pages, with the names of parameters in braces."""
    app = FastAPI(openapi_url=None)
    install_pages(app, Cookies(secure=False))
    return [str(route.path) for route in iter_route_contexts(app.routes) if "GET" in (route.methods or ())]


def _routers(pages: Pages, cookies: Cookies) -> Iterator[APIRouter]:
    yield sign_in_pages(pages, cookies)
    yield theme_pages(cookies)
    yield evaluation_pages(pages)
    desk = AccessDesk(pages, cookies)
    for of_desk in _OF_DESK:
        yield of_desk(desk)
    yield reference_pages(pages)

"""`/docs`: the API's reference, drawn from the OpenAPI document; others' viewers load scripts from elsewhere."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.web.pages import Pages
from app.web.reference import describe_api


def reference_pages(pages: Pages) -> APIRouter:
    """The page is for everybody, as the document is: it tells nothing of any tenant."""
    router = APIRouter(include_in_schema=False)

    @router.get("/docs")
    def show_reference(request: Request) -> HTMLResponse:
        reference = describe_api(request.app.openapi(), base_url=str(request.base_url).rstrip("/"))
        return pages.show(request, "reference.html", {"reference": reference})

    return router

"""`/docs`: the API reference, which Swagger UI draws from `/openapi.json` with files of this package only (ADR 11)."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.web.pages import Pages, content_policy

# Swagger UI's style sheet carries its icons as data: images.
_POLICY = content_policy(images="'self' data:")


def reference_pages(pages: Pages) -> APIRouter:
    """The page needs no sign-in, like the OpenAPI document: both are the same for every tenant."""
    router = APIRouter(include_in_schema=False)

    @router.get("/docs")
    def show_reference(request: Request) -> HTMLResponse:
        response = pages.show(request, "reference.html", {"title": request.app.title})
        response.headers["Content-Security-Policy"] = _POLICY
        return response

    return router

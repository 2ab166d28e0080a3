"""`/docs`: the API reference. Swagger UI, whose files are in this package, renders it from `/openapi.json` (ADR 11)."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.web.pages import Pages, content_policy

# Swagger UI's style sheet contains its icons as `data:` URLs.
_POLICY = content_policy(images="'self' data:")


def reference_pages(pages: Pages) -> APIRouter:
    """Return the route of the reference page.

    Neither this page nor the OpenAPI document needs a sign-in, because both are the same for every tenant.
    """
    router = APIRouter(include_in_schema=False)

    @router.get("/docs")
    def show_reference(request: Request) -> HTMLResponse:
        response = pages.show(request, "reference.html", {"title": request.app.title})
        response.headers["Content-Security-Policy"] = _POLICY
        return response

    return router

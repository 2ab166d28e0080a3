"""The choice between light and dark: a form of each page sets a cookie, and the server renders `data-theme` from it."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.web.addresses import local_address
from app.web.session import Cookies
from app.web.sign_in_pages import check_same_site

Theme = Literal["system", "light", "dark"]


def theme_pages(cookies: Cookies) -> APIRouter:
    """Return the route. It needs no session, because the choice belongs to the browser."""
    router = APIRouter(include_in_schema=False)

    @router.post("/theme")
    def choose_theme(
        request: Request,
        theme: Annotated[Theme, Form()],
        back: Annotated[str, Form(max_length=2_000)] = "/",
    ) -> Response:
        check_same_site(request)
        response = RedirectResponse(local_address(back), status_code=303)
        cookies.set_theme(response, theme)
        return response

    return router

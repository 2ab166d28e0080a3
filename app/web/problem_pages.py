"""Problems as pages: what happened and what to do, with the form that was sent, so that nothing typed is lost."""

from contextlib import suppress

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from app.core.errors import FootnoteError, UnauthenticatedError
from app.http.errors import CrossSiteRequestError
from app.web.pages import Pages
from app.web.sign_in_pages import check_same_site

_WITHOUT_USER = frozenset({401, 429, 500, 503})
"""For these, the page doesn't ask who the user is: it would fail again, or count as a further request."""


class ProblemPages:
    """Renders the problem of a request as a page."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    async def __call__(self, request: Request, error: FootnoteError) -> Response:
        """Return the page of an error. A form whose session has ended comes with a sign-in; one whose session is newer
        than its page can be sent again.
        """
        return await run_in_threadpool(self._show, request, error)

    def _show(self, request: Request, error: FootnoteError) -> Response:
        if getattr(request.state, "principal", None) is None and error.status not in _WITHOUT_USER:
            with suppress(FootnoteError):
                self._pages.find_principal(request)
        if isinstance(error, UnauthenticatedError):
            return self._pages.show_ended_session(request, error)
        if isinstance(error, CrossSiteRequestError) and _is_ours(request):
            return self._pages.show_resume(request, status=error.status)
        return self._pages.show_problem(request, error)


def _is_ours(request: Request) -> bool:
    try:
        check_same_site(request)
    except CrossSiteRequestError:
        return False
    return True

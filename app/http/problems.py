"""Converts errors to `application/problem+json` (RFC 9457): Footnote's own, the framework's, and unexpected errors."""

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException

from app.core.errors import FootnoteError, InvalidInputError
from app.http.denials import record_denial
from app.http.errors import (
    BodyTooLargeError,
    BodyTooSlowError,
    InvalidTextError,
    MalformedRequestError,
    MediaTypeNotTakenError,
    MethodNotAllowedError,
    RouteNotFoundError,
)

MEDIA_TYPE = "application/problem+json"
_MAX_FINDINGS = 20
_BY_STATUS: dict[int, type[FootnoteError]] = {
    400: MalformedRequestError,
    404: RouteNotFoundError,
    405: MethodNotAllowedError,
    408: BodyTooSlowError,
    413: BodyTooLargeError,
    415: MediaTypeNotTakenError,
}


class Finding(BaseModel):
    """One error in a request: `where` is the path to it, such as `body.name`."""

    where: str
    message: str


class Problem(BaseModel):
    """A problem document (RFC 9457). `code` is stable; `detail` says what to do; `instance` identifies the request."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["/problems/not-found"])
    title: str
    status: int
    code: str
    detail: str
    instance: str = Field(examples=["urn:footnote:request:0190c0de-7e57-7000-8000-00000000feed"])
    errors: list[Finding] | None = None


def describe(error: FootnoteError, instance: str) -> dict[str, Any]:
    """Return the members of an error's problem document."""
    return {
        **error.extra,
        "type": f"/problems/{error.code}",
        "title": error.title,
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
        "instance": instance,
    }


def problem_response(request: Request, error: FootnoteError) -> JSONResponse:
    """Return the response for `error`."""
    request_id = request.scope.get("state", {}).get("request_id", "unknown")
    request.state.problem_code = error.code
    return JSONResponse(
        describe(error, f"urn:footnote:request:{request_id}"),
        status_code=error.status,
        headers={**error.headers, "Cache-Control": "no-store"},
        media_type=MEDIA_TYPE,
    )


ProblemPage = Callable[[Request, FootnoteError], Awaitable[Response]]
"""Renders an error as a page, for browsers."""

_PROGRAMS = ("/v1/", "/scim/")


async def error_response(request: Request, error: FootnoteError) -> Response:
    """Return a page for a browser, and the problem document for programs.

    A page is for a request that accepts HTML, outside of the API. `app.state.show_problem` renders it.
    """
    show: ProblemPage | None = getattr(request.app.state, "show_problem", None)
    is_page = "text/html" in request.headers.get("Accept", "") and not request.url.path.startswith(_PROGRAMS)
    if show is None or not is_page:
        return problem_response(request, error)
    request.state.problem_code = error.code
    return await show(request, error)


def list_kinds(base: type[FootnoteError]) -> Iterator[type[FootnoteError]]:
    """Yield all errors derived from `base`."""
    for kind in base.__subclasses__():
        yield kind
        yield from list_kinds(kind)


def as_footnote_error(error: Exception) -> FootnoteError | None:
    """Return the Footnote error for an error of the framework or database driver; None for an unexpected error."""
    if isinstance(error, FootnoteError):
        return error
    if isinstance(error, RequestValidationError):
        return _from_validation(error.errors())
    if isinstance(error, HTTPException):
        return _from_http(error)
    if isinstance(error, (DataError, UnicodeEncodeError)):
        # The text passed validation, but PostgreSQL cannot store it, for example because it contains U+0000.
        return InvalidTextError()
    return None


def add_problem_handlers(app: FastAPI) -> None:
    """Respond to every known error with its problem document. The outermost middleware handles unexpected errors."""

    async def respond(request: Request, error: Exception) -> Response:
        footnote_error = as_footnote_error(error)
        if footnote_error is None:
            raise error
        await record_denial(request, footnote_error)
        if isinstance(footnote_error, MethodNotAllowedError):
            footnote_error.headers["Allow"] = _allowed_methods(app, request.url.path)
        return await error_response(request, footnote_error)

    for kind in (FootnoteError, RequestValidationError, HTTPException, DataError, UnicodeEncodeError):
        app.add_exception_handler(kind, respond)


def _allowed_methods(app: FastAPI, path: str) -> str:
    """Return all methods of a path, for the Allow header (RFC 9110 §10.2.1).

    The framework's own value contains only the methods of the first matching route.
    """
    allowed: set[str] = set()
    for template, item in app.openapi()["paths"].items():
        if re.fullmatch(re.sub(r"\\\{[^{}]+\\\}", "[^/]+", re.escape(template)), path):
            allowed.update(method.upper() for method in item)
    return ", ".join(sorted(allowed))


def _from_http(error: HTTPException) -> FootnoteError:
    headers = dict(error.headers or {})
    kind = _BY_STATUS.get(error.status_code)
    if kind is not None:
        return kind(headers=headers)
    made = MalformedRequestError(HTTPStatus(error.status_code).phrase + ".", headers=headers)
    made.status = error.status_code  # type: ignore[misc]  # keep the framework's status if no error class has it
    return made


def _from_validation(findings: Sequence[Any]) -> FootnoteError:
    if any(finding["type"] == "json_invalid" for finding in findings):
        return MalformedRequestError("The body is not valid JSON: check its format.")
    # A route and its dependencies each validate the parameters that they share.
    found = dict.fromkeys((".".join(map(str, each["loc"])), _message(each)) for each in findings[:_MAX_FINDINGS])
    shown = [Finding(where=where, message=message).model_dump() for where, message in found]
    first = shown[0]
    code = InvalidTextError if any(finding["type"] == "invalid_text" for finding in findings) else InvalidInputError
    return code(f"{first['where']}: {first['message']}.", extra={"errors": shown})


def _message(finding: Any) -> str:
    """Return Pydantic's message. Errors that are common in a client's first requests get a plainer message."""
    if finding["loc"] == ("body",) and finding["type"] in ("model_attributes_type", "dict_type"):
        return "Send a JSON object, with the header 'Content-Type: application/json'"
    if finding["type"] == "uuid_parsing":
        return "This is not an ID: IDs are UUIDs, such as 01890a5d-ac96-774b-bcce-b302099a8057"
    return str(finding["msg"])

"""The OpenAPI document: FastAPI's description of the routes, plus the problems that each operation may return."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from app.core.errors import (
    FootnoteError,
    InsufficientStorageError,
    InvalidInputError,
    RateLimitedError,
    UnavailableError,
)
from app.core.principal import PermissionRequiredError
from app.http.errors import (
    BodyTooLargeError,
    BodyTooSlowError,
    IdempotencyInProgressError,
    IdempotencyKeyInvalidError,
    IdempotencyKeyReusedError,
    InternalError,
    InvalidTextError,
    MalformedRequestError,
    MediaTypeNotTakenError,
)
from app.http.openapi.examples import Examples
from app.http.problems import MEDIA_TYPE, Finding, Problem, describe, list_kinds

_INSTANCE = "urn:footnote:request:0190c0de-7e57-7000-8000-00000000feed"
_EVERY = (
    MalformedRequestError,
    InvalidInputError,
    InvalidTextError,
    RateLimitedError,
    InternalError,
    UnavailableError,
    InsufficientStorageError,
)
_WITH_BODY = (BodyTooLargeError, BodyTooSlowError, MediaTypeNotTakenError)
_OF_POST = (IdempotencyKeyInvalidError, IdempotencyKeyReusedError, IdempotencyInProgressError)
_PROBLEMS = "x-problems"
PERMISSION = "x-permission"
"""The `openapi_extra` key for an operation's permission; its value is "signed-in" if any valid key suffices."""

_ANY_KEY = "signed-in"
_INPUT = "-Input"  # FastAPI's suffix for a schema whose input differs from its output
_METHODS = frozenset({"get", "put", "post", "patch", "delete"})
_DESCRIPTION = """
Footnote answers questions about filings and offering documents; every statement stands on a quoted span.

Errors are `application/problem+json` (RFC 9457) with a stable `code` and a message that says what to do.
Every POST accepts an `Idempotency-Key`. Lists are paged by cursor. Edits send the last known ETag in `If-Match`.
"""


def problems(*kinds: type[FootnoteError]) -> dict[str, Any]:
    """Return `openapi_extra` with an operation's own problems. The problems of all operations are added later."""
    return {_PROBLEMS: [kind.code for kind in kinds]}


def json_body(model: type[BaseModel], example: object) -> dict[str, Any]:
    """Return `openapi_extra` with the body schema of an operation that parses its JSON body itself."""
    schema = model.model_json_schema(ref_template=f"#/components/schemas/{{model}}{_INPUT}")
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema, "example": example}}}}


def install_openapi(app: FastAPI, refusals: tuple[type[FootnoteError], ...]) -> None:
    """Make `app.openapi()` return the full description. `refusals` are the errors of requests without a valid key."""

    def build() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _build(app, refusals)
        return app.openapi_schema

    app.openapi = build  # type: ignore[method-assign]  # FastAPI's documented way to extend the document


def _build(app: FastAPI, refusals: tuple[type[FootnoteError], ...]) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version=app.openapi_version,
        description=_DESCRIPTION.strip(),
        routes=app.routes,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for model in (Finding, Problem):
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schema.pop("$defs", None)
        schemas[model.__name__] = schema
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    examples = Examples(schemas)
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in _METHODS:
                _complete(operation, method, path, refusals)
                _add_examples(operation, examples)
                schemas |= _take_definitions(operation)
    return document


def _take_definitions(operation: dict[str, Any]) -> dict[str, Any]:
    """Remove the nested schemas (`$defs`) from a body schema of `json_body`, and return them as named schemas."""
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    definitions: dict[str, Any] = body.get("schema", {}).pop("$defs", {})
    return {f"{name}{_INPUT}": schema for name, schema in definitions.items()}


def _complete(operation: dict[str, Any], method: str, path: str, refusals: tuple[type[FootnoteError], ...]) -> None:
    by_code = {kind.code: kind for kind in list_kinds(FootnoteError)}
    kinds: list[type[FootnoteError]] = [*(by_code[code] for code in operation.pop(_PROBLEMS, ())), *_EVERY]
    if operation.get("security"):
        kinds += refusals
    if operation.get(PERMISSION, _ANY_KEY) != _ANY_KEY:
        kinds.append(PermissionRequiredError)
    if method in {"post", "put", "patch"}:
        kinds += _WITH_BODY
    if method == "post" and path.startswith("/v1/"):
        kinds += _OF_POST
        operation.setdefault("parameters", []).append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "A repeat with the same key and request returns the first response; a UUID will do.",
                # This parameter has no example, because the reference page would send the example with every request.
                "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
            }
        )
    responses = operation["responses"]
    responses.pop("422", None)
    by_status: dict[int, list[type[FootnoteError]]] = {}
    for kind in kinds:
        if kind not in by_status.setdefault(kind.status, []):
            by_status[kind.status].append(kind)
    for status, found in sorted(by_status.items()):
        responses[str(status)] = {
            "description": HTTPStatus(status).phrase,
            "content": {
                MEDIA_TYPE: {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "examples": {kind.code: {"summary": kind.title, "value": _example(kind)} for kind in found},
                }
            },
        }


def _add_examples(operation: dict[str, Any], examples: Examples) -> None:
    """Add an example to the JSON body of the request and of each successful response, unless it has one."""
    bodies = [(operation.get("requestBody", {}), examples.of_request)]
    bodies += [(response, examples.of_response) for response in operation["responses"].values()]
    for body, make in bodies:
        content = body.get("content", {}).get("application/json")
        if content is not None and not {"example", "examples"} & content.keys():
            content["example"] = make(content["schema"])


def _example(kind: type[FootnoteError]) -> dict[str, Any]:
    error = FootnoteError(kind.title)
    return describe(error, _INSTANCE) | {
        "type": f"/problems/{kind.code}",
        "title": kind.title,
        "status": kind.status,
        "code": kind.code,
    }

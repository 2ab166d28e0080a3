"""Pages to change access: a form shows a preview of a change, then applies the change.

The API's import service applies the changes and records them in the audit log.
"""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from app.access.changes.applying import Change
from app.access.changes.files import parse_changes
from app.access.changes.schemas import ChangeIn, ChangesIn
from app.access.changes.service import ImportService
from app.access.collections.schemas import Level
from app.core.errors import ConflictError, InvalidInputError
from app.core.principal import Permission, Principal
from app.http.denials import record_denial_blocking
from app.http.dependencies import service
from app.web.access_pages import AccessDesk
from app.web.forms import REFUSALS
from app.web.forms import Form as Filled

Import = Annotated[ImportService, Depends(service(ImportService))]
Text = Annotated[str, Form(max_length=1_000_000)]
Word = Annotated[str, Form(max_length=500)]

_TYPED = {
    "user": "Person (e-mail address)",
    "group": "Group",
    "into": "Into",
    "label": "Label",
    "expires_at": "Expires (with time zone; empty for no expiry)",
}
"""Fields that people type, with their labels: a refused form shows them again."""

_FIELDS = ("change", "user", "group", "collection", "document", "pack", "label", "into", "level", "expires_at")


def access_change_pages(desk: AccessDesk) -> APIRouter:
    """Return the routes: a form for one change, and an import of many changes from pasted text. Both show a preview."""
    router = APIRouter(prefix="/access", include_in_schema=False)

    @router.post("/change")
    def change(
        request: Request,
        importer: Import,
        form_token: Word,
        change: Word,
        act: Word = "preview",
        back: Word = "/access",
        user: Word = "",
        group: Word = "",
        collection: Word = "",
        document: Word = "",
        pack: Word = "",
        label: Word = "",
        into: Word = "",
        level: Word = Level.VIEWER.value,
        expires_at: Word = "",
    ) -> Response:
        desk.check_form(request, form_token)
        values = (change, user, group, collection, document, pack, label, into, level, expires_at)
        fields = {field: value.strip() for field, value in zip(_FIELDS, values, strict=True) if value.strip()}

        def show(principal: Principal) -> Response:
            form = Filled(fields)
            preview = None
            try:
                changes = [_parse(fields)]
                if act == "make":
                    importer.make(principal, changes)
                    return RedirectResponse(_local(back), status_code=303)
                preview = importer.preview(principal, changes)
            except REFUSALS as error:
                record_denial_blocking(request, error)
                form = form.refuse(error)
            shown = {"fields": fields, "back": _local(back), "preview": preview, "typed": _TYPED}
            return desk.show_form(request, principal, "access_change.html", form, **shown)

        return desk.answer(request, Permission.ACCESS_MANAGE, show)

    @router.get("/import")
    def show_import(request: Request) -> Response:
        def show(principal: Principal) -> Response:
            return desk.show(request, principal, "access_import.html", text="", preview=None, problem=None, errors=None)

        return desk.answer(request, Permission.ACCESS_MANAGE, show)

    @router.post("/import")
    def import_changes(
        request: Request, importer: Import, form_token: Word, text: Text, act: Word = "preview"
    ) -> Response:
        desk.check_form(request, form_token)

        def show(principal: Principal) -> Response:
            try:
                changes = _parse_all(text)
                if act == "make":
                    importer.make(principal, changes)
                    return RedirectResponse("/access", status_code=303)
                preview, problem, errors = importer.preview(principal, changes), None, None
            except (InvalidInputError, ConflictError) as error:
                preview, problem, errors = None, error.detail, error.extra.get("errors")
            values = {"text": text, "preview": preview, "problem": problem, "errors": errors}
            return desk.show(request, principal, "access_import.html", **values)

        return desk.answer(request, Permission.ACCESS_MANAGE, show)

    return router


def _parse(fields: Mapping[str, str]) -> Change:
    try:
        return ChangeIn.model_validate(fields).to_change()
    except ValidationError as error:
        raise InvalidInputError(_first(error)) from error


def _parse_all(text: str) -> list[Change]:
    try:
        return ChangesIn.model_validate({"changes": parse_changes(text)}).to_changes()
    except ValidationError as error:
        raise InvalidInputError(_first(error)) from error


def _first(error: ValidationError) -> str:
    """Return the first validation message and the name of its field."""
    wrong = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in wrong["loc"])
    return f"{where}: {wrong['msg']}" if where else str(wrong["msg"])


def _local(back: str) -> str:
    """Return `back` if it is a page of access or administration, else "/access": no form redirects to another site."""
    is_ours = back.startswith(("/access", "/admin")) and not set(back) - set("/abcdefghijklmnopqrstuvwxyz0123456789-")
    return back if is_ours else "/access"

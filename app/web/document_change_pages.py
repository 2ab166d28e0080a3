"""Forms that change one document: its metadata, another attempt to read it, and its deletion."""

from datetime import date
from typing import Annotated, get_args
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.core.errors import ForbiddenError, PreconditionFailedError
from app.core.principal import Permission, Principal
from app.documents.errors import NotEditableError
from app.documents.metadata import DocumentType
from app.documents.schemas import DocumentChange
from app.documents.service import ChosenDocument
from app.http.denials import record_denial_blocking
from app.quantities.unit_mentions import Scale
from app.web.access_pages import AccessDesk, Show
from app.web.document_list_pages import Letters
from app.web.document_pages import Access, Documents, Library, get_chosen, overview_values
from app.web.forms import REFUSALS, read_form
from app.web.forms import Form as TypedForm

Text = Annotated[str, Form(max_length=500)]
Token = Annotated[str, Form(max_length=500)]
EDITABLE = (
    "title",
    "issuer",
    "document_type",
    "fiscal_year",
    "fiscal_period",
    "period_end",
    "filing_date",
    "currency",
    "scale",
    "source",
)
"""The fields of the form, as in `DocumentChange`."""
_UNKNOWN = ("", "not known")
_TYPES = [_UNKNOWN, *((each.value, each.value) for each in DocumentType)]
_SCALES = [_UNKNOWN, *((each, each) for each in get_args(Scale))]


def form_of(chosen: ChosenDocument) -> TypedForm:
    """Return the form with the values that the document has."""
    row = chosen.view.document
    return TypedForm({name: _text(getattr(row, name)) for name in EDITABLE})


def _text(value: object) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def document_change_pages(desk: AccessDesk) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/documents/{document_id}", include_in_schema=False)

    @router.get("/edit")
    def show_form(request: Request, documents: Documents, access: Access, document_id: UUID) -> Response:
        def show(principal: Principal) -> Response:
            chosen = get_chosen(documents, principal, document_id)
            _check_editable(chosen)
            return _show_form(request, principal, chosen, access, form_of(chosen))

        return _answer(desk, request, show)

    @router.post("/edit")
    def edit(
        request: Request,
        documents: Documents,
        access: Access,
        document_id: UUID,
        form_token: Token,
        revision: Annotated[int, Form(ge=0)],
        title: Text = "",
        issuer: Text = "",
        document_type: Text = "",
        fiscal_year: Text = "",
        fiscal_period: Text = "",
        period_end: Text = "",
        filing_date: Text = "",
        currency: Text = "",
        scale: Text = "",
        source: Text = "",
    ) -> Response:
        """Save what differs from the document, so that fields that nobody changed keep their source."""
        desk.check_form(request, form_token)
        given = (title, issuer, document_type, fiscal_year, fiscal_period, period_end, filing_date, currency, scale)
        typed = dict(zip(EDITABLE, (each.strip() for each in (*given, source)), strict=True))

        def show(principal: Principal) -> Response:
            chosen = get_chosen(documents, principal, document_id)
            _check_editable(chosen)
            form = TypedForm(typed)
            before = form_of(chosen).values
            changed = {name: text or None for name, text in typed.items() if text != before[name]}
            if "title" in changed and changed["title"] is None:
                changed["title"] = ""
            try:
                if changed:
                    fields = read_form(DocumentChange, changed).model_dump(exclude_unset=True)
                    documents.update_document(principal, document_id, revision=revision, fields=fields)
            except PreconditionFailedError as error:
                said = PreconditionFailedError(
                    "Somebody changed the document meanwhile. Your text is kept below; the other values are the new "
                    "ones. Save again to replace them."
                )
                record_denial_blocking(request, error)
                return _show_form(request, principal, chosen, access, form.refuse(said))
            except REFUSALS as error:
                record_denial_blocking(request, error)
                return _show_form(request, principal, chosen, access, form.refuse(error))
            return RedirectResponse(f"/documents/{document_id}?done=saved", status_code=303)

        return _answer(desk, request, show)

    @router.post("/retry")
    def retry(
        request: Request, documents: Documents, letters: Letters, document_id: UUID, form_token: Token
    ) -> Response:
        """Start another run of a failed document. If it is not failed any more, nothing happens."""
        desk.check_form(request, form_token)

        def show(principal: Principal) -> Response:
            chosen = get_chosen(documents, principal, document_id)
            _check_editable(chosen)
            if chosen.view.dead_letter is not None:
                letters.replay(principal, chosen.view.dead_letter.id)
            return RedirectResponse(f"/documents/{document_id}?done=retried", status_code=303)

        return _answer(desk, request, show)

    def _show_form(
        request: Request, principal: Principal, chosen: ChosenDocument, access: Access, form: TypedForm
    ) -> Response:
        values = overview_values(principal, chosen, access) | {"types": _TYPES, "scales": _SCALES}
        return desk.pages.show(request, "document_edit.html", {**values, "form": form}, status=form.status)

    return router


def document_deletion_pages(desk: AccessDesk) -> APIRouter:
    """Return the routes of the page that deletes a document."""
    router = APIRouter(prefix="/documents/{document_id}", include_in_schema=False)

    @router.get("/delete")
    def show_deletion(request: Request, documents: Documents, library: Library, document_id: UUID) -> Response:
        def show(principal: Principal) -> Response:
            chosen = get_chosen(documents, principal, document_id)
            _check_editable(chosen)
            return _show_deletion(request, principal, chosen, library, TypedForm())

        return _answer(desk, request, show)

    @router.post("/delete")
    def delete(
        request: Request,
        documents: Documents,
        library: Library,
        document_id: UUID,
        form_token: Token,
        name: Text = "",
    ) -> Response:
        desk.check_form(request, form_token)

        def show(principal: Principal) -> Response:
            chosen = get_chosen(documents, principal, document_id)
            _check_editable(chosen)
            if " ".join(name.split()) != " ".join(chosen.view.document.title.split()):
                error = "This is not the title of the document. Type it as it is printed above."
                form = TypedForm({"name": name}, errors={"name": error}, status=422)
                return _show_deletion(request, principal, chosen, library, form)
            documents.delete_document(principal, document_id)
            return RedirectResponse("/documents?done=deleted&count=1", status_code=303)

        return _answer(desk, request, show)

    def _show_deletion(
        request: Request, principal: Principal, chosen: ChosenDocument, library: Library, form: TypedForm
    ) -> Response:
        losses = library.count_losses(principal, [chosen.view.document.id])
        values = {"chosen": chosen, "document": chosen.view.document, "losses": losses, "form": form}
        return desk.pages.show(request, "document_delete.html", values, status=form.status)

    return router


def _check_editable(chosen: ChosenDocument) -> None:
    if not chosen.may_edit:
        raise NotEditableError


def _answer(desk: AccessDesk, request: Request, show: Show) -> Response:
    def checked(principal: Principal) -> Response:
        try:
            return show(principal)
        except ForbiddenError as error:
            record_denial_blocking(request, error)
            return desk.pages.show_problem(request, error)

    return desk.answer(request, Permission.DOCUMENTS_WRITE, checked)

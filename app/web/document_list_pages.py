"""The list of documents at `/documents`, and what is done with several of them at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from app.access.collections.service import AccessService
from app.core.errors import FootnoteError
from app.core.pagination import MAX_LIMIT, InvalidCursorError, PageRequest
from app.core.principal import Permission, Principal
from app.documents.dead_letters.service import DeadLetterService
from app.documents.facets.service import FacetService, FacetValue
from app.documents.schemas import DocumentOut
from app.documents.service import ChosenDocument, DocumentService
from app.http.dependencies import service
from app.library.service import LibraryService
from app.web.access_pages import AccessDesk
from app.web.addresses import local_address
from app.web.document_address import FACETS, ListAddress
from app.web.forms import Form as TypedForm

DOCUMENTS_A_PAGE = 50
PASSAGES_A_PAGE = 20
ISSUERS_SHOWN = 40
"""The issuers that can be chosen as a filter: those with the most documents. Others are found by words."""

Documents = Annotated[DocumentService, Depends(service(DocumentService))]
Facets = Annotated[FacetService, Depends(service(FacetService))]
Library = Annotated[LibraryService, Depends(service(LibraryService))]
Letters = Annotated[DeadLetterService, Depends(service(DeadLetterService))]
Access = Annotated[AccessService, Depends(service(AccessService))]
Short = Annotated[str, Query(max_length=300)]
Act = Literal["move", "delete", "retry"]


@dataclass(frozen=True, slots=True)
class ShownFacet:
    """A facet with its values; each has the address that chooses it, or that leaves it out if it is chosen."""

    title: str
    values: Sequence[tuple[FacetValue, str, bool]]


def document_list_pages(desk: AccessDesk) -> APIRouter:
    """Return the routes of the list."""
    router = APIRouter(prefix="/documents", include_in_schema=False)

    @router.get("")
    def show_documents(
        request: Request,
        documents: Documents,
        facets: Facets,
        library: Library,
        access: Access,
        q: Short = "",
        place: Annotated[str, Query(alias="in", max_length=10)] = "",
        sort: Annotated[str, Query(max_length=20)] = "-added",
        cursor: Annotated[str | None, Query(max_length=500)] = None,
        done: Annotated[str, Query(max_length=20)] = "",
        count: Annotated[int, Query(ge=0, le=MAX_LIMIT)] = 0,
        left: Annotated[int, Query(ge=0, le=MAX_LIMIT)] = 0,
    ) -> Response:
        values = {name: request.query_params.get(name, "")[:300] for name in FACETS}
        address = ListAddress.read(q, place, sort, values)

        def show(principal: Principal) -> Response:
            counted = facets.count_documents(principal, address.filters, issuers=ISSUERS_SHOWN)
            shown = {
                "address": address,
                "total": counted.total,
                "facets": _facets(address, counted.values),
                "chosen": _chosen(address, counted.values),
                "collections": access.list_collections(principal, PageRequest(limit=MAX_LIMIT)).items,
                "said": _said(done, count, left),
            }
            if address.words and address.place == "text":
                passages = library.find_passages(
                    principal,
                    address.words,
                    address.search_filters,
                    limit=PASSAGES_A_PAGE,
                    among=address.among,
                )
                return desk.show(request, principal, "documents.html", **shown, passages=passages)
            try:
                page = documents.list_documents(
                    principal, PageRequest(limit=DOCUMENTS_A_PAGE, cursor=cursor), address.filters, address.order
                )
            except InvalidCursorError:
                return RedirectResponse(address.link(), status_code=303)
            names = {each.value: each.label for each in counted.values["collection_id"]}
            return desk.show(
                request,
                principal,
                "documents.html",
                **shown,
                items=[DocumentOut.of(view) for view in page.items],
                names=names,
                more=None if page.next_cursor is None else address.link(cursor=page.next_cursor),
                first=None if cursor is None else address.link(),
            )

        return desk.answer(request, Permission.DOCUMENTS_READ, show)

    @router.post("/selected")
    def act_on_selected(
        request: Request,
        documents: Documents,
        letters: Letters,
        library: Library,
        access: Access,
        form_token: Annotated[str, Form(max_length=500)],
        act: Annotated[Act, Form()],
        document: Annotated[list[UUID] | None, Form(max_length=MAX_LIMIT)] = None,
        into: Annotated[str, Form(max_length=100)] = "",
        sure: Annotated[str, Form(max_length=10)] = "",
        back: Annotated[str, Form(max_length=2000)] = "/documents",
    ) -> Response:
        """Show what an action does to the chosen documents; with `sure`, do it to those that may be changed."""
        desk.check_form(request, form_token)

        def show(principal: Principal) -> Response:
            chosen = documents.list_chosen(principal, document or [])
            collections = access.list_collections(principal, PageRequest(limit=MAX_LIMIT)).items
            target = next((each for each in collections if str(each.id) == into), None)
            ready = [each for each in chosen if _is_possible(act, each)]
            if sure and ready and (act != "move" or target is not None):
                do = _doer(act, principal, documents, letters, None if target is None else target.id)
                failed = [(each, error) for each in ready if (error := _try(do, each)) is not None]
                if not failed:
                    return RedirectResponse(_after(back, act, len(ready), len(chosen) - len(ready)), status_code=303)
                form = TypedForm(
                    {}, problem=f"{len(ready) - len(failed)} of {len(ready)} are done. The others are listed below."
                )
            else:
                failed, form = [], TypedForm({"into": into})
            ids = [each.view.document.id for each in ready]
            return desk.show(
                request,
                principal,
                "documents_selected.html",
                act=act,
                ready=ready if not failed else [],
                left_out=[each for each in chosen if each not in ready],
                failed=failed,
                form=form,
                back=local_address(back, otherwise="/documents"),
                targets=[(str(each.id), each.name) for each in collections],
                losses=library.count_losses(principal, ids) if act == "delete" and ids else None,
            )

        return desk.answer(request, Permission.DOCUMENTS_WRITE, show)

    return router


def _facets(address: ListAddress, values: dict[str, Sequence[FacetValue]] | object) -> list[ShownFacet]:
    assert isinstance(values, dict)
    shown = []
    for name, title in FACETS.items():
        chosen = address.chosen.get(name)
        found = [
            (each, address.link(**{name: None if chosen is not None else each.value}), chosen is not None)
            for each in values[name]
        ]
        if name == "fiscal_year":
            found.sort(key=lambda each: each[0].value, reverse=True)
        if found:
            shown.append(ShownFacet(title, found))
    return shown


def _chosen(address: ListAddress, values: object) -> list[tuple[str, str, str]]:
    """Return (title, value, address without it) of each chosen filter."""
    assert isinstance(values, dict)
    labels = {(name, each.value): each.label for name, found in values.items() for each in found}
    return [
        (FACETS[name], labels.get((name, str(value)), str(value)), address.link(**{name: None}))
        for name, value in address.chosen.items()
    ]


def _said(done: str, count: int, left: int) -> str:
    words = {"moved": "moved", "deleted": "deleted", "retried": "read again now"}.get(done)
    if words is None:
        return ""
    text = f"{count} {'document is' if count == 1 else 'documents are'} {words}."
    return f"{text} {left} stayed as they were: you may not change them so." if left else text


def _is_possible(act: Act, chosen: ChosenDocument) -> bool:
    if act == "move":
        return chosen.may_move
    return chosen.may_edit and (act == "delete" or chosen.view.dead_letter is not None)


def _doer(
    act: Act, principal: Principal, documents: DocumentService, letters: DeadLetterService, target: UUID | None
) -> Callable[[ChosenDocument], None]:
    def do(chosen: ChosenDocument) -> None:
        row, letter = chosen.view.document, chosen.view.dead_letter
        if act == "delete":
            documents.delete_document(principal, row.id)
        elif act == "move":
            fields = {"collection_id": target}
            documents.update_document(principal, row.id, revision=row.revision, fields=fields)
        elif letter is not None:
            letters.replay(principal, letter.id)

    return do


def _try(do: Callable[[ChosenDocument], None], chosen: ChosenDocument) -> str | None:
    """Return the sentence of the error; None if it is done."""
    try:
        do(chosen)
    except FootnoteError as error:
        return error.detail
    return None


def _after(back: str, act: Act, count: int, left: int) -> str:
    address = local_address(back, otherwise="/documents")
    done = {"move": "moved", "delete": "deleted", "retry": "retried"}[act]
    return f"{address}{'&' if '?' in address else '?'}done={done}&count={count}&left={left}"

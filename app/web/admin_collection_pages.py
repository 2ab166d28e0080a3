"""One collection at `/admin/collections/{id}`: rename it, and move it after a preview of who gains and loses access."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from app.access.changes.applying import Change, ChangeKind
from app.access.changes.previewing import Preview
from app.access.changes.service import ImportService
from app.access.collections.moving import CollectionEdit
from app.access.collections.schemas import CollectionIn
from app.access.collections.service import AccessService
from app.access.errors import CollectionNotFoundError
from app.access.models import Collection
from app.access.reports.watching import WatchService
from app.core.errors import ForbiddenError, PreconditionFailedError
from app.core.principal import Permission, Principal
from app.http.denials import record_denial_blocking
from app.http.dependencies import service
from app.web.access_pages import AccessDesk
from app.web.admin_object_pages import changed_meanwhile
from app.web.forms import REFUSALS, Form, read_form
from app.web.lists import Revision, Typed

Access = Annotated[AccessService, Depends(service(AccessService))]
Watch = Annotated[WatchService, Depends(service(WatchService))]
Importer = Annotated[ImportService, Depends(service(ImportService))]


def admin_collection_pages(desk: AccessDesk) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/admin/collections/{collection_id}", include_in_schema=False)

    def page(
        request: Request,
        principal: Principal,
        watch: WatchService,
        access: AccessService,
        collection_id: UUID,
        form: Form | None = None,
        preview: Preview | None = None,
    ) -> Response:
        view = watch.get_collection(principal, collection_id)
        mine = _find(access, principal, collection_id)
        filled = form or Form({"name": view.collection.name, "parent": view.around[0].name if view.around else ""})
        values = {"collection": view.collection, "around": view.around, "mine": mine, "preview": preview}
        return desk.show_form(request, principal, "admin_collection.html", filled, **values)

    @router.get("")
    def show_collection(request: Request, watch: Watch, access: Access, collection_id: UUID) -> Response:
        def show(principal: Principal) -> Response:
            return page(request, principal, watch, access, collection_id)

        return desk.answer(request, Permission.ACCESS_MANAGE, show)

    @router.post("")
    def change_collection(
        request: Request,
        watch: Watch,
        access: Access,
        importer: Importer,
        collection_id: UUID,
        form_token: Typed,
        revision: Revision,
        act: Typed = "rename",
        name: Typed = "",
        parent: Typed = "",
        previewed: Typed = "",
    ) -> Response:
        """Rename the collection; preview its move; or move it to the place that was previewed."""
        desk.check_form(request, form_token)

        def show(principal: Principal) -> Response:
            view = watch.get_collection(principal, collection_id)
            kept = {"name": view.collection.name, "parent": view.around[0].name if view.around else ""}
            form = Form({**kept, "name": name} if act == "rename" else {**kept, "parent": parent})
            preview = None
            try:
                if act == "rename":
                    edit = CollectionEdit(name=read_form(CollectionIn, {"name": name.strip()}).name)
                else:
                    into = access.resolve_collection(principal, parent.strip()).id if parent.strip() else None
                    edit = CollectionEdit(moves=True, parent_id=into)
                    move = Change(
                        ChangeKind.MOVE, collection=str(collection_id), into=None if into is None else str(into)
                    )
                    preview = importer.preview(principal, [move])
                if act == "rename" or (act == "move" and parent == previewed):
                    access.update_collection(principal, collection_id, edit, revision=revision)
                    back = {"q": name.strip() if act == "rename" else view.collection.name}
                    return RedirectResponse(f"/admin/collections?{urlencode(back)}", status_code=303)
            except PreconditionFailedError as error:
                record_denial_blocking(request, error)
                form, preview = form.refuse(changed_meanwhile(view.collection.name)), None
            except (*REFUSALS, ForbiddenError) as error:
                record_denial_blocking(request, error)
                form, preview = form.refuse(error, at="name" if act == "rename" else "parent"), None
            return page(request, principal, watch, access, collection_id, form, preview)

        return desk.answer(request, Permission.ACCESS_MANAGE, show)

    return router


def _find(access: AccessService, principal: Principal, collection_id: UUID) -> Collection | None:
    """Return the collection if the principal sees it themselves: managing access is not enough to rename it."""
    try:
        return access.get_collection(principal, collection_id)
    except CollectionNotFoundError:
        return None
